// Compiled once for each instruction set (src/math/kernels.cmake), with KERNELS_ISA as its name. The loops
// are plain C that the compiler turns into vectors; each is elementwise, or has its lanes written out, so
// that no result depends on how wide those vectors are.
#include "math/kernels.h"
#include "matrices.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
#define JOIN_OF(a, b) a##b
#define JOIN(a, b) JOIN_OF(a, b)

#ifdef CVAE_DOUBLE

static inline double multiply_add(double a, double b, double c) {
    return fma(a, b, c);
}

static inline double exponential_of(double x) {
    return exp(x);
}

static inline double logistic(double x) {
    return 1 / (1 + exp(-x));
}

static inline double hyperbolic_tangent(double x) {
    return tanh(x);
}

#else

static inline float multiply_add(float a, float b, float c) {
    return fmaf(a, b, c);
}

/** NaN is neither below nor above, and stays. */
static inline float limited(float x, float lowest, float highest) {
    x = x < lowest ? lowest : x;
    return x > highest ? highest : x;
}

/** 2^n for n from -126 to 127, and infinity for 128. Only the low 9 bits of n count. */
static inline float power_of_two(uint32_t n) {
    const uint32_t bits = (n + 127u) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/** exp(x) = fraction 2^exponent, where the exponent is right in its low 10 bits. */
typedef struct {
    float fraction;
    uint32_t exponent;
} exponential_t;

/**
 * exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, with Cephes' polynomial for exp(r). ln 2 is
 * subtracted in two parts, the first with so few bits that its product with n is exact. Adding 1.5 * 2^23
 * rounds to an integer and leaves that integer in the low bits of the sum.
 */
static inline exponential_t exponential_parts(float x) {
    const float shift = 12582912.0f;
    const float shifted = fmaf(x, 1.44269504f, shift);
    const float n = shifted - shift;
    float r = fmaf(n, -0.693359375f, x);
    r = fmaf(n, 2.12194440e-4f, r);
    float p = 1.9875691500e-4f;
    p = fmaf(p, r, 1.3981999507e-3f);
    p = fmaf(p, r, 8.3334519073e-3f);
    p = fmaf(p, r, 4.1665795894e-2f);
    p = fmaf(p, r, 1.6666665459e-1f);
    p = fmaf(p, r, 5.0000001201e-1f);
    p = fmaf(p, r * r, r + 1.0f);
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (exponential_t){p, bits};
}

/**
 * The power in two halves, so that what comes out may be a denormal, or still finite where 2^n is not. Beyond
 * the limits exp(x) rounds to 0 and to infinity, and so does the product.
 */
static inline float exponential_of(float x) {
    const exponential_t parts = exponential_parts(limited(x, -104.0f, 89.0f));
    const uint32_t half = parts.exponent >> 1;
    return parts.fraction * power_of_two(half) * power_of_two(parts.exponent - half);
}

/**
 * exp(x) for 1 + exp(x), which it need not fall to 0 for; but it does become infinity, from 88.376 on, where
 * n = 128. So a saturated gate is 0 and not a denormal.
 */
static inline float exponential_for_gate(float x) {
    const exponential_t parts = exponential_parts(limited(x, -87.33654f, 89.0f));
    return parts.fraction * power_of_two(parts.exponent);
}

static inline float logistic(float x) {
    return 1.0f / (1.0f + exponential_for_gate(-x));
}

static inline float hyperbolic_tangent(float x) {
    return fmaf(-2.0f, 1.0f / (1.0f + exponential_for_gate(x + x)), 1.0f);
}

#endif

static void exponential(size_t count, const real *x, real *y) {
    for (size_t i = 0; i < count; i++) {
        y[i] = exponential_of(x[i]);
    }
}

/**
 * One word's cell. A function of its own for the sake of its parameters: compilers trust `restrict` there,
 * and make vectors; of local pointers into one array they believe it less, and gcc's loop stays scalar, ten
 * times as slow. The width of a block of gates is a constant at the call, so that a row of it is a few
 * vectors and no loop.
 */
INLINE void lstm_row_forward(int size, real *restrict i, real *restrict f, real *restrict g, real *restrict o,
    const real *restrict before, real *restrict cell, real *restrict cell_tanh, real *restrict hidden) {
    for (int j = 0; j < size; j++) {
        i[j] = logistic(i[j]);
        f[j] = logistic(f[j]);
        g[j] = hyperbolic_tangent(g[j]);
        o[j] = logistic(o[j]);
        cell[j] = multiply_add(f[j], before[j], i[j] * g[j]);
        cell_tanh[j] = hyperbolic_tangent(cell[j]);
        hidden[j] = o[j] * cell_tanh[j];
    }
}

static void lstm_forward(int rows, int units, kernels_target_t gates, size_t state_step,
    const real *cell_before, real *cell, real *cell_tanh, real *hidden) {
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t group = gates.group_stride, at = row * state_step;
        real *i = gates.c + row * gates.row_stride, *f = i + group, *g = f + group, *o = g + group;
        if (units == KERNELS_UNITS) {
            lstm_row_forward(
                KERNELS_UNITS, i, f, g, o, cell_before + at, cell + at, cell_tanh + at, hidden + at);
        } else {
            lstm_row_forward(units, i, f, g, o, cell_before + at, cell + at, cell_tanh + at, hidden + at);
        }
    }
}

INLINE void lstm_row_backward(int size, real *restrict i, real *restrict f, real *restrict g,
    real *restrict o, const real *restrict before, const real *restrict cell_tanh,
    const real *restrict d_hidden, real *restrict d_cell) {
    for (int j = 0; j < size; j++) {
        real input = i[j], forget = f[j], candidate = g[j], output = o[j];
        // h = o tanh(c), and tanh' = 1 - tanh^2; s' = s (1 - s).
        real d = multiply_add(d_hidden[j] * output, multiply_add(-cell_tanh[j], cell_tanh[j], 1), d_cell[j]);
        i[j] = d * candidate * (input * (1 - input));
        f[j] = d * before[j] * (forget * (1 - forget));
        g[j] = d * input * multiply_add(-candidate, candidate, 1);
        o[j] = d_hidden[j] * cell_tanh[j] * (output * (1 - output));
        d_cell[j] = d * forget;
    }
}

static void lstm_backward(int rows, int units, kernels_target_t gates, size_t state_step,
    const real *cell_before, const real *cell_tanh, const real *d_hidden, real *d_cell) {
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t group = gates.group_stride, at = row * state_step;
        real *i = gates.c + row * gates.row_stride, *f = i + group, *g = f + group, *o = g + group;
        if (units == KERNELS_UNITS) {
            lstm_row_backward(
                KERNELS_UNITS, i, f, g, o, cell_before + at, cell_tanh + at, d_hidden + at, d_cell + at);
        } else {
            lstm_row_backward(
                units, i, f, g, o, cell_before + at, cell_tanh + at, d_hidden + at, d_cell + at);
        }
    }
}

INLINE void gru_row_forward(int size, real *restrict r, real *restrict z, real *restrict n,
    const real *restrict part, const real *restrict before, real *restrict hidden) {
    for (int j = 0; j < size; j++) {
        r[j] = logistic(r[j]);
        z[j] = logistic(z[j]);
        n[j] = hyperbolic_tangent(multiply_add(r[j], part[j], n[j]));
        hidden[j] = multiply_add(z[j], before[j] - n[j], n[j]);
    }
}

static void gru_forward(
    int rows, int units, kernels_target_t gates, size_t state_step, const real *hidden_before, real *hidden) {
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t group = gates.group_stride, at = row * state_step;
        real *r = gates.c + row * gates.row_stride, *z = r + group, *n = z + group, *part = n + group;
        if (units == KERNELS_UNITS) {
            gru_row_forward(KERNELS_UNITS, r, z, n, part, hidden_before + at, hidden + at);
        } else {
            gru_row_forward(units, r, z, n, part, hidden_before + at, hidden + at);
        }
    }
}

INLINE void gru_row_backward(int size, real *restrict r, real *restrict z, real *restrict n,
    real *restrict part, const real *restrict before, real *restrict d_hidden) {
    for (int j = 0; j < size; j++) {
        const real reset = r[j], update = z[j], candidate = n[j], d = d_hidden[j];
        const real d_candidate = d * (1 - update) * multiply_add(-candidate, candidate, 1);
        r[j] = d_candidate * part[j] * (reset * (1 - reset));
        z[j] = d * (before[j] - candidate) * (update * (1 - update));
        n[j] = d_candidate;
        part[j] = d_candidate * reset;
        d_hidden[j] = d * update;
    }
}

static void gru_backward(int rows, int units, kernels_target_t gates, size_t state_step,
    const real *hidden_before, real *d_hidden) {
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t group = gates.group_stride, at = row * state_step;
        real *r = gates.c + row * gates.row_stride, *z = r + group, *n = z + group, *part = n + group;
        if (units == KERNELS_UNITS) {
            gru_row_backward(KERNELS_UNITS, r, z, n, part, hidden_before + at, d_hidden + at);
        } else {
            gru_row_backward(units, r, z, n, part, hidden_before + at, d_hidden + at);
        }
    }
}

#if defined(__AVX2__) && !defined(__AVX512DQ__)
// AVX2 converts floats to 32-bit integers only: two halves, without a rounding.
static inline int64_t integer_of(float whole) {
    const int32_t high = (int32_t)(whole * 0x1p-31f);
    const int32_t low = (int32_t)fmaf((float)high, -0x1p31f, whole);
    return (int64_t)((uint64_t)(int64_t)high << 31) + low;
}
#else
static inline int64_t integer_of(float whole) {
    return (int64_t)whole;
}
#endif

/** The value in units of the fixed point, 0 when it is not good. */
static inline float exact_units(float x, int good) {
    // A power of two scales exactly; the only rounding is to the nearest integer.
    return rintf((good ? x : 0.0f) * (float)((int64_t)1 << KERNELS_EXACT_BITS));
}

static inline int exact_is_good(float x, float limit) {
    // The comparison is false for NaN too.
    return fabsf(x) < limit;
}

/** The first one's index, or count. */
static size_t first_bad(size_t count, const float *x, float limit) {
    size_t first = 0;
    while (first < count && exact_is_good(x[first], limit)) {
        first++;
    }
    return first;
}

static inline uint32_t size_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & INT32_MAX;
}

static inline uint32_t larger_of(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t largest(size_t count, const float *x) {
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = larger_of(most, size_bits(x[i]));
    }
    return most;
}

/** As first_bad(); faster where there is none. The bits of infinity and NaN are larger than any limit's. */
static inline size_t first_bad_of(size_t count, const float *x, float limit) {
    return largest(count, x) < size_bits(limit) ? count : first_bad(count, x, limit);
}

/** is_first (a constant at every call): the sum is set, not added to. */
INLINE size_t exact_take(
    const bool is_first, size_t count, const float *restrict x, float limit, int64_t *restrict sum) {
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        int good = exact_is_good(x[i], limit);
        sum[i] = (is_first ? 0 : sum[i]) + integer_of(exact_units(x[i], good));
        bad += !good;
    }
    return bad == 0 ? count : first_bad(count, x, limit);
}

static size_t exact_set(size_t count, const float *x, float limit, int64_t *sum) {
    return exact_take(true, count, x, limit, sum);
}

static size_t exact_add(size_t count, const float *x, float limit, int64_t *sum) {
    return exact_take(false, count, x, limit, sum);
}

/** Sums of squares are made in this many interleaved parts, added up in order. */
enum { LANES = 16 };

/** sum + x^2. In double a float's square is exact, so that the fused sum has the same bits. */
static inline double add_square(double sum, float x) {
#ifdef __FMA__
    return fma(x, x, sum);
#else
    return sum + (double)x * x;
#endif
}

/** Adds the squares of some values to the parts; all but the last call have whole rounds of them. */
static inline void add_squares(size_t count, const float *x, double *lane) {
    const size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int j = 0; j < LANES; j++) {
            lane[j] = add_square(lane[j], x[i + (size_t)j]);
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[i - whole] = add_square(lane[i - whole], x[i]);
    }
}

static inline double sum_of_lanes(const double *lane) {
    double sum = 0;
    for (int j = 0; j < LANES; j++) {
        sum += lane[j];
    }
    return sum;
}

static double square_sum(size_t count, const float *x) {
    double lane[LANES] = {0};
    add_squares(count, x, lane);
    return sum_of_lanes(lane);
}

/** Pieces that are still in the first-level cache when their squares are added up: one loop for both is
 * faster, but gcc 12.2's SLP vectoriser (-O3) adds up other numbers. */
enum { READ_PIECE = 64 * LANES };

static inline size_t read_piece(size_t count, size_t first) {
    return count - first < READ_PIECE ? count - first : READ_PIECE;
}

static double exact_read(size_t count, const int64_t *restrict sum, double factor, float *restrict x) {
    double lane[LANES] = {0};
    for (size_t first = 0; first < count; first += READ_PIECE) {
        const size_t piece = read_piece(count, first);
        for (size_t i = first; i < first + piece; i++) {
            x[i] = (float)((double)sum[i] * factor);
        }
        add_squares(piece, x + first, lane);
    }
    return sum_of_lanes(lane);
}

static size_t exact_finish(size_t count, float *restrict x, float limit, const int64_t *restrict sum,
    double factor, double *squares) {
    double lane[LANES] = {0};
    size_t found = count;
    for (size_t first = 0; first < count; first += READ_PIECE) {
        const size_t piece = read_piece(count, first);
        const size_t bad = first_bad_of(piece, x + first, limit);
        if (bad < piece && found == count) {
            found = first + bad;
        }
        for (size_t i = first; i < first + piece; i++) {
            const float units = exact_units(x[i], exact_is_good(x[i], limit));
            x[i] = (float)((double)(sum[i] + integer_of(units)) * factor);
        }
        add_squares(piece, x + first, lane);
    }
    *squares = sum_of_lanes(lane);
    return found;
}

static size_t exact_round(size_t count, float *x, float limit, float factor, double *squares) {
    const float largest_mean = exact_units(limit, true) * factor;
    double lane[LANES] = {0};
    for (size_t first = 0; first < count; first += READ_PIECE) {
        const size_t piece = read_piece(count, first);
        for (size_t i = first; i < first + piece; i++) {
            x[i] = exact_units(x[i], true) * factor;
        }
        add_squares(piece, x + first, lane);
    }
    *squares = sum_of_lanes(lane);
    // A single bad x makes the sum as large, or NaN. Only small numbers were rounded, so that the bad ones
    // still show.
    return *squares < (double)largest_mean * largest_mean ? count : first_bad(count, x, largest_mean);
}

/** What does not fit becomes some number. */
static inline int32_t nearest_integer(float x) {
#ifdef __clang__
    return (int32_t)lrintf(x);
#else
    // lrintf() has a result of 64 bits, and gcc makes no vectors of it.
    return __builtin_irintf(x);
#endif
}

/** 2^32 over the golden ratio: its multiples fill the range more evenly than random numbers do. */
static const uint32_t SHIFT_STEP = 0x9e3779b9;

static inline uint32_t exact32_units(float x, float scale, uint32_t place) {
    // Below a half in size, however the integer is rounded.
    const float shift = (float)(int32_t)place * 0x1.fffffep-33f;
    return (uint32_t)nearest_integer(fmaf(x, scale, shift));
}

/** Sequences of shifts and the largest values, on the way through one addend, or two. */
typedef struct {
    float scale;
    uint32_t place, other_place, most;
} exact32_way_t;

static inline exact32_way_t exact32_begin(kernels_rounding_t rounding) {
    return (exact32_way_t){.scale = rounding.scale,
        .place = rounding.offset + rounding.place * SHIFT_STEP,
        .other_place = rounding.other_offset + rounding.place * SHIFT_STEP};
}

/** The units of x, and of y where there is one (has_other, a constant at every call). */
INLINE uint32_t exact32_next(const bool has_other, exact32_way_t *way, float x, float y) {
    uint32_t units = exact32_units(x, way->scale, way->place);
    way->most = larger_of(way->most, size_bits(x));
    way->place += SHIFT_STEP;
    if (has_other) {
        units += exact32_units(y, way->scale, way->other_place);
        way->most = larger_of(way->most, size_bits(y));
        way->other_place += SHIFT_STEP;
    }
    return units;
}

/** is_first (a constant at every call, as has_other): the sum is set, not added to. */
INLINE uint32_t exact32_take(const bool is_first, const bool has_other, size_t count, float *restrict x,
    float *restrict y, kernels_rounding_t rounding, int32_t *restrict sum) {
    exact32_way_t way = exact32_begin(rounding);
    for (size_t i = 0; i < count; i++) {
        const uint32_t units = exact32_next(has_other, &way, x[i], has_other ? y[i] : 0);
        sum[i] = (int32_t)((is_first ? 0 : (uint32_t)sum[i]) + units);
        x[i] = 0;
        if (has_other) {
            y[i] = 0;
        }
    }
    return way.most;
}

static uint32_t exact32_set(size_t count, float *x, float *y, kernels_rounding_t rounding, int32_t *sum) {
    return y ? exact32_take(true, true, count, x, y, rounding, sum)
             : exact32_take(true, false, count, x, NULL, rounding, sum);
}

static uint32_t exact32_add(size_t count, float *x, float *y, kernels_rounding_t rounding, int32_t *sum) {
    return y ? exact32_take(false, true, count, x, y, rounding, sum)
             : exact32_take(false, false, count, x, NULL, rounding, sum);
}

/** Whether a product of an integer of 32 bits with it in float is that in double, rounded to float. */
static inline bool is_power_of_two(double factor) {
    uint64_t bits;
    memcpy(&bits, &factor, sizeof bits);
    return bits << 12 == 0 && factor > 0x1p-90 && factor < 0x1p90;
}

/** is_power (a constant at every call): the factor is one of two. */
INLINE float scaled(const bool is_power, int32_t number, double factor) {
    return is_power ? (float)number * (float)factor : (float)(number * factor);
}

INLINE double exact32_read_by(
    const bool is_power, size_t count, const int32_t *restrict sum, double factor, float *restrict x) {
    double lane[LANES] = {0};
    for (size_t first = 0; first < count; first += READ_PIECE) {
        const size_t piece = read_piece(count, first);
        for (size_t i = first; i < first + piece; i++) {
            x[i] = scaled(is_power, sum[i], factor);
        }
        add_squares(piece, x + first, lane);
    }
    return sum_of_lanes(lane);
}

static double exact32_read(size_t count, const int32_t *sum, double factor, float *x) {
    return is_power_of_two(factor) ? exact32_read_by(true, count, sum, factor, x)
                                   : exact32_read_by(false, count, sum, factor, x);
}

INLINE uint32_t exact32_finish_by(const bool is_power, const bool has_other, size_t count, float *restrict x,
    float *restrict y, kernels_rounding_t rounding, const int32_t *restrict sum, double factor,
    double *squares) {
    double lane[LANES] = {0};
    exact32_way_t way = exact32_begin(rounding);
    for (size_t first = 0; first < count; first += READ_PIECE) {
        const size_t piece = read_piece(count, first);
        for (size_t i = first; i < first + piece; i++) {
            const uint32_t units = exact32_next(has_other, &way, x[i], has_other ? y[i] : 0);
            x[i] = scaled(is_power, (int32_t)((uint32_t)sum[i] + units), factor);
            if (has_other) {
                y[i] = 0;
            }
        }
        add_squares(piece, x + first, lane);
    }
    *squares = sum_of_lanes(lane);
    return way.most;
}

static uint32_t exact32_finish(size_t count, float *x, float *y, kernels_rounding_t rounding,
    const int32_t *sum, double factor, double *squares) {
    const bool is_power = is_power_of_two(factor);
    if (y) {
        return is_power ? exact32_finish_by(true, true, count, x, y, rounding, sum, factor, squares)
                        : exact32_finish_by(false, true, count, x, y, rounding, sum, factor, squares);
    }
    return is_power ? exact32_finish_by(true, false, count, x, NULL, rounding, sum, factor, squares)
                    : exact32_finish_by(false, false, count, x, NULL, rounding, sum, factor, squares);
}

/**
 * A parameter after its step and its decay. One subtraction of both: a small decay is not lost to the
 * rounding of a factor next to 1, and a decay of 0 leaves the bits of the step alone.
 */
static inline float stepped(float parameter, float step, float decay) {
    return parameter - (step + decay * parameter);
}

static void sgd(size_t count, float *restrict parameter, const float *restrict gradient,
    float *restrict velocity, float scale, float rate, float decay, float momentum) {
    if (momentum == 0) {
        for (size_t i = 0; i < count; i++) {
            parameter[i] = stepped(parameter[i], rate * (scale * gradient[i]), decay);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        velocity[i] = momentum * velocity[i] + scale * gradient[i];
        parameter[i] = stepped(parameter[i], rate * velocity[i], decay);
    }
}

static void adam(size_t count, float *restrict parameter, const float *restrict gradient, float *restrict m,
    float *restrict v, float scale, float rate, float decay, float beta1, float beta2, float epsilon,
    float correction1, float correction2) {
    for (size_t i = 0; i < count; i++) {
        float g = scale * gradient[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * (g * g);
        const float step = rate * (m[i] * correction1) / (sqrtf(v[i] * correction2) + epsilon);
        parameter[i] = stepped(parameter[i], step, decay);
    }
}

extern const kernels_t JOIN(kernels_, KERNELS_ISA);
const kernels_t JOIN(kernels_, KERNELS_ISA) = {
    .name = TEXT(KERNELS_ISA),
#ifndef CVAE_DOUBLE
    .pair_words = MATRICES_PAIR_WORDS,
    .pair_depth = 2 * KERNELS_DEPTH / MATRICES_PAIR_WORDS,
    .pair_add = matrices_pair_add,
    .word_add = matrices_word_add,
    .left_rows = matrices_left_rows,
    .left_columns = matrices_left_columns,
    .right_columns = matrices_right_columns,
    .right_transposed = matrices_right_transposed,
#endif
    .exponential = exponential,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .gru_forward = gru_forward,
    .gru_backward = gru_backward,
    .exact_set = exact_set,
    .exact_add = exact_add,
    .exact_read = exact_read,
    .exact_finish = exact_finish,
    .exact_round = exact_round,
    .exact32_set = exact32_set,
    .exact32_add = exact32_add,
    .exact32_read = exact32_read,
    .exact32_finish = exact32_finish,
    .largest = largest,
    .square_sum = square_sum,
    .sgd = sgd,
    .adam = adam,
    .panel_add = matrices_panel_add,
    .row_add = matrices_row_add,
    .copy = matrices_copy,
    .transpose = matrices_transpose,
    .gather = matrices_gather,
    .scatter_add = matrices_scatter_add,
};
