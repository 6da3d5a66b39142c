#include "likelihood.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "model/cvae.h"

enum { BATCH = 64 };

typedef struct {
    const likelihood_source_t *source;
    cvae_t *cvae;
    size_t latent;
    float *mean, *log_variance; /**< [count, Z] */
    float *noise, *z;           /**< [BATCH, Z] */
    double *deviation, *sample; /**< [count, Z]; of sample one z a word */
    double loss[BATCH];
    word_t copies[BATCH];
} work_t;

static status_t begin(work_t *work, const likelihood_source_t *source) {
    const size_t latent = (size_t)source->shape->latent, numbers = source->count * latent;
    *work = (work_t){.source = source,
        .latent = latent,
        .mean = calloc(2 * numbers + 2 * BATCH * latent, sizeof *work->mean),
        .deviation = calloc(2 * numbers, sizeof *work->deviation)};
    if (!work->mean || !work->deviation) {
        status_fail(STATUS_MEMORY, "out of memory for the likelihood of %zu words", source->count);
        return STATUS_MEMORY;
    }
    int longest = 1;
    for (size_t i = 0; i < source->count; i++) {
        longest = source->words[i].length > longest ? source->words[i].length : longest;
    }
    work->log_variance = work->mean + numbers;
    work->noise = work->log_variance + numbers;
    work->z = work->noise + BATCH * latent;
    work->sample = work->deviation + numbers;
    const status_t status =
        cvae_create(&work->cvae, source->shape, (cvae_capacity_t){BATCH, longest, longest});
    if (status == STATUS_OK) {
        cvae_bind(work->cvae, source->parameters);
    }
    return status;
}

static void encode_all(work_t *work) {
    const size_t count = work->source->count, latent = work->latent;
    for (size_t first = 0; first < count; first += BATCH) {
        const int taken = count - first < BATCH ? (int)(count - first) : BATCH;
        cvae_encode(work->cvae, work->source->words + first, taken, work->mean + first * latent,
            work->log_variance + first * latent);
    }
    for (size_t i = 0; i < count * latent; i++) {
        work->deviation[i] = exp(0.5 * work->log_variance[i]);
    }
}

/** Samples [first, first + count) of a word: work->noise, work->z. */
static void draw(work_t *work, size_t word, int first, int count) {
    const size_t latent = work->latent;
    for (int i = 0; i < count; i++) {
        random_stream_t stream =
            random_stream(work->source->seed, RANDOM_LIKELIHOOD, (uint32_t)(first + i), (uint64_t)word);
        random_normals(&stream, (int)latent, work->noise + (size_t)i * latent);
        for (size_t j = 0; j < latent; j++) {
            const size_t at = (size_t)i * latent + j, of_word = word * latent + j;
            work->z[at] = (float)(work->mean[of_word] + work->deviation[of_word] * work->noise[at]);
        }
        work->copies[i] = work->source->words[word];
    }
}

/** ln p(z) - ln q(z | word) of sample i: the constant of both densities is the same and falls out. */
static double log_ratio(const work_t *work, size_t word, int i) {
    double ratio = 0;
    for (size_t j = 0; j < work->latent; j++) {
        const double z = work->z[(size_t)i * work->latent + j];
        const double noise = work->noise[(size_t)i * work->latent + j];
        ratio += 0.5 * (noise * noise - z * z + (double)work->log_variance[word * work->latent + j]);
    }
    return ratio;
}

/** ln(exp(a) + exp(b)) without overflow. */
static double log_add(double a, double b) {
    const double larger = fmax(a, b), smaller = fmin(a, b);
    return larger + log1p(exp(smaller - larger));
}

static double kl_of(const work_t *work, size_t word) {
    double kl = 0;
    for (size_t at = word * work->latent; at < (word + 1) * work->latent; at++) {
        const double mean = work->mean[at], log_variance = work->log_variance[at];
        kl += 0.5 * (mean * mean + exp(log_variance) - 1 - log_variance);
    }
    return kl;
}

static void measure_word(work_t *work, size_t word, likelihood_t *sum) {
    const int samples = work->source->samples;
    double reconstruction = 0, weights = -INFINITY;
    for (int first = 0; first < samples; first += BATCH) {
        const int count = samples - first < BATCH ? samples - first : BATCH;
        draw(work, word, first, count);
        for (size_t j = 0; first == 0 && j < work->latent; j++) {
            work->sample[word * work->latent + j] = work->z[j];
        }
        cvae_spell_losses(work->cvae, work->copies, count, work->z, work->loss);
        for (int i = 0; i < count; i++) {
            reconstruction -= work->loss[i] / samples;
            weights = log_add(weights, log_ratio(work, word, i) - work->loss[i]);
        }
    }
    const double kl = kl_of(work, word);
    sum->kl += kl;
    sum->elbo += reconstruction - kl;
    sum->bound += weights - log(samples);
}

static int count_active_units(const work_t *work) {
    int active = 0;
    const double count = (double)work->source->count;
    for (size_t j = 0; j < work->latent; j++) {
        double sum = 0, squares = 0;
        for (size_t word = 0; word < work->source->count; word++) {
            sum += work->mean[word * work->latent + j];
        }
        for (size_t word = 0; word < work->source->count; word++) {
            const double distance = work->mean[word * work->latent + j] - sum / count;
            squares += distance * distance;
        }
        active += squares / count > LIKELIHOOD_ACTIVE_VARIANCE;
    }
    return active;
}

/** ln q(z | word), without the constant. */
static double log_density(const work_t *work, const double *z, size_t word) {
    double log_density = 0;
    for (size_t j = 0; j < work->latent; j++) {
        const size_t at = word * work->latent + j;
        const double distance = (z[j] - work->mean[at]) / work->deviation[at];
        log_density -= 0.5 * (distance * distance + work->log_variance[at]);
    }
    return log_density;
}

static double mutual_information(const work_t *work) {
    const size_t count = work->source->count;
    double sum = 0;
    for (size_t word = 0; word < count; word++) {
        const double *z = work->sample + word * work->latent;
        double mixture = -INFINITY;
        for (size_t other = 0; other < count; other++) {
            mixture = log_add(mixture, log_density(work, z, other));
        }
        sum += log_density(work, z, word) - (mixture - log((double)count));
    }
    return sum / (double)count;
}

static size_t letters_of(const likelihood_source_t *source) {
    size_t letters = source->count;
    for (size_t i = 0; i < source->count; i++) {
        letters += (size_t)source->words[i].length;
    }
    return letters;
}

status_t likelihood_measure(const likelihood_source_t *source, likelihood_t *result) {
    work_t work;
    status_t status = begin(&work, source);
    if (status == STATUS_OK) {
        likelihood_t sum = {0};
        const double count = (double)source->count;
        encode_all(&work);
        for (size_t word = 0; word < source->count; word++) {
            if (source->tell) {
                source->tell(source->context, (double)word / count);
            }
            measure_word(&work, word, &sum);
        }
        *result = (likelihood_t){.elbo = sum.elbo / count,
            .bound = sum.bound / count,
            .kl = sum.kl / count,
            .mutual_information = mutual_information(&work),
            .bits_per_letter = -sum.bound / log(2) / (double)letters_of(source),
            .active_units = count_active_units(&work)};
    }
    cvae_destroy(work.cvae);
    free(work.mean);
    free(work.deviation);
    return status;
}
