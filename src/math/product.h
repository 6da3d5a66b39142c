/**
 * Dense matrix products. The native backend packs the right factor piece by piece and multiplies it with the
 * kernels: each number of a result is one chain of fused multiply-adds, so it has the same bits for every
 * number of rows, on AVX-512, on AVX2 and without either, and nothing is allocated. The OpenBLAS backend is
 * for comparison; its bits depend on the shape of the call and on the CPU.
 */
#ifndef CVAE_PRODUCT_H
#define CVAE_PRODUCT_H

#include "real.h"

typedef enum { PRODUCT_NATIVE, PRODUCT_OPENBLAS } product_backend_t;
typedef enum { PRODUCT_PLAIN, PRODUCT_TRANSPOSED } product_operation_t;

/**
 * What the native backend multiplies: the operands as they are, or rounded to bfloat16 in pairs along the
 * depth (kernels.h, pair_add()), with sums of type real in both. OpenBLAS and the double build know the first
 * alone.
 */
typedef enum { PRODUCT_REAL, PRODUCT_BF16 } product_precision_t;

/**
 * The backend of all products from now on, those of recurrent.h included. At first native; in the double
 * build, which has no fast kernels, OpenBLAS.
 */
void product_choose(product_backend_t backend);

/** The chosen one. */
product_backend_t product_backend(void);

/**
 * c [m, n] = a' [m, k] b' [k, n] + beta c, where a' is a or its transpose, b' likewise, all row-major, and
 * beta is 0 or 1. The last arguments of a, b, c are the distances between the starts of two rows as stored.
 */
void product_multiply(product_precision_t precision, product_operation_t operation_a,
    product_operation_t operation_b, int m, int n, int k, const real *a, int stride_a, const real *b,
    int stride_b, real beta, real *c, int stride_c);

#endif
