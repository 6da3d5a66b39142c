/**
 * OpenBLAS: its products, the other backend of product.h, and what there is to know about the library. It is
 * loaded when it is asked for: it starts threads, which takes longer than converting a word.
 *
 * It gives a result's row other bits when the call has another number of rows, so same bits need same shapes:
 * here every shape depends on the shard alone, never on the rank or the rank count.
 */
#ifndef CVAE_BLAS_H
#define CVAE_BLAS_H

#include <stdbool.h>

#include "base/status.h"
#include "real.h"

/**
 * Loads OpenBLAS, for one thread a process: the ranks are the parallelism. STATUS_INTERNAL, with the remedy.
 * The other functions load it by themselves, and abort() where that fails.
 */
status_t blas_start(void);

/** The name of the CPU kernels that OpenBLAS chose, "SkylakeX" for example. */
const char *blas_core(void);

/** OpenBLAS's own version text. */
const char *blas_version(void);

/** As product_multiply(), for any beta. */
void blas_multiply(bool transposes_a, bool transposes_b, int m, int n, int k, const real *a, int stride_a,
    const real *b, int stride_b, real beta, real *c, int stride_c);

#endif
