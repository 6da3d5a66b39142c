#include "cvae/symbol_input.h"

#include <string.h>

#include "cvae/product.h"
#include "cvae/linear.h"

void symbol_input_layout(symbol_input_t *input, memory_t *memory, int symbols, int embedding, int extra,
    int hidden, bool relu, int words) {
    size_t gates = 4 * (size_t)hidden;
    input->symbols = symbols;
    input->embedding = embedding;
    input->extra = extra;
    input->gates = (int)gates;
    input->relu = relu;
    input->active = memory_take(memory, (size_t)symbols * (size_t)embedding, sizeof(real));
    input->table = memory_take(memory, (size_t)symbols * gates, sizeof(real));
    input->extra_gates = memory_take(memory, extra > 0 ? (size_t)words * gates : 0, sizeof(real));
    input->d_table = memory_take(memory, (size_t)symbols * gates, sizeof(real));
    input->d_active = memory_take(memory, (size_t)symbols * (size_t)embedding, sizeof(real));
    input->d_extra_gates = memory_take(memory, extra > 0 ? (size_t)words * gates : 0, sizeof(real));
}

void symbol_input_prepare(symbol_input_t *input, const real *embedding, const lstm_weights_t *weights) {
    size_t count = (size_t)input->symbols * (size_t)input->embedding;
    for (size_t i = 0; i < count; i++) {
        input->active[i] = input->relu && embedding[i] < 0 ? 0 : embedding[i];
    }
    for (int symbol = 0; symbol < input->symbols; symbol++) {
        real *row = input->table + (size_t)symbol * (size_t)input->gates;
        for (int j = 0; j < input->gates; j++) {
            row[j] = weights->bias_ih[j] + weights->bias_hh[j];
        }
    }
    product_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, input->symbols, input->gates, input->embedding,
        input->active, input->embedding, weights->weight_ih, input->embedding + input->extra, 1, input->table,
        input->gates);
}

void symbol_input_extra(symbol_input_t *input, const lstm_weights_t *weights, int words, const real *extra) {
    if (input->extra > 0) {
        product_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, words, input->gates, input->extra, extra,
            input->extra, weights->weight_ih + input->embedding, input->embedding + input->extra, 0,
            input->extra_gates, input->gates);
    }
}

void symbol_input_forward(const symbol_input_t *input, int rows, const symbol_t *symbols, real *gates) {
    for (int row = 0; row < rows; row++) {
        const real *restrict from = input->table + (size_t)symbols[row] * (size_t)input->gates;
        real *restrict to = gates + (size_t)row * (size_t)input->gates;
        if (input->extra == 0) {
            memcpy(to, from, (size_t)input->gates * sizeof *to);
            continue;
        }
        const real *restrict more = input->extra_gates + (size_t)row * (size_t)input->gates;
        for (int j = 0; j < input->gates; j++) {
            to[j] = from[j] + more[j];
        }
    }
}

/** Collects d_gates by symbol and, where there is an extra vector, by word. */
static void collect(symbol_input_t *input, const sequence_t *sequence, const real *d_gates) {
    size_t gates = (size_t)input->gates;
    memset(input->d_table, 0, (size_t)input->symbols * gates * sizeof(real));
    for (int i = 0; i < sequence->total; i++) {
        linear_add_columns(
            1, input->gates, d_gates + (size_t)i * gates, input->d_table + sequence->read[i] * gates);
    }
    if (input->extra == 0) {
        return;
    }
    memset(input->d_extra_gates, 0, (size_t)sequence->words * gates * sizeof(real));
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            linear_add_columns(1, input->gates, d_gates + (size_t)(sequence->offset[t] + row) * gates,
                input->d_extra_gates + (size_t)row * gates);
        }
    }
}

void symbol_input_backward(symbol_input_t *input, const sequence_t *sequence, const real *embedding,
    const lstm_weights_t *weights, const real *extra, const real *d_gates, real *d_embedding,
    const lstm_weights_t *d_weights, real *d_extra) {
    const int width = input->embedding + input->extra, symbols = input->symbols, gates = input->gates;
    collect(input, sequence, d_gates);
    product_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, gates, input->embedding, symbols, input->d_table,
        gates, input->active, input->embedding, 1, d_weights->weight_ih, width);
    linear_add_columns(symbols, gates, input->d_table, d_weights->bias_ih);
    linear_add_columns(symbols, gates, input->d_table, d_weights->bias_hh);
    product_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, symbols, input->embedding, gates, input->d_table, gates,
        weights->weight_ih, width, 0, input->d_active, input->embedding);
    size_t count = (size_t)symbols * (size_t)input->embedding;
    for (size_t i = 0; i < count; i++) {
        d_embedding[i] += input->relu && embedding[i] < 0 ? 0 : input->d_active[i];
    }
    if (input->extra > 0) {
        product_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, gates, input->extra, sequence->words,
            input->d_extra_gates, gates, extra, input->extra, 1, d_weights->weight_ih + input->embedding,
            width);
        product_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, sequence->words, input->extra, gates,
            input->d_extra_gates, gates, weights->weight_ih + input->embedding, width, 0, d_extra,
            input->extra);
    }
}
