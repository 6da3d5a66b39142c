// Rows from here to there, compiled once for each instruction set like kernels.c. The widths that training
// meets are constants here: a copy of constant size is a few vector instructions, one of a size known at run
// time a call, or worse a string instruction.
#include "moves.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE size_t at(const uint16_t *index, int row) {
    return index ? index[row] : (size_t)row;
}

INLINE void gather_rows(int rows, const int width, const uint16_t *index, const real *from, size_t from_step,
    real *to, size_t to_step) {
    for (int row = 0; row < rows; row++) {
        memcpy(to + (size_t)row * to_step, from + at(index, row) * from_step, (size_t)width * sizeof *to);
    }
}

void moves_gather(int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to,
    size_t to_step) {
    if (width == KERNELS_PANEL) {
        gather_rows(rows, KERNELS_PANEL, index, from, from_step, to, to_step);
    } else if (width == KERNELS_UNITS) {
        gather_rows(rows, KERNELS_UNITS, index, from, from_step, to, to_step);
    } else {
        gather_rows(rows, width, index, from, from_step, to, to_step);
    }
}

void moves_copy(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step) {
    moves_gather(rows, width, NULL, from, from_step, to, to_step);
}

#if defined(__AVX2__) && !defined(CVAE_DOUBLE)
#include <immintrin.h>
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

void moves_transpose(int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step) {
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

void moves_scatter_add(int rows, int width, const uint16_t *index, const real *from, size_t from_step,
    real *to, size_t to_step) {
    for (int row = 0; row < rows; row++) {
        if (width == KERNELS_PANEL) {
            add_row(KERNELS_PANEL, from + (size_t)row * from_step, to + at(index, row) * to_step);
        } else {
            add_row(width, from + (size_t)row * from_step, to + at(index, row) * to_step);
        }
    }
}
