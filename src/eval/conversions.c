#include "conversions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bleu.h"
#include "model/speller.h"

size_t conversions_targets(size_t conditions) {
    return conditions > 1 ? conditions - 1 : 1;
}

/** What is converted. */
typedef struct {
    const shape_t *shape;
    const float *parameters;
    const pair_t *pairs;
    size_t count;
    uint64_t seed;
    random_purpose_t purpose;
} work_t;

static status_t create_speller(const work_t *work, speller_t *speller) {
    int source = 1, target = 1;
    for (size_t i = 0; i < work->count; i++) {
        const pair_t *pair = &work->pairs[i];
        source = pair->source.length > source ? pair->source.length : source;
        target = pair->target.length > target ? pair->target.length : target;
    }
    const status_t status = speller_create(speller, work->shape, source, 0, target + SPELLER_LONGER_BY, 0);
    if (status == STATUS_OK) {
        cvae_bind(speller->cvae, work->parameters);
    }
    return status;
}

/** z = sample number `sample` of the posteriors of pairs [count]. */
static void draw(const work_t *work, const pair_t *pairs, int count, int sample, const float *mean,
    const float *log_variance, float *z) {
    const int latent = work->shape->latent;
    for (int i = 0; i < count; i++) {
        random_stream_t stream = random_stream(work->seed, work->purpose, (uint32_t)sample, pairs[i].index);
        for (int at = i * latent; at < (i + 1) * latent; at++) {
            z[at] = (float)(mean[at] + exp(0.5 * log_variance[at]) * random_normal(&stream));
        }
    }
}

static void add_scores(
    const speller_t *speller, const pair_t *pairs, int count, double *exact, double *bleu4) {
    for (int i = 0; i < count; i++) {
        const word_t *expected = &pairs[i].target, spelled = speller_word(speller, i, 0);
        *exact += speller_is_right(speller, i, expected);
        *bleu4 += bleu_sentence(spelled.letters, spelled.length, expected->letters, expected->length);
    }
}

/** right [index, C]: which pairs are right from the posterior mean; NULL: not asked for. */
static status_t convert(const work_t *work, bool *right, const conversions_samples_t *samples) {
    const size_t latent = (size_t)work->shape->latent, conditions = (size_t)work->shape->conditions;
    float *mean = calloc(2 * SPELLER_BATCH * latent, sizeof *mean);
    if (!mean) {
        return status_fail(STATUS_MEMORY, "out of memory for the conversions");
    }
    float *log_variance = mean + SPELLER_BATCH * latent;
    speller_t speller = {0};
    status_t status = create_speller(work, &speller);
    for (int sample = 0; sample < samples->count; sample++) {
        samples->exact[sample] = samples->bleu4[sample] = 0;
    }
    for (size_t first = 0; status == STATUS_OK && first < work->count; first += SPELLER_BATCH) {
        const pair_t *pairs = work->pairs + first;
        const int count = work->count - first < SPELLER_BATCH ? (int)(work->count - first) : SPELLER_BATCH;
        speller_encode(&speller, pairs, count, log_variance);
        if (right) {
            speller_spell(&speller, count);
        }
        for (int i = 0; right && i < count; i++) {
            right[pairs[i].index * conditions + (size_t)pairs[i].target.condition] =
                speller_is_right(&speller, i, &pairs[i].target);
        }
        memcpy(mean, speller.z, (size_t)count * latent * sizeof *mean);
        for (int sample = 0; sample < samples->count; sample++) {
            draw(work, pairs, count, sample, mean, log_variance, speller.z);
            speller_spell(&speller, count);
            add_scores(&speller, pairs, count, &samples->exact[sample], &samples->bleu4[sample]);
        }
    }
    for (int sample = 0; sample < samples->count; sample++) {
        samples->exact[sample] /= (double)work->count;
        samples->bleu4[sample] /= (double)work->count;
    }
    speller_destroy(&speller);
    free(mean);
    return status;
}

/** Each form into its targets, form by form: pairs, and how many. right: true for each form into itself. */
static size_t list_pairs(const conversions_source_t *source, pair_t *pairs, bool *right) {
    const size_t conditions = (size_t)source->shape->conditions;
    size_t count = 0;
    for (size_t form = 0; form < source->rows * conditions; form++) {
        const word_t *row = source->words + form / conditions * conditions;
        for (size_t target = 0; target < conditions; target++) {
            right[form * conditions + target] = true;
            if (conditions == 1 || target != form % conditions) {
                pairs[count] = (pair_t){source->words[form], row[target], form};
                pairs[count++].target.condition = (int)target;
            }
        }
    }
    return count;
}

static void count_right(const conversions_source_t *source, const bool *right, conversions_t *result) {
    const size_t conditions = (size_t)source->shape->conditions;
    size_t forms = 0, rows = 0;
    for (size_t row = 0; row < source->rows; row++, right += conditions * conditions) {
        // The way of each form into itself is right, and does not count where there are others.
        for (size_t i = 0; i < conditions * conditions; i++) {
            forms += right[i];
        }
        forms -= conditions > 1 ? conditions : 0;
        rows += !memchr(right, false, conditions);
    }
    result->exact = (double)forms / (double)(source->rows * conditions * conversions_targets(conditions));
    result->paradigm = (double)rows / (double)source->rows;
}

status_t conversions_measure(const conversions_source_t *source, bool *right, conversions_t *result,
    const conversions_samples_t *samples) {
    const size_t conditions = (size_t)source->shape->conditions;
    pair_t *pairs = calloc(source->rows * conditions * conversions_targets(conditions), sizeof *pairs);
    if (!pairs) {
        return status_fail(STATUS_MEMORY, "out of memory for the conversions");
    }
    const work_t work = {source->shape, source->parameters, pairs, list_pairs(source, pairs, right),
        source->seed, RANDOM_CONVERSIONS};
    const status_t status = convert(&work, right, samples);
    count_right(source, right, result);
    free(pairs);
    return status;
}

status_t conversions_sample_pairs(const shape_t *shape, const float *parameters, const pair_t *pairs,
    size_t count, uint64_t seed, const conversions_samples_t *samples) {
    return convert(&(work_t){shape, parameters, pairs, count, seed, RANDOM_TEST_PAIRS}, NULL, samples);
}

/** Whether past is the first `length` letters of base and then `ending`. */
static bool is(const char *past, const char *base, size_t length, const char *ending) {
    return strncmp(past, base, length) == 0 && strcmp(past + length, ending) == 0;
}

bool conversions_is_regular_past(const char *base, const char *past) {
    const size_t length = strlen(base);
    if (length == 0) {
        return false;
    }
    const char last = base[length - 1], doubled[] = {last, 'e', 'd', '\0'};
    switch (last) {
    case 'e':
        return is(past, base, length, "d");
    case 'y':
        return is(past, base, length - 1, "ied") || is(past, base, length, "ed");
    case 'c':
        return is(past, base, length, "ked") || is(past, base, length, "ed");
    default:
        return is(past, base, length, "ed") || is(past, base, length, doubled);
    }
}
