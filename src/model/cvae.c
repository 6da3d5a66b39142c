#include "cvae.h"

#include <stdlib.h>
#include <string.h>

#include "decoder.h"
#include "encoder.h"
#include "latent.h"

struct cvae {
    shape_t shape;
    parameters_t table;
    weights_t weights; /**< the tensors of the caller's block, which is only read */
    encoder_t encoder;
    decoder_t decoder;
    word_t *words;        /**< [B] */
    real *deviation;      /**< [B, Z] */
    real *z;              /**< [B, Z] */
    real *d_z;            /**< [B, Z] */
    real *d_mean;         /**< [B, Z] */
    real *d_log_variance; /**< [B, Z] */
    real *d_divergence;   /**< [B, Z] the loss by each number's KL */
    real *shares;         /**< [B] what each word's KL is multiplied by where the loss is its mean, too */
    memory_t memory;
};

static void layout(cvae_t *cvae, cvae_capacity_t capacity) {
    memory_t *memory = &cvae->memory;
    const size_t latent = (size_t)capacity.words * (size_t)cvae->shape.latent;
    encoder_layout(&cvae->encoder, memory, &cvae->shape, capacity.words, capacity.source_letters);
    decoder_layout(&cvae->decoder, memory, &cvae->shape, capacity.words, capacity.target_letters);
    cvae->words = memory_take(memory, (size_t)capacity.words, sizeof *cvae->words);
    cvae->deviation = memory_take(memory, latent, sizeof(real));
    cvae->z = memory_take(memory, latent, sizeof(real));
    cvae->d_z = memory_take(memory, latent, sizeof(real));
    cvae->d_mean = memory_take(memory, latent, sizeof(real));
    cvae->d_log_variance = memory_take(memory, latent, sizeof(real));
    cvae->d_divergence = memory_take(memory, latent, sizeof(real));
    cvae->shares = memory_take(memory, (size_t)capacity.words, sizeof(real));
}

status_t cvae_create(cvae_t **cvae, const shape_t *shape, cvae_capacity_t capacity) {
    status_t status = shape_check(shape);
    if (status != STATUS_OK) {
        return status;
    }
    cvae_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the model");
    }
    created->shape = *shape;
    weights_describe(shape, &created->table);
    layout(created, capacity);
    status = memory_reserve(&created->memory);
    if (status != STATUS_OK) {
        free(created);
        return status;
    }
    layout(created, capacity);
    *cvae = created;
    return STATUS_OK;
}

void cvae_destroy(cvae_t *cvae) {
    if (cvae) {
        memory_release(&cvae->memory);
        free(cvae);
    }
}

const parameters_t *cvae_parameters(const cvae_t *cvae) {
    return &cvae->table;
}

size_t cvae_memory(const cvae_t *cvae) {
    return cvae->memory.size + sizeof *cvae;
}

void cvae_bind(cvae_t *cvae, const real *parameters) {
    // The same struct of pointers serves parameters and gradients; nothing writes through it here.
    weights_bind(&cvae->shape, &cvae->table, (real *)parameters, &cvae->weights);
    encoder_prepare(&cvae->encoder, &cvae->weights);
    decoder_prepare(&cvae->decoder, &cvae->weights);
}

/** training: NULL in evaluation. */
static void forward(cvae_t *cvae, const pair_t *pairs, int count, const real *noise, const bool *forced,
    const cvae_training_t *training) {
    const int numbers = count * cvae->shape.latent;
    for (int i = 0; i < count; i++) {
        cvae->words[i] = pairs[i].source;
    }
    encoder_forward(
        &cvae->encoder, &cvae->weights, cvae->words, count, training ? &training->encoder_dropout : NULL);
    latent_sample(numbers, cvae->encoder.mean, cvae->encoder.log_variance, noise, cvae->deviation, cvae->z);
    for (int i = 0; i < count; i++) {
        cvae->words[i] = pairs[i].target;
    }
    decoder_forward(&cvae->decoder, &cvae->weights, cvae->words, count, cvae->z, forced,
        training ? training->dropped : NULL, training ? &training->decoder_dropout : NULL);
}

/** After forward(). Turns the decoder's logits into their gradient. */
static cvae_loss_t loss_of(cvae_t *cvae, int count) {
    const double divergence = latent_divergence(
        count * cvae->shape.latent, cvae->encoder.mean, cvae->encoder.log_variance, cvae->deviation);
    return (cvae_loss_t){
        .cross_entropy = decoder_loss(&cvae->decoder), .divergence = divergence, .cost = divergence};
}

cvae_loss_t cvae_loss(cvae_t *cvae, const pair_t *pairs, int count, const real *noise, const bool *forced) {
    forward(cvae, pairs, count, noise, forced, NULL);
    return loss_of(cvae, count);
}

void cvae_pair_losses(cvae_t *cvae, const pair_t *pairs, int count, const real *noise,
    double *cross_entropies, double *divergences) {
    const int latent = cvae->shape.latent;
    forward(cvae, pairs, count, noise, NULL, NULL);
    decoder_word_losses(&cvae->decoder, cross_entropies);
    if (cvae->shape.loss != SHAPE_LOSS_SUM) {
        decoder_word_shares(&cvae->decoder, cvae->shares);
    }
    for (int i = 0; i < count; i++) {
        const size_t at = (size_t)i * (size_t)latent;
        divergences[i] = latent_divergence(
            latent, cvae->encoder.mean + at, cvae->encoder.log_variance + at, cvae->deviation + at);
        cross_entropies[i] *= cvae->shape.loss != SHAPE_LOSS_SUM ? cvae->shares[i] : 1;
    }
}

/** The cost of the words' KL as the loss weighs it, and its derivative in d_divergence. */
static double divergence_cost(cvae_t *cvae, int count, const cvae_training_t *training) {
    const int latent = cvae->shape.latent;
    const real *mean = cvae->encoder.mean, *log_variance = cvae->encoder.log_variance;
    if (cvae->shape.loss != SHAPE_LOSS_MEAN_KL) {
        return latent_cost(&training->cost, count, latent, mean, log_variance, cvae->deviation,
            training->kl_weight, cvae->d_divergence);
    }
    double cost = 0;
    decoder_word_shares(&cvae->decoder, cvae->shares);
    for (int i = 0; i < count; i++) {
        const size_t at = (size_t)i * (size_t)latent;
        cost += cvae->shares[i] * latent_cost(&training->cost, 1, latent, mean + at, log_variance + at,
                                      cvae->deviation + at, training->kl_weight * cvae->shares[i],
                                      cvae->d_divergence + at);
    }
    return cost;
}

cvae_loss_t cvae_gradient(cvae_t *cvae, const pair_t *pairs, int count, const real *noise, const bool *forced,
    const cvae_training_t *training, real *d_parameters) {
    weights_t d_weights;
    weights_bind(&cvae->shape, &cvae->table, d_parameters, &d_weights);
    forward(cvae, pairs, count, noise, forced, training);
    cvae_loss_t loss = loss_of(cvae, count);
    loss.cost = divergence_cost(cvae, count, training);
    decoder_backward(&cvae->decoder, &cvae->weights, &d_weights, cvae->d_z);
    latent_backward(count * cvae->shape.latent, cvae->encoder.mean, noise, cvae->deviation, cvae->d_z,
        cvae->d_divergence, cvae->d_mean, cvae->d_log_variance);
    encoder_backward(&cvae->encoder, &cvae->weights, cvae->d_mean, cvae->d_log_variance, &d_weights);
    return loss;
}

void cvae_spell_losses(cvae_t *cvae, const word_t *words, int count, const real *z, double *losses) {
    decoder_forward(&cvae->decoder, &cvae->weights, words, count, z, NULL, NULL, NULL);
    decoder_word_losses(&cvae->decoder, losses);
}

void cvae_match_targets(cvae_t *cvae, const pair_t *pairs, int count, const real *z, real *targets) {
    for (int i = 0; i < count; i++) {
        cvae->words[i] = pairs[i].target;
        cvae->words[i].condition = pairs[i].source.condition;
    }
    decoder_forward(&cvae->decoder, &cvae->weights, cvae->words, count, z, NULL, NULL, NULL);
    decoder_match_targets(&cvae->decoder, pairs, targets);
}

double cvae_match_gradient(
    cvae_t *cvae, const pair_t *pairs, int count, const real *z, const real *targets, real *d_parameters) {
    weights_t d_weights;
    weights_bind(&cvae->shape, &cvae->table, d_parameters, &d_weights);
    for (int i = 0; i < count; i++) {
        cvae->words[i] = pairs[i].target;
    }
    decoder_forward(&cvae->decoder, &cvae->weights, cvae->words, count, z, NULL, NULL, NULL);
    const double loss = decoder_match_loss(&cvae->decoder, targets);
    decoder_backward(&cvae->decoder, &cvae->weights, &d_weights, cvae->d_z);
    return loss;
}

void cvae_encode(cvae_t *cvae, const word_t *words, int count, real *mean, real *log_variance) {
    const size_t bytes = (size_t)count * (size_t)cvae->shape.latent * sizeof(real);
    encoder_forward(&cvae->encoder, &cvae->weights, words, count, NULL);
    memcpy(mean, cvae->encoder.mean, bytes);
    if (log_variance) {
        memcpy(log_variance, cvae->encoder.log_variance, bytes);
    }
}

void cvae_decode(cvae_t *cvae, int count, const real *z, const int *conditions, const bool *may_say_unknown,
    int max_letters, symbol_t *letters, int *lengths) {
    decoder_generate(
        &cvae->decoder, &cvae->weights, count, z, conditions, may_say_unknown, max_letters, letters, lengths);
}

void cvae_search(cvae_t *cvae, beam_t *beam, int count, const real *z, const int *conditions,
    const bool *may_say_unknown, int max_letters, beam_result_t *result) {
    beam_search(
        beam, &cvae->decoder, &cvae->weights, count, z, conditions, may_say_unknown, max_letters, result);
}
