#include "cvae/recurrent.h"

#include <string.h>

#include "cvae/blas.h"
#include "cvae/kernels.h"
#include "recurrent_native.h"

void recurrent_layout(recurrent_t *recurrent, memory_t *memory, int size, int rows) {
    recurrent->backend = product_backend();
    recurrent->size = size;
    recurrent->layout = gates_layout(size, rows);
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_layout(recurrent, memory, rows);
    } else {
        recurrent->hidden = memory_take(memory, (size_t)rows * (size_t)size, sizeof(real));
    }
}

/** The rows of W that make a block of gates. */
static void update_block(const recurrent_t *recurrent, int block, const recurrent_update_t *update) {
    const size_t h = (size_t)recurrent->size;
    for (size_t gate = 0; gate < 4; gate++) {
        update->run(update->context, recurrent->weight + (gate * h + (size_t)block * KERNELS_UNITS) * h,
            (size_t)gates_block_units(&recurrent->layout, block) * h);
    }
}

void recurrent_prepare(recurrent_t *recurrent, const real *weight, const recurrent_update_t *update) {
    recurrent->weight = weight;
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        if (update) {
            update_block(recurrent, block, update);
        }
        if (recurrent->backend == PRODUCT_NATIVE) {
            recurrent_native_prepare(recurrent, block);
        }
    }
}

static void blas_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates) {
    const int h = recurrent->size;
    blas_multiply(
        PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, 4 * h, h, hidden, h, recurrent->weight, h, 1, gates, 4 * h);
}

void recurrent_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates) {
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, hidden, gates);
        return;
    }
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        recurrent_native_forward(recurrent, rows, block, hidden, gates);
    }
}

void recurrent_step(recurrent_t *recurrent, int rows, const real *hidden_before, const real *cell_before,
    real *gates, real *cell, real *cell_tanh, real *hidden) {
    const gates_layout_t *layout = &recurrent->layout;
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, hidden_before, gates);
    }
    const int blocks = gates_blocks(layout);
    for (int i = 0; i < blocks; i++) {
        const int block = recurrent->is_way_back ? blocks - 1 - i : i;
        const size_t unit = (size_t)block * KERNELS_UNITS;
        if (recurrent->backend == PRODUCT_NATIVE) {
            recurrent_native_forward(recurrent, rows, block, hidden_before, gates);
        }
        kernels()->cell_forward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, cell_before + unit, cell + unit, cell_tanh + unit, hidden + unit);
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

void recurrent_backward(recurrent_t *recurrent, int rows, const real *d_gates, real *d_hidden) {
    const int h = recurrent->size;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_backward(recurrent, rows, d_gates, d_hidden);
    } else {
        blas_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, rows, h, 4 * h, d_gates, 4 * h, recurrent->weight, h, 0,
            d_hidden, h);
    }
}

void recurrent_step_backward(recurrent_t *recurrent, int rows, const real *cell_before, const real *cell_tanh,
    real *gates, real *d_hidden, real *d_cell) {
    const gates_layout_t *layout = &recurrent->layout;
    for (int block = 0; block < gates_blocks(layout); block++) {
        const size_t unit = (size_t)block * KERNELS_UNITS;
        kernels()->cell_backward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, cell_before + unit, cell_tanh + unit, d_hidden + unit, d_cell + unit);
    }
    recurrent_backward(recurrent, rows, gates, d_hidden);
}

static void blas_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *hidden, real *d_weight) {
    const int h = recurrent->size;
    for (int row = 0; row < rows; row++) {
        memcpy(recurrent->hidden + (size_t)row * (size_t)h, hidden[row], (size_t)h * sizeof(real));
    }
    blas_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, 4 * h, h, rows, d_gates, 4 * h, recurrent->hidden, h, 1,
        d_weight, h);
}

void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *hidden, real *d_weight) {
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_gradient(recurrent, rows, d_gates, hidden, d_weight);
    } else {
        blas_gradient(recurrent, rows, d_gates, hidden, d_weight);
    }
}
