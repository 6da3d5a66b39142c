#include "commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "checkpoint/image.h"
#include "comm/comm.h"
#include "data/epoch.h"
#include "math/blas.h"
#include "math/kernels.h"
#include "report/csv.h"
#include "report/document.h"
#include "report/page.h"
#include "train/folder.h"
#include "train/plan.h"

status_t commands_report(const options_t *options) {
    const char *file = options->output || options->csv ? options->output : "report.html";
    const int count = options->word_count;
    const status_t status =
        (options->csv ? csv_write : page_write)(file, (const char *const *)options->words, count);
    if (status == STATUS_OK && file) {
        log_line("%s: %d run%s", file, count, text_plural((size_t)count));
    }
    return status;
}

status_t commands_folder(const options_t *options) {
    config_t config;
    folder_t folder;
    status_t status = plan_config(&config, options->file, options->overrides, options->override_count);
    if (status == STATUS_OK && options->ranks) {
        printf("%d\n", epoch_shards(config.train.batch_size, config.train.micro_batch));
    } else if (status == STATUS_OK && (status = folder_name(&folder, &config)) == STATUS_OK) {
        puts(folder.path);
    }
    return status;
}

void commands_version(const options_t *options) {
    print_line(stdout, "cvae_mpi %s", CVAE_VERSION);
    if (options->verbose) {
        char mpi[256];
        comm_library(mpi, sizeof mpi);
#ifdef __clang__
        print_line(stdout, "compiler  %s", __VERSION__);
#else
        print_line(stdout, "compiler  gcc %s", __VERSION__);
#endif
        print_line(stdout, "MPI       %s", mpi);
        print_line(stdout, "HDF5      %s", image_hdf5_version());
        print_line(stdout, "BLAS      %s, %s", blas_version(), blas_core());
        print_line(stdout, "kernels   %s", kernels()->name);
    }
}

status_t commands_dump_config(const options_t *options) {
    config_t config;
    const status_t status = plan_config(&config, options->file, options->overrides, options->override_count);
    char *text = malloc(CONFIG_TEXT_SIZE);
    if (status == STATUS_OK && text) {
        config_write(&config, text, CONFIG_TEXT_SIZE);
        fputs(text, stdout);
    }
    free(text);
    return status == STATUS_OK && !text ? status_fail(STATUS_MEMORY, "out of memory for the configuration")
                                        : status;
}

/** reason: an errno, 0 where it is no longer known. */
static status_t refuse(int reason) {
    return status_fail(STATUS_OUTPUT, "standard output cannot be written%s%s", reason ? ": " : "",
        reason ? strerror(reason) : "");
}

void commands_text(const options_t *options, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (!options->json) {
        vprintf(format, arguments);
    }
    va_end(arguments);
}

void commands_line(const options_t *options, const char *format, ...) {
    char *line = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (!options->json && vasprintf(&line, format, arguments) >= 0) {
        print_line(stdout, "%s", line);
        free(line);
    }
    va_end(arguments);
}

status_t commands_table(const options_t *options, print_table_t *table) {
    const status_t status = options->json ? STATUS_OK : print_table(table, stdout);
    print_table_destroy(table);
    return status;
}

status_t commands_record(const options_t *options, json_t *record) {
    if (!options->json) {
        json_decref(record);
        return STATUS_OK;
    }
    errno = 0;
    const status_t status = document_print(record, stdout);
    return status == STATUS_OUTPUT ? refuse(errno) : status;
}

status_t commands_flush(void) {
    errno = 0;
    // What a failed print has lost no flush brings back: then there may be nothing left that could fail.
    return fflush(stdout) == 0 && !ferror(stdout) ? STATUS_OK : refuse(errno);
}
