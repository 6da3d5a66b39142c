/**
 * What the tests that run a whole training share: a start without a launcher, and a small configuration.
 */
#ifndef TRAINING_H
#define TRAINING_H

#include "test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "math/blas.h"
#include "comm/comm.h"
#include "base/log.h"

/** One rank, whatever the test itself was started by, and a silent one. */
static inline status_t training_start(comm_t **comm) {
    unsetenv("OMPI_COMM_WORLD_SIZE");
    unsetenv("PMIX_RANK");
    blas_start();
    const status_t status = comm_start(comm);
    log_enable(false);
    return status;
}

/** Writes a configuration of a hundredth of the verbs and a tiny model; what is printed by `format` is the
 * rest of it. */
static inline void __attribute__((format(printf, 2, 3)))
training_write_config(const char *path, const char *format, ...) {
    va_list arguments;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
        "data: {train: %s/../data/verbs.txt, holdout: 0.99}\n"
        "model: {hidden: 8, latent: 4, embedding: 4, condition: 4}\n",
        TEST_SOURCE_DIR);
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    assert_int_equal(fclose(file), 0);
}

#endif
