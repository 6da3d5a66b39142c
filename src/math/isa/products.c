// The matrix products of the recurrent layer, compiled once for each instruction set like kernels.c. Every
// number of a result is one chain of fused multiply-adds over the depth, in rising order, started from what
// the result held: so it has the same bits for every number of rows, every tile it may fall into, and every
// vector width.
#include "products.h"

#include <math.h>

#define INLINE static inline __attribute__((always_inline))

// A panel is KERNELS_PANEL columns wide, in GROUPS groups of GROUP. A tile is PRODUCTS_TILE_ROWS rows by one
// vector of each group: as many accumulators as leave registers for the panel's vectors and a broadcast.
enum { GROUPS = 4, GROUP = KERNELS_PANEL / GROUPS };

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 16 };
typedef __m512 vector_t;
INLINE vector_t load(const float *from) {
    return _mm512_loadu_ps(from);
}
INLINE void store(float *to, vector_t value) {
    _mm512_storeu_ps(to, value);
}
INLINE vector_t broadcast(float value) {
    return _mm512_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm512_fmadd_ps(a, b, c);
}
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES = 8 };
typedef __m256 vector_t;
INLINE vector_t load(const float *from) {
    return _mm256_loadu_ps(from);
}
INLINE void store(float *to, vector_t value) {
    _mm256_storeu_ps(to, value);
}
INLINE vector_t broadcast(float value) {
    return _mm256_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm256_fmadd_ps(a, b, c);
}
#else
enum { LANES = 1 };
typedef real vector_t;
INLINE vector_t load(const real *from) {
    return *from;
}
INLINE void store(real *to, vector_t value) {
    *to = value;
}
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

/** c += a panel for `rows` rows (a constant at every call) and one vector of each group. */
INLINE void tile(const int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    vector_t sum[PRODUCTS_TILE_ROWS][GROUPS];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (int g = 0; g < GROUPS; g++) {
            sum[i][g] = load(to.c + (size_t)i * to.row_stride + (size_t)g * to.group_stride);
        }
    }
    for (int piece = 0; piece < a.pieces; piece++) {
        const real *from = a.from + (size_t)piece * a.piece_step;
        for (int k = 0; k < a.depth; k++, panel += KERNELS_PANEL, from += a.depth_step) {
            vector_t b[GROUPS];
#pragma GCC unroll 4
            for (int g = 0; g < GROUPS; g++) {
                b[g] = load(panel + g * GROUP);
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
            store(to.c + (size_t)i * to.row_stride + (size_t)g * to.group_stride, sum[i][g]);
        }
    }
}

/** A tile of any number of rows up to PRODUCTS_TILE_ROWS, over the whole width of the panel. */
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

void products_panel_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    const real *from = a.from;
    for (int row = 0; row < rows; row += PRODUCTS_TILE_ROWS) {
        const int count = rows - row < PRODUCTS_TILE_ROWS ? rows - row : PRODUCTS_TILE_ROWS;
        a.from = from + (size_t)row * a.row_step;
        whole_tile(count, a, panel,
            (kernels_target_t){to.c + (size_t)row * to.row_stride, to.row_stride, to.group_stride});
    }
}
