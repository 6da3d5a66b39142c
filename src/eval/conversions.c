#include "conversions.h"

#include <stdlib.h>

#include "converter.h"

size_t conversions_targets(size_t conditions) {
    return conditions > 1 ? conditions - 1 : 1;
}

typedef struct {
    const conversions_source_t *source;
    size_t conditions, forms, count; /**< C, rows * C, conversions */
    converter_t converter;
    memory_t memory;
    converter_pair_t *pairs; /**< [count] */
    bool *right;             /**< [count] */
} work_t;

static void layout(work_t *work) {
    work->pairs = memory_take(&work->memory, work->count, sizeof *work->pairs);
    work->right = memory_take(&work->memory, work->count, sizeof *work->right);
}

/** A form is converted into the other forms of its row; one that is alone, into itself. */
static bool is_converted(const work_t *work, size_t form, size_t target) {
    return work->conditions == 1 || target != form % work->conditions;
}

/** Each form into its targets: form by form, by target. */
static void list_pairs(work_t *work) {
    converter_pair_t *pair = work->pairs;
    for (size_t form = 0; form < work->forms; form++) {
        const size_t row = form / work->conditions;
        for (size_t target = 0; target < work->conditions; target++) {
            if (is_converted(work, form, target)) {
                *pair = (converter_pair_t){
                    .word = form, .expected = work->source->words[row * work->conditions + target]};
                pair->expected.condition = (int)target;
                pair++;
            }
        }
    }
}

static status_t begin(work_t *work, const conversions_source_t *source) {
    const size_t conditions = (size_t)source->shape->conditions, forms = source->rows * conditions;
    *work = (work_t){.source = source,
        .conditions = conditions,
        .forms = forms,
        .count = forms * conversions_targets(conditions)};
    layout(work);
    status_t status = memory_reserve(&work->memory);
    if (status == STATUS_OK) {
        layout(work);
        list_pairs(work);
        status = converter_create(&work->converter, &(converter_source_t){.shape = source->shape,
                                                        .parameters = source->parameters,
                                                        .words = source->words,
                                                        .word_count = forms,
                                                        .pairs = work->pairs,
                                                        .pair_count = work->count});
    }
    return status;
}

/** work->right with the conversions to themselves between. */
static void spread_out(const work_t *work, bool *right) {
    const bool *next = work->right;
    for (size_t form = 0; form < work->forms; form++) {
        for (size_t target = 0; target < work->conditions; target++) {
            *right++ = !is_converted(work, form, target) || *next++;
        }
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

static void measure_samples(
    converter_t *converter, uint64_t seed, random_purpose_t purpose, const conversions_samples_t *samples) {
    for (int sample = 0; sample < samples->count; sample++) {
        converter_sample(converter, seed, purpose, sample);
        const converter_score_t score = converter_run(converter, NULL);
        samples->exact[sample] = score.exact;
        samples->bleu4[sample] = score.bleu4;
    }
}

status_t conversions_measure(const conversions_source_t *source, bool *right, conversions_t *result,
    const conversions_samples_t *samples) {
    work_t work;
    status_t status = begin(&work, source);
    if (status == STATUS_OK) {
        result->exact = converter_run(&work.converter, work.right).exact;
        spread_out(&work, right);
        result->paradigm = share_of_paradigms(source, right);
        measure_samples(&work.converter, source->seed, RANDOM_CONVERSIONS, samples);
    }
    converter_destroy(&work.converter);
    memory_release(&work.memory);
    return status;
}

status_t conversions_sample_pairs(const shape_t *shape, const float *parameters, const pair_t *pairs,
    size_t count, uint64_t seed, const conversions_samples_t *samples) {
    converter_t converter = {0};
    word_t *words = malloc(count * sizeof *words);
    converter_pair_t *converted = malloc(count * sizeof *converted);
    status_t status = STATUS_OK;
    if (!words || !converted) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu conversions", count);
        goto cleanup;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = pairs[i].source;
        converted[i] = (converter_pair_t){.word = i, .expected = pairs[i].target};
    }
    status = converter_create(&converter, &(converter_source_t){.shape = shape,
                                              .parameters = parameters,
                                              .words = words,
                                              .word_count = count,
                                              .pairs = converted,
                                              .pair_count = count});
    if (status == STATUS_OK) {
        measure_samples(&converter, seed, RANDOM_TEST_PAIRS, samples);
    }
cleanup:
    converter_destroy(&converter);
    free(words);
    free(converted);
    return status;
}
