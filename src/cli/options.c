#include "options.h"

#include <getopt.h>
#include <string.h>

#include "options_check.h"
#include "options_split.h"
#include "options_table.h"

enum {
    LONG_FIRST = 256 /**< getopt's number of row 0 of the table, above every letter; the others' follow */
};

static const struct {
    const char *name, *file;
} commands[] = {
    [OPTIONS_TRAIN] = {"train", "configuration file"},
    [OPTIONS_EVAL] = {"eval", "checkpoint file"},
    [OPTIONS_CONVERT] = {"convert", "checkpoint file"},
    [OPTIONS_GENERATE] = {"generate", "checkpoint file"},
    [OPTIONS_INSPECT] = {"inspect", "checkpoint file"},
    [OPTIONS_SCHEDULE] = {"schedule", "configuration file"},
    [OPTIONS_REPORT] = {"report", "folder"},
    [OPTIONS_VERIFY] = {"verify", "checkpoint file"},
    [OPTIONS_FOLDER] = {"folder", "configuration file"},
};

/** An option must belong to the command. given: bit i for row i of the table. */
static status_t check_given(const options_t *options, uint64_t given) {
    for (int i = 0; i < options_table_size(); i++) {
        if (given >> i & 1 && !options_table_belongs(i, options->command)) {
            return status_fail(STATUS_USAGE, "%s does not go with %s; see cvae_mpi --help",
                options_table_name(i), commands[options->command].name);
        }
    }
    return STATUS_OK;
}

/** The command that the words begin with (train when there is none). Returns how many words name it. */
static int choose_command(options_t *options, int count, char **words) {
    options->command = OPTIONS_TRAIN;
    for (options_command_t command = OPTIONS_TRAIN; count > 0 && command <= OPTIONS_FOLDER; command++) {
        if (strcmp(words[0], commands[command].name) == 0) {
            options->command = command;
            return 1;
        }
    }
    return 0;
}

/** What a command takes that takes as many files or folders as there are; NULL: it is no such command. */
static const char *several_of(options_command_t command) {
    switch (command) {
    case OPTIONS_REPORT:
        return "report: the folder of a run";
    case OPTIONS_VERIFY:
        return "verify: a checkpoint or a folder";
    default:
        return NULL;
    }
}

/** Does the command have configuration keys to set? */
static bool takes_overrides(options_command_t command) {
    int row = 0;
    while (strcmp(options_table_name(row), "--set") != 0) {
        row++;
    }
    return options_table_belongs(row, command);
}

/** The words behind the command: its file or folders, and what is to be converted. */
static status_t take_words(options_t *options, const options_split_t *split, int count, char **words) {
    const bool takes_words = options->command == OPTIONS_CONVERT || options->command == OPTIONS_GENERATE;
    const char *what = several_of(options->command);
    if (what) {
        options->paths = (const char *const *)words;
        options->path_count = count;
        return count > 0 ? STATUS_OK
                         : status_fail(STATUS_USAGE, "%s is needed, or several; see cvae_mpi --help", what);
    }
    if (!commands[options->command].file) {
        return count == 0 ? STATUS_OK
                          : status_fail(STATUS_USAGE, "%s: \"%s\" is one word too many; see cvae_mpi --help",
                                commands[options->command].name, words[0]);
    }
    if (count > 1 && takes_overrides(options->command) &&
        options_split_suspect(split, count, words) != STATUS_OK) {
        return STATUS_USAGE;
    }
    if (count < 1 || (count > 1 && !takes_words)) {
        return status_fail(STATUS_USAGE, "%s: one %s is needed, %d words were given; see cvae_mpi --help",
            commands[options->command].name, commands[options->command].file, count);
    }
    options->file = words[0];
    options->words = words + 1;
    options->word_count = count - 1;
    return STATUS_OK;
}

/** An option does not belong here, words are missing, options exclude each other: said in this order. */
static status_t take_command(
    options_t *options, const options_split_t *split, uint64_t given, int count, char **words) {
    const int taken = choose_command(options, count, words);
    status_t status = check_given(options, given);
    if (status == STATUS_OK) {
        status = take_words(options, split, count - taken, words + taken);
    }
    return status == STATUS_OK ? options_check(options) : status;
}

/** getopt's complaint about the word before optind, or about a letter of it. */
static status_t refuse_option(int complaint, char **arguments) {
    const char *word = arguments[optind - 1];
    char letter[] = {'-', (char)optopt, '\0'};
    if (optopt < 0) {
        return status_fail(STATUS_USAGE, "an option that is not ASCII; see cvae_mpi --help");
    }
    if (complaint == '?' && optopt > 0 && optopt < LONG_FIRST) {
        return status_fail(STATUS_USAGE, "unknown option %s; see cvae_mpi --help", letter);
    }
    if (complaint == ':') {
        return status_fail(STATUS_USAGE, "%s needs a value; see cvae_mpi --help", word);
    }
    return status_fail(STATUS_USAGE,
        optopt >= LONG_FIRST ? "%s: it takes no value; see cvae_mpi --help"
                             : "unknown option %s; see cvae_mpi --help",
        word);
}

/** getopt takes --over for --overwrite; an option that removes something must be written out. */
static bool is_written_out(const char *name, int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++) {
        const size_t length = strcspn(arguments[i], "=");
        if (length == strlen(name) && strncmp(arguments[i], name, length) == 0) {
            return true;
        }
    }
    return false;
}

/** The long options of the table, as getopt wants them. */
static void list_long_options(struct option list[OPTIONS_TABLE_MAX + 1]) {
    for (int i = 0; i < options_table_size(); i++) {
        const char *name = options_table_name(i);
        if (name[1] == '-') {
            *list++ = (struct option){name + 2, options_table_has_value(i), NULL, LONG_FIRST + i};
        }
    }
    *list = (struct option){0};
}

/** The row of the table that getopt found. */
static int find_row(int option) {
    if (option >= LONG_FIRST) {
        return option - LONG_FIRST;
    }
    const char *name = option == 'h' ? "--help" : (char[]){'-', (char)option, '\0'};
    int row = 0;
    while (strcmp(options_table_name(row), name) != 0) {
        row++;
    }
    return row;
}

status_t options_parse(options_t *options, int argument_count, char **arguments) {
    struct option long_options[OPTIONS_TABLE_MAX + 1];
    uint64_t given = 0;
    int option;
    // getopt changes the order of the arguments.
    options_split_t split;
    status_t taken = options_split_check(&split, argument_count, arguments);
    if (taken != STATUS_OK) {
        return taken;
    }
    *options = (options_t){.command = OPTIONS_TRAIN,
        .draws = -1,
        .conversion_samples = -1,
        .count = 10,
        .steps = 8,
        .warmup = 5};
    list_long_options(long_options);
    opterr = 0;
    optind = 0;
    while ((option = getopt_long(argument_count, arguments, ":hn:", long_options, NULL)) != -1) {
        if (option == ':' || option == '?') {
            if (split.next && split.next[0] == '-') {
                return options_split_suspect(&split, 0, NULL);
            }
            return refuse_option(option, arguments);
        }
        const int row = find_row(option);
        if (option >= LONG_FIRST && !is_written_out(options_table_name(row), argument_count, arguments)) {
            return status_fail(
                STATUS_USAGE, "%s has to be written out; see cvae_mpi --help", options_table_name(row));
        }
        given |= (uint64_t)1 << row;
        if (taken == STATUS_OK) {
            taken = options_table_take(options, row, optarg);
        }
    }
    if (taken == STATUS_OK && options->command != OPTIONS_TRAIN) {
        return STATUS_OK;
    }
    // What is wrong with the value of an option comes last: it may not even belong here.
    status_t status = take_command(options, &split, given, argument_count - optind, arguments + optind);
    return status == STATUS_OK ? taken : status;
}
