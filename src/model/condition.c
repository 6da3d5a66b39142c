#include "condition.h"

#include <string.h>

#include "linear.h"

void condition_forward(
    const shape_t *shape, const real *embedding, int words, const int *conditions, real *vectors) {
    const size_t width = (size_t)shape_condition_width(shape);
    for (int word = 0; word < words; word++) {
        real *vector = vectors + (size_t)word * width;
        if (embedding) {
            memcpy(vector, embedding + (size_t)conditions[word] * width, width * sizeof *vector);
        } else {
            memset(vector, 0, width * sizeof *vector);
            vector[conditions[word]] = 1;
        }
    }
}

void condition_backward(
    const shape_t *shape, int words, const int *conditions, const real *d_vectors, real *d_embedding) {
    const int width = shape_condition_width(shape);
    if (!d_embedding) {
        return;
    }
    for (int word = 0; word < words; word++) {
        linear_add_columns(1, width, d_vectors + (size_t)word * (size_t)width,
            d_embedding + (size_t)conditions[word] * (size_t)width);
    }
}
