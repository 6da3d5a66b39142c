#include "blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <stdlib.h>

/** Its functions; NULL before it is loaded. */
static struct {
    __typeof__(cblas_sgemm) *multiply;
    __typeof__(cblas_dgemm) *multiply_doubles;
    __typeof__(openblas_set_num_threads) *set_threads;
    __typeof__(openblas_get_corename) *core;
    __typeof__(openblas_get_config) *version;
} blas;

status_t blas_start(void) {
    static const char *const names[] = {"cblas_sgemm", "cblas_dgemm", "openblas_set_num_threads",
        "openblas_get_corename", "openblas_get_config"};
    void *functions[] = {
        &blas.multiply, &blas.multiply_doubles, &blas.set_threads, &blas.core, &blas.version};
    void *library = dlopen("libopenblas.so.0", RTLD_NOW);
    bool is_whole = library != NULL;
    for (int i = 0; i < 5 && is_whole; i++) {
        is_whole = (*(void **)functions[i] = dlsym(library, names[i])) != NULL;
    }
    if (!is_whole) {
        return status_fail(STATUS_INTERNAL,
            "OpenBLAS cannot be loaded, which this command needs: %s (Debian: apt-get install libopenblas0)",
            dlerror());
    }
    blas.set_threads(1);
    return STATUS_OK;
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
