#include "recurrent.h"

#include <string.h>

#include "blas.h"
#include "kernels.h"

enum {
    PANEL = KERNELS_PANEL,
    UNITS = KERNELS_UNITS,
    DEPTH = KERNELS_DEPTH,
    BLOCKS = DEPTH / PANEL, /**< blocks of gates to work on at once where they are the depth */
};

static int least(int a, int b) {
    return a < b ? a : b;
}

/** Whether it is an LSTM, whose gates have a map of their own. */
static bool has_cell(const recurrent_t *recurrent) {
    return recurrent->map == &gates_of_lstm;
}

/** Panels of D columns. */
static int panels(const recurrent_t *recurrent) {
    return (recurrent->inputs + PANEL - 1) / PANEL;
}

static int panel_width(const recurrent_t *recurrent, int panel) {
    return least(PANEL, recurrent->inputs - panel * PANEL);
}

/** Depth of a backward panel: all gates, blocks filled up. */
static size_t gates_depth(const recurrent_t *recurrent) {
    return (size_t)gates_blocks(&recurrent->layout) * PANEL;
}

static void native_layout(recurrent_t *recurrent, memory_t *memory, int rows) {
    const size_t inputs = (size_t)recurrent->inputs, columns = (size_t)panels(recurrent) * PANEL;
    // A block of the gradient may have more rows than a step.
    const size_t edge_rows = (size_t)(rows > UNITS ? rows : UNITS);
    recurrent->forward = memory_take(memory, gates_depth(recurrent) * inputs, sizeof(real));
    recurrent->backward = memory_take(memory, gates_depth(recurrent) * columns, sizeof(real));
    recurrent->x = memory_take(memory, DEPTH * columns, sizeof(real));
    recurrent->edge = memory_take(memory, inputs % PANEL == 0 ? 0 : edge_rows * PANEL, sizeof(real));
}

static real *forward_panel(const recurrent_t *recurrent, int block) {
    return recurrent->forward + (size_t)block * (size_t)recurrent->inputs * PANEL;
}

static real *backward_panel(const recurrent_t *recurrent, int panel) {
    return recurrent->backward + (size_t)panel * gates_depth(recurrent) * PANEL;
}

/** The rows of W that a gate of a block comes from, the gates counted as W has them. */
static const real *weight_row(const recurrent_t *recurrent, int block, int gate) {
    const size_t first = (size_t)gate * (size_t)recurrent->size + (size_t)block * UNITS;
    return recurrent->weight + first * (size_t)recurrent->inputs;
}

/** Whether W leaves numbers of a block's panels zero: units that fill it up, or a group that W knows not. */
static bool has_zeros(const recurrent_t *recurrent, int block) {
    return gates_block_units(&recurrent->layout, block) < UNITS || recurrent->map->count < 4;
}

/** forward[block][k][group of the gate][unit] = W[gate * H + block * UNITS + unit][k] */
static void pack_forward(const recurrent_t *recurrent, int block) {
    const int inputs = recurrent->inputs;
    real *panel = forward_panel(recurrent, block);
    if (has_zeros(recurrent, block)) {
        memset(panel, 0, (size_t)inputs * PANEL * sizeof *panel);
    }
    for (int gate = 0; gate < recurrent->map->count; gate++) {
        kernels()->transpose(gates_block_units(&recurrent->layout, block), inputs,
            weight_row(recurrent, block, gate), (size_t)inputs, panel + recurrent->map->group[gate] * UNITS,
            PANEL);
    }
}

/** backward[panel][block][group of the gate][unit][column] = W[gate * H + block * UNITS + unit][panel * PANEL
 * + column] */
static void pack_backward(const recurrent_t *recurrent, int panel, int block) {
    const int units = gates_block_units(&recurrent->layout, block);
    real *to = backward_panel(recurrent, panel) + (size_t)block * PANEL * PANEL;
    if (has_zeros(recurrent, block)) {
        memset(to, 0, (size_t)PANEL * PANEL * sizeof *to);
    }
    for (int gate = 0; gate < recurrent->map->count; gate++) {
        kernels()->copy(units, panel_width(recurrent, panel),
            weight_row(recurrent, block, gate) + panel * PANEL, (size_t)recurrent->inputs,
            to + recurrent->map->group[gate] * UNITS * PANEL, PANEL);
    }
}

static void native_prepare(const recurrent_t *recurrent) {
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        pack_forward(recurrent, block);
        for (int panel = 0; panel < panels(recurrent); panel++) {
            pack_backward(recurrent, panel, block);
        }
    }
}

/** The block of gates += its part of x W^T. */
static void native_forward(const recurrent_t *recurrent, int rows, int block, const real *x, real *gates) {
    const int inputs = recurrent->inputs;
    for (int k = 0; k < inputs; k += DEPTH) {
        const kernels_factor_t a = {.from = x + k,
            .row_step = (size_t)inputs,
            .depth_step = 1,
            .depth = least(DEPTH, inputs - k),
            .pieces = 1};
        kernels()->panel_add(rows, a, forward_panel(recurrent, block) + (size_t)k * PANEL,
            gates_block(&recurrent->layout, block, gates));
    }
}

/** A panel's columns of c [rows, D] += a right, by way of `edge` where they do not fill the panel. */
static void add_to_panel(
    const recurrent_t *recurrent, int rows, kernels_factor_t a, const real *right, int panel, real *c) {
    const size_t inputs = (size_t)recurrent->inputs;
    const int width = panel_width(recurrent, panel);
    real *edge = recurrent->edge;
    c += panel * PANEL;
    if (width == PANEL) {
        kernels()->panel_add(rows, a, right, (kernels_target_t){c, inputs, UNITS});
        return;
    }
    kernels()->copy(rows, width, c, inputs, edge, PANEL);
    kernels()->panel_add(rows, a, right, (kernels_target_t){edge, PANEL, UNITS});
    kernels()->copy(rows, width, edge, PANEL, c, inputs);
}

static void native_backward(
    const recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    const gates_layout_t *layout = &recurrent->layout;
    const int blocks = gates_blocks(layout), last = panels(recurrent) - 1;
    if (beta == 0) {
        memset(d_x, 0, (size_t)rows * (size_t)recurrent->inputs * sizeof *d_x);
    }
    for (int i = 0; i <= last; i++) {
        const int panel = recurrent->is_way_back ? last - i : i;
        for (int block = 0; block < blocks; block += BLOCKS) {
            const kernels_factor_t a = {.from = d_gates + (size_t)block * layout->block_step,
                .row_step = layout->row_step,
                .depth_step = 1,
                .depth = PANEL,
                .pieces = least(BLOCKS, blocks - block),
                .piece_step = layout->block_step};
            add_to_panel(recurrent, rows, a, backward_panel(recurrent, panel) + (size_t)block * PANEL * PANEL,
                panel, d_x);
        }
    }
}

/** Panels of the rows' right factors, each [DEPTH, PANEL]. */
static void pack_right(const recurrent_t *recurrent, int rows, const real *const *x) {
    for (int row = 0; row < rows; row++) {
        for (int panel = 0; panel < panels(recurrent); panel++) {
            kernels()->copy(1, panel_width(recurrent, panel), x[row] + panel * PANEL, 0,
                recurrent->x + ((size_t)panel * DEPTH + (size_t)row) * PANEL, 0);
        }
    }
}

/** A piece of the rows: every gate of every block with every panel. */
static void gradient_piece(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    const gates_layout_t *layout = &recurrent->layout;
    const gates_map_t *map = recurrent->map;
    pack_right(recurrent, rows, x);
    for (int block = 0; block < gates_blocks(layout); block++) {
        const int units = gates_block_units(layout, block);
        for (int panel = 0; panel < panels(recurrent); panel++) {
            for (int gate = 0; gate < map->count; gate++) {
                const kernels_factor_t a = {.from = d_gates + (size_t)block * layout->block_step +
                                                    (size_t)map->group[gate] * layout->gate_step,
                    .row_step = 1,
                    .depth_step = layout->row_step,
                    .depth = rows,
                    .pieces = 1};
                add_to_panel(recurrent, units, a, recurrent->x + (size_t)panel * DEPTH * PANEL, panel,
                    d_weight + (weight_row(recurrent, block, gate) - recurrent->weight));
            }
        }
    }
}

static void native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    for (int row = 0; row < rows; row += DEPTH) {
        gradient_piece(recurrent, least(DEPTH, rows - row),
            d_gates + (size_t)row * recurrent->layout.row_step, x + row, d_weight);
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
        blas_multiply(false, true, rows, run.rows, inputs, x, inputs, recurrent->weight + run.weight, inputs,
            1, gates + run.at, 4 * recurrent->size);
        gate += run.count;
    }
}

static void blas_backward(const recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    const int inputs = recurrent->inputs;
    for (int gate = 0; gate < recurrent->map->count;) {
        const run_t run = run_from(recurrent, gate);
        blas_multiply(false, false, rows, inputs, run.rows, d_gates + run.at, 4 * recurrent->size,
            recurrent->weight + run.weight, inputs, gate == 0 ? (real)beta : 1, d_x, inputs);
        gate += run.count;
    }
}

static void blas_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    const int inputs = recurrent->inputs;
    for (int row = 0; row < rows; row++) {
        memcpy(recurrent->x + (size_t)row * (size_t)inputs, x[row], (size_t)inputs * sizeof(real));
    }
    for (int gate = 0; gate < recurrent->map->count;) {
        const run_t run = run_from(recurrent, gate);
        blas_multiply(true, false, run.rows, inputs, rows, d_gates + run.at, 4 * recurrent->size,
            recurrent->x, inputs, 1, d_weight + run.weight, inputs);
        gate += run.count;
    }
}

void recurrent_layout(
    recurrent_t *recurrent, memory_t *memory, const gates_map_t *map, int size, int inputs, int rows) {
    recurrent->backend = product_backend();
    recurrent->size = size;
    recurrent->inputs = inputs;
    recurrent->map = map;
    recurrent->layout = gates_layout(size, rows);
    if (recurrent->backend == PRODUCT_NATIVE) {
        native_layout(recurrent, memory, rows);
    } else {
        recurrent->x = memory_take(memory, (size_t)rows * (size_t)inputs, sizeof(real));
    }
}

void recurrent_prepare(recurrent_t *recurrent, const real *weight) {
    recurrent->weight = weight;
    if (recurrent->backend == PRODUCT_NATIVE) {
        native_prepare(recurrent);
    }
}

void recurrent_forward(const recurrent_t *recurrent, int rows, const real *x, real *gates) {
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, x, gates);
        return;
    }
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        native_forward(recurrent, rows, block, x, gates);
    }
}

void recurrent_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    if (recurrent->backend == PRODUCT_NATIVE) {
        native_backward(recurrent, rows, d_gates, beta, d_x);
    } else {
        blas_backward(recurrent, rows, d_gates, beta, d_x);
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    if (recurrent->backend == PRODUCT_NATIVE) {
        native_gradient(recurrent, rows, d_gates, x, d_weight);
    } else {
        blas_gradient(recurrent, rows, d_gates, x, d_weight);
    }
}

void recurrent_step(recurrent_t *recurrent, int rows, real *gates, recurrent_states_t states) {
    const gates_layout_t *layout = &recurrent->layout;
    const int blocks = gates_blocks(layout);
    const size_t step = (size_t)recurrent->size;
    // OpenBLAS makes the whole product at once.
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, states.hidden_before, gates);
    }
    for (int i = 0; i < blocks; i++) {
        const int block = recurrent->is_way_back ? blocks - 1 - i : i,
                  units = gates_block_units(layout, block);
        const size_t unit = (size_t)block * UNITS;
        const kernels_target_t target = gates_block(layout, block, gates);
        if (recurrent->backend == PRODUCT_NATIVE) {
            native_forward(recurrent, rows, block, states.hidden_before, gates);
        }
        if (has_cell(recurrent)) {
            kernels()->lstm_forward(rows, units, target, step, states.cell_before + unit, states.cell + unit,
                states.cell_tanh + unit, states.hidden + unit);
        } else {
            kernels()->gru_forward(
                rows, units, target, step, states.hidden_before + unit, states.hidden + unit);
        }
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

void recurrent_step_backward(
    recurrent_t *recurrent, int rows, real *gates, recurrent_states_t states, real *d_hidden, real *d_cell) {
    const gates_layout_t *layout = &recurrent->layout;
    const size_t step = (size_t)recurrent->size;
    for (int block = 0; block < gates_blocks(layout); block++) {
        const int units = gates_block_units(layout, block);
        const size_t unit = (size_t)block * UNITS;
        const kernels_target_t target = gates_block(layout, block, gates);
        if (has_cell(recurrent)) {
            kernels()->lstm_backward(rows, units, target, step, states.cell_before + unit,
                states.cell_tanh + unit, d_hidden + unit, d_cell + unit);
        } else {
            kernels()->gru_backward(rows, units, target, step, states.hidden_before + unit, d_hidden + unit);
        }
    }
    // A GRU's hidden state also goes on past the gates: the cell's backward left that part.
    recurrent_backward(recurrent, rows, gates, has_cell(recurrent) ? 0 : 1, d_hidden);
}
