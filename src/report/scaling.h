/**
 * A scaling experiment's outcome, from what its trainings wrote with --timing: tables, CSV, JSON and a page.
 */
#ifndef CVAE_SCALING_H
#define CVAE_SCALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

typedef struct {
    const char *const *files; /**< [file_count > 0] the rounds in their order */
    size_t file_count;
    const char *folder; /**< made if need be, its parent is there */
    int cores;          /**< of all hosts together; 0: not known */
    bool is_whole; /**< of the time, evaluations and checkpoints count too; else the time in steps is all */
} scaling_options_t;

/**
 * Reads the files, each one training or a list of trainings that ran at the same time, and finds the series
 * among them: strong scaling (other ranks), weak scaling (a batch that grows with the ranks), micro-batches.
 * Writes scaling.csv, scaling.json and scaling.html into the folder, as replace_file() does, and tables to
 * the stream, which remembers its errors. The same files give the same bytes.
 *
 * STATUS_DATA with a file that is no such account, then nothing is written. STATUS_DATA also, with the runs'
 * files, where equal work (all but ranks, hosts, kernels and reduction alike) did not end with equal
 * parameters; then everything is written, and these runs are marked. STATUS_NO_INPUT, STATUS_OUTPUT,
 * STATUS_MEMORY.
 */
status_t scaling_write(const scaling_options_t *options, FILE *stream);

#endif
