#include "recurrent.h"

#include <string.h>

#include "blas.h"
#include "kernels.h"

enum {
    PANEL = KERNELS_PANEL,
    UNITS = KERNELS_UNITS,
    DEPTH = KERNELS_DEPTH,
    ROWS = 64, /**< in bfloat16: rows of a left factor to round at once */
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

static bool is_rounded(const recurrent_t *recurrent) {
    return recurrent->precision == PRODUCT_BF16;
}

/** How many numbers a column of a panel has for so much depth, and a row of a left factor. */
static size_t panel_depth(const recurrent_t *recurrent, size_t depth) {
    return is_rounded(recurrent) ? (depth + 1) / 2 : depth;
}

static size_t left_depth(const recurrent_t *recurrent, size_t depth) {
    return panel_depth(recurrent, depth) * (is_rounded(recurrent) ? (size_t)kernels()->pair_words : 1);
}

/** Depth to work on at once: what of a panel stays in the cache from some rows to the next. */
static int most_depth(const recurrent_t *recurrent) {
    return is_rounded(recurrent) ? kernels()->pair_depth : DEPTH;
}

/** Likewise for a panel of W. A single row needs none of it twice. */
static int most_weight_depth(const recurrent_t *recurrent, int rows, int depth) {
    return rows == 1 ? depth : most_depth(recurrent);
}

/** From one row of a left factor to the next: rows of a power of two would share their places in the cache.
 */
static size_t left_step(const recurrent_t *recurrent, size_t depth) {
    return left_depth(recurrent, depth) + UNITS;
}

static void native_layout(recurrent_t *recurrent, memory_t *memory, int rows) {
    const size_t inputs = (size_t)recurrent->inputs, columns = (size_t)panels(recurrent) * PANEL;
    const size_t gates = gates_depth(recurrent);
    // A block of the gradient may have more rows than a step.
    const size_t edge_rows = (size_t)(rows > UNITS ? rows : UNITS);
    recurrent->forward = memory_take(memory, gates * panel_depth(recurrent, inputs), sizeof(real));
    recurrent->backward = memory_take(memory, panel_depth(recurrent, gates) * columns, sizeof(real));
    recurrent->x = memory_take(memory, DEPTH * columns, sizeof(real));
    const size_t left = left_step(recurrent, gates > inputs ? gates : inputs) * ROWS;
    const size_t left_block = DEPTH * PANEL;
    recurrent->left = memory_take(memory,
        !is_rounded(recurrent) ? 0
        : left > left_block    ? left
                               : left_block,
        sizeof(real));
    recurrent->edge = memory_take(memory, inputs % PANEL == 0 ? 0 : edge_rows * PANEL, sizeof(real));
}

static real *forward_panel(const recurrent_t *recurrent, int block) {
    return recurrent->forward + (size_t)block * panel_depth(recurrent, (size_t)recurrent->inputs) * PANEL;
}

static real *backward_panel(const recurrent_t *recurrent, int panel) {
    return recurrent->backward + (size_t)panel * panel_depth(recurrent, gates_depth(recurrent)) * PANEL;
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

/** forward[block][k][group of the gate][unit] = W[gate * H + block * UNITS + unit][k], or pairs along k. */
static void pack_forward(const recurrent_t *recurrent, int block) {
    const int inputs = recurrent->inputs;
    real *panel = forward_panel(recurrent, block);
    if (has_zeros(recurrent, block)) {
        memset(panel, 0, panel_depth(recurrent, (size_t)inputs) * PANEL * sizeof *panel);
    }
    for (int gate = 0; gate < recurrent->map->count; gate++) {
        void (*transpose)(int, int, const real *, size_t, real *, size_t) =
            is_rounded(recurrent) ? kernels()->right_transposed : kernels()->transpose;
        transpose(gates_block_units(&recurrent->layout, block), inputs, weight_row(recurrent, block, gate),
            (size_t)inputs, panel + recurrent->map->group[gate] * UNITS, PANEL);
    }
}

/** backward[panel][block][group of the gate][unit][column] = W[gate * H + block * UNITS + unit][panel * PANEL
 * + column], or pairs along the units. */
static void pack_backward(const recurrent_t *recurrent, int panel, int block) {
    const int units = gates_block_units(&recurrent->layout, block), width = panel_width(recurrent, panel);
    const size_t inputs = (size_t)recurrent->inputs, depth = panel_depth(recurrent, PANEL);
    real *to = backward_panel(recurrent, panel) + (size_t)block * depth * PANEL;
    if (has_zeros(recurrent, block)) {
        memset(to, 0, depth * PANEL * sizeof *to);
    }
    for (int gate = 0; gate < recurrent->map->count; gate++) {
        const real *from = weight_row(recurrent, block, gate) + panel * PANEL;
        real *group = to + panel_depth(recurrent, (size_t)recurrent->map->group[gate] * UNITS) * PANEL;
        if (!is_rounded(recurrent)) {
            kernels()->copy(units, width, from, inputs, group, PANEL);
            continue;
        }
        for (int unit = 0; unit < units; unit += 2, from += 2 * inputs, group += PANEL) {
            kernels()->right_columns(width, from, unit + 1 < units ? from + inputs : NULL, group);
        }
    }
}

static void native_prepare(recurrent_t *recurrent) {
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        pack_forward(recurrent, block);
    }
    recurrent->has_backward = false;
}

/** Packs W for the backward pass, unless it is packed since recurrent_prepare(). Evaluation never needs it.
 */
static void ensure_backward(recurrent_t *recurrent) {
    if (recurrent->has_backward) {
        return;
    }
    for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
        for (int panel = 0; panel < panels(recurrent); panel++) {
            pack_backward(recurrent, panel, block);
        }
    }
    recurrent->has_backward = true;
}

typedef void add_t(int rows, kernels_factor_t a, const real *panel, kernels_target_t c);

/** The product with a panel of W. */
static add_t *add_of_weights(const recurrent_t *recurrent) {
    return is_rounded(recurrent) ? kernels()->pair_add : kernels()->panel_add;
}

/** The left factor x [rows, D], all its depth; in bfloat16 it stands in recurrent->left. */
static kernels_factor_t left_of_inputs(const recurrent_t *recurrent, int rows, const real *x) {
    const size_t inputs = (size_t)recurrent->inputs;
    kernels_factor_t a = {.from = x, .row_step = inputs, .depth_step = 1, .pieces = 1};
    if (is_rounded(recurrent)) {
        a.from = recurrent->left;
        a.row_step = left_step(recurrent, inputs);
        kernels()->left_rows(rows, recurrent->inputs, x, inputs, recurrent->left, a.row_step);
    }
    return a;
}

/** Likewise d_gates [rows, 4H], a piece a block. */
static kernels_factor_t left_of_gates(const recurrent_t *recurrent, int rows, const real *d_gates) {
    const gates_layout_t *layout = &recurrent->layout;
    kernels_factor_t a = {
        .from = d_gates, .row_step = layout->row_step, .depth_step = 1, .piece_step = layout->block_step};
    if (is_rounded(recurrent)) {
        a.from = recurrent->left;
        a.row_step = left_step(recurrent, gates_depth(recurrent));
        a.piece_step = left_depth(recurrent, PANEL);
        for (int block = 0; block < gates_blocks(layout); block++) {
            kernels()->left_rows(rows, PANEL, d_gates + (size_t)block * layout->block_step, layout->row_step,
                recurrent->left + (size_t)block * a.piece_step, a.row_step);
        }
    }
    return a;
}

/** The block of gates += its part of x W^T. x: left_of_inputs(). */
static void native_forward(
    const recurrent_t *recurrent, int rows, int block, kernels_factor_t x, real *gates) {
    const int inputs = recurrent->inputs, most = most_weight_depth(recurrent, rows, inputs);
    const real *panel = forward_panel(recurrent, block);
    add_t *add = add_of_weights(recurrent);
    for (int k = 0; k < inputs; k += most) {
        x.depth = (int)left_depth(recurrent, (size_t)least(most, inputs - k));
        add(rows, x, panel, gates_block(&recurrent->layout, block, gates));
        x.from += x.depth;
        panel += panel_depth(recurrent, (size_t)most) * PANEL;
    }
}

/** A panel's columns of c [rows, D] += a right, by way of `edge` where they do not fill the panel. */
static void add_to_panel(const recurrent_t *recurrent, add_t *add, int rows, kernels_factor_t a,
    const real *right, int panel, real *c) {
    const size_t inputs = (size_t)recurrent->inputs;
    const int width = panel_width(recurrent, panel);
    real *edge = recurrent->edge;
    c += panel * PANEL;
    if (width == PANEL) {
        add(rows, a, right, (kernels_target_t){c, inputs, UNITS});
        return;
    }
    kernels()->copy(rows, width, c, inputs, edge, PANEL);
    add(rows, a, right, (kernels_target_t){edge, PANEL, UNITS});
    kernels()->copy(rows, width, edge, PANEL, c, inputs);
}

/** d_x [rows, D] += d_gates [rows, 4H] W, from packed panels */
static void packed_backward(const recurrent_t *recurrent, int rows, const real *d_gates, real *d_x) {
    const int blocks = gates_blocks(&recurrent->layout), last = panels(recurrent) - 1;
    const int most = most_weight_depth(recurrent, rows, blocks * PANEL) / PANEL;
    kernels_factor_t a = left_of_gates(recurrent, rows, d_gates);
    const real *from = a.from;
    a.depth = (int)left_depth(recurrent, PANEL);
    for (int i = 0; i <= last; i++) {
        const int panel = recurrent->is_way_back ? last - i : i;
        for (int block = 0; block < blocks; block += most) {
            a.from = from + (size_t)block * a.piece_step;
            a.pieces = least(most, blocks - block);
            add_to_panel(recurrent, add_of_weights(recurrent), rows, a,
                backward_panel(recurrent, panel) + (size_t)block * panel_depth(recurrent, PANEL) * PANEL,
                panel, d_x);
        }
    }
}

/** Whether the backward product reads W where it is: packing W costs as much as a product of a single row.
 * The zeros of a packed panel are links of its chains and can change the sign of a zero: the bits are the
 * same only where it has none. */
static bool is_direct(const recurrent_t *recurrent, int rows) {
    return rows == 1 && !recurrent->has_backward && !is_rounded(recurrent) && has_cell(recurrent) &&
           recurrent->size % UNITS == 0 && recurrent->inputs % UNITS == 0;
}

/** d_x [D] += d_gates [4H] W */
static void direct_backward(const recurrent_t *recurrent, const real *d_gates, real *d_x) {
    const gates_layout_t *layout = &recurrent->layout;
    const int inputs = recurrent->inputs;
    for (int block = 0; block < gates_blocks(layout); block++) {
        for (int gate = 0; gate < recurrent->map->count; gate++) {
            kernels()->row_add(UNITS, inputs,
                d_gates + (size_t)block * layout->block_step + (size_t)gate * layout->gate_step,
                weight_row(recurrent, block, gate), (size_t)inputs, d_x);
        }
    }
}

/** Panels of the rows' right factors, each [DEPTH, PANEL]. */
static void pack_right(const recurrent_t *recurrent, int rows, const real *const *x) {
    const int step = is_rounded(recurrent) ? 2 : 1;
    for (int row = 0; row < rows; row += step) {
        for (int panel = 0; panel < panels(recurrent); panel++) {
            const int width = panel_width(recurrent, panel), column = panel * PANEL;
            real *to = recurrent->x + ((size_t)panel * DEPTH + left_depth(recurrent, (size_t)row)) * PANEL;
            if (is_rounded(recurrent)) {
                kernels()->left_columns(
                    width, x[row] + column, row + 1 < rows ? x[row + 1] + column : NULL, to);
            } else {
                kernels()->copy(1, width, x[row] + column, 0, to, 0);
            }
        }
    }
}

/** The left factor d_gates^T of a block, [4 UNITS, rows]; in bfloat16 it stands in recurrent->left. */
static kernels_factor_t left_of_block(const recurrent_t *recurrent, int rows, const real *d_gates) {
    const gates_layout_t *layout = &recurrent->layout;
    kernels_factor_t a = {.from = d_gates,
        .row_step = 1,
        .depth_step = layout->row_step,
        .depth = (int)left_depth(recurrent, (size_t)rows),
        .pieces = 1};
    if (is_rounded(recurrent)) {
        a.from = recurrent->left;
        for (int row = 0; row < rows; row += 2) {
            const real *even = d_gates + (size_t)row * PANEL;
            kernels()->left_columns(PANEL, even, row + 1 < rows ? even + PANEL : NULL,
                recurrent->left + left_depth(recurrent, (size_t)row) * PANEL);
        }
    }
    return a;
}

/** A piece of the rows: every gate of every block with every panel. */
static void gradient_piece(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    const gates_layout_t *layout = &recurrent->layout;
    const gates_map_t *map = recurrent->map;
    add_t *add = is_rounded(recurrent) ? kernels()->word_add : kernels()->panel_add;
    pack_right(recurrent, rows, x);
    for (int block = 0; block < gates_blocks(layout); block++) {
        const int units = gates_block_units(layout, block);
        kernels_factor_t a = left_of_block(recurrent, rows, d_gates + (size_t)block * layout->block_step);
        const real *from = a.from;
        for (int panel = 0; panel < panels(recurrent); panel++) {
            for (int gate = 0; gate < map->count; gate++) {
                a.from = from + map->group[gate] * UNITS;
                add_to_panel(recurrent, add, units, a, recurrent->x + (size_t)panel * DEPTH * PANEL, panel,
                    d_weight + (weight_row(recurrent, block, gate) - recurrent->weight));
            }
        }
    }
}

static void native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    const int most = most_depth(recurrent);
    for (int row = 0; row < rows; row += most) {
        gradient_piece(recurrent, least(most, rows - row), d_gates + (size_t)row * recurrent->layout.row_step,
            x + row, d_weight);
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

/** Rows to multiply at once: all, or as many as recurrent->left has room for. */
static int most_rows(const recurrent_t *recurrent, int rows) {
    return is_rounded(recurrent) ? least(rows, ROWS) : rows;
}

void recurrent_layout(recurrent_t *recurrent, memory_t *memory, product_precision_t precision,
    const gates_map_t *map, int size, int inputs, int rows) {
    recurrent->backend = product_backend();
    recurrent->precision = recurrent->backend == PRODUCT_NATIVE ? precision : PRODUCT_REAL;
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
    const int most = most_rows(recurrent, rows);
    for (int row = 0; row < rows; row += most) {
        const int count = least(most, rows - row);
        const kernels_factor_t left =
            left_of_inputs(recurrent, count, x + (size_t)row * (size_t)recurrent->inputs);
        for (int block = 0; block < gates_blocks(&recurrent->layout); block++) {
            native_forward(recurrent, count, block, left, gates + (size_t)row * recurrent->layout.row_step);
        }
    }
}

static void native_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    const size_t inputs = (size_t)recurrent->inputs;
    if (beta == 0) {
        memset(d_x, 0, (size_t)rows * inputs * sizeof *d_x);
    }
    if (is_direct(recurrent, rows)) {
        direct_backward(recurrent, d_gates, d_x);
        return;
    }
    const int most = most_rows(recurrent, rows);
    ensure_backward(recurrent);
    for (int row = 0; row < rows; row += most) {
        packed_backward(recurrent, least(most, rows - row),
            d_gates + (size_t)row * recurrent->layout.row_step, d_x + (size_t)row * inputs);
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

/** All blocks of a step for rows that are multiplied at once. */
static void step_of_rows(
    const recurrent_t *recurrent, int rows, real *gates, const recurrent_states_t *states) {
    const gates_layout_t *layout = &recurrent->layout;
    const int blocks = gates_blocks(layout);
    const size_t step = (size_t)recurrent->size;
    kernels_factor_t left = {0};
    // OpenBLAS makes the whole product at once.
    if (recurrent->backend == PRODUCT_OPENBLAS) {
        blas_forward(recurrent, rows, states->hidden_before, gates);
    } else {
        left = left_of_inputs(recurrent, rows, states->hidden_before);
    }
    for (int i = 0; i < blocks; i++) {
        const int block = recurrent->is_way_back ? blocks - 1 - i : i,
                  units = gates_block_units(layout, block);
        const size_t unit = (size_t)block * UNITS;
        const kernels_target_t target = gates_block(layout, block, gates);
        if (recurrent->backend == PRODUCT_NATIVE) {
            native_forward(recurrent, rows, block, left, gates);
        }
        if (has_cell(recurrent)) {
            kernels()->lstm_forward(rows, units, target, step, states->cell_before + unit,
                states->cell + unit, states->cell_tanh + unit, states->hidden + unit);
        } else {
            kernels()->gru_forward(
                rows, units, target, step, states->hidden_before + unit, states->hidden + unit);
        }
    }
}

static recurrent_states_t states_from(recurrent_states_t states, size_t number, bool has_cell) {
    states.hidden_before += number;
    states.hidden += number;
    if (has_cell) {
        states.cell_before += number;
        states.cell += number;
        states.cell_tanh += number;
    }
    return states;
}

void recurrent_step(recurrent_t *recurrent, int rows, real *gates, recurrent_states_t states) {
    const int most = most_rows(recurrent, rows);
    for (int row = 0; row < rows; row += most) {
        const recurrent_states_t of_rows =
            states_from(states, (size_t)row * (size_t)recurrent->size, has_cell(recurrent));
        step_of_rows(
            recurrent, least(most, rows - row), gates + (size_t)row * recurrent->layout.row_step, &of_rows);
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
