#include "blas.h"

#include <cblas.h>

void blas_start(void) {
    openblas_set_num_threads(1);
}

const char *blas_core(void) {
    return openblas_get_corename();
}

const char *blas_version(void) {
    return openblas_get_config();
}

void blas_multiply(bool transposes_a, bool transposes_b, int m, int n, int k, const real *a, int stride_a,
    const real *b, int stride_b, real beta, real *c, int stride_c) {
    const enum CBLAS_TRANSPOSE transpose_a = transposes_a ? CblasTrans : CblasNoTrans;
    const enum CBLAS_TRANSPOSE transpose_b = transposes_b ? CblasTrans : CblasNoTrans;
#ifdef CVAE_DOUBLE
    cblas_dgemm(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#else
    cblas_sgemm(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#endif
}
