/**
 * In the place of math/blas.c in libcvae: the library multiplies with the native kernels alone. OpenBLAS
 * would start threads in whatever process loads it.
 */
#include "math/blas.h"

#include <stdlib.h>

void blas_multiply(bool transposes_a, bool transposes_b, int m, int n, int k, const real *a, int stride_a,
    const real *b, int stride_b, real beta, real *c, int stride_c) {
    (void)transposes_a, (void)transposes_b, (void)m, (void)n, (void)k, (void)a, (void)stride_a, (void)b;
    (void)stride_b, (void)beta, (void)c, (void)stride_c;
    abort(); // product_choose() is never called there.
}
