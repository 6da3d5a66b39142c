/**
 * Matrices [rows, 4H] of a recurrent layer's gates, in four groups of H, and how they stand in memory. An
 * LSTM's groups are its gates i, f, g, o; a GRU's are its gates r and z, the input's part of n, and the
 * hidden state's part of n.
 *
 * For the native backend a matrix stands in blocks: block b has, row by row, KERNELS_UNITS hidden units from
 * b * KERNELS_UNITS on, their four groups side by side. A row of a block is what a tile of the
 * product makes, what the cell needs, and what the gradient's product reads, so nothing is ever packed; units
 * that fill up the last block are zeros. For OpenBLAS it stands in plain rows, PyTorch's layout.
 */
#ifndef CVAE_GATES_H
#define CVAE_GATES_H

#include <stddef.h>

#include "kernels.h"
#include "real.h"
#include "base/word.h"

/**
 * To which of the four groups the rows of a weight [count H, in] or bias [count H] belong, H by H: of all
 * others that weight or bias is zero. PyTorch's order of the gates.
 */
typedef struct {
    int count;
    int group[4];
} gates_map_t;

extern const gates_map_t gates_of_lstm;
extern const gates_map_t gates_of_gru_input;  /**< weight_ih, bias_ih */
extern const gates_map_t gates_of_gru_hidden; /**< weight_hh, bias_hh */

/** Unit u of group g in row r: [u / KERNELS_UNITS * block_step + r * row_step + g * gate_step + u %
 * KERNELS_UNITS]. */
typedef struct {
    int size; /**< H */
    size_t block_step, row_step, gate_step;
} gates_layout_t;

/** The layout of the backend that is chosen now, for matrices of up to `rows` rows. */
gates_layout_t gates_layout(int size, int rows);

/** How many numbers such a matrix is. */
size_t gates_count(int size, int rows);

/** The blocks to walk over: each has KERNELS_UNITS units, the last the rest. */
int gates_blocks(const gates_layout_t *layout);
int gates_block_units(const gates_layout_t *layout, int block);

/** A block's gates of the rows from `gates` on, for the kernels. */
kernels_target_t gates_block(const gates_layout_t *layout, int block, real *gates);

/** gates = rows [4H] in PyTorch's layout, from_step apart (0: the same for all), and back to rows 4H apart.
 */
void gates_from_rows(const gates_layout_t *layout, int rows, const real *from, size_t from_step, real *gates);
void gates_to_rows(const gates_layout_t *layout, int rows, const real *gates, real *to);

/** bias [map->count H] += the sum over the rows. */
void gates_add_columns(
    const gates_layout_t *layout, const gates_map_t *map, int rows, const real *gates, real *bias);

/** The first rows = 0. */
void gates_clear(const gates_layout_t *layout, int rows, real *gates);

/** Row `to` = row `from`. */
void gates_copy_row(const gates_layout_t *layout, int from, int to, real *gates);

/** Row r of gates = row symbols[r] of the table. Neither these nor the next may overlap. */
void gates_take(const gates_layout_t *layout, int rows, const symbol_t *symbols,
    const gates_layout_t *table_layout, const real *table, real *gates);

/** Row symbols[r] of the table += row r of gates, with rising r; with symbols NULL row r. */
void gates_add(const gates_layout_t *layout, int rows, const symbol_t *symbols, const real *gates,
    const gates_layout_t *table_layout, real *table);

#endif
