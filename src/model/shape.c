#include "cvae/shape.h"

int shape_condition_width(const shape_t *shape) {
    return shape->condition_embedding > 0 ? shape->condition_embedding : shape->conditions;
}

int shape_encoder_extra(const shape_t *shape) {
    return shape->encoder_condition & SHAPE_ENTERS_STEPS ? shape_condition_width(shape) : 0;
}

int shape_decoder_width(const shape_t *shape, unsigned way) {
    return (shape->decoder_latent & way ? shape->latent : 0) +
           (shape->decoder_condition & way ? shape_condition_width(shape) : 0);
}

status_t shape_check(const shape_t *shape) {
    int width = shape_condition_width(shape);
    if (shape->layers < 1 || shape->layers > SHAPE_LAYERS_MAX) {
        return status_fail(
            STATUS_CONFIG, "model.layers: %d, 1 to %d was expected", shape->layers, SHAPE_LAYERS_MAX);
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
    return STATUS_OK;
}

int shape_encoder_steps(const shape_t *shape, int letters) {
    return letters + (shape->encoder_markers ? 2 : 0);
}

int shape_decoder_steps(int letters) {
    return letters + 1;
}
