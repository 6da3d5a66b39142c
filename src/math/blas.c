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

void blas_multiply(product_operation_t operation_a, product_operation_t operation_b, int m, int n, int k,
    const real *a, int stride_a, const real *b, int stride_b, real beta, real *c, int stride_c) {
    enum CBLAS_TRANSPOSE transpose_a = operation_a == PRODUCT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    enum CBLAS_TRANSPOSE transpose_b = operation_b == PRODUCT_TRANSPOSED ? CblasTrans : CblasNoTrans;
#ifdef CVAE_DOUBLE
    cblas_dgemm(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#else
    cblas_sgemm(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#endif
}
