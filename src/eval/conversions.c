#include "cvae/conversions.h"

#include <math.h>
#include <string.h>

#include "cvae/cvae.h"
#include "cvae/memory.h"
#include "cvae/random.h"
#include "posteriors.h"

enum {
    BATCH = 64,
    LONGER_BY = 4, /**< letters by which a spelled word may exceed the longest of the forms */
};

typedef struct {
    const conversions_source_t *source;
    cvae_t *cvae;
    size_t latent, forms; /**< Z, rows * C */
    int conditions, longest;
    memory_t memory;
    float *mean, *log_variance; /**< [forms, Z] */
    float *z;                   /**< [forms, Z] of a pass */
    float *batch_z;             /**< [BATCH, Z] */
    int *condition, *length;    /**< [BATCH] */
    size_t *place;              /**< [BATCH] in right */
    symbol_t *letters;          /**< [BATCH, longest] */
    bool *right;                /**< [forms, C] of a pass */
} work_t;

static void layout(work_t *work) {
    memory_t *memory = &work->memory;
    const size_t numbers = work->forms * work->latent;
    work->mean = memory_take(memory, numbers, sizeof(float));
    work->log_variance = memory_take(memory, numbers, sizeof(float));
    work->z = memory_take(memory, numbers, sizeof(float));
    work->batch_z = memory_take(memory, BATCH * work->latent, sizeof(float));
    work->condition = memory_take(memory, BATCH, sizeof(int));
    work->length = memory_take(memory, BATCH, sizeof(int));
    work->place = memory_take(memory, BATCH, sizeof(size_t));
    work->letters = memory_take(memory, BATCH * (size_t)work->longest, sizeof(symbol_t));
    work->right = memory_take(memory, work->forms * (size_t)work->conditions, sizeof(bool));
}

static status_t begin(work_t *work, const conversions_source_t *source) {
    *work = (work_t){.source = source,
        .latent = (size_t)source->shape->latent,
        .conditions = source->shape->conditions,
        .forms = source->rows * (size_t)source->shape->conditions};
    for (size_t i = 0; i < work->forms; i++) {
        work->longest = source->words[i].length > work->longest ? source->words[i].length : work->longest;
    }
    const int source_letters = work->longest;
    work->longest += LONGER_BY;
    status_t status = cvae_create(&work->cvae, source->shape,
        (cvae_capacity_t){.words = BATCH, .source_letters = source_letters, .target_letters = work->longest});
    if (status != STATUS_OK) {
        return status;
    }
    layout(work);
    status = memory_reserve(&work->memory);
    if (status == STATUS_OK) {
        layout(work);
        cvae_bind(work->cvae, source->parameters);
    }
    return status;
}

/** Spells what is in the batch and compares it with the forms. */
static void spell(work_t *work, int count) {
    cvae_decode(
        work->cvae, count, work->batch_z, work->condition, work->longest, work->letters, work->length);
    for (int i = 0; i < count; i++) {
        const size_t conditions = (size_t)work->conditions, row = work->place[i] / (conditions * conditions);
        const word_t *expected = &work->source->words[row * conditions + (size_t)work->condition[i]];
        work->right[work->place[i]] =
            work->length[i] == expected->length &&
            memcmp(work->letters + (size_t)i * (size_t)work->longest, expected->letters,
                (size_t)expected->length * sizeof(symbol_t)) == 0;
    }
}

/** All conversions from work->z, into work->right. Returns the share that is right. */
static double convert_all(work_t *work) {
    const size_t conditions = (size_t)work->conditions;
    int count = 0;
    size_t right = 0;
    for (size_t place = 0; place < work->forms * conditions; place++) {
        const size_t form = place / conditions, target = place % conditions;
        work->right[place] = true;
        if (form % conditions == target) {
            continue;
        }
        memcpy(work->batch_z + (size_t)count * work->latent, work->z + form * work->latent,
            work->latent * sizeof(float));
        work->condition[count] = (int)target;
        work->place[count] = place;
        if (++count == BATCH) {
            spell(work, count);
            count = 0;
        }
    }
    if (count > 0) {
        spell(work, count);
    }
    for (size_t place = 0; place < work->forms * conditions; place++) {
        right += work->right[place];
    }
    const size_t made = work->forms * (conditions - 1);
    return made > 0 ? (double)(right - work->forms) / (double)made : 1;
}

static void draw(work_t *work, int sample) {
    for (size_t form = 0; form < work->forms; form++) {
        random_stream_t stream =
            random_stream(work->source->seed, RANDOM_CONVERSIONS, (uint32_t)sample, (uint64_t)form);
        for (size_t at = form * work->latent; at < (form + 1) * work->latent; at++) {
            work->z[at] =
                (float)(work->mean[at] + exp(0.5 * work->log_variance[at]) * random_normal(&stream));
        }
    }
}

static void measure_samples(work_t *work, conversions_t *result) {
    const int samples = work->source->samples;
    double sum = 0, squares = 0;
    for (int sample = 0; sample < samples; sample++) {
        draw(work, sample);
        const double share = convert_all(work);
        sum += share;
        squares += share * share;
    }
    if (samples > 0) {
        result->sampled = sum / samples;
    }
    if (samples > 1) {
        result->sampled_deviation = sqrt(fmax(0, squares - sum * sum / samples) / (samples - 1));
    }
}

static double share_of_paradigms(const conversions_source_t *source, const bool *right) {
    const size_t conditions = (size_t)source->shape->conditions;
    size_t whole = 0;
    for (size_t row = 0; row < source->rows; row++) {
        const bool *of_row = right + row * conditions * conditions;
        size_t forms = 0;
        for (size_t target = 0; target < conditions; target++) {
            forms += of_row[target];
        }
        whole += forms == conditions;
    }
    return (double)whole / (double)source->rows;
}

status_t conversions_measure(const conversions_source_t *source, bool *right, conversions_t *result) {
    work_t work;
    status_t status = begin(&work, source);
    if (status == STATUS_OK) {
        *result = (conversions_t){0};
        posteriors_encode(
            work.cvae, source->words, work.forms, BATCH, work.latent, work.mean, work.log_variance);
        memcpy(work.z, work.mean, work.forms * work.latent * sizeof(float));
        result->exact = convert_all(&work);
        memcpy(right, work.right, work.forms * (size_t)work.conditions * sizeof *right);
        result->paradigm = share_of_paradigms(source, right);
        measure_samples(&work, result);
    }
    cvae_destroy(work.cvae);
    memory_release(&work.memory);
    return status;
}
