#include "linear.h"

#include <string.h>

#include "math/kernels.h"
#include "math/product.h"

void linear_forward(int rows, int in, int out, const linear_weights_t *weights, const real *x, real *y) {
    for (int row = 0; row < rows; row++) {
        memcpy(y + (size_t)row * (size_t)out, weights->bias, (size_t)out * sizeof *y);
    }
    product_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, out, in, x, in, weights->weight, in, 1, y, out);
}

void linear_add_columns(int rows, int columns, const real *x, real *sum) {
    kernels()->scatter_add(rows, columns, NULL, x, (size_t)columns, sum, 0);
}

void linear_backward(int rows, int in, int out, const linear_weights_t *weights, const real *x,
    const real *d_y, const linear_weights_t *d_weights, real beta, real *d_x) {
    product_multiply(
        PRODUCT_TRANSPOSED, PRODUCT_PLAIN, out, in, rows, d_y, out, x, in, 1, d_weights->weight, in);
    linear_add_columns(rows, out, d_y, d_weights->bias);
    if (d_x) {
        product_multiply(
            PRODUCT_PLAIN, PRODUCT_PLAIN, rows, in, out, d_y, out, weights->weight, in, beta, d_x, in);
    }
}
