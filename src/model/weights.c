#include "weights.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/** One walk, two uses: with `block` NULL tensors are added to the table; otherwise pointers are set from it.
 */
typedef struct {
    parameters_t *table;
    const parameters_t *filled;
    real *block;
    int next;
} walk_t;

/** The tensor [rows, columns], or [rows] with columns 0, whose name the rest makes. */
static __attribute__((format(printf, 6, 7))) void tensor(
    walk_t *walk, real **pointer, int rows, int columns, double bound, const char *format, ...) {
    *pointer = NULL;
    if (walk->table) {
        char name[PARAMETERS_NAME_SIZE];
        va_list values;
        va_start(values, format);
        vsnprintf(name, sizeof name, format, values);
        va_end(values);
        parameters_add(walk->table, name, rows, columns, bound);
    } else {
        *pointer = walk->block + walk->filled->entry[walk->next++].offset;
    }
}

static void linear(walk_t *walk, linear_weights_t *weights, const char *name, int out, int in) {
    const double bound = 1 / sqrt(in);
    tensor(walk, &weights->weight, out, in, bound, "%s.weight", name);
    tensor(walk, &weights->bias, out, 0, bound, "%s.bias", name);
}

/** The layers of the encoder or the decoder, as PyTorch names their tensors: "l0", or "l0_reverse" of the
 * second direction. in: the width of what the lowest one reads. */
static void rnn(walk_t *walk, rnn_weights_t (*directions)[SHAPE_LAYERS_MAX], int count, const char *network,
    const shape_t *shape, int in) {
    const char *cell = shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm";
    const int rows = shape_gates(shape) * shape->hidden;
    const double bound = 1 / sqrt(shape->hidden);
    for (int layer = 0; layer < shape->layers; layer++) {
        for (int direction = 0; direction < count; direction++) {
            const char *end = direction > 0 ? "_reverse" : "";
            rnn_weights_t *weights = &directions[direction][layer];
            tensor(walk, &weights->weight_ih, rows, layer == 0 ? in : shape->hidden * count, bound,
                "%s.%s.weight_ih_l%d%s", network, cell, layer, end);
            tensor(walk, &weights->weight_hh, rows, shape->hidden, bound, "%s.%s.weight_hh_l%d%s", network,
                cell, layer, end);
            tensor(walk, &weights->bias_ih, rows, 0, bound, "%s.%s.bias_ih_l%d%s", network, cell, layer, end);
            tensor(walk, &weights->bias_hh, rows, 0, bound, "%s.%s.bias_hh_l%d%s", network, cell, layer, end);
        }
    }
}

/** The linear layers from what enters to the decoder's first states, one for each of its layers. */
static void first_state(
    walk_t *walk, linear_weights_t *layers, const char *name, const shape_t *shape, unsigned way) {
    const int width = shape_decoder_width(shape, way);
    const double bound = 1 / sqrt(width);
    for (int layer = 0; layer < shape->layers && width > 0; layer++) {
        tensor(
            walk, &layers[layer].weight, shape->hidden, width, bound, "decoder.%s_l%d.weight", name, layer);
        tensor(walk, &layers[layer].bias, shape->hidden, 0, bound, "decoder.%s_l%d.bias", name, layer);
    }
}

static void walk_over(walk_t *walk, const shape_t *shape, weights_t *weights) {
    const int directions = shape_directions(shape), last = shape_encoder_width(shape);
    *weights = (weights_t){0};
    if (shape->condition_embedding > 0) {
        tensor(
            walk, &weights->condition, shape->conditions, shape->condition_embedding, 0, "condition.weight");
    }
    if (shape->condition_parts > 0) {
        tensor(walk, &weights->condition_part, shape->condition_parts, shape->condition_embedding, 0,
            "condition_part.weight");
    }
    tensor(
        walk, &weights->encoder_embedding, shape->symbols, shape->embedding, 0, "encoder.embedding.weight");
    rnn(walk, weights->encoder, directions, "encoder", shape, shape->embedding + shape_encoder_extra(shape));
    linear(walk, &weights->mean, "encoder.mean", shape->latent, last);
    linear(walk, &weights->log_variance, "encoder.log_variance", shape->latent, last);
    tensor(
        walk, &weights->decoder_embedding, shape->symbols, shape->embedding, 0, "decoder.embedding.weight");
    first_state(walk, weights->first_hidden, "first_hidden", shape, SHAPE_ENTERS_HIDDEN);
    first_state(walk, weights->first_cell, "first_cell", shape, SHAPE_ENTERS_CELL);
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
