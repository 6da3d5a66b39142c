#include "recurrent.h"

#include <string.h>

#include "blas.h"
#include "kernels.h"
#include "recurrent_native.h"

void recurrent_layout(
    recurrent_t *recurrent, memory_t *memory, const gates_map_t *map, int size, int inputs, int rows) {
    recurrent->backend = product_backend();
    recurrent->size = size;
    recurrent->inputs = inputs;
    recurrent->map = map;
    recurrent->layout = gates_layout(size, rows);
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_layout(recurrent, memory, rows);
    } else {
        recurrent->x = memory_take(memory, (size_t)rows * (size_t)inputs, sizeof(real));
    }
}

void recurrent_prepare(recurrent_t *recurrent, const real *weight) {
    recurrent->weight = weight;
    for (int block = 0; recurrent->backend == PRODUCT_NATIVE && block < gates_blocks(&recurrent->layout);
         block++) {
        recurrent_native_prepare(recurrent, block);
    }
}

/** Gates of W from one on whose groups stand side by side, so that one product makes them. */
typedef struct {
    int count, rows;   /**< gates; rows of W, columns of the gates */
    size_t weight, at; /**< where they begin in W, and in a row of gates */
} run_t;

static run_t run_from(const recurrent_t *recurrent, int gate) {
    const gates_map_t *map = recurrent->map;
    int count = 1;
    while (gate + count < map->count && map->group[gate + count] == map->group[gate] + count) {
        count++;
    }
    const size_t h = (size_t)recurrent->size;
    return (run_t){count, count * recurrent->size, (size_t)gate * h * (size_t)recurrent->inputs,
        (size_t)map->group[gate] * h};
}

static void blas_forward(const recurrent_t *recurrent, int rows, const real *x, real *gates) {
    const int inputs = recurrent->inputs;
    for (int gate = 0; gate < recurrent->map->count;) {
        const run_t run = run_from(recurrent, gate);
        blas_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, run.rows, inputs, x, inputs,
            recurrent->weight + run.weight, inputs, 1, gates + run.at, 4 * recurrent->size);
        gate += run.count;
    }
}

void recurrent_forward(const recurrent_t *recurrent, int rows, const real *x, real *gates) {
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, x, gates);
        return;
    }
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        recurrent_native_forward(recurrent, rows, block, x, gates);
    }
}

static void blas_backward(const recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    const int inputs = recurrent->inputs;
    for (int gate = 0; gate < recurrent->map->count;) {
        const run_t run = run_from(recurrent, gate);
        blas_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, rows, inputs, run.rows, d_gates + run.at,
            4 * recurrent->size, recurrent->weight + run.weight, inputs, gate == 0 ? (real)beta : 1, d_x,
            inputs);
        gate += run.count;
    }
}

void recurrent_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_backward(recurrent, rows, d_gates, beta, d_x);
    } else {
        blas_backward(recurrent, rows, d_gates, beta, d_x);
    }
}

/** What a step begins with: OpenBLAS makes the whole product at once. */
static void begin_step(const recurrent_t *recurrent, int rows, const real *hidden_before, real *gates) {
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, hidden_before, gates);
    }
}

/** The step's i-th block of gates, with its product made; the cell is the caller's. */
static int next_block(const recurrent_t *recurrent, int i, int rows, const real *hidden_before, real *gates) {
    const int block = recurrent->is_way_back ? gates_blocks(&recurrent->layout) - 1 - i : i;
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_forward(recurrent, rows, block, hidden_before, gates);
    }
    return block;
}

void recurrent_lstm_step(recurrent_t *recurrent, int rows, const real *hidden_before, const real *cell_before,
    real *gates, real *cell, real *cell_tanh, real *hidden) {
    const gates_layout_t *layout = &recurrent->layout;
    begin_step(recurrent, rows, hidden_before, gates);
    for (int i = 0; i < gates_blocks(layout); i++) {
        const int block = next_block(recurrent, i, rows, hidden_before, gates);
        const size_t unit = (size_t)block * KERNELS_UNITS;
        kernels()->lstm_forward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, cell_before + unit, cell + unit, cell_tanh + unit, hidden + unit);
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

void recurrent_gru_step(
    recurrent_t *recurrent, int rows, const real *hidden_before, real *gates, real *hidden) {
    const gates_layout_t *layout = &recurrent->layout;
    begin_step(recurrent, rows, hidden_before, gates);
    for (int i = 0; i < gates_blocks(layout); i++) {
        const int block = next_block(recurrent, i, rows, hidden_before, gates);
        const size_t unit = (size_t)block * KERNELS_UNITS;
        kernels()->gru_forward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, hidden_before + unit, hidden + unit);
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

void recurrent_lstm_step_backward(recurrent_t *recurrent, int rows, const real *cell_before,
    const real *cell_tanh, real *gates, real *d_hidden, real *d_cell) {
    const gates_layout_t *layout = &recurrent->layout;
    for (int block = 0; block < gates_blocks(layout); block++) {
        const size_t unit = (size_t)block * KERNELS_UNITS;
        kernels()->lstm_backward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, cell_before + unit, cell_tanh + unit, d_hidden + unit, d_cell + unit);
    }
    recurrent_backward(recurrent, rows, gates, 0, d_hidden);
}

void recurrent_gru_step_backward(
    recurrent_t *recurrent, int rows, const real *hidden_before, real *gates, real *d_hidden) {
    const gates_layout_t *layout = &recurrent->layout;
    for (int block = 0; block < gates_blocks(layout); block++) {
        const size_t unit = (size_t)block * KERNELS_UNITS;
        kernels()->gru_backward(rows, gates_block_units(layout, block), gates_block(layout, block, gates),
            (size_t)recurrent->size, hidden_before + unit, d_hidden + unit);
    }
    recurrent_backward(recurrent, rows, gates, 1, d_hidden);
}

static void blas_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    const int inputs = recurrent->inputs;
    for (int row = 0; row < rows; row++) {
        memcpy(recurrent->x + (size_t)row * (size_t)inputs, x[row], (size_t)inputs * sizeof(real));
    }
    for (int gate = 0; gate < recurrent->map->count;) {
        const run_t run = run_from(recurrent, gate);
        blas_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, run.rows, inputs, rows, d_gates + run.at,
            4 * recurrent->size, recurrent->x, inputs, 1, d_weight + run.weight, inputs);
        gate += run.count;
    }
}

void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    if (recurrent->backend == PRODUCT_NATIVE) {
        recurrent_native_gradient(recurrent, rows, d_gates, x, d_weight);
    } else {
        blas_gradient(recurrent, rows, d_gates, x, d_weight);
    }
}
