#include "product.h"

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

/** packed[row][column] of a piece [depth, width] of b; columns beyond the width keep what they had, which
 * nobody uses. */
static void pack(factor_t b, int depth, int width) {
    if (b.column_step == 1) {
        kernels()->copy(depth, width, b.from, b.row_step, packed, PANEL);
    } else {
        kernels()->transpose(width, depth, b.from, b.column_step, packed, PANEL);
    }
}

/** c [m, width] += a [m, depth] packed */
static void add_piece(int m, int width, int depth, factor_t a, real *c, size_t stride_c) {
    kernels_factor_t left = {
        .from = a.from, .row_step = a.row_step, .depth_step = a.column_step, .depth = depth, .pieces = 1};
    if (width == PANEL) {
        kernels()->panel_add(m, left, packed, (kernels_target_t){c, stride_c, PANEL / 4});
        return;
    }
    for (int row = 0; row < m; row += EDGE_ROWS) {
        const int rows = least(EDGE_ROWS, m - row);
        real *part = c + (size_t)row * stride_c;
        left.from = a.from + (size_t)row * a.row_step;
        kernels()->copy(rows, width, part, stride_c, edge, PANEL);
        kernels()->panel_add(rows, left, packed, (kernels_target_t){edge, PANEL, PANEL / 4});
        kernels()->copy(rows, width, edge, PANEL, part, stride_c);
    }
}

static void multiply(int m, int n, int k, factor_t a, factor_t b, real *c, size_t stride_c) {
    for (int column = 0; column < n; column += PANEL) {
        const int width = least(PANEL, n - column);
        for (int first = 0; first < k; first += DEPTH) {
            const int depth = least(DEPTH, k - first);
            const factor_t piece_a = {a.from + (size_t)first * a.column_step, a.row_step, a.column_step};
            const factor_t piece_b = {b.from + (size_t)first * b.row_step + (size_t)column * b.column_step,
                b.row_step, b.column_step};
            pack(piece_b, depth, width);
            add_piece(m, width, depth, piece_a, c + column, stride_c);
        }
    }
}

void product_multiply(product_operation_t operation_a, product_operation_t operation_b, int m, int n, int k,
    const real *a, int stride_a, const real *b, int stride_b, real beta, real *c, int stride_c) {
    if (chosen == PRODUCT_OPENBLAS) {
        blas_multiply(operation_a == PRODUCT_TRANSPOSED, operation_b == PRODUCT_TRANSPOSED, m, n, k, a,
            stride_a, b, stride_b, beta, c, stride_c);
        return;
    }
    for (int row = 0; row < m && beta == 0; row++) {
        memset(c + (size_t)row * (size_t)stride_c, 0, (size_t)n * sizeof *c);
    }
    multiply(
        m, n, k, factor(operation_a, a, stride_a), factor(operation_b, b, stride_b), c, (size_t)stride_c);
}
