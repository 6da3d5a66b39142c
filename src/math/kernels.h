/**
 * The elementwise kernels: written once (src/math/isa/kernels.c), compiled for each instruction set, chosen
 * once at start-up for the CPU.
 *
 * Products are fused with sums only where the source says fma, and no sum's order depends on the vector
 * width, so every instruction set gives the same bits. In the double build exp and tanh are libm's.
 */
#ifndef CVAE_KERNELS_H
#define CVAE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "real.h"
#include "base/status.h"

/** Fixed point of the exact sum: a value x is the integer round(x * 2^KERNELS_EXACT_BITS). */
#define KERNELS_EXACT_BITS 40

/** How numbers are rounded to 32-bit fixed point. */
typedef struct {
    float scale;                   /**< units in 1: a power of two */
    uint32_t offset, other_offset; /**< which sequences of shifts, for x and for y: random numbers */
    uint32_t place;                /**< of x[0] and y[0] in the sequences */
} kernels_rounding_t;

enum {
    KERNELS_PANEL = 64,                /**< columns of a packed panel */
    KERNELS_UNITS = KERNELS_PANEL / 4, /**< hidden units whose four groups of gates are a panel wide */
    KERNELS_DEPTH = 128, /**< depth to work on at once: what of a panel stays in the first-level cache */
};

// Products of operands that are rounded to bfloat16. A pair is two neighbours along the depth in the 32 bits
// of a float, the one with the even index in the low half; where the depth is odd, the last pair has 0 in its
// high half. Numbers are rounded to nearest, ties to even; denormal ones become zero, and NaN stays NaN.
//
// A right factor is a panel of pairs. A left factor has for each pair what an instruction set multiplies
// with, pair_words numbers one behind the other: the pair, or both its numbers as floats, the odd one first.

/**
 * Where numbers stand that come in 4 groups of columns, a product's panel or the four gates: row i, group g
 * begins at c + i * row_stride + g * group_stride.
 */
typedef struct {
    real *c;
    size_t row_stride, group_stride;
} kernels_target_t;

/**
 * A product's left factor, whose depth may stand in pieces: number (i, k) of piece p is from[p * piece_step +
 * i * row_step + k * depth_step], k < depth. The whole depth is pieces * depth.
 */
typedef struct {
    const real *from;
    size_t row_step, depth_step;
    int depth, pieces;
    size_t piece_step;
} kernels_factor_t;

typedef struct {
    const char *name; /**< "avx512bf16", "avx512", "avx2" or "portable" */
    int pair_words;   /**< 1 or 2 numbers of a left factor stand for a pair */
    int pair_depth;   /**< KERNELS_DEPTH for products of pairs: even, and a panel of it no larger */

    /**
     * y[i] = exp(x[i]); float: within 1.2e-7 relative, or 2^-149 where the result is a denormal (measured for
     * every float). As libm's, it is infinity from 88.72284 on and 0 from -103.9721 down; exp(0) = 1. NaN
     * stays NaN, so that a divergence is noticed. x may be y.
     */
    void (*exponential)(size_t count, const real *x, real *y);

    /**
     * The LSTM cell (Hochreiter and Schmidhuber 1997, with Gers' forget gate), for `rows` words and `units`
     * hidden units. In: the four groups of gates, `units` wide, are the pre-activations in PyTorch's order i,
     * f, g, o. Out, with s the logistic function:
     * - i = s(i), f = s(f), g = tanh(g), o = s(o), in place;
     * - cell = f cell_before + i g, cell_tanh = tanh(cell), hidden = o cell_tanh.
     *
     * A row of each of these four is `state_step` behind the one before. No array may overlap another. Float:
     * s within 1e-7 and tanh within 2e-7, absolute (measured for every float), and exact where they saturate:
     * s is 0 from -88.38 down (at -infinity too) and 1 from 17 on, tanh is -1 from -8.4 down and 1 from 9.1
     * on; s(0) = 0.5. tanh is computed as 1 - 2 / (1 + exp(2 x)): nearer to 0 than 1e-7 it may be 0, and of
     * -0 it is +0. NaN in an input is NaN in every output that is computed from it.
     */
    void (*lstm_forward)(int rows, int units, kernels_target_t gates, size_t state_step,
        const real *cell_before, real *cell, real *cell_tanh, real *hidden);

    /**
     * Its backward. In: the activated gates, d_hidden (the loss's gradient by hidden), d_cell (by cell, from
     * the next step). Out: gates = the gradient by the pre-activations, d_cell = the gradient by cell_before,
     * both in place.
     */
    void (*lstm_backward)(int rows, int units, kernels_target_t gates, size_t state_step,
        const real *cell_before, const real *cell_tanh, const real *d_hidden, real *d_cell);

    /**
     * The GRU cell (Cho et al. 2014, with the reset gate where PyTorch has it: behind the product). In: the
     * four groups are the pre-activations of r and z, the input's part of n, and the hidden state's part m of
     * n. Out:
     * - r = s(r), z = s(z), n = tanh(n + r m), in place; m stays;
     * - hidden = (1 - z) n + z hidden_before.
     *
     * Rows, accuracy and NaN are as of lstm_forward().
     */
    void (*gru_forward)(int rows, int units, kernels_target_t gates, size_t state_step,
        const real *hidden_before, real *hidden);

    /**
     * Its backward. In: the groups as gru_forward() left them, d_hidden. Out, in place: gates = the gradient
     * by its four inputs; d_hidden = the gradient by hidden_before, but for its way through the gates.
     */
    void (*gru_backward)(int rows, int units, kernels_target_t gates, size_t state_step,
        const real *hidden_before, real *d_hidden);

    /**
     * sum[i] = round(x[i] * 2^KERNELS_EXACT_BITS). Returns the index of the first x that is not finite or not
     * below `limit` in size (it counts as 0), or count when there is none. limit is at most 2^(62 -
     * KERNELS_EXACT_BITS).
     */
    size_t (*exact_set)(size_t count, const float *x, float limit, int64_t *sum);

    /** Likewise sum[i] += ..., where |sum[i]| is below 2^62 before, so that nothing overflows. */
    size_t (*exact_add)(size_t count, const float *x, float limit, int64_t *sum);

    /** x[i] = (float)(sum[i] * factor), the product in double. Returns their square_sum. */
    double (*exact_read)(size_t count, const int64_t *sum, double factor, float *x);

    /**
     * What exact_add() and then exact_read() make of the last x of a sum, in its place: x[i] =
     * (float)((sum[i] + round(x[i] * 2^KERNELS_EXACT_BITS)) * factor). sum stays. Returns as exact_add();
     * *squares = the square_sum.
     */
    size_t (*exact_finish)(
        size_t count, float *x, float limit, const int64_t *sum, double factor, double *squares);

    /**
     * What exact_set() and exact_read() together make of x, where the factor is a power of two: x[i] =
     * round(x[i] * 2^KERNELS_EXACT_BITS) * factor, which then has no rounding of its own. A bad x stays a
     * bad one, and *squares is of no use. Returns as exact_set(); *squares = the square_sum.
     */
    size_t (*exact_round)(size_t count, float *x, float limit, float factor, double *squares);

    /**
     * sum[i] = round(x[i] * scale + shift), and x[i] = 0, ready for the next gradient. The shift, between
     * -1/2 and 1/2, turns rounding to nearest into stochastic rounding (Gupta et al. 2015): the mean over all
     * offsets is x[i] * scale, but for the rounding of a float, and an integer stays an integer. At place p
     * of the sequence it is the fraction of (offset + p * 0x9e3779b9) / 2^32, less 1 where that is 1/2 or
     * more. Where y is not NULL, sum[i] is that of both, and y[i] = 0, too: one way through the sum takes
     * less time than two. Returns the bits of the largest |x[i]| or |y[i]|, by which infinity is above all
     * numbers and NaN above infinity: where it is 2^30 / scale or more the sums are of no use.
     */
    uint32_t (*exact32_set)(size_t count, float *x, float *y, kernels_rounding_t rounding, int32_t *sum);

    /** Likewise sum[i] += ..., where no sum leaves the range of an int32_t. */
    uint32_t (*exact32_add)(size_t count, float *x, float *y, kernels_rounding_t rounding, int32_t *sum);

    /** x[i] = (float)(sum[i] * factor), the product in double. Returns their square_sum. */
    double (*exact32_read)(size_t count, const int32_t *sum, double factor, float *x);

    /** What exact32_add() and then exact32_read() make of the last x of a sum, or the last x and y, in place
     * of x, as exact_finish(); y[i] = 0. */
    uint32_t (*exact32_finish)(size_t count, float *x, float *y, kernels_rounding_t rounding,
        const int32_t *sum, double factor, double *squares);

    /** The bits of the largest |x[i]|, as exact32_set() returns them. */
    uint32_t (*largest)(size_t count, const float *x);

    /** sum of x[i]^2 in double, in 16 interleaved partial sums added up in a fixed order. */
    double (*square_sum)(size_t count, const float *x);

    /**
     * SGD with momentum, as PyTorch's, and decoupled weight decay (Loshchilov and Hutter 2019, SGDW):
     * - velocity = momentum velocity + scale gradient;
     * - parameter -= rate velocity + decay parameter.
     *
     * Without momentum (0) the velocity is not touched and may be NULL. decay: the rate times the weight
     * decay; 0 has the bits of a step without it.
     */
    void (*sgd)(size_t count, float *parameter, const float *gradient, float *velocity, float scale,
        float rate, float decay, float momentum);

    /**
     * Adam (Kingma and Ba 2015, algorithm 1), with g = scale gradient and correction_k = 1 / (1 - beta_k^t):
     * - m = beta1 m + (1 - beta1) g;
     * - v = beta2 v + (1 - beta2) g^2;
     * - parameter -= rate (m correction1) / (sqrt(v correction2) + epsilon) + decay parameter.
     *
     * decay as of sgd: AdamW (Loshchilov and Hutter 2019).
     */
    void (*adam)(size_t count, float *parameter, const float *gradient, float *m, float *v, float scale,
        float rate, float decay, float beta1, float beta2, float epsilon, float correction1,
        float correction2);

    /**
     * The product that all others but row_add are made of: c [rows, KERNELS_PANEL] += a [rows, depth] panel,
     * where panel is [depth, KERNELS_PANEL]. Each number is one chain of fused multiply-adds with rising
     * depth, begun from what c held.
     */
    void (*panel_add)(int rows, kernels_factor_t a, const real *panel, kernels_target_t c);

    /** The same for one row and a matrix in plain rows, from_step apart: c [width] += a [depth] from [depth,
     * width]. The width is a multiple of KERNELS_UNITS. */
    void (*row_add)(int depth, int width, const real *a, const real *from, size_t from_step, real *c);

    /**
     * The product of pairs, a left factor's rows with a panel of pairs [depth / pair_words, KERNELS_PANEL]:
     * each number of c is one chain of fused multiply-adds with rising pairs, of each pair the odd one first.
     * A denormal sum, taken or made (rounded as if the exponent had no lower limit), is a zero of its sign.
     * That is what VDPBF16PS does, and all instruction sets give its bits. This and what follows up to
     * copy() are not in the double build.
     */
    void (*pair_add)(int rows, kernels_factor_t a, const real *panel, kernels_target_t c);

    /** The same with a panel [depth, KERNELS_PANEL] of numbers as of a left factor: left_columns(). */
    void (*word_add)(int rows, kernels_factor_t a, const real *panel, kernels_target_t c);

    /** Row r of a left factor [rows, pairs] = the pairs along row r of `from` [rows, width]. */
    void (*left_rows)(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step);

    /**
     * A pair of a left factor for each of `width` columns, at most KERNELS_PANEL: of the rows `even` and
     * `odd`, NULL for zeros. Its second number, if any, is KERNELS_PANEL behind the first.
     */
    void (*left_columns)(int width, const real *even, const real *odd, real *to);

    /** to[c] = the pair of even[c] and odd[c], of a right factor. odd NULL: zeros. */
    void (*right_columns)(int width, const real *even, const real *odd, real *to);

    /** to[p * to_step + r] = pair p of row r of `from` [rows, columns], of a right factor. */
    void (*right_transposed)(
        int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step);

    /** to[r * to_step + c] = from[r * from_step + c], for `rows` rows and `width` columns. */
    void (*copy)(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step);

    /** to[c * to_step + r] = from[r * from_step + c]. */
    void (*transpose)(int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step);

    /** Row r of `to` = row index[r] of `from`, `width` wide. index NULL: row r. */
    void (*gather)(int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to,
        size_t to_step);

    /** Row index[r] of `to` += row r of `from`, with rising r. index NULL: row r; to_step 0: one sum. */
    void (*scatter_add)(int rows, int width, const uint16_t *index, const real *from, size_t from_step,
        real *to, size_t to_step);
} kernels_t;

/**
 * Chooses for this CPU; or, when the environment variable CVAE_ISA names one ("avx512bf16", "avx512", "avx2",
 * "portable"), that one. STATUS_USAGE when it names none, or one that the CPU lacks. Call once, before
 * kernels().
 */
status_t kernels_start(void);

/** The chosen ones; the best for the CPU when kernels_start() was not called. */
const kernels_t *kernels(void);

/** The kernels of that name, or NULL where it is unknown or the CPU lacks it. */
const kernels_t *kernels_find(const char *name);

#endif
