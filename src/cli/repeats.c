#include "repeats.h"

#include <stdlib.h>

#include "course.h"
#include "eval/conversions.h"

status_t repeats_check(const dataset_t *dataset, const dataset_test_t *test) {
    if (dataset->row_count == 0 && test->count == 0) {
        return status_fail(STATUS_USAGE, "--repeats: the data are pairs, not rows of forms, and there are no "
                                         "test pairs; --set evaluate.test=FILE says where they are");
    }
    return STATUS_OK;
}

/** Draws again and again. values [3, count] for what comes of it. */
static status_t measure_draws(repeats_t *repeats, const repeats_source_t *source, double *values) {
    const size_t count = (size_t)repeats->count;
    double *gaussian = values, *distinct = gaussian + count, *course = distinct + count;
    gaussian_score_t score = *source->gaussian, first_draws = {0};
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (i > 0) {
            status = evaluator_draw(source->evaluator, (uint32_t)i, &score);
        }
        if (status == STATUS_OK && repeats->has_course) {
            status = course_score(source->dataset, source->evaluator, &first_draws);
        }
        gaussian[i] = score.score;
        distinct[i] = (double)score.distinct;
        course[i] = first_draws.course;
    }
    repeats->gaussian = spread_of(gaussian, count);
    repeats->distinct = spread_of(distinct, count);
    repeats->course = spread_of(course, count);
    return status;
}

static status_t measure_test(repeats_t *repeats, const repeats_source_t *source, double *values) {
    const size_t count = (size_t)repeats->count;
    const conversions_samples_t samples = {.count = repeats->count, .exact = values, .bleu4 = values + count};
    status_t status = conversions_sample_pairs(&source->trained->shape, source->trained->parameters,
        source->test->pairs, source->test->count, source->trained->config.seed, &samples);
    if (status == STATUS_OK) {
        repeats->test_exact = spread_of(samples.exact, count);
        repeats->test_bleu4 = spread_of(samples.bleu4, count);
    }
    return status;
}

status_t repeats_measure(repeats_t *repeats, const repeats_source_t *source) {
    const details_t *details = source->details;
    *repeats = (repeats_t){.count = source->options->repeats,
        .draws = source->gaussian->draws,
        .has_course = source->options->course,
        .test_pairs = source->test->count,
        .pairs = details->repeats > 0 ? details->pairs : 0,
        .pairs_from = details->rows_from,
        .bleu4 = details->repeated_bleu4,
        .exact = details->repeated_exact};
    double *values = calloc(3 * (size_t)repeats->count, sizeof *values);
    status_t status = values ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the repetitions");
    if (status == STATUS_OK && repeats->draws > 0) {
        status = measure_draws(repeats, source, values);
    }
    if (status == STATUS_OK && repeats->test_pairs > 0) {
        status = measure_test(repeats, source, values);
    }
    free(values);
    return status;
}

static void add_spread(record_t *record, const char *name, const spread_t *spread) {
    record_t *object = record_child(record, name);
    record_number(object, "mean", spread->mean);
    record_number(object, "deviation", spread->deviation);
}

void repeats_record(const repeats_t *repeats, record_t *record) {
    record_t *object = record_child(record, "repeats");
    record_integer(object, "count", repeats->count);
    if (repeats->draws > 0) {
        record_integer(object, "draws", (int64_t)repeats->draws);
        add_spread(object, "gaussian", &repeats->gaussian);
        add_spread(object, "gaussian_distinct", &repeats->distinct);
    }
    if (repeats->has_course) {
        add_spread(object, "gaussian_as_the_course_counts", &repeats->course);
    }
    if (repeats->test_pairs > 0) {
        record_integer(object, "test_pairs", (int64_t)repeats->test_pairs);
        add_spread(object, "test_bleu4", &repeats->test_bleu4);
        add_spread(object, "test_exact_match", &repeats->test_exact);
    }
    if (repeats->pairs > 0) {
        record_integer(object, "pairs", (int64_t)repeats->pairs);
        record_text(object, "pairs_from", repeats->pairs_from);
        add_spread(object, "bleu4", &repeats->bleu4);
        add_spread(object, "exact_match", &repeats->exact);
    }
}

static void print_spread(FILE *stream, const char *name, int digits, const spread_t *spread) {
    fprintf(stream, "  %-52s %14.*f %14.*f\n", name, digits, spread->mean, digits, spread->deviation);
}

void repeats_print(const repeats_t *repeats, FILE *stream) {
    char name[64];
    snprintf(name, sizeof name, "over %d repetitions", repeats->count);
    fprintf(stream, "  %-52s %14s %14s\n", name, "mean", "deviation");
    if (repeats->draws > 0) {
        snprintf(name, sizeof name, "Gaussian score of %zu draws", repeats->draws);
        print_spread(stream, name, 4, &repeats->gaussian);
        print_spread(stream, "different training rows hit", 1, &repeats->distinct);
    }
    if (repeats->has_course) {
        snprintf(
            name, sizeof name, "Gaussian score of %d, as the course's script counts", OPTIONS_COURSE_DRAWS);
        print_spread(stream, name, 4, &repeats->course);
    }
    if (repeats->test_pairs > 0) {
        snprintf(name, sizeof name, "BLEU-4 of samples of z, %zu test pairs", repeats->test_pairs);
        print_spread(stream, name, 4, &repeats->test_bleu4);
        print_spread(stream, "exact match of the same", 4, &repeats->test_exact);
    }
    if (repeats->pairs > 0) {
        snprintf(
            name, sizeof name, "BLEU-4 of samples of z, %zu %s pairs", repeats->pairs, repeats->pairs_from);
        print_spread(stream, name, 4, &repeats->bleu4);
        print_spread(stream, "exact match of the same", 4, &repeats->exact);
    }
}
