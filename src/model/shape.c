#include "shape.h"

int shape_gates(const shape_t *shape) {
    return shape->cell == SHAPE_CELL_GRU ? 3 : 4;
}

int shape_directions(const shape_t *shape) {
    return shape->bidirectional ? 2 : 1;
}

int shape_encoder_width(const shape_t *shape) {
    return shape->hidden * shape_directions(shape);
}

int shape_condition_width(const shape_t *shape) {
    return shape->condition_embedding > 0 ? shape->condition_embedding : shape->conditions;
}

int shape_encoder_extra(const shape_t *shape) {
    return shape->encoder_condition & SHAPE_ENTERS_STEPS ? shape_condition_width(shape) : 0;
}

int shape_decoder_width(const shape_t *shape, unsigned way) {
    if (way == SHAPE_ENTERS_CELL && shape->cell == SHAPE_CELL_GRU) {
        return 0;
    }
    return (shape->decoder_latent & way ? shape->latent : 0) +
           (shape->decoder_condition & way ? shape_condition_width(shape) : 0);
}

status_t shape_check(const shape_t *shape) {
    int width = shape_condition_width(shape);
    if (shape->layers < 1 || shape->layers > SHAPE_LAYERS_MAX) {
        return status_fail(
            STATUS_CONFIG, "model.layers: %d, 1 to %d was expected", shape->layers, SHAPE_LAYERS_MAX);
    }
    if (shape->condition_parts > 0 && shape->condition_embedding == 0) {
        return status_fail(STATUS_CONFIG, "model.condition_parts: the parts of conditions need learned "
                                          "vectors, model.condition of 1 or more");
    }
    if ((shape->encoder_condition & (SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_CELL)) && width > shape->hidden) {
        return status_fail(STATUS_CONFIG,
            "model.condition: a condition of width %d does not fit into the encoder's first state of "
            "model.hidden = %d",
            width, shape->hidden);
    }
    if (shape->decoder_latent == 0) {
        return status_fail(STATUS_CONFIG, "model.decoder_latent: z enters the decoder nowhere");
    }
    if (shape->cell == SHAPE_CELL_GRU && shape->decoder_latent == SHAPE_ENTERS_CELL) {
        return status_fail(STATUS_CONFIG,
            "model.decoder_latent: z enters the decoder's cell state alone, and a GRU has none");
    }
    return STATUS_OK;
}

int shape_encoder_steps(const shape_t *shape, int letters) {
    return letters + (shape->encoder_markers ? 2 : 0);
}

int shape_decoder_steps(int letters) {
    return letters + 1;
}
