// Rows from here to there, and the product, compiled once for each instruction set like kernels.c.
#include "matrices.h"

#include <math.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

// The widths that training meets are constants here: a copy of constant size is a few vector instructions,
// one of a size known at run time a call, or worse a string instruction.
INLINE size_t at(const uint16_t *index, int row) {
    return index ? index[row] : (size_t)row;
}

INLINE void gather_rows(int rows, const int width, const uint16_t *index, const real *from, size_t from_step,
    real *to, size_t to_step) {
    for (int row = 0; row < rows; row++) {
        memcpy(to + (size_t)row * to_step, from + at(index, row) * from_step, (size_t)width * sizeof *to);
    }
}

void matrices_gather(int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to,
    size_t to_step) {
    if (width == KERNELS_PANEL) {
        gather_rows(rows, KERNELS_PANEL, index, from, from_step, to, to_step);
    } else if (width == KERNELS_UNITS) {
        gather_rows(rows, KERNELS_UNITS, index, from, from_step, to, to_step);
    } else {
        gather_rows(rows, width, index, from, from_step, to, to_step);
    }
}

void matrices_copy(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step) {
    matrices_gather(rows, width, NULL, from, from_step, to, to_step);
}

#ifdef __AVX2__
enum { SQUARE = 8 };

/** A square of 8 by 8: pairs of rows, then fours, then halves change places. */
INLINE void transpose_square(const float *from, size_t from_step, float *to, size_t to_step) {
    __m256 row[8], pair[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        row[i] = _mm256_loadu_ps(from + (size_t)i * from_step);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        pair[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
        pair[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        row[i] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(1, 0, 1, 0));
        row[i + 1] = _mm256_shuffle_ps(pair[i], pair[i + 2], _MM_SHUFFLE(3, 2, 3, 2));
        row[i + 2] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(1, 0, 1, 0));
        row[i + 3] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(to + (size_t)i * to_step, _mm256_permute2f128_ps(row[i], row[i + 4], 0x20));
        _mm256_storeu_ps(to + (size_t)(i + 4) * to_step, _mm256_permute2f128_ps(row[i], row[i + 4], 0x31));
    }
}
#else
enum { SQUARE = 1 };

INLINE void transpose_square(const real *from, size_t from_step, real *to, size_t to_step) {
    (void)from_step;
    (void)to_step;
    *to = *from;
}
#endif

void matrices_transpose(int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step) {
    const int whole_rows = rows - rows % SQUARE, whole_columns = columns - columns % SQUARE;
    for (int column = 0; column < whole_columns; column += SQUARE) {
        for (int row = 0; row < whole_rows; row += SQUARE) {
            transpose_square(from + (size_t)row * from_step + (size_t)column, from_step,
                to + (size_t)column * to_step + (size_t)row, to_step);
        }
    }
    for (int row = 0; row < rows; row++) {
        for (int column = row < whole_rows ? whole_columns : 0; column < columns; column++) {
            to[(size_t)column * to_step + (size_t)row] = from[(size_t)row * from_step + (size_t)column];
        }
    }
}

INLINE void add_row(const int width, const real *restrict from, real *restrict to) {
    for (int i = 0; i < width; i++) {
        to[i] += from[i];
    }
}

void matrices_scatter_add(int rows, int width, const uint16_t *index, const real *from, size_t from_step,
    real *to, size_t to_step) {
    for (int row = 0; row < rows; row++) {
        if (width == KERNELS_PANEL) {
            add_row(KERNELS_PANEL, from + (size_t)row * from_step, to + at(index, row) * to_step);
        } else {
            add_row(width, from + (size_t)row * from_step, to + at(index, row) * to_step);
        }
    }
}

// Every number of a product is one chain of fused multiply-adds over the depth, in rising order, started from
// what the result held: so it has the same bits for every number of rows, every tile it may fall into, and
// every vector width.
//
// A panel is KERNELS_PANEL columns wide, in GROUPS groups of GROUP. A tile is TILE_ROWS rows by one
// vector of each group: as many accumulators as leave registers for the panel's vectors and a broadcast.
enum { GROUPS = 4, GROUP = KERNELS_PANEL / GROUPS };

#if defined(__AVX512F__)
enum { LANES = 16, TILE_ROWS = 6 };
typedef __m512 vector_t;
typedef __m512_u unaligned_t;
INLINE vector_t broadcast(float value) {
    return _mm512_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm512_fmadd_ps(a, b, c);
}
#elif defined(__AVX2__)
enum { LANES = 8, TILE_ROWS = 3 };
typedef __m256 vector_t;
typedef __m256_u unaligned_t;
INLINE vector_t broadcast(float value) {
    return _mm256_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm256_fmadd_ps(a, b, c);
}
#else
enum { LANES = 1, TILE_ROWS = 2 };
typedef real vector_t, unaligned_t;
INLINE vector_t broadcast(real value) {
    return value;
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
#ifdef CVAE_DOUBLE
    return fma(a, b, c);
#else
    return fmaf(a, b, c);
#endif
}
#endif

/** A vector of row i and group g. */
INLINE unaligned_t *at_place(kernels_target_t to, int i, int g) {
    return (unaligned_t *)(to.c + (size_t)i * to.row_stride + (size_t)g * to.group_stride);
}

/** c += a panel for `rows` rows (a constant at every call) and one vector of each group. */
INLINE void tile(const int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    vector_t sum[TILE_ROWS][GROUPS];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (int g = 0; g < GROUPS; g++) {
            sum[i][g] = *at_place(to, i, g);
        }
    }
    for (int piece = 0; piece < a.pieces; piece++) {
        const real *from = a.from + (size_t)piece * a.piece_step;
        for (int k = 0; k < a.depth; k++, panel += KERNELS_PANEL, from += a.depth_step) {
            vector_t b[GROUPS];
#pragma GCC unroll 4
            for (int g = 0; g < GROUPS; g++) {
                b[g] = *(const unaligned_t *)(panel + g * GROUP);
            }
#pragma GCC unroll 8
            for (int i = 0; i < rows; i++) {
                vector_t x = broadcast(from[(size_t)i * a.row_step]);
#pragma GCC unroll 4
                for (int g = 0; g < GROUPS; g++) {
                    sum[i][g] = fused(x, b[g], sum[i][g]);
                }
            }
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (int g = 0; g < GROUPS; g++) {
            *at_place(to, i, g) = sum[i][g];
        }
    }
}

/** A tile of any number of rows up to TILE_ROWS, over the whole width of the panel. */
INLINE void whole_tile(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    for (int lane = 0; lane < GROUP; lane += LANES) {
        const kernels_target_t part = {to.c + lane, to.row_stride, to.group_stride};
        switch (rows) {
#if defined(__AVX512F__)
        case 6:
            tile(6, a, panel + lane, part);
            break;
        case 5:
            tile(5, a, panel + lane, part);
            break;
        case 4:
            tile(4, a, panel + lane, part);
            break;
#endif
#if defined(__AVX2__)
        case 3:
            tile(3, a, panel + lane, part);
            break;
#endif
        case 2:
            tile(2, a, panel + lane, part);
            break;
        default:
            tile(1, a, panel + lane, part);
        }
    }
}

void matrices_panel_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    const real *from = a.from;
    for (int row = 0; row < rows; row += TILE_ROWS) {
        const int count = rows - row < TILE_ROWS ? rows - row : TILE_ROWS;
        a.from = from + (size_t)row * a.row_step;
        whole_tile(count, a, panel,
            (kernels_target_t){to.c + (size_t)row * to.row_stride, to.row_stride, to.group_stride});
    }
}
