#include "product.h"

#include <stdbool.h>
#include <string.h>

#include "blas.h"
#include "kernels.h"

enum {
    PANEL = KERNELS_PANEL,
    DEPTH = KERNELS_DEPTH,
    EDGE_ROWS = 64, /**< rows of a result that are worked on at once where its columns do not fill a panel */
};

#ifdef CVAE_DOUBLE
static product_backend_t chosen = PRODUCT_OPENBLAS;
#else
static product_backend_t chosen = PRODUCT_NATIVE;
#endif

// Working space of a call, one a thread: nothing is allocated.
static _Thread_local _Alignas(64) real packed[DEPTH * PANEL];
static _Thread_local _Alignas(64) real edge[EDGE_ROWS * PANEL];
static _Thread_local _Alignas(64) real rounded[EDGE_ROWS * DEPTH]; // a left factor of pairs

void product_choose(product_backend_t backend) {
    chosen = backend;
}

product_backend_t product_backend(void) {
    return chosen;
}

static int least(int a, int b) {
    return a < b ? a : b;
}

/** Where a factor's number (i, j) stands: from[i * row_step + j * column_step]. */
typedef struct {
    const real *from;
    size_t row_step, column_step;
} factor_t;

static factor_t factor(product_operation_t operation, const real *from, int stride) {
    return operation == PRODUCT_PLAIN ? (factor_t){from, (size_t)stride, 1}
                                      : (factor_t){from, 1, (size_t)stride};
}

/** Numbers that stand in a panel's column, and in a left factor's row, for a depth. */
static int panel_depth(product_precision_t precision, int depth) {
    return precision == PRODUCT_BF16 ? (depth + 1) / 2 : depth;
}

static int left_depth(product_precision_t precision, int depth) {
    return precision == PRODUCT_BF16 ? panel_depth(precision, depth) * kernels()->pair_words : depth;
}

static void pack_pairs(factor_t b, int depth, int width) {
    if (b.column_step != 1) {
        kernels()->right_transposed(width, depth, b.from, b.column_step, packed, PANEL);
        return;
    }
    for (int k = 0; k < depth; k += 2) {
        const real *even = b.from + (size_t)k * b.row_step;
        kernels()->right_columns(
            width, even, k + 1 < depth ? even + b.row_step : NULL, packed + (size_t)(k / 2) * PANEL);
    }
}

/** packed[row][column] of a piece [depth, width] of b; columns beyond the width keep what they had, which
 * nobody uses. */
static void pack(product_precision_t precision, factor_t b, int depth, int width) {
    if (precision == PRODUCT_BF16) {
        pack_pairs(b, depth, width);
    } else if (b.column_step == 1) {
        kernels()->copy(depth, width, b.from, b.row_step, packed, PANEL);
    } else {
        kernels()->transpose(width, depth, b.from, b.column_step, packed, PANEL);
    }
}

/** The left factor of up to EDGE_ROWS rows of a, rounded where the precision says so. */
static kernels_factor_t left_factor(product_precision_t precision, int rows, int depth, factor_t a) {
    if (precision == PRODUCT_REAL) {
        return (kernels_factor_t){
            .from = a.from, .row_step = a.row_step, .depth_step = a.column_step, .depth = depth, .pieces = 1};
    }
    const int words = left_depth(precision, depth);
    kernels_factor_t left = {
        .from = rounded, .row_step = 1, .depth_step = PANEL, .depth = words, .pieces = 1};
    if (a.column_step == 1) {
        left.row_step = DEPTH;
        left.depth_step = 1;
        kernels()->left_rows(rows, depth, a.from, a.row_step, rounded, DEPTH);
        return left;
    }
    for (int k = 0; k < depth; k += 2) {
        const real *even = a.from + (size_t)k * a.column_step;
        kernels()->left_columns(rows, even, k + 1 < depth ? even + a.column_step : NULL,
            rounded + (size_t)left_depth(precision, k) * PANEL);
    }
    return left;
}

/** c [m, width] += a [m, depth] packed */
static void add_piece(
    product_precision_t precision, int m, int width, int depth, factor_t a, real *c, size_t stride_c) {
    const bool is_direct = width == PANEL && precision == PRODUCT_REAL;
    const int most = is_direct ? m : EDGE_ROWS;
    void (*add)(int, kernels_factor_t, const real *, kernels_target_t) =
        precision == PRODUCT_BF16 ? kernels()->pair_add : kernels()->panel_add;
    for (int row = 0; row < m; row += most) {
        const int rows = least(most, m - row);
        real *part = c + (size_t)row * stride_c;
        const kernels_factor_t left = left_factor(
            precision, rows, depth, (factor_t){a.from + (size_t)row * a.row_step, a.row_step, a.column_step});
        if (width == PANEL) {
            add(rows, left, packed, (kernels_target_t){part, stride_c, PANEL / 4});
            continue;
        }
        kernels()->copy(rows, width, part, stride_c, edge, PANEL);
        add(rows, left, packed, (kernels_target_t){edge, PANEL, PANEL / 4});
        kernels()->copy(rows, width, edge, PANEL, part, stride_c);
    }
}

static void multiply(
    product_precision_t precision, int m, int n, int k, factor_t a, factor_t b, real *c, size_t stride_c) {
    const int most = precision == PRODUCT_BF16 ? kernels()->pair_depth : DEPTH;
    for (int column = 0; column < n; column += PANEL) {
        const int width = least(PANEL, n - column);
        for (int first = 0; first < k; first += most) {
            const int depth = least(most, k - first);
            const factor_t piece_a = {a.from + (size_t)first * a.column_step, a.row_step, a.column_step};
            const factor_t piece_b = {b.from + (size_t)first * b.row_step + (size_t)column * b.column_step,
                b.row_step, b.column_step};
            pack(precision, piece_b, depth, width);
            add_piece(precision, m, width, depth, piece_a, c + column, stride_c);
        }
    }
}

void product_multiply(product_precision_t precision, product_operation_t operation_a,
    product_operation_t operation_b, int m, int n, int k, const real *a, int stride_a, const real *b,
    int stride_b, real beta, real *c, int stride_c) {
    if (chosen == PRODUCT_OPENBLAS) {
        blas_multiply(operation_a == PRODUCT_TRANSPOSED, operation_b == PRODUCT_TRANSPOSED, m, n, k, a,
            stride_a, b, stride_b, beta, c, stride_c);
        return;
    }
    for (int row = 0; row < m && beta == 0; row++) {
        memset(c + (size_t)row * (size_t)stride_c, 0, (size_t)n * sizeof *c);
    }
    multiply(precision, m, n, k, factor(operation_a, a, stride_a), factor(operation_b, b, stride_b), c,
        (size_t)stride_c);
}
