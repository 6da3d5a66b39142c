#include "layer.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/product.h"

void layer_linear_forward(product_precision_t precision, int rows, int in, int out,
    const linear_weights_t *weights, const real *x, real *y) {
    for (int row = 0; row < rows; row++) {
        memcpy(y + (size_t)row * (size_t)out, weights->bias, (size_t)out * sizeof *y);
    }
    product_multiply(
        precision, PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, out, in, x, in, weights->weight, in, 1, y, out);
}

void layer_linear_backward(product_precision_t precision, int rows, int in, int out,
    const linear_weights_t *weights, const real *x, const real *d_y, const linear_weights_t *d_weights,
    real beta, real *d_x) {
    product_multiply(precision, PRODUCT_TRANSPOSED, PRODUCT_PLAIN, out, in, rows, d_y, out, x, in, 1,
        d_weights->weight, in);
    layer_add_columns(rows, out, d_y, d_weights->bias);
    if (d_x) {
        product_multiply(precision, PRODUCT_PLAIN, PRODUCT_PLAIN, rows, in, out, d_y, out, weights->weight,
            in, beta, d_x, in);
    }
}

void layer_add_columns(int rows, int columns, const real *x, real *sum) {
    kernels()->scatter_add(rows, columns, NULL, x, (size_t)columns, sum, 0);
}

/** The place of a condition's first part in the list; without parts always the same. */
static int first_part(const shape_t *shape, int condition) {
    return shape->condition_parts > 0 ? shape->parts.first[condition] : 0;
}

void layer_condition_forward(
    const shape_t *shape, const weights_t *weights, int words, const int *conditions, real *vectors) {
    const size_t width = (size_t)shape_condition_width(shape);
    for (int word = 0; word < words; word++) {
        const int condition = conditions[word];
        real *vector = vectors + (size_t)word * width;
        if (!weights->condition) {
            memset(vector, 0, width * sizeof *vector);
            vector[condition] = 1;
            continue;
        }
        memcpy(vector, weights->condition + (size_t)condition * width, width * sizeof *vector);
        for (int i = first_part(shape, condition); i < first_part(shape, condition + 1); i++) {
            layer_add_columns(
                1, (int)width, weights->condition_part + (size_t)shape->parts.part[i] * width, vector);
        }
    }
}

void layer_condition_backward(const shape_t *shape, int words, const int *conditions, const real *d_vectors,
    const weights_t *d_weights) {
    const size_t width = (size_t)shape_condition_width(shape);
    for (int word = 0; word < words && d_weights->condition; word++) {
        const int condition = conditions[word];
        const real *d_vector = d_vectors + (size_t)word * width;
        layer_add_columns(1, (int)width, d_vector, d_weights->condition + (size_t)condition * width);
        for (int i = first_part(shape, condition); i < first_part(shape, condition + 1); i++) {
            layer_add_columns(
                1, (int)width, d_vector, d_weights->condition_part + (size_t)shape->parts.part[i] * width);
        }
    }
}

void layer_dropout_step(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, int t, const real *from, real *to) {
    const size_t units = (size_t)layout->units, of_layer = (size_t)layout->steps * units;
    const size_t of_word = (size_t)(layout->layers - 1) * of_layer;
    const bool *of_step = dropout->kept + (size_t)(layer - 1) * of_layer + (size_t)t * units;
    for (int row = 0; row < sequence->rows[t]; row++, from += units, to += units) {
        const bool *kept = of_step + (size_t)sequence->word[row] * of_word;
        for (size_t j = 0; j < units; j++) {
            to[j] = kept[j] ? dropout->scale * from[j] : 0;
        }
    }
}

void layer_dropout(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, real *x) {
    for (int t = 0; t < sequence->steps; t++) {
        real *rows = x + (size_t)sequence->offset[t] * (size_t)layout->units;
        layer_dropout_step(dropout, layout, layer, sequence, t, rows, rows);
    }
}

double layer_exponentials(int count, const real *x, real *y, real *largest) {
    double sum = 0;
    *largest = x[0];
    for (int i = 1; i < count; i++) {
        *largest = x[i] > *largest ? x[i] : *largest;
    }
    for (int i = 0; i < count; i++) {
        y[i] = x[i] - *largest;
    }
    kernels()->exponential((size_t)count, y, y);
    for (int i = 0; i < count; i++) {
        sum += (double)y[i];
    }
    return sum;
}

double layer_cross_entropy(int rows, int symbols, real *logits, const symbol_t *target, const real *weight) {
    double loss = 0;
    for (int row = 0; row < rows; row++) {
        real *x = logits + (size_t)row * (size_t)symbols, largest;
        const real right = x[target[row]];
        const double sum = layer_exponentials(symbols, x, x, &largest);
        const real factor = (real)(weight[row] / sum);
        loss += weight[row] * (log(sum) - (double)(right - largest));
        for (int v = 0; v < symbols; v++) {
            x[v] *= factor;
        }
        x[target[row]] -= weight[row];
    }
    return loss;
}

double layer_soft_cross_entropy(
    int rows, int symbols, real *logits, const real *targets, const real *weight) {
    double loss = 0;
    for (int row = 0; row < rows; row++) {
        const real *target = targets + (size_t)row * (size_t)symbols;
        real *x = logits + (size_t)row * (size_t)symbols, largest;
        double expected = 0;
        for (int v = 0; v < symbols; v++) {
            expected += (double)target[v] * (double)x[v];
        }
        const double sum = layer_exponentials(symbols, x, x, &largest);
        const real factor = (real)(weight[row] / sum);
        loss += weight[row] * (log(sum) + (double)largest - expected);
        for (int v = 0; v < symbols; v++) {
            x[v] = x[v] * factor - weight[row] * target[v];
        }
    }
    return loss;
}
