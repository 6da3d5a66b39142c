#include "cvae/recurrent.h"

#include "cvae/blas.h"
#include "recurrent_native.h"

void recurrent_layout(recurrent_t *recurrent, memory_t *memory, int size, int rows) {
    recurrent->backend = product_backend();
    recurrent->size = size;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_layout(recurrent, memory, rows);
    }
}

void recurrent_prepare(recurrent_t *recurrent, const real *weight) {
    recurrent->weight = weight;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_prepare(recurrent);
    }
}

void recurrent_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates) {
    const int h = recurrent->size;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_forward(recurrent, rows, hidden, gates);
    } else {
        blas_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, 4 * h, h, hidden, h, recurrent->weight, h, 1,
            gates, 4 * h);
    }
}

void recurrent_backward(const recurrent_t *recurrent, int rows, const real *d_gates, real *d_hidden) {
    const int h = recurrent->size;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_backward(recurrent, rows, d_gates, d_hidden);
    } else {
        blas_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, rows, h, 4 * h, d_gates, 4 * h, recurrent->weight, h, 0,
            d_hidden, h);
    }
}

void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *hidden, real *d_weight) {
    const int h = recurrent->size;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_gradient(recurrent, rows, d_gates, hidden, d_weight);
    } else {
        blas_multiply(
            PRODUCT_TRANSPOSED, PRODUCT_PLAIN, 4 * h, h, rows, d_gates, 4 * h, hidden, h, 1, d_weight, h);
    }
}
