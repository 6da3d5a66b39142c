#include "cvae/weights.h"

#include <math.h>
#include <stdio.h>

/** One walk, two uses: with `block` NULL tensors are added to the table; otherwise pointers are set from it.
 */
typedef struct {
    parameters_t *table;
    const parameters_t *filled;
    real *block;
    int next;
} walk_t;

static void tensor(walk_t *walk, real **pointer, const char *name, int rows, int columns, double bound) {
    if (walk->table) {
        parameters_add(walk->table, name, rows, columns, bound);
        *pointer = NULL;
    } else {
        *pointer = walk->block + walk->filled->entry[walk->next++].offset;
    }
}

static void linear(walk_t *walk, linear_weights_t *weights, const char *name, int out, int in) {
    char full[PARAMETERS_NAME_SIZE];
    double bound = 1 / sqrt(in);
    snprintf(full, sizeof full, "%s.weight", name);
    tensor(walk, &weights->weight, full, out, in, bound);
    snprintf(full, sizeof full, "%s.bias", name);
    tensor(walk, &weights->bias, full, out, 0, bound);
}

static void lstm_layer(
    walk_t *walk, lstm_weights_t *weights, const char *name, int layer, int in, int hidden) {
    char full[PARAMETERS_NAME_SIZE];
    double bound = 1 / sqrt(hidden);
    snprintf(full, sizeof full, "%s.weight_ih_l%d", name, layer);
    tensor(walk, &weights->weight_ih, full, 4 * hidden, in, bound);
    snprintf(full, sizeof full, "%s.weight_hh_l%d", name, layer);
    tensor(walk, &weights->weight_hh, full, 4 * hidden, hidden, bound);
    snprintf(full, sizeof full, "%s.bias_ih_l%d", name, layer);
    tensor(walk, &weights->bias_ih, full, 4 * hidden, 0, bound);
    snprintf(full, sizeof full, "%s.bias_hh_l%d", name, layer);
    tensor(walk, &weights->bias_hh, full, 4 * hidden, 0, bound);
}

static void lstm(walk_t *walk, lstm_weights_t *layers, const char *name, const shape_t *shape, int in) {
    for (int layer = 0; layer < shape->layers; layer++) {
        lstm_layer(walk, &layers[layer], name, layer, layer == 0 ? in : shape->hidden, shape->hidden);
    }
}

/** The linear layers from what enters to the decoder's first states, one a layer of the LSTM. */
static void first_state(
    walk_t *walk, linear_weights_t *layers, const char *name, const shape_t *shape, unsigned way) {
    int width = shape_decoder_width(shape, way);
    for (int layer = 0; layer < shape->layers; layer++) {
        layers[layer] = (linear_weights_t){0};
        if (width > 0) {
            char full[PARAMETERS_NAME_SIZE - 8];
            snprintf(full, sizeof full, "%s_l%d", name, layer);
            linear(walk, &layers[layer], full, shape->hidden, width);
        }
    }
}

static void walk_over(walk_t *walk, const shape_t *shape, weights_t *weights) {
    *weights = (weights_t){0};
    if (shape->condition_embedding > 0) {
        tensor(
            walk, &weights->condition, "condition.weight", shape->conditions, shape->condition_embedding, 0);
    }
    tensor(
        walk, &weights->encoder_embedding, "encoder.embedding.weight", shape->symbols, shape->embedding, 0);
    lstm(walk, weights->encoder, "encoder.lstm", shape, shape->embedding + shape_encoder_extra(shape));
    linear(walk, &weights->mean, "encoder.mean", shape->latent, shape->hidden);
    linear(walk, &weights->log_variance, "encoder.log_variance", shape->latent, shape->hidden);
    tensor(
        walk, &weights->decoder_embedding, "decoder.embedding.weight", shape->symbols, shape->embedding, 0);
    first_state(walk, weights->first_hidden, "decoder.first_hidden", shape, SHAPE_ENTERS_HIDDEN);
    first_state(walk, weights->first_cell, "decoder.first_cell", shape, SHAPE_ENTERS_CELL);
    lstm(walk, weights->decoder, "decoder.lstm", shape,
        shape->embedding + shape_decoder_width(shape, SHAPE_ENTERS_STEPS));
    linear(walk, &weights->output, "decoder.output", shape->symbols, shape->hidden);
}

void weights_describe(const shape_t *shape, parameters_t *table) {
    weights_t unused;
    walk_t walk = {.table = table};
    *table = (parameters_t){0};
    walk_over(&walk, shape, &unused);
}

void weights_bind(const shape_t *shape, const parameters_t *table, real *block, weights_t *weights) {
    walk_t walk = {.filled = table, .block = block};
    walk_over(&walk, shape, weights);
}
