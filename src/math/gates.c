#include "gates.h"

#include <stdbool.h>
#include <string.h>

#include "product.h"

enum { UNITS = KERNELS_UNITS, PANEL = KERNELS_PANEL };

const gates_map_t gates_of_lstm = {4, {0, 1, 2, 3}};
const gates_map_t gates_of_gru_input = {3, {0, 1, 2}};
const gates_map_t gates_of_gru_hidden = {3, {0, 1, 3}};

static bool stands_in_blocks(const gates_layout_t *layout) {
    return layout->gate_step == UNITS && layout->row_step == PANEL;
}

static int blocks_of(int size) {
    return (size + UNITS - 1) / UNITS;
}

gates_layout_t gates_layout(int size, int rows) {
    const size_t h = (size_t)size;
    if (product_backend() == PRODUCT_OPENBLAS) {
        return (gates_layout_t){.size = size, .block_step = UNITS, .row_step = 4 * h, .gate_step = h};
    }
    // One row more between blocks: else they begin at the same place of the cache where `rows` is even.
    return (gates_layout_t){
        .size = size, .block_step = ((size_t)rows + 1) * PANEL, .row_step = PANEL, .gate_step = UNITS};
}

size_t gates_count(int size, int rows) {
    return (size_t)blocks_of(size) * ((size_t)rows + 1) * PANEL;
}

int gates_blocks(const gates_layout_t *layout) {
    return blocks_of(layout->size);
}

int gates_block_units(const gates_layout_t *layout, int block) {
    const int left = layout->size - block * UNITS;
    return left < UNITS ? left : UNITS;
}

kernels_target_t gates_block(const gates_layout_t *layout, int block, real *gates) {
    return (kernels_target_t){
        gates + (size_t)block * layout->block_step, layout->row_step, layout->gate_step};
}

/** Where unit 0 of a block and gate stands in a plain row. */
static size_t plain_place(const gates_layout_t *layout, int block, int gate) {
    return (size_t)gate * (size_t)layout->size + (size_t)block * UNITS;
}

static size_t place(const gates_layout_t *layout, int block, int gate) {
    return (size_t)block * layout->block_step + (size_t)gate * layout->gate_step;
}

/** Zeros for the units that the last block has too many. */
static void fill_up(const gates_layout_t *layout, int rows, real *gates) {
    const int last = gates_blocks(layout) - 1, units = gates_block_units(layout, last);
    if (!stands_in_blocks(layout) || units == UNITS) {
        return;
    }
    for (int row = 0; row < rows; row++) {
        for (int gate = 0; gate < 4; gate++) {
            memset(gates + (size_t)row * PANEL + place(layout, last, gate) + units, 0,
                (size_t)(UNITS - units) * sizeof *gates);
        }
    }
}

void gates_from_rows(
    const gates_layout_t *layout, int rows, const real *from, size_t from_step, real *gates) {
    for (int block = 0; block < gates_blocks(layout); block++) {
        for (int gate = 0; gate < 4; gate++) {
            kernels()->copy(rows, gates_block_units(layout, block), from + plain_place(layout, block, gate),
                from_step, gates + place(layout, block, gate), layout->row_step);
        }
    }
    fill_up(layout, rows, gates);
}

void gates_to_rows(const gates_layout_t *layout, int rows, const real *gates, real *to) {
    for (int block = 0; block < gates_blocks(layout); block++) {
        for (int gate = 0; gate < 4; gate++) {
            kernels()->copy(rows, gates_block_units(layout, block), gates + place(layout, block, gate),
                layout->row_step, to + plain_place(layout, block, gate), 4 * (size_t)layout->size);
        }
    }
}

void gates_add_columns(
    const gates_layout_t *layout, const gates_map_t *map, int rows, const real *gates, real *bias) {
    for (int block = 0; block < gates_blocks(layout); block++) {
        for (int gate = 0; gate < map->count; gate++) {
            kernels()->scatter_add(rows, gates_block_units(layout, block), NULL,
                gates + place(layout, block, map->group[gate]), layout->row_step,
                bias + plain_place(layout, block, gate), 0);
        }
    }
}

/** The runs of numbers that stand together in a row: a block of four gates, or all. */
typedef struct {
    int count, width;
} runs_t;

static runs_t runs_of(const gates_layout_t *layout) {
    return stands_in_blocks(layout) ? (runs_t){gates_blocks(layout), PANEL} : (runs_t){1, 4 * layout->size};
}

void gates_clear(const gates_layout_t *layout, int rows, real *gates) {
    for (int run = 0; run < runs_of(layout).count; run++) {
        memset(gates + (size_t)run * layout->block_step, 0, (size_t)rows * layout->row_step * sizeof *gates);
    }
}

void gates_copy_row(const gates_layout_t *layout, int from, int to, real *gates) {
    const runs_t runs = runs_of(layout);
    kernels()->copy(runs.count, runs.width, gates + (size_t)from * layout->row_step, layout->block_step,
        gates + (size_t)to * layout->row_step, layout->block_step);
}

void gates_take(const gates_layout_t *layout, int rows, const symbol_t *symbols,
    const gates_layout_t *table_layout, const real *table, real *gates) {
    const runs_t runs = runs_of(layout);
    for (int run = 0; run < runs.count; run++) {
        kernels()->gather(rows, runs.width, symbols, table + (size_t)run * table_layout->block_step,
            table_layout->row_step, gates + (size_t)run * layout->block_step, layout->row_step);
    }
}

void gates_add(const gates_layout_t *layout, int rows, const symbol_t *symbols, const real *gates,
    const gates_layout_t *table_layout, real *table) {
    const runs_t runs = runs_of(layout);
    for (int run = 0; run < runs.count; run++) {
        kernels()->scatter_add(rows, runs.width, symbols, gates + (size_t)run * layout->block_step,
            layout->row_step, table + (size_t)run * table_layout->block_step, table_layout->row_step);
    }
}
