#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "base/file.h"
#include "checkpoint/checkpoint.h"
#include "math/blas.h"
#include "config/config.h"
#include "comm/comm.h"
#include "base/hash.h"
#include "math/kernels.h"
#include "base/log.h"
#include "base/system.h"
#include "base/terminal.h"
#include "base/text.h"
#include "train/trainer.h"
#include "options.h"

/**
 * Makes the path of a run's folder that of its newest checkpoint, by the files' names, which is kept in
 * `file`. STATUS_NO_INPUT for a folder that has none.
 */
static status_t find_checkpoint(const char **path, char file[PATH_MAX]) {
    uint64_t step;
    size_t count;
    char name[32] = "last.h5", below[PATH_MAX];
    if (!file_is_folder(*path)) {
        return STATUS_OK;
    }
    const status_t status = checkpoint_list(*path, &step, 1, &count);
    if (status != STATUS_OK) {
        return status;
    }
    if (count > 0) {
        checkpoint_file_name(step, name);
    }
    if (snprintf(file, PATH_MAX, "%s/%s", *path, name) >= PATH_MAX || access(file, F_OK) != 0) {
        const bool is_below = file_find_below(*path, name, below);
        return status_fail(STATUS_NO_INPUT, "%s: no checkpoint is in this folder%s%s", *path,
            is_below ? ", but in " : "", is_below ? below : "");
    }
    *path = file;
    return STATUS_OK;
}

/**
 * If no file has the configuration's name, takes the recipe of that name, which is installed with the program
 * or lies beside its build folder. Returns whether the configuration, named or found, is an installed recipe.
 */
static bool find_recipe(const char **file, char recipe[PATH_MAX]) {
    enum { INSTALLED, BUILT, FOLDERS };
    static const char *const folders[FOLDERS] = {"../share/cvae_mpi/launch", "../launch"};
    char given[PATH_MAX], relative[PATH_MAX];
    const bool is_here = realpath(*file, given) != NULL;
    const char *slash = strrchr(*file, '/'), *name = slash ? slash + 1 : *file;
    for (int i = 0; i < FOLDERS && (is_here || !slash); i++) {
        snprintf(relative, sizeof relative, "%s/%s", folders[i], name);
        if (file_of_program(relative, recipe) && (!is_here || strcmp(recipe, given) == 0)) {
            *file = is_here ? *file : recipe;
            return i == INSTALLED;
        }
    }
    return false;
}

/** Runs go into checkpoints/ of the working folder, unless --set says otherwise. */
static void put_runs_here(options_t *options) {
    memmove(options->overrides + 1, options->overrides,
        sizeof *options->overrides * (size_t)options->override_count);
    options->overrides[0] = "checkpoint.directory=checkpoints";
    options->override_count++;
}

/** Whether the command's file is a configuration. */
static bool has_configuration(const options_t *options) {
    return options->command == OPTIONS_TRAIN || options->command == OPTIONS_DUMP_CONFIG ||
           options->command == OPTIONS_SCHEDULE || options->command == OPTIONS_INVENT ||
           options->command == OPTIONS_FOLDER;
}

static status_t (*const commands[])(const options_t *) = {
    [OPTIONS_DUMP_CONFIG] = commands_dump_config,
    [OPTIONS_EVAL] = commands_eval,
    [OPTIONS_CONVERT] = commands_convert,
    [OPTIONS_GENERATE] = commands_generate,
    [OPTIONS_INSPECT] = commands_inspect,
    [OPTIONS_EXPORT] = commands_export,
    [OPTIONS_IMPORT] = commands_import,
    [OPTIONS_SCHEDULE] = commands_schedule,
    [OPTIONS_INVENT] = commands_invent,
    [OPTIONS_REPORT] = commands_report,
    [OPTIONS_VERIFY] = commands_verify,
    [OPTIONS_FOLDER] = commands_folder,
};

/** The commands that one process does alone; under mpirun that is rank 0. */
static status_t run_alone(options_t *options) {
    status_t status = STATUS_OK;
    char file[PATH_MAX], compared[PATH_MAX];
    if (options->command >= OPTIONS_EVAL && options->command <= OPTIONS_EXPORT) {
        status = find_checkpoint(&options->file, file);
    }
    if (status == STATUS_OK && options->compare) {
        status = find_checkpoint(&options->compare, compared);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (options->command == OPTIONS_HELP) {
        options_print_help(options->about, stdout);
    } else if (options->command == OPTIONS_HELP_CONFIG) {
        config_print_help(stdout);
    } else if (options->command == OPTIONS_VERSION) {
        commands_version(options);
    } else {
        status = commands[options->command](options);
    }
    return status == STATUS_OK ? commands_flush() : status;
}

/** Ranks that were asked for different things would wait for each other for ever. */
static status_t compare_arguments(comm_t *comm, int argument_count, char **arguments) {
    int64_t hash = argument_count;
    for (int i = 1; i < argument_count; i++) {
        const uint64_t next = (uint64_t)hash * 31 + hash_bytes(arguments[i], strlen(arguments[i]));
        hash = (int64_t)(next >> 1);
    }
    const bool differs = comm_minimum(comm, hash) != hash;
    return comm_agree(
        comm, differs ? status_fail(STATUS_USAGE, "it was started with other arguments than another rank")
                      : STATUS_OK);
}

/** started: when the program began. */
static status_t run(comm_t *comm, int argument_count, char **arguments, int64_t started) {
    options_t options;
    char recipe[PATH_MAX];
    status_t status = compare_arguments(comm, argument_count, arguments);
    if (status == STATUS_OK) {
        status = options_parse(&options, argument_count, arguments);
    }
    // Nobody may write where a recipe is installed.
    if (status == STATUS_OK && has_configuration(&options) && find_recipe(&options.file, recipe)) {
        put_runs_here(&options);
    }
    if (status == STATUS_OK) {
        status = kernels_start();
    }
    if (status == STATUS_OK && options.command == OPTIONS_TRAIN && (status = comm_load()) == STATUS_OK) {
        status = blas_start();
    }
    if (status == STATUS_OK && options.command != OPTIONS_TRAIN && comm_rank(comm) == 0) {
        status = run_alone(&options);
    }
    status = comm_agree(comm, status);
    if (status != STATUS_OK || options.command != OPTIONS_TRAIN) {
        return status;
    }
    char init[PATH_MAX];
    if (options.train.init && comm_rank(comm) == 0) {
        // Where the run is resumed, the folder may be without one.
        if (find_checkpoint(&options.train.init, init) != STATUS_OK) {
            status_clear();
        }
    }
    options.train.config_file = options.file;
    options.train.overrides = options.overrides;
    options.train.override_count = options.override_count;
    options.train.timing.started = started;
    return trainer_run(comm, &options.train);
}

/** The message's lines, each with the program's name in front, in one write. A terminal gets them broken at
 * blanks to its columns. */
static void print_failure(status_t status) {
    char text[4 * STATUS_MESSAGE_SIZE], whole[STATUS_MESSAGE_SIZE + 16], wrapped[2 * sizeof whole];
    const int columns = terminal_columns(STDERR_FILENO);
    size_t used = 0;
    const char *line = status_message()[0] ? status_message() : status_text(status);
    while (line && used < sizeof text) {
        const char *end = strchr(line, '\n');
        int length = end ? (int)(end - line) : (int)strlen(line);
        snprintf(whole, sizeof whole, "cvae_mpi: %.*s", length, line);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n",
            columns > 0 ? text_wrap(whole, columns, wrapped, sizeof wrapped) : whole);
        line = end ? end + 1 : NULL;
    }
    log_text(text);
}

int main(int argument_count, char **arguments) {
    const int64_t started = system_now();
    // A file beyond what the user may write is an error like a full disk, not the end of a training.
    signal(SIGXFSZ, SIG_IGN);
    comm_t *comm = NULL;
    status_t status = comm_start(&comm);
    if (status == STATUS_OK) {
        status = run(comm, argument_count, arguments, started);
    }
    if (status != STATUS_OK && (!comm || comm_rank(comm) == 0)) {
        print_failure(status);
    }
    comm_finish(comm);
    return status_exit(status);
}
