#include "symbol_input.h"

#include <string.h>

#include "math/kernels.h"
#include "math/product.h"
#include "rnn.h"

void symbol_input_layout(symbol_input_t *input, memory_t *memory, const shape_t *shape, int extra, bool relu,
    int words, int steps) {
    const int symbols = shape->symbols, hidden = shape->hidden;
    const int rows = extra > 0 && words > symbols + 1 ? words : symbols + 1;
    const size_t table = gates_count(hidden, rows), extra_gates = extra > 0 ? table : 0;
    const size_t active = (size_t)symbols * (size_t)shape->embedding;
    input->symbols = symbols;
    input->embedding = shape->embedding;
    input->extra = extra;
    input->kind = shape->cell;
    input->precision = shape->precision;
    input->hidden = hidden;
    input->relu = relu;
    input->table_rows = rows;
    input->sequence_layout = gates_layout(hidden, words * steps);
    input->table_layout = gates_layout(hidden, rows);
    input->table = memory_take(memory, table, sizeof(real));
    input->extra_gates = memory_take(memory, extra_gates, sizeof(real));
    input->d_table = memory_take(memory, table, sizeof(real));
    input->d_extra_gates = memory_take(memory, extra_gates, sizeof(real));
    input->active = memory_take(memory, active, sizeof(real));
    input->used = memory_take(memory, (size_t)symbols + 1, sizeof(symbol_t));
    input->place = memory_take(memory, (size_t)symbols + 1, sizeof(symbol_t));
    input->row_place = memory_take(memory, (size_t)words * (size_t)steps, sizeof(symbol_t));
    input->used_active = memory_take(memory, active, sizeof(real));
    input->d_active = memory_take(memory, active, sizeof(real));
    input->rows = memory_take(memory, (size_t)rows * 4 * (size_t)hidden, sizeof(real));
}

/** The rows of weight_ih: they make the first columns of the gates, of an LSTM all of them. */
static int weight_rows(const symbol_input_t *input) {
    return rnn_input_map(input->kind)->count * input->hidden;
}

void symbol_input_prepare(symbol_input_t *input, const real *embedding, const rnn_weights_t *weights) {
    const size_t count = (size_t)input->symbols * (size_t)input->embedding;
    const size_t gates = 4 * (size_t)input->hidden;
    for (size_t i = 0; i < count; i++) {
        input->active[i] = input->relu && embedding[i] < 0 ? 0 : embedding[i];
    }
    for (int symbol = 0; symbol <= input->symbols; symbol++) {
        rnn_bias(input->kind, input->hidden, weights, input->rows + (size_t)symbol * gates);
    }
    product_multiply(input->precision, PRODUCT_PLAIN, PRODUCT_TRANSPOSED, input->symbols, weight_rows(input),
        input->embedding, input->active, input->embedding, weights->weight_ih,
        input->embedding + input->extra, 1, input->rows, (int)gates);
    gates_from_rows(&input->table_layout, input->symbols + 1, input->rows, gates, input->table);
}

void symbol_input_extra(symbol_input_t *input, const rnn_weights_t *weights, int words, const real *extra) {
    if (input->extra > 0) {
        const int gates = 4 * input->hidden;
        memset(input->rows, 0, (size_t)words * (size_t)gates * sizeof(real));
        product_multiply(input->precision, PRODUCT_PLAIN, PRODUCT_TRANSPOSED, words, weight_rows(input),
            input->extra, extra, input->extra, weights->weight_ih + input->embedding,
            input->embedding + input->extra, 0, input->rows, gates);
        gates_from_rows(&input->table_layout, words, input->rows, (size_t)gates, input->extra_gates);
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

/** Lists the symbols that the sequence reads, and each row's place in the list. Returns their number. */
static int list_used(symbol_input_t *input, const sequence_t *sequence) {
    int count = 0;
    memset(input->place, 0, ((size_t)input->symbols + 1) * sizeof *input->place);
    for (int row = 0; row < sequence->total; row++) {
        input->place[sequence->read[row]] = 1;
    }
    for (int symbol = 0; symbol <= input->symbols; symbol++) {
        if (input->place[symbol]) {
            input->used[count] = (symbol_t)symbol;
            input->place[symbol] = (symbol_t)count++;
        }
    }
    for (int row = 0; row < sequence->total; row++) {
        input->row_place[row] = input->place[sequence->read[row]];
    }
    return count;
}

/** Collects d_gates by word. */
static void collect_extra(symbol_input_t *input, const sequence_t *sequence, const real *d_gates) {
    const gates_layout_t *from = &input->sequence_layout, *to = &input->table_layout;
    gates_clear(to, sequence->words, input->d_extra_gates);
    for (int t = 0; t < sequence->steps; t++) {
        gates_add(from, sequence->rows[t], NULL, d_gates + (size_t)sequence->offset[t] * from->row_step, to,
            input->d_extra_gates);
    }
}

/**
 * From d_gates [count, 4H] of the table's layout to what the columns of weight_ih from `first` on multiplied,
 * x [count, columns]: adds to these columns of d_weights->weight_ih and writes d_x.
 */
static void columns_backward(symbol_input_t *input, int count, const real *d_gates, int first, int columns,
    const real *x, const rnn_weights_t *weights, const rnn_weights_t *d_weights, real *d_x) {
    const int width = input->embedding + input->extra;
    const int gates = 4 * input->hidden, rows = weight_rows(input);
    gates_to_rows(&input->table_layout, count, d_gates, input->rows);
    product_multiply(input->precision, PRODUCT_TRANSPOSED, PRODUCT_PLAIN, rows, columns, count, input->rows,
        gates, x, columns, 1, d_weights->weight_ih + first, width);
    product_multiply(input->precision, PRODUCT_PLAIN, PRODUCT_PLAIN, count, columns, rows, input->rows, gates,
        weights->weight_ih + first, width, 0, d_x, columns);
}

/** From d_table of the first `count` used symbols to their embeddings. */
static void embedding_backward(symbol_input_t *input, int count, const real *embedding,
    const rnn_weights_t *weights, real *d_embedding, const rnn_weights_t *d_weights) {
    const int e = input->embedding;
    kernels()->gather(count, e, input->used, input->active, (size_t)e, input->used_active, (size_t)e);
    columns_backward(
        input, count, input->d_table, 0, e, input->used_active, weights, d_weights, input->d_active);
    for (int i = 0; i < count; i++) {
        const size_t first = (size_t)input->used[i] * (size_t)e;
        for (int j = 0; j < e; j++) {
            const size_t at = first + (size_t)j;
            d_embedding[at] += input->relu && embedding[at] < 0 ? 0 : input->d_active[i * e + j];
        }
    }
}

void symbol_input_backward(symbol_input_t *input, const sequence_t *sequence, const real *embedding,
    const rnn_weights_t *weights, const real *extra, const real *d_gates, real *d_embedding,
    const rnn_weights_t *d_weights, real *d_extra) {
    const gates_layout_t *layout = &input->table_layout;
    const int count = list_used(input, sequence);
    const bool has_nothing = count > 0 && input->used[count - 1] == input->symbols;
    gates_clear(layout, count, input->d_table);
    gates_add(&input->sequence_layout, sequence->total, input->row_place, d_gates, layout, input->d_table);
    gates_add_columns(layout, rnn_input_map(input->kind), count, input->d_table, d_weights->bias_ih);
    gates_add_columns(layout, rnn_hidden_map(input->kind), count, input->d_table, d_weights->bias_hh);
    embedding_backward(input, count - has_nothing, embedding, weights, d_embedding, d_weights);
    if (input->extra > 0) {
        collect_extra(input, sequence, d_gates);
        columns_backward(input, sequence->words, input->d_extra_gates, input->embedding, input->extra, extra,
            weights, d_weights, d_extra);
    }
}
