#include "recurrent_native.h"

#include <string.h>

#include "cvae/kernels.h"

enum {
    PANEL = KERNELS_PANEL,
    UNITS = PANEL / 4, /**< hidden units of a forward panel: 4 gates each */
    DEPTH = KERNELS_DEPTH,
};

static size_t panels(int columns, int width) {
    return (size_t)((columns + width - 1) / width);
}

static int least(int a, int b) {
    return a < b ? a : b;
}

void recurrent_native_layout(recurrent_t *recurrent, memory_t *memory, int rows) {
    const size_t h = (size_t)recurrent->size;
    // A tile of the gradient has more rows than a step may have.
    const size_t edge_rows = (size_t)(rows > KERNELS_TILE_ROWS_MAX ? rows : KERNELS_TILE_ROWS_MAX);
    recurrent->forward = memory_take(memory, panels(recurrent->size, UNITS) * h * PANEL, sizeof(real));
    recurrent->backward = memory_take(memory, panels(recurrent->size, PANEL) * 4 * h * PANEL, sizeof(real));
    recurrent->tiles = memory_take(memory, DEPTH * (4 * h + KERNELS_TILE_ROWS_MAX), sizeof(real));
    recurrent->panel = memory_take(memory, DEPTH * PANEL, sizeof(real));
    recurrent->edge = memory_take(memory, edge_rows * PANEL, sizeof(real));
}

/** forward[panel][k][gate][unit] = W[gate * H + unit][k]; what is missing in the last panel stays zero. */
static void pack_forward(const recurrent_t *recurrent) {
    const int h = recurrent->size;
    for (int row = 0; row < 4 * h; row++) {
        const int gate = row / h, unit = row % h;
        const real *from = recurrent->weight + (size_t)row * (size_t)h;
        real *to =
            recurrent->forward + (size_t)(unit / UNITS) * (size_t)h * PANEL + gate * UNITS + unit % UNITS;
        for (int k = 0; k < h; k++) {
            to[(size_t)k * PANEL] = from[k];
        }
    }
}

/** backward[panel][k][column] = W[k][panel * PANEL + column] */
static void pack_backward(const recurrent_t *recurrent) {
    const int h = recurrent->size;
    for (int first = 0; first < h; first += PANEL) {
        real *to = recurrent->backward + (size_t)first * 4 * (size_t)h;
        for (int k = 0; k < 4 * h; k++) {
            memcpy(to + (size_t)k * PANEL, recurrent->weight + (size_t)k * (size_t)h + first,
                (size_t)least(PANEL, h - first) * sizeof *to);
        }
    }
}

void recurrent_native_prepare(const recurrent_t *recurrent) {
    pack_forward(recurrent);
    pack_backward(recurrent);
}

/** c += a panel over the whole depth, piece by piece. */
static void add_panel(int rows, int depth, const real *a, const real *panel, kernels_target_t to) {
    for (int k = 0; k < depth; k += DEPTH) {
        kernels()->panel_add(
            rows, least(DEPTH, depth - k), a + k, (size_t)depth, 1, panel + (size_t)k * PANEL, to);
    }
}

/** Copies `width` columns of each group between a result and the edge, which has whole groups. */
static void copy_edge(int rows, int groups, int width, kernels_target_t from, kernels_target_t to) {
    for (int row = 0; row < rows; row++) {
        for (int group = 0; group < groups; group++) {
            memcpy(to.c + (size_t)row * to.row_stride + (size_t)group * to.group_stride,
                from.c + (size_t)row * from.row_stride + (size_t)group * from.group_stride,
                (size_t)width * sizeof(real));
        }
    }
}

static kernels_target_t edge_of(const recurrent_t *recurrent) {
    return (kernels_target_t){recurrent->edge, PANEL, UNITS};
}

void recurrent_native_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates) {
    const int h = recurrent->size;
    for (int unit = 0; unit < h; unit += UNITS) {
        const real *panel = recurrent->forward + (size_t)unit / UNITS * (size_t)h * PANEL;
        const kernels_target_t to = {gates + unit, 4 * (size_t)h, (size_t)h}, edge = edge_of(recurrent);
        if (h - unit >= UNITS) {
            add_panel(rows, h, hidden, panel, to);
        } else {
            copy_edge(rows, 4, h - unit, to, edge);
            add_panel(rows, h, hidden, panel, edge);
            copy_edge(rows, 4, h - unit, edge, to);
        }
    }
}

/** c [rows, columns from `first` on] += a panel, for a result of plain columns. */
static void add_columns(
    const recurrent_t *recurrent, int rows, int depth, const real *a, const real *panel, int first, real *c) {
    const int h = recurrent->size;
    const kernels_target_t to = {c + first, (size_t)h, UNITS}, edge = edge_of(recurrent);
    if (h - first >= PANEL) {
        add_panel(rows, depth, a, panel, to);
        return;
    }
    // One group as wide as the whole edge: plain columns have no groups.
    copy_edge(rows, 1, h - first, to, edge);
    add_panel(rows, depth, a, panel, edge);
    copy_edge(rows, 1, h - first, edge, to);
}

void recurrent_native_backward(const recurrent_t *recurrent, int rows, const real *d_gates, real *d_hidden) {
    const int h = recurrent->size;
    memset(d_hidden, 0, (size_t)rows * (size_t)h * sizeof *d_hidden);
    for (int first = 0; first < h; first += PANEL) {
        add_columns(recurrent, rows, 4 * h, d_gates, recurrent->backward + (size_t)first * 4 * (size_t)h,
            first, d_hidden);
    }
}

static void pack_panel(const recurrent_t *recurrent, int rows, const real *hidden, int first) {
    const size_t h = (size_t)recurrent->size;
    for (int row = 0; row < rows; row++) {
        memcpy(recurrent->panel + (size_t)row * PANEL, hidden + (size_t)row * h + first,
            (size_t)least(PANEL, recurrent->size - first) * sizeof *hidden);
    }
}

/** A piece of the rows: every tile of the gates' columns with every panel of the hidden state's. */
static void gradient_piece(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *hidden, real *d_weight) {
    const int h = recurrent->size, tile_rows = kernels()->tile_rows;
    kernels()->pack_tiles(rows, 4 * h, d_gates, recurrent->tiles);
    for (int first = 0; first < h; first += PANEL) {
        const int width = least(PANEL, h - first);
        pack_panel(recurrent, rows, hidden, first);
        for (int row = 0; row < 4 * h; row += tile_rows) {
            const int count = least(tile_rows, 4 * h - row);
            const kernels_target_t to = {d_weight + (size_t)row * (size_t)h + first, (size_t)h, UNITS};
            const kernels_target_t edge = edge_of(recurrent), *used = width == PANEL ? &to : &edge;
            if (used == &edge) {
                copy_edge(count, 1, width, to, edge);
            }
            kernels()->panel_add(count, rows, recurrent->tiles + (size_t)row * (size_t)rows, 1,
                (size_t)tile_rows, recurrent->panel, *used);
            if (used == &edge) {
                copy_edge(count, 1, width, edge, to);
            }
        }
    }
}

void recurrent_native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *hidden, real *d_weight) {
    const size_t h = (size_t)recurrent->size;
    for (int row = 0; row < rows; row += DEPTH) {
        gradient_piece(recurrent, least(DEPTH, rows - row), d_gates + (size_t)row * 4 * h,
            hidden + (size_t)row * h, d_weight);
    }
}
