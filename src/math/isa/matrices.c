// Rows from here to there, and the product, compiled once for each instruction set like kernels.c.
#include "matrices.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE float real_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

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
// matrices_row_add() works on ROW_VECTORS vectors at once.
enum { GROUPS = 4, GROUP = KERNELS_PANEL / GROUPS };

/** What the numbers of a panel are, and with it those of the left factor. */
typedef enum {
    NUMBERS, /**< themselves */
    PAIRS,   /**< pairs, for the instruction that multiplies them */
    WORDS,   /**< floats that are rounded to bfloat16 */
    HALVES   /**< pairs that are taken apart into such floats */
} content_t;

#if defined(__AVX512F__)
enum { LANES = 16, TILE_ROWS = 6, ROW_VECTORS = 16 };
typedef __m512 vector_t;
typedef __m512_u unaligned_t;
INLINE vector_t broadcast(float value) {
    return _mm512_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vector_t odd_of(vector_t pairs) {
    return _mm512_castsi512_ps(
        _mm512_and_si512(_mm512_castps_si512(pairs), _mm512_set1_epi32((int)0xffff0000)));
}
INLINE vector_t even_of(vector_t pairs) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(pairs), 16));
}
#elif defined(__AVX2__)
enum { LANES = 8, TILE_ROWS = 3, ROW_VECTORS = 8 };
typedef __m256 vector_t;
typedef __m256_u unaligned_t;
INLINE vector_t broadcast(float value) {
    return _mm256_set1_ps(value);
}
INLINE vector_t fused(vector_t a, vector_t b, vector_t c) {
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vector_t odd_of(vector_t pairs) {
    return _mm256_and_ps(pairs, _mm256_castsi256_ps(_mm256_set1_epi32((int)0xffff0000)));
}
INLINE vector_t even_of(vector_t pairs) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(pairs), 16));
}
#else
enum { LANES = 1, TILE_ROWS = 2, ROW_VECTORS = 16 };
typedef real vector_t;
typedef real __attribute__((may_alias)) unaligned_t;
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
INLINE vector_t odd_of(vector_t pair) {
    return real_of(bits_of(pair) & 0xffff0000);
}
INLINE vector_t even_of(vector_t pair) {
    return real_of(bits_of(pair) << 16);
}
#endif

#if defined(__AVX512BF16__)
INLINE vector_t fused_pairs(vector_t a, vector_t b, vector_t c) {
    return _mm512_dpbf16_ps(c, (__m512bh)a, (__m512bh)b);
}
#else
INLINE vector_t fused_pairs(vector_t a, vector_t b, vector_t c) {
    return fused(a, b, c); // for the compiler: no tile of such a build is of PAIRS
}
#endif

#ifdef __AVX2__
/** The CPU takes and makes zeros for denormals while a function below says so. */
INLINE vector_t fused_rounded(vector_t a, vector_t b, vector_t c) {
    return fused(a, b, c);
}
#else
INLINE real without_denormal(real x) {
    return fabs(x) < FLT_MIN ? copysign(0, x) : x;
}

/** A sum that would be below FLT_MIN with an exponent without a lower limit is a zero, too, although fmaf
 * rounds it to FLT_MIN. In that case the double sum is exact. */
INLINE vector_t fused_rounded(vector_t a, vector_t b, vector_t c) {
    const real before = without_denormal(c), sum = fused(a, b, before);
    const bool is_zero =
        fabs((double)sum) == FLT_MIN && fabs((double)a * b + before) < (double)FLT_MIN * (1 - 0x1p-25);
    return is_zero ? copysign(0, sum) : without_denormal(sum);
}
#endif

/** A vector of row i and group g. */
INLINE unaligned_t *at_place(kernels_target_t to, int i, int g) {
    return (unaligned_t *)(to.c + (size_t)i * to.row_stride + (size_t)g * to.group_stride);
}

/** sum += the products of `rows` numbers of a left factor with a vector of each group. */
INLINE void add_products(const content_t content, const int rows, const real *from, size_t row_step,
    const vector_t *b, vector_t sum[TILE_ROWS][GROUPS]) {
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
        real number;
        memcpy(&number, from + (size_t)i * row_step, sizeof number);
        vector_t x = broadcast(number);
#pragma GCC unroll 4
        for (int g = 0; g < GROUPS; g++) {
            sum[i][g] = content == NUMBERS ? fused(x, b[g], sum[i][g])
                        : content == PAIRS ? fused_pairs(x, b[g], sum[i][g])
                                           : fused_rounded(x, b[g], sum[i][g]);
        }
    }
}

/** c += a panel for `rows` rows (a constant at every call, as is `content`) and one vector of each group. */
INLINE void tile(
    const content_t content, const int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    const int step = content == HALVES ? 2 : 1;
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
        for (int k = 0; k < a.depth; k += step, panel += KERNELS_PANEL, from += (size_t)step * a.depth_step) {
            vector_t b[GROUPS], half[GROUPS];
#pragma GCC unroll 4
            for (int g = 0; g < GROUPS; g++) {
                b[g] = *(const unaligned_t *)(panel + g * GROUP);
                half[g] = content == HALVES ? odd_of(b[g]) : b[g];
            }
            add_products(content, rows, from, a.row_step, half, sum);
            if (content == HALVES) {
#pragma GCC unroll 4
                for (int g = 0; g < GROUPS; g++) {
                    half[g] = even_of(b[g]);
                }
                add_products(content, rows, from + a.depth_step, a.row_step, half, sum);
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
INLINE void whole_tile(
    const content_t content, int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    for (int lane = 0; lane < GROUP; lane += LANES) {
        const kernels_target_t part = {to.c + lane, to.row_stride, to.group_stride};
        switch (rows) {
#if defined(__AVX512F__)
        case 6:
            tile(content, 6, a, panel + lane, part);
            break;
        case 5:
            tile(content, 5, a, panel + lane, part);
            break;
        case 4:
            tile(content, 4, a, panel + lane, part);
            break;
#endif
#if defined(__AVX2__)
        case 3:
            tile(content, 3, a, panel + lane, part);
            break;
#endif
        case 2:
            tile(content, 2, a, panel + lane, part);
            break;
        default:
            tile(content, 1, a, panel + lane, part);
        }
    }
}

INLINE void add_panel(
    const content_t content, int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    const real *from = a.from;
    for (int row = 0; row < rows; row += TILE_ROWS) {
        const int count = rows - row < TILE_ROWS ? rows - row : TILE_ROWS;
        a.from = from + (size_t)row * a.row_step;
        whole_tile(content, count, a, panel,
            (kernels_target_t){to.c + (size_t)row * to.row_stride, to.row_stride, to.group_stride});
    }
}

void matrices_panel_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_panel(NUMBERS, rows, a, panel, to);
}

/** c += a [depth] times the first columns of a matrix, so many vectors (a constant at every call). */
INLINE void add_columns(
    const int vectors, int depth, const real *a, const real *from, size_t from_step, real *c) {
    vector_t sum[ROW_VECTORS];
#pragma GCC unroll 16
    for (int i = 0; i < vectors; i++) {
        sum[i] = *(const unaligned_t *)(c + i * LANES);
    }
    for (int k = 0; k < depth; k++, from += from_step) {
        const vector_t x = broadcast(a[k]);
#pragma GCC unroll 16
        for (int i = 0; i < vectors; i++) {
            sum[i] = fused(x, *(const unaligned_t *)(from + i * LANES), sum[i]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < vectors; i++) {
        *(unaligned_t *)(c + i * LANES) = sum[i];
    }
}

void matrices_row_add(int depth, int width, const real *a, const real *from, size_t from_step, real *c) {
    int column = 0;
    for (; column + ROW_VECTORS * LANES <= width; column += ROW_VECTORS * LANES) {
        add_columns(ROW_VECTORS, depth, a, from + column, from_step, c + column);
    }
    for (; column < width; column += KERNELS_UNITS) {
        add_columns(KERNELS_UNITS / LANES, depth, a, from + column, from_step, c + column);
    }
}

#ifndef CVAE_DOUBLE

#ifdef __AVX512BF16__

void matrices_pair_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_panel(PAIRS, rows, a, panel, to);
}

void matrices_word_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_panel(PAIRS, rows, a, panel, to);
}

#else

// Calls of their own: no compiler moves their arithmetic to where denormals are another thing.
static __attribute__((noinline)) void add_words(
    int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_panel(WORDS, rows, a, panel, to);
}

static __attribute__((noinline)) void add_halves(
    int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_panel(HALVES, rows, a, panel, to);
}

/** Calls one of them. The CPU takes and makes zeros for denormals meanwhile, if it can; else fused_halves()
 * does. */
INLINE void add_flushed(void (*add)(int rows, kernels_factor_t a, const real *panel, kernels_target_t to),
    int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
#ifdef __AVX2__
    const unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
    add(rows, a, panel, to);
    _mm_setcsr(mode);
#else
    add(rows, a, panel, to);
#endif
}

void matrices_word_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    add_flushed(add_words, rows, a, panel, to);
}

/** The words of all pairs of a panel, one row behind the other. */
static void take_apart(int pairs, const real *restrict panel, real *restrict words) {
    for (int i = 0; i < pairs * KERNELS_PANEL; i += LANES) {
        const vector_t pair = *(const unaligned_t *)(panel + i);
        real *to = words + i + i / KERNELS_PANEL * KERNELS_PANEL;
        *(unaligned_t *)to = odd_of(pair);
        *(unaligned_t *)(to + KERNELS_PANEL) = even_of(pair);
    }
}

void matrices_pair_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to) {
    static _Thread_local _Alignas(64) real words[KERNELS_DEPTH * KERNELS_PANEL];
    // With many rows it is faster to take the pairs apart once, beforehand.
    if (rows > 2 * TILE_ROWS && a.pieces * a.depth <= KERNELS_DEPTH) {
        take_apart(a.pieces * a.depth / 2, panel, words);
        matrices_word_add(rows, a, words, to);
        return;
    }
    add_flushed(add_halves, rows, a, panel, to);
}

#endif

/** x rounded to bfloat16: the high half; the low half is 0. */
INLINE uint32_t rounded(float x) {
    const uint32_t bits = bits_of(x), magnitude = bits & 0x7fffffff;
    uint32_t result = bits + 0x7fff + (bits >> 16 & 1);
    result = magnitude > 0x7f800000 ? bits | 0x400000 : result;
    result = magnitude < 0x00800000 ? bits & 0x80000000 : result;
    return result & 0xffff0000;
}

INLINE float pair_of(float even, float odd) {
    return real_of(rounded(odd) | rounded(even) >> 16);
}

/** The words of a left factor for one pair, `step` apart. */
INLINE void put_left(float even, float odd, float *to, size_t step) {
    if (MATRICES_PAIR_WORDS == 1) {
        to[0] = pair_of(even, odd);
    } else {
        to[0] = real_of(rounded(odd));
        to[step] = real_of(rounded(even));
    }
}

/** The numbers of a row that an instruction set turns into pairs, or words, at once. */
#if defined(__AVX512BF16__)
INLINE __m256i bfloat16_of_16(const float *from) {
    return (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(from));
}
#elif defined(__AVX512F__)
INLINE __m512i rounded_16(const float *from) {
    const __m512i bits = _mm512_loadu_si512(from), sign = _mm512_set1_epi32((int)0x80000000);
    const __m512i magnitude = _mm512_andnot_si512(sign, bits);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
    const __mmask16 is_nan = _mm512_cmpgt_epi32_mask(magnitude, _mm512_set1_epi32(0x7f800000));
    const __mmask16 is_small = _mm512_cmplt_epi32_mask(magnitude, _mm512_set1_epi32(0x00800000));
    const __m512i result = _mm512_mask_or_epi32(sum, is_nan, bits, _mm512_set1_epi32(0x400000));
    return _mm512_mask_and_epi32(result, is_small, bits, sign);
}
INLINE __m256i bfloat16_of_16(const float *from) {
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded_16(from), 16));
}
#elif defined(__AVX2__)
INLINE __m256i high_half_of_8(const float *from) {
    const __m256i bits = _mm256_loadu_si256((const __m256i_u *)from);
    const __m256i sign = _mm256_set1_epi32((int)0x80000000);
    const __m256i magnitude = _mm256_andnot_si256(sign, bits);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
    const __m256i is_nan = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7f800000));
    const __m256i is_small = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x00800000), magnitude);
    const __m256i nan = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i result = _mm256_blendv_epi8(sum, nan, is_nan);
    return _mm256_srli_epi32(_mm256_blendv_epi8(result, _mm256_and_si256(bits, sign), is_small), 16);
}
INLINE __m256i bfloat16_of_16(const float *from) {
    return _mm256_permute4x64_epi64(
        _mm256_packus_epi32(high_half_of_8(from), high_half_of_8(from + 8)), 0xd8);
}
#endif

/** 8 pairs of 16 numbers of a row. */
INLINE void pairs_of_16(const float *from, float *to) {
#ifdef __AVX2__
    _mm256_storeu_ps(to, _mm256_castsi256_ps(bfloat16_of_16(from)));
#else
    for (int p = 0; p < 8; p++) {
        to[p] = pair_of(from[2 * p], from[2 * p + 1]);
    }
#endif
}

INLINE void right_row(int width, const float *restrict from, float *restrict to) {
    int c = 0;
    for (; c + 16 <= width; c += 16) {
        pairs_of_16(from + c, to + c / 2);
    }
    for (; c < width; c += 2) {
        to[c / 2] = pair_of(from[c], c + 1 < width ? from[c + 1] : 0);
    }
}

INLINE void left_row(int width, const float *restrict from, float *restrict to) {
    if (MATRICES_PAIR_WORDS == 1) {
        right_row(width, from, to);
        return;
    }
    for (int p = 0; p < width / 2; p++) {
        put_left(from[2 * p], from[2 * p + 1], to + 2 * p, 1);
    }
    if (width % 2 == 1) {
        put_left(from[width - 1], 0, to + width - 1, 1);
    }
}

void matrices_left_rows(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step) {
    for (int row = 0; row < rows; row++) {
        left_row(width, from + (size_t)row * from_step, to + (size_t)row * to_step);
    }
}

/** Packs two rows into pairs. The width may be a constant. */
INLINE void pair_rows(const bool is_left, const int width, const float *restrict even,
    const float *restrict odd, float *restrict to) {
    int c = 0;
#ifdef __AVX512BF16__
    for (; c + 16 <= width; c += 16) {
        const __m512i low = _mm512_cvtepu16_epi32(bfloat16_of_16(even + c));
        const __m512i high = _mm512_cvtepu16_epi32(bfloat16_of_16(odd + c));
        _mm512_storeu_si512(to + c, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
#endif
    for (; c < width; c++) {
        if (is_left) {
            put_left(even[c], odd[c], to + c, KERNELS_PANEL);
        } else {
            to[c] = pair_of(even[c], odd[c]);
        }
    }
}

INLINE void pair_columns(const bool is_left, int width, const float *even, const float *odd, float *to) {
    static const float zeros[KERNELS_PANEL];
    odd = odd ? odd : zeros;
    if (width == KERNELS_PANEL) {
        pair_rows(is_left, KERNELS_PANEL, even, odd, to);
    } else {
        pair_rows(is_left, width, even, odd, to);
    }
}

void matrices_left_columns(int width, const real *even, const real *odd, real *to) {
    pair_columns(true, width, even, odd, to);
}

void matrices_right_columns(int width, const real *even, const real *odd, real *to) {
    pair_columns(false, width, even, odd, to);
}

void matrices_right_transposed(
    int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step) {
    // Long runs of a row are read at a time, which is faster, before their pairs are transposed.
    enum { ROWS = 8, PAIRS_AT_ONCE = 128 };
    float pairs[ROWS * PAIRS_AT_ONCE];
    for (int row = 0; row < rows; row += ROWS) {
        const int count = rows - row < ROWS ? rows - row : ROWS;
        for (int column = 0; column < columns; column += 2 * PAIRS_AT_ONCE) {
            const int left = columns - column, width = left < 2 * PAIRS_AT_ONCE ? left : 2 * PAIRS_AT_ONCE;
            for (int i = 0; i < count; i++) {
                right_row(width, from + (size_t)(row + i) * from_step + column, pairs + i * PAIRS_AT_ONCE);
            }
            matrices_transpose(count, (width + 1) / 2, pairs, PAIRS_AT_ONCE,
                to + (size_t)(column / 2) * to_step + row, to_step);
        }
    }
}

#endif
