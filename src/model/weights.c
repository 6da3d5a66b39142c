#include "weights.h"

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

/** A layer's tensors as PyTorch names them; place: "l0", or "l0_reverse" of the second direction. */
static void rnn_layer(
    walk_t *walk, rnn_weights_t *weights, const char *name, const char *place, const shape_t *shape, int in) {
    char full[PARAMETERS_NAME_SIZE];
    const int rows = shape_gates(shape) * shape->hidden;
    const double bound = 1 / sqrt(shape->hidden);
    snprintf(full, sizeof full, "%s.weight_ih_%s", name, place);
    tensor(walk, &weights->weight_ih, full, rows, in, bound);
    snprintf(full, sizeof full, "%s.weight_hh_%s", name, place);
    tensor(walk, &weights->weight_hh, full, rows, shape->hidden, bound);
    snprintf(full, sizeof full, "%s.bias_ih_%s", name, place);
    tensor(walk, &weights->bias_ih, full, rows, 0, bound);
    snprintf(full, sizeof full, "%s.bias_hh_%s", name, place);
    tensor(walk, &weights->bias_hh, full, rows, 0, bound);
}

/** The layers of the encoder or the decoder; in: the width of what the lowest one reads. */
static void rnn(walk_t *walk, rnn_weights_t (*directions)[SHAPE_LAYERS_MAX], int count, const char *network,
    const shape_t *shape, int in) {
    char name[PARAMETERS_NAME_SIZE / 2], place[PARAMETERS_NAME_SIZE / 3];
    snprintf(name, sizeof name, "%s.%s", network, shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm");
    for (int layer = 0; layer < shape->layers; layer++) {
        for (int direction = 0; direction < count; direction++) {
            snprintf(place, sizeof place, "l%d%s", layer, direction > 0 ? "_reverse" : "");
            rnn_layer(walk, &directions[direction][layer], name, place, shape,
                layer == 0 ? in : shape->hidden * count);
        }
    }
}

/** The linear layers from what enters to the decoder's first states, one for each of its layers. */
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
    const int directions = shape_directions(shape), last = shape_encoder_width(shape);
    rnn(walk, weights->encoder, directions, "encoder", shape, shape->embedding + shape_encoder_extra(shape));
    linear(walk, &weights->mean, "encoder.mean", shape->latent, last);
    linear(walk, &weights->log_variance, "encoder.log_variance", shape->latent, last);
    tensor(
        walk, &weights->decoder_embedding, "decoder.embedding.weight", shape->symbols, shape->embedding, 0);
    first_state(walk, weights->first_hidden, "decoder.first_hidden", shape, SHAPE_ENTERS_HIDDEN);
    first_state(walk, weights->first_cell, "decoder.first_cell", shape, SHAPE_ENTERS_CELL);
    rnn(walk, &weights->decoder, 1, "decoder", shape,
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
