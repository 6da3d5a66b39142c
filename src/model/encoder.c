#include "encoder.h"

#include <string.h>

#include "layer.h"

static void direction_layout(encoder_direction_t *direction, memory_t *memory, const shape_t *shape,
    bool is_second, int words, int steps) {
    const size_t rows = (size_t)words * (size_t)steps;
    if (is_second) {
        direction->sequence.read = memory_take(memory, rows, sizeof(symbol_t));
    } else {
        sequence_layout(&direction->sequence, memory, words, steps);
    }
    symbol_input_layout(&direction->input, memory, shape, shape_encoder_extra(shape), false, words, steps);
    for (int layer = 0; layer < shape->layers; layer++) {
        rnn_layout(&direction->trace[layer], memory, shape, layer > 0 ? shape_encoder_width(shape) : 0, words,
            steps);
    }
    const bool has_outputs = shape->layers > 1 && shape->bidirectional;
    direction->d_output = memory_take(memory, has_outputs ? rows * (size_t)shape->hidden : 0, sizeof(real));
}

void encoder_layout(encoder_t *encoder, memory_t *memory, const shape_t *shape, int words, int letters) {
    const int steps = shape_encoder_steps(shape, letters);
    const size_t b = (size_t)words, h = (size_t)shape->hidden, z = (size_t)shape->latent;
    const size_t k = (size_t)shape_condition_width(shape), w = (size_t)shape_encoder_width(shape);
    const size_t of_layer = shape->layers > 1 ? b * (size_t)steps * w : 0;
    encoder->shape = *shape;
    encoder->dropout_layout = (dropout_layout_t){shape->layers, steps, shape_encoder_width(shape)};
    encoder->dropout = (dropout_t){0};
    for (int i = 0; i < shape_directions(shape); i++) {
        direction_layout(&encoder->direction[i], memory, shape, i > 0, words, steps);
    }
    for (int layer = 1; layer < shape->layers; layer++) {
        encoder->input_of[layer] = memory_take(memory, of_layer, sizeof(real));
    }
    encoder->turned = memory_take(memory, shape->bidirectional ? of_layer : 0, sizeof(real));
    encoder->condition = memory_take(memory, b * k, sizeof(real));
    encoder->last = memory_take(memory, b * w, sizeof(real));
    encoder->mean = memory_take(memory, b * z, sizeof(real));
    encoder->log_variance = memory_take(memory, b * z, sizeof(real));
    encoder->d_last = memory_take(memory, b * w, sizeof(real));
    encoder->d_hidden = memory_take(memory, b * h, sizeof(real));
    encoder->d_cell = memory_take(memory, b * h, sizeof(real));
    encoder->d_condition = memory_take(memory, b * k, sizeof(real));
    encoder->d_extra = memory_take(memory, b * k, sizeof(real));
    encoder->d_input = memory_take(memory, of_layer, sizeof(real));
}

void encoder_prepare(encoder_t *encoder, const weights_t *weights) {
    for (int i = 0; i < shape_directions(&encoder->shape); i++) {
        encoder_direction_t *direction = &encoder->direction[i];
        symbol_input_prepare(&direction->input, weights->encoder_embedding, &weights->encoder[i][0]);
        for (int layer = 0; layer < encoder->shape.layers; layer++) {
            rnn_prepare(&direction->trace[layer], &weights->encoder[i][layer]);
        }
    }
}

/** A first state: zeros, and the condition as its last K numbers where it enters. */
static void first_state(const encoder_t *encoder, unsigned way, real *state) {
    const shape_t *shape = &encoder->shape;
    const int words = encoder->direction[0].sequence.words;
    const size_t h = (size_t)shape->hidden, k = (size_t)shape_condition_width(shape);
    memset(state, 0, (size_t)words * h * sizeof *state);
    if (shape->encoder_condition & way) {
        for (int row = 0; row < words; row++) {
            memcpy(
                state + (size_t)(row + 1) * h - k, encoder->condition + (size_t)row * k, k * sizeof *state);
        }
    }
}

static void begin(encoder_t *encoder, rnn_trace_t *trace) {
    first_state(encoder, SHAPE_ENTERS_HIDDEN, trace->first_hidden);
    if (encoder->shape.cell == SHAPE_CELL_LSTM) {
        first_state(encoder, SHAPE_ENTERS_CELL, trace->first_cell);
    }
}

/** The lowest layer of a direction reads the symbols. */
static void read_symbols(encoder_t *encoder, encoder_direction_t *direction) {
    const sequence_t *sequence = &direction->sequence;
    rnn_trace_t *trace = &direction->trace[0];
    begin(encoder, trace);
    for (int t = 0; t < sequence->steps; t++) {
        const int at = sequence->offset[t];
        symbol_input_forward(&direction->input, sequence->rows[t], sequence->read + at, rnn_gates(trace, at));
        rnn_step(trace, sequence, t);
    }
}

/** Whether what an upper layer reads is not just what the layer below said. */
static bool has_own_input(const encoder_t *encoder) {
    return encoder->shape.bidirectional || encoder->dropout.kept;
}

/** [R, W] what an upper layer reads, from the words' beginnings. */
static const real *input_of(const encoder_t *encoder, int layer) {
    return has_own_input(encoder) ? encoder->input_of[layer] : encoder->direction[0].trace[layer - 1].hidden;
}

/** Makes it: both directions of the layer below side by side, with dropout. */
static void make_input(encoder_t *encoder, int layer) {
    const int h = encoder->shape.hidden, w = shape_encoder_width(&encoder->shape);
    const sequence_t *sequence = &encoder->direction[0].sequence;
    if (!has_own_input(encoder)) {
        return;
    }
    for (int i = 0; i < shape_directions(&encoder->shape); i++) {
        sequence_copy_rows(sequence, i > 0, h, encoder->direction[i].trace[layer - 1].hidden, h,
            encoder->input_of[layer] + i * h, w);
    }
    if (encoder->dropout.kept) {
        layer_dropout(&encoder->dropout, &encoder->dropout_layout, layer, sequence, encoder->input_of[layer]);
    }
}

/** The same in the order in which a direction reads. */
static const real *input_as_read(encoder_t *encoder, int layer, int i) {
    const int w = shape_encoder_width(&encoder->shape);
    const real *input = input_of(encoder, layer);
    if (i == 0) {
        return input;
    }
    sequence_copy_rows(&encoder->direction[0].sequence, true, w, input, w, encoder->turned, w);
    return encoder->turned;
}

static void read_layer_below(encoder_t *encoder, int layer, int i) {
    const sequence_t *sequence = &encoder->direction[i].sequence;
    rnn_trace_t *trace = &encoder->direction[i].trace[layer];
    begin(encoder, trace);
    rnn_project(trace, sequence->total, input_as_read(encoder, layer, i), trace->gates);
    for (int t = 0; t < sequence->steps; t++) {
        rnn_step(trace, sequence, t);
    }
}

/** Where a direction's part of last or d_last stands for the word in a row. */
static size_t last_at(const encoder_t *encoder, int i, int row) {
    const size_t h = (size_t)encoder->shape.hidden, w = (size_t)shape_encoder_width(&encoder->shape);
    return (size_t)encoder->direction[0].sequence.word[row] * w + (size_t)i * h;
}

static void take_in(
    encoder_t *encoder, const weights_t *weights, const word_t *words, int count, const dropout_t *dropout) {
    sequence_t *sequence = &encoder->direction[0].sequence;
    sequence_pack(sequence, words, count, encoder->shape.encoder_markers, encoder->shape.encoder_markers);
    encoder->dropout = dropout ? *dropout : (dropout_t){0};
    layer_condition_forward(&encoder->shape, weights, count, sequence->condition, encoder->condition);
    if (encoder->shape.bidirectional) {
        sequence_reverse(sequence, &encoder->direction[1].sequence);
    }
}

void encoder_forward(
    encoder_t *encoder, const weights_t *weights, const word_t *words, int count, const dropout_t *dropout) {
    const shape_t *shape = &encoder->shape;
    const int directions = shape_directions(shape), top = shape->layers - 1;
    take_in(encoder, weights, words, count, dropout);
    for (int i = 0; i < directions; i++) {
        symbol_input_extra(&encoder->direction[i].input, &weights->encoder[i][0], count, encoder->condition);
        read_symbols(encoder, &encoder->direction[i]);
    }
    for (int layer = 1; layer < shape->layers; layer++) {
        make_input(encoder, layer);
        for (int i = 0; i < directions; i++) {
            read_layer_below(encoder, layer, i);
        }
    }
    for (int i = 0; i < directions; i++) {
        const encoder_direction_t *direction = &encoder->direction[i];
        for (int row = 0; row < count; row++) {
            memcpy(encoder->last + last_at(encoder, i, row),
                rnn_last_hidden(&direction->trace[top], &direction->sequence, row),
                (size_t)shape->hidden * sizeof(real));
        }
    }
    layer_linear_forward(shape->precision, count, shape_encoder_width(shape), shape->latent, &weights->mean,
        encoder->last, encoder->mean);
    layer_linear_forward(shape->precision, count, shape_encoder_width(shape), shape->latent,
        &weights->log_variance, encoder->last, encoder->log_variance);
}

/** Adds the gradient by a first state to the condition's where the condition entered it. */
static void first_state_backward(encoder_t *encoder, unsigned way, const real *d_state) {
    const shape_t *shape = &encoder->shape;
    const size_t h = (size_t)shape->hidden, k = (size_t)shape_condition_width(shape);
    if (shape->encoder_condition & way) {
        for (int row = 0; row < encoder->direction[0].sequence.words; row++) {
            layer_add_columns(
                1, (int)k, d_state + (size_t)(row + 1) * h - k, encoder->d_condition + (size_t)row * k);
        }
    }
}

/** A direction of a layer, but for what it read. d_output: NULL at the top. */
static void states_backward(
    encoder_t *encoder, int layer, int i, const real *d_output, const weights_t *d_weights) {
    encoder_direction_t *direction = &encoder->direction[i];
    const int words = direction->sequence.words;
    const size_t h = (size_t)encoder->shape.hidden, states = (size_t)words * h * sizeof(real);
    memset(encoder->d_hidden, 0, states);
    for (int row = 0; row < words && !d_output; row++) {
        memcpy(encoder->d_hidden + (size_t)row * h, encoder->d_last + last_at(encoder, i, row),
            h * sizeof(real));
    }
    memset(encoder->d_cell, 0, states);
    rnn_backward(&direction->trace[layer], &direction->sequence, d_output, encoder->d_hidden, encoder->d_cell,
        &d_weights->encoder[i][layer]);
    first_state_backward(encoder, SHAPE_ENTERS_HIDDEN, encoder->d_hidden);
    if (encoder->shape.cell == SHAPE_CELL_LSTM) {
        first_state_backward(encoder, SHAPE_ENTERS_CELL, encoder->d_cell);
    }
}

/** The gradient by what a layer read, from all its directions: the second one's first, which is turned round
 * to be added to. */
static void input_backward(encoder_t *encoder, int layer, const weights_t *d_weights) {
    const sequence_t *sequence = &encoder->direction[0].sequence;
    const int rows = sequence->total, w = shape_encoder_width(&encoder->shape);
    if (encoder->shape.bidirectional) {
        const real *input = input_as_read(encoder, layer, 1);
        // What is read is no longer needed when its gradient is written over it.
        rnn_project_backward(&encoder->direction[1].trace[layer], rows, input, &d_weights->encoder[1][layer],
            0, encoder->turned);
        sequence_copy_rows(sequence, true, w, encoder->turned, w, encoder->d_input, w);
    }
    rnn_project_backward(&encoder->direction[0].trace[layer], rows, input_of(encoder, layer),
        &d_weights->encoder[0][layer], encoder->shape.bidirectional, encoder->d_input);
    if (encoder->dropout.kept) {
        layer_dropout(&encoder->dropout, &encoder->dropout_layout, layer, sequence, encoder->d_input);
    }
}

/** What of it belongs to a direction of the layer below, in that one's order. */
static const real *output_gradient(encoder_t *encoder, int i) {
    const int h = encoder->shape.hidden, w = shape_encoder_width(&encoder->shape);
    encoder_direction_t *direction = &encoder->direction[i];
    if (!encoder->shape.bidirectional) {
        return encoder->d_input;
    }
    sequence_copy_rows(&direction->sequence, i > 0, h, encoder->d_input + i * h, w, direction->d_output, h);
    return direction->d_output;
}

static void layers_backward(encoder_t *encoder, const weights_t *d_weights) {
    const int directions = shape_directions(&encoder->shape), top = encoder->shape.layers - 1;
    for (int layer = top; layer >= 0; layer--) {
        for (int i = 0; i < directions; i++) {
            const real *d_output = layer == top ? NULL : output_gradient(encoder, i);
            states_backward(encoder, layer, i, d_output, d_weights);
        }
        if (layer > 0) {
            input_backward(encoder, layer, d_weights);
        }
    }
}

static void symbols_backward(
    encoder_t *encoder, int i, const weights_t *weights, const weights_t *d_weights) {
    encoder_direction_t *direction = &encoder->direction[i];
    const int numbers = direction->sequence.words * shape_condition_width(&encoder->shape);
    symbol_input_backward(&direction->input, &direction->sequence, weights->encoder_embedding,
        &weights->encoder[i][0], encoder->condition, direction->trace[0].gates, d_weights->encoder_embedding,
        &d_weights->encoder[i][0], encoder->d_extra);
    if (shape_encoder_extra(&encoder->shape) > 0) {
        layer_add_columns(1, numbers, encoder->d_extra, encoder->d_condition);
    }
}

void encoder_backward(encoder_t *encoder, const weights_t *weights, const real *d_mean,
    const real *d_log_variance, const weights_t *d_weights) {
    const shape_t *shape = &encoder->shape;
    const sequence_t *sequence = &encoder->direction[0].sequence;
    const int words = sequence->words, last = shape_encoder_width(shape);
    layer_linear_backward(shape->precision, words, last, shape->latent, &weights->mean, encoder->last, d_mean,
        &d_weights->mean, 0, encoder->d_last);
    layer_linear_backward(shape->precision, words, last, shape->latent, &weights->log_variance, encoder->last,
        d_log_variance, &d_weights->log_variance, 1, encoder->d_last);
    memset(encoder->d_condition, 0,
        (size_t)words * (size_t)shape_condition_width(shape) * sizeof *encoder->d_condition);
    layers_backward(encoder, d_weights);
    for (int i = 0; i < shape_directions(shape); i++) {
        symbols_backward(encoder, i, weights, d_weights);
    }
    layer_condition_backward(shape, words, sequence->condition, encoder->d_condition, d_weights);
}
