#include "blas.h"

#include <cblas.h>
#include <stdlib.h>

#include "base/dynamic.h"

/** Its functions; NULL before it is loaded. */
static struct {
    __typeof__(cblas_sgemm) *multiply;
    __typeof__(cblas_dgemm) *multiply_doubles;
    __typeof__(openblas_set_num_threads) *set_threads;
    __typeof__(openblas_get_corename) *core;
    __typeof__(openblas_get_config) *version;
} blas;

status_t blas_start(void) {
    const dynamic_function_t functions[] = {{"cblas_sgemm", &blas.multiply},
        {"cblas_dgemm", &blas.multiply_doubles}, {"openblas_set_num_threads", &blas.set_threads},
        {"openblas_get_corename", &blas.core}, {"openblas_get_config", &blas.version}};
    const status_t status =
        dynamic_load("libopenblas.so.0", "libopenblas0", functions, sizeof functions / sizeof *functions);
    if (status == STATUS_OK) {
        blas.set_threads(1);
    }
    return status;
}

/** Loads OpenBLAS where blas_start() was not called. */
static void ensure(void) {
    if (!blas.version && blas_start() != STATUS_OK) {
        abort();
    }
}

const char *blas_core(void) {
    ensure();
    return blas.core();
}

const char *blas_version(void) {
    ensure();
    return blas.version();
}

void blas_multiply(bool transposes_a, bool transposes_b, int m, int n, int k, const real *a, int stride_a,
    const real *b, int stride_b, real beta, real *c, int stride_c) {
    ensure();
    const enum CBLAS_TRANSPOSE transpose_a = transposes_a ? CblasTrans : CblasNoTrans;
    const enum CBLAS_TRANSPOSE transpose_b = transposes_b ? CblasTrans : CblasNoTrans;
#ifdef CVAE_DOUBLE
    blas.multiply_doubles(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#else
    blas.multiply(
        CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, stride_a, b, stride_b, beta, c, stride_c);
#endif
}
