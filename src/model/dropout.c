#include "dropout.h"

#include <stddef.h>

static void row(int units, const bool *kept, real scale, const real *from, real *to) {
    for (int j = 0; j < units; j++) {
        to[j] = kept[j] ? scale * from[j] : 0;
    }
}

void dropout_step(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, int t, const real *from, real *to) {
    const size_t units = (size_t)layout->units, of_layer = (size_t)layout->steps * units;
    const size_t of_word = (size_t)(layout->layers - 1) * of_layer;
    const bool *kept = dropout->kept + (size_t)(layer - 1) * of_layer + (size_t)t * units;
    for (int i = 0; i < sequence->rows[t]; i++) {
        const size_t at = (size_t)i * units;
        row(layout->units, kept + (size_t)sequence->word[i] * of_word, dropout->scale, from + at, to + at);
    }
}

void dropout_all_steps(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, real *x) {
    for (int t = 0; t < sequence->steps; t++) {
        real *rows = x + (size_t)sequence->offset[t] * (size_t)layout->units;
        dropout_step(dropout, layout, layer, sequence, t, rows, rows);
    }
}
