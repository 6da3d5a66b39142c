#include "cvae/symbol_input.h"

#include <string.h>

#include "cvae/linear.h"
#include "cvae/product.h"

void symbol_input_layout(symbol_input_t *input, memory_t *memory, int symbols, int embedding, int extra,
    int hidden, bool relu, int words, int steps) {
    const int rows = extra > 0 && words > symbols + 1 ? words : symbols + 1;
    const size_t table = gates_count(hidden, rows), extra_gates = extra > 0 ? table : 0;
    input->symbols = symbols;
    input->embedding = embedding;
    input->extra = extra;
    input->gates = 4 * hidden;
    input->relu = relu;
    input->table_rows = rows;
    input->sequence_layout = gates_layout(hidden, words * steps);
    input->table_layout = gates_layout(hidden, rows);
    input->table = memory_take(memory, table, sizeof(real));
    input->extra_gates = memory_take(memory, extra_gates, sizeof(real));
    input->d_table = memory_take(memory, table, sizeof(real));
    input->d_extra_gates = memory_take(memory, extra_gates, sizeof(real));
    input->active = memory_take(memory, (size_t)symbols * (size_t)embedding, sizeof(real));
    input->d_active = memory_take(memory, (size_t)symbols * (size_t)embedding, sizeof(real));
    input->rows = memory_take(memory, (size_t)rows * 4 * (size_t)hidden, sizeof(real));
}

void symbol_input_prepare(symbol_input_t *input, const real *embedding, const lstm_weights_t *weights) {
    size_t count = (size_t)input->symbols * (size_t)input->embedding;
    for (size_t i = 0; i < count; i++) {
        input->active[i] = input->relu && embedding[i] < 0 ? 0 : embedding[i];
    }
    for (int symbol = 0; symbol <= input->symbols; symbol++) {
        real *row = input->rows + (size_t)symbol * (size_t)input->gates;
        for (int j = 0; j < input->gates; j++) {
            row[j] = weights->bias_ih[j] + weights->bias_hh[j];
        }
    }
    product_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, input->symbols, input->gates, input->embedding,
        input->active, input->embedding, weights->weight_ih, input->embedding + input->extra, 1, input->rows,
        input->gates);
    gates_from_rows(&input->table_layout, input->symbols + 1, input->rows, input->table);
}

void symbol_input_extra(symbol_input_t *input, const lstm_weights_t *weights, int words, const real *extra) {
    if (input->extra > 0) {
        product_multiply(PRODUCT_PLAIN, PRODUCT_TRANSPOSED, words, input->gates, input->extra, extra,
            input->extra, weights->weight_ih + input->embedding, input->embedding + input->extra, 0,
            input->rows, input->gates);
        gates_from_rows(&input->table_layout, words, input->rows, input->extra_gates);
    }
}

void symbol_input_move_extra(symbol_input_t *input, int from, int to) {
    if (input->extra > 0 && from != to) {
        gates_copy_row(&input->table_layout, from, to, input->extra_gates);
    }
}

void symbol_input_forward(const symbol_input_t *input, int rows, const symbol_t *symbols, real *gates) {
    gates_take(&input->sequence_layout, rows, symbols, &input->table_layout, input->table, gates);
    if (input->extra > 0) {
        gates_add(&input->table_layout, rows, NULL, input->extra_gates, &input->sequence_layout, gates);
    }
}

/** Collects d_gates by symbol and, where there is an extra vector, by word. */
static void collect(symbol_input_t *input, const sequence_t *sequence, const real *d_gates) {
    const gates_layout_t *from = &input->sequence_layout, *to = &input->table_layout;
    const size_t bytes = gates_count(to->size, input->table_rows) * sizeof(real);
    memset(input->d_table, 0, bytes);
    gates_add(from, sequence->total, sequence->read, d_gates, to, input->d_table);
    if (input->extra == 0) {
        return;
    }
    memset(input->d_extra_gates, 0, bytes);
    for (int t = 0; t < sequence->steps; t++) {
        gates_add(from, sequence->rows[t], NULL, d_gates + (size_t)sequence->offset[t] * from->row_step, to,
            input->d_extra_gates);
    }
}

void symbol_input_backward(symbol_input_t *input, const sequence_t *sequence, const real *embedding,
    const lstm_weights_t *weights, const real *extra, const real *d_gates, real *d_embedding,
    const lstm_weights_t *d_weights, real *d_extra) {
    const int width = input->embedding + input->extra, symbols = input->symbols, gates = input->gates;
    collect(input, sequence, d_gates);
    gates_to_rows(&input->table_layout, symbols + 1, input->d_table, input->rows);
    product_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, gates, input->embedding, symbols, input->rows, gates,
        input->active, input->embedding, 1, d_weights->weight_ih, width);
    linear_add_columns(symbols + 1, gates, input->rows, d_weights->bias_ih);
    linear_add_columns(symbols + 1, gates, input->rows, d_weights->bias_hh);
    product_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, symbols, input->embedding, gates, input->rows, gates,
        weights->weight_ih, width, 0, input->d_active, input->embedding);
    size_t count = (size_t)symbols * (size_t)input->embedding;
    for (size_t i = 0; i < count; i++) {
        d_embedding[i] += input->relu && embedding[i] < 0 ? 0 : input->d_active[i];
    }
    if (input->extra > 0) {
        gates_to_rows(&input->table_layout, sequence->words, input->d_extra_gates, input->rows);
        product_multiply(PRODUCT_TRANSPOSED, PRODUCT_PLAIN, gates, input->extra, sequence->words, input->rows,
            gates, extra, input->extra, 1, d_weights->weight_ih + input->embedding, width);
        product_multiply(PRODUCT_PLAIN, PRODUCT_PLAIN, sequence->words, input->extra, gates, input->rows,
            gates, weights->weight_ih + input->embedding, width, 0, d_extra, input->extra);
    }
}
