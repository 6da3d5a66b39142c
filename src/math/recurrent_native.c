#include "recurrent_native.h"

#include <string.h>

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

/** Panels of D columns. */
static int panels(const recurrent_t *recurrent) {
    return (recurrent->inputs + PANEL - 1) / PANEL;
}

static size_t panel_width(const recurrent_t *recurrent, int panel) {
    return (size_t)least(PANEL, recurrent->inputs - panel * PANEL);
}

/** Depth of a backward panel: all gates, blocks filled up. */
static size_t gates_depth(const recurrent_t *recurrent) {
    return (size_t)gates_blocks(&recurrent->layout) * PANEL;
}

void recurrent_native_layout(recurrent_t *recurrent, memory_t *memory, int rows) {
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
        kernels()->copy(units, (int)panel_width(recurrent, panel),
            weight_row(recurrent, block, gate) + panel * PANEL, (size_t)recurrent->inputs,
            to + recurrent->map->group[gate] * UNITS * PANEL, PANEL);
    }
}

void recurrent_native_prepare(const recurrent_t *recurrent, int block) {
    pack_forward(recurrent, block);
    for (int panel = 0; panel < panels(recurrent); panel++) {
        pack_backward(recurrent, panel, block);
    }
}

void recurrent_native_forward(const recurrent_t *recurrent, int rows, int block, const real *x, real *gates) {
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

/** Plain columns of a result, PANEL of them: groups side by side. */
static kernels_target_t columns(real *c, size_t row_stride) {
    return (kernels_target_t){c, row_stride, UNITS};
}

/** A panel's columns of d_gates W, piece of the depth by piece. */
static void add_backward(
    const recurrent_t *recurrent, int rows, int panel, const real *d_gates, kernels_target_t c) {
    const gates_layout_t *layout = &recurrent->layout;
    const int blocks = gates_blocks(layout);
    for (int block = 0; block < blocks; block += BLOCKS) {
        const kernels_factor_t a = {.from = d_gates + (size_t)block * layout->block_step,
            .row_step = layout->row_step,
            .depth_step = 1,
            .depth = PANEL,
            .pieces = least(BLOCKS, blocks - block),
            .piece_step = layout->block_step};
        kernels()->panel_add(rows, a, backward_panel(recurrent, panel) + (size_t)block * PANEL * PANEL, c);
    }
}

void recurrent_native_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x) {
    const size_t inputs = (size_t)recurrent->inputs;
    if (beta == 0) {
        memset(d_x, 0, (size_t)rows * inputs * sizeof *d_x);
    }
    for (int i = 0; i < panels(recurrent); i++) {
        const int panel = recurrent->is_way_back ? panels(recurrent) - 1 - i : i;
        const size_t width = panel_width(recurrent, panel);
        real *c = d_x + panel * PANEL, *edge = recurrent->edge;
        if (width == PANEL) {
            add_backward(recurrent, rows, panel, d_gates, columns(c, inputs));
            continue;
        }
        memset(edge, 0, (size_t)rows * PANEL * sizeof *edge);
        kernels()->copy(rows, (int)width, c, inputs, edge, PANEL);
        add_backward(recurrent, rows, panel, d_gates, columns(edge, PANEL));
        kernels()->copy(rows, (int)width, edge, PANEL, c, inputs);
    }
    recurrent->is_way_back = !recurrent->is_way_back;
}

/** Panels of the rows' right factors, each [DEPTH, PANEL]. */
static void pack_right(const recurrent_t *recurrent, int rows, const real *const *x) {
    for (int row = 0; row < rows; row++) {
        for (int panel = 0; panel < panels(recurrent); panel++) {
            kernels()->copy(1, (int)panel_width(recurrent, panel), x[row] + panel * PANEL, 0,
                recurrent->x + ((size_t)panel * DEPTH + (size_t)row) * PANEL, 0);
        }
    }
}

/** A gate of a block with a panel of the right factor's columns. */
static void add_gradient(
    const recurrent_t *recurrent, int units, kernels_factor_t a, int panel, real *d_weight) {
    const size_t inputs = (size_t)recurrent->inputs, width = panel_width(recurrent, panel);
    const real *right = recurrent->x + (size_t)panel * DEPTH * PANEL;
    real *c = d_weight + panel * PANEL, *edge = recurrent->edge;
    if (width == PANEL) {
        kernels()->panel_add(units, a, right, columns(c, inputs));
        return;
    }
    kernels()->copy(units, (int)width, c, inputs, edge, PANEL);
    kernels()->panel_add(units, a, right, columns(edge, PANEL));
    kernels()->copy(units, (int)width, edge, PANEL, c, inputs);
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
                add_gradient(recurrent, units, a, panel,
                    d_weight + (weight_row(recurrent, block, gate) - recurrent->weight));
            }
        }
    }
}

void recurrent_native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight) {
    for (int row = 0; row < rows; row += DEPTH) {
        gradient_piece(recurrent, least(DEPTH, rows - row),
            d_gates + (size_t)row * recurrent->layout.row_step, x + row, d_weight);
    }
}
