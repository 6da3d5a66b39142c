#include "cvae/encoder.h"

#include <string.h>

#include "cvae/condition.h"
#include "cvae/linear.h"

void encoder_layout(encoder_t *encoder, memory_t *memory, const shape_t *shape, int words, int letters) {
    const int steps = shape_encoder_steps(shape, letters);
    const size_t b = (size_t)words, h = (size_t)shape->hidden, z = (size_t)shape->latent;
    const size_t k = (size_t)shape_condition_width(shape);
    encoder->shape = *shape;
    encoder->dropout_layout = (dropout_layout_t){shape->layers, steps, shape->hidden};
    encoder->dropout = (dropout_t){0};
    sequence_layout(&encoder->sequence, memory, words, steps);
    symbol_input_layout(&encoder->input, memory, shape->symbols, shape->embedding, shape_encoder_extra(shape),
        shape->hidden, false, words, steps);
    for (int layer = 0; layer < shape->layers; layer++) {
        lstm_layout(&encoder->trace[layer], memory, shape->hidden, words, steps, layer > 0);
        encoder->input_of[layer] = memory_take(memory, layer > 0 ? b * (size_t)steps * h : 0, sizeof(real));
    }
    encoder->condition = memory_take(memory, b * k, sizeof(real));
    encoder->last = memory_take(memory, b * h, sizeof(real));
    encoder->mean = memory_take(memory, b * z, sizeof(real));
    encoder->log_variance = memory_take(memory, b * z, sizeof(real));
    encoder->d_last = memory_take(memory, b * h, sizeof(real));
    encoder->d_hidden = memory_take(memory, b * h, sizeof(real));
    encoder->d_cell = memory_take(memory, b * h, sizeof(real));
    encoder->d_condition = memory_take(memory, b * k, sizeof(real));
    encoder->d_extra = memory_take(memory, b * k, sizeof(real));
    encoder->d_lower = memory_take(memory, shape->layers > 1 ? b * (size_t)steps * h : 0, sizeof(real));
}

void encoder_prepare(encoder_t *encoder, const weights_t *weights, const recurrent_update_t *update) {
    symbol_input_prepare(&encoder->input, weights->encoder_embedding, &weights->encoder[0]);
    for (int layer = 0; layer < encoder->shape.layers; layer++) {
        lstm_prepare(&encoder->trace[layer], &weights->encoder[layer], update);
    }
}

/** A first state: zeros, and the condition as its last K numbers where it enters. */
static void first_state(const encoder_t *encoder, unsigned way, real *state) {
    const shape_t *shape = &encoder->shape;
    const size_t h = (size_t)shape->hidden, k = (size_t)shape_condition_width(shape);
    memset(state, 0, (size_t)encoder->sequence.words * h * sizeof *state);
    if (shape->encoder_condition & way) {
        for (int row = 0; row < encoder->sequence.words; row++) {
            memcpy(
                state + (size_t)(row + 1) * h - k, encoder->condition + (size_t)row * k, k * sizeof *state);
        }
    }
}

static void step(encoder_t *encoder, int t) {
    const sequence_t *sequence = &encoder->sequence;
    const int rows = sequence->rows[t], at = sequence->offset[t];
    const size_t states = (size_t)at * (size_t)encoder->shape.hidden;
    symbol_input_forward(&encoder->input, rows, sequence->read + at, lstm_gates(&encoder->trace[0], at));
    lstm_step(&encoder->trace[0], sequence, t);
    for (int layer = 1; layer < encoder->shape.layers; layer++) {
        const real *input = encoder->trace[layer - 1].hidden + states;
        if (encoder->dropout.kept) {
            real *dropped = encoder->input_of[layer] + states;
            dropout_step(&encoder->dropout, &encoder->dropout_layout, layer, sequence, t, input, dropped);
            input = dropped;
        }
        lstm_project(&encoder->trace[layer], rows, input, lstm_gates(&encoder->trace[layer], at));
        lstm_step(&encoder->trace[layer], sequence, t);
    }
}

/** From row order (the sequence's) to the order of the words given, or back. */
static void to_word_order(const sequence_t *sequence, size_t width, const real *by_row, real *by_word) {
    for (int row = 0; row < sequence->words; row++) {
        memcpy(by_word + (size_t)sequence->word[row] * width, by_row + (size_t)row * width,
            width * sizeof(real));
    }
}

static void to_row_order(const sequence_t *sequence, size_t width, const real *by_word, real *by_row) {
    for (int row = 0; row < sequence->words; row++) {
        memcpy(by_row + (size_t)row * width, by_word + (size_t)sequence->word[row] * width,
            width * sizeof(real));
    }
}

void encoder_forward(
    encoder_t *encoder, const weights_t *weights, const word_t *words, int count, const dropout_t *dropout) {
    const shape_t *shape = &encoder->shape;
    sequence_t *sequence = &encoder->sequence;
    sequence_pack_encoder(sequence, words, count, shape->encoder_markers);
    encoder->dropout = dropout ? *dropout : (dropout_t){0};
    condition_forward(shape, weights->condition, count, sequence->condition, encoder->condition);
    symbol_input_extra(&encoder->input, &weights->encoder[0], count, encoder->condition);
    for (int layer = 0; layer < shape->layers; layer++) {
        first_state(encoder, SHAPE_ENTERS_HIDDEN, encoder->trace[layer].first_hidden);
        first_state(encoder, SHAPE_ENTERS_CELL, encoder->trace[layer].first_cell);
    }
    for (int t = 0; t < sequence->steps; t++) {
        step(encoder, t);
    }
    // d_last is free until the backward pass: it holds the last states until they are in the words' order.
    lstm_last_hidden(&encoder->trace[shape->layers - 1], sequence, encoder->d_last);
    to_word_order(sequence, (size_t)shape->hidden, encoder->d_last, encoder->last);
    linear_forward(count, shape->hidden, shape->latent, &weights->mean, encoder->last, encoder->mean);
    linear_forward(
        count, shape->hidden, shape->latent, &weights->log_variance, encoder->last, encoder->log_variance);
}

/** Adds the gradient by a first state to the condition's where the condition entered it. */
static void first_state_backward(encoder_t *encoder, unsigned way, const real *d_state) {
    const shape_t *shape = &encoder->shape;
    const size_t h = (size_t)shape->hidden, k = (size_t)shape_condition_width(shape);
    if (shape->encoder_condition & way) {
        for (int row = 0; row < encoder->sequence.words; row++) {
            linear_add_columns(
                1, (int)k, d_state + (size_t)(row + 1) * h - k, encoder->d_condition + (size_t)row * k);
        }
    }
}

/** What an upper layer reads, [R, H]. */
static const real *input_of(const encoder_t *encoder, int layer) {
    return encoder->dropout.kept ? encoder->input_of[layer] : encoder->trace[layer - 1].hidden;
}

static void layer_backward(encoder_t *encoder, int layer, const weights_t *d_weights) {
    const sequence_t *sequence = &encoder->sequence;
    const int h = encoder->shape.hidden;
    const size_t states = (size_t)sequence->words * (size_t)h * sizeof(real);
    const bool is_top = layer == encoder->shape.layers - 1;
    if (is_top) {
        to_row_order(sequence, (size_t)h, encoder->d_last, encoder->d_hidden);
    } else {
        memset(encoder->d_hidden, 0, states);
    }
    memset(encoder->d_cell, 0, states);
    lstm_backward(&encoder->trace[layer], sequence, is_top ? NULL : encoder->d_lower, encoder->d_hidden,
        encoder->d_cell, &d_weights->encoder[layer]);
    first_state_backward(encoder, SHAPE_ENTERS_HIDDEN, encoder->d_hidden);
    first_state_backward(encoder, SHAPE_ENTERS_CELL, encoder->d_cell);
    if (layer > 0) {
        lstm_project_backward(&encoder->trace[layer], sequence->total, input_of(encoder, layer),
            &d_weights->encoder[layer], encoder->d_lower);
        if (encoder->dropout.kept) {
            dropout_all_steps(&encoder->dropout, &encoder->dropout_layout, layer, sequence, encoder->d_lower);
        }
    }
}

void encoder_backward(encoder_t *encoder, const weights_t *weights, const real *d_mean,
    const real *d_log_variance, const weights_t *d_weights) {
    const shape_t *shape = &encoder->shape;
    const int words = encoder->sequence.words, width = shape_condition_width(shape);
    linear_backward(words, shape->hidden, shape->latent, &weights->mean, encoder->last, d_mean,
        &d_weights->mean, 0, encoder->d_last);
    linear_backward(words, shape->hidden, shape->latent, &weights->log_variance, encoder->last,
        d_log_variance, &d_weights->log_variance, 1, encoder->d_last);
    memset(encoder->d_condition, 0, (size_t)words * (size_t)width * sizeof(real));
    for (int layer = shape->layers - 1; layer >= 0; layer--) {
        layer_backward(encoder, layer, d_weights);
    }
    symbol_input_backward(&encoder->input, &encoder->sequence, weights->encoder_embedding,
        &weights->encoder[0], encoder->condition, encoder->trace[0].gates, d_weights->encoder_embedding,
        &d_weights->encoder[0], encoder->d_extra);
    if (shape_encoder_extra(shape) > 0) {
        linear_add_columns(1, words * width, encoder->d_extra, encoder->d_condition);
    }
    condition_backward(shape, words, encoder->sequence.condition, encoder->d_condition, d_weights->condition);
}
