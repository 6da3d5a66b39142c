#include "conversions.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bleu.h"
#include "data/stem.h"
#include "model/speller.h"

enum { LETTERS_MAX = 255 /**< of an expected word */ };

const int conversions_lengths[CONVERSIONS_LENGTHS] = {4, 8, 12, INT_MAX};

/** Words that differ only in unknown letters are different sources. */
static int compare_sources(const pair_t *one, const pair_t *other) {
    const int order = word_compare(&one->source, &other->source);
    if (order != 0 || one->unknown.count == 0) {
        return order;
    }
    // Equal words have equally many unknown letters.
    return memcmp(
        one->unknown.letters, other->unknown.letters, one->unknown.count * sizeof *one->unknown.letters);
}

static int by_source(const void *a, const void *b) {
    const pair_t *one = a, *other = b;
    const int order = compare_sources(one, other);
    return order != 0 ? order : (one->index > other->index) - (one->index < other->index);
}

/** Where conversions come from. */
typedef struct {
    const dataset_t *dataset;
    const dataset_test_t *test; /**< NULL: the data set's own pairs */
    bool is_held_back;          /**< the data set's held-back pairs, not its training pairs */
    size_t rows, made;          /**< rows or given pairs, and the number of conversions of each */
} origin_t;

static pair_t pair_at(const origin_t *origin, size_t index) {
    return origin->test           ? origin->test->pairs[index]
           : origin->is_held_back ? dataset_held_back_pair(origin->dataset, index)
                                  : dataset_cross_pair(origin->dataset, index);
}

/** Takes `units` rows or given pairs, at even distances. */
static void take_pairs(conversions_t *conversions, const origin_t *origin, size_t units) {
    for (size_t i = 0; i < conversions->count; i++) {
        const size_t made = origin->made;
        conversions->pairs[i] = pair_at(origin, i / made * origin->rows / units * made + i % made);
    }
}

/** Finds where rows begin, and sets the keys of forms. sources: different source words of a row. */
static void divide_rows(conversions_t *conversions, size_t made, size_t sources) {
    pair_t *pairs = conversions->pairs;
    if (conversions->are_given) {
        qsort(pairs, conversions->count, sizeof *pairs, by_source);
    }
    for (size_t i = 0; i < conversions->count; i++) {
        if (conversions->are_given ? i == 0 || compare_sources(&pairs[i - 1], &pairs[i]) != 0
                                   : i % made == 0) {
            conversions->first[conversions->rows++] = i;
        }
        if (!conversions->are_given) {
            pairs[i].index = i / (made / sources);
        }
    }
    conversions->first[conversions->rows] = conversions->count;
}

static void find_stems(conversions_t *conversions, size_t made, size_t sources) {
    word_t words[RECORDS_WORDS_MAX];
    stem_t stem;
    for (size_t i = 0; i < conversions->count; i++) {
        const pair_t *pairs = &conversions->pairs[i];
        if (conversions->are_given) {
            words[0] = pairs->source;
            words[1] = pairs->target;
            stem_find(words, 2, &stem);
        } else if (i % made == 0) {
            for (size_t form = 0; form < sources; form++) {
                words[form] = pairs[form * (made / sources)].source;
            }
            stem_find(words, (int)sources, &stem);
        }
        if (stem.length > 0) {
            conversions->stems[i] = (word_t){words[0].letters + stem.begin[0], stem.length, 0};
        }
    }
}

/** Finds out where conversions come from. Returns whether they are given one by one. */
static bool find_origin(const dataset_t *dataset, const dataset_test_t *test, origin_t *origin) {
    *origin = (origin_t){.dataset = dataset, .test = test};
    if (test) {
        origin->rows = test->count;
        origin->made = 1;
        return true;
    }
    origin->is_held_back = dataset_held_back_count(dataset) > 0;
    const size_t count =
        origin->is_held_back ? dataset_held_back_count(dataset) : dataset_cross_count(dataset);
    // Such pairs do not have every form of a row as a source.
    const bool are_given = dataset->row_count == 0 || dataset->pairs == DATASET_PAIRS_INFLECT ||
                           dataset->pairs == DATASET_PAIRS_LEMMATIZE;
    const size_t trained = dataset->train_row_count;
    origin->rows = are_given ? count : origin->is_held_back ? dataset->row_count - trained : trained;
    origin->made = count / origin->rows;
    return are_given;
}

status_t conversions_create(
    conversions_t *conversions, const dataset_t *dataset, const dataset_test_t *test, size_t most) {
    origin_t origin;
    const bool are_given = find_origin(dataset, test, &origin);
    const size_t made = origin.made, wanted = (most + made - 1) / made;
    const size_t units = origin.rows < wanted ? origin.rows : wanted;
    const size_t sources = (size_t)dataset->conditions.count;
    *conversions = (conversions_t){
        .from = test                  ? "test"
                : origin.is_held_back ? "held-back"
                                      : "training",
        .are_given = are_given,
        .purpose = test ? RANDOM_TEST_PAIRS : RANDOM_CONVERSIONS,
        .count = units * made,
        .pairs = calloc(units * made, sizeof *conversions->pairs),
        .stems = calloc(units * made, sizeof *conversions->stems),
        .first = calloc(units + 1, sizeof *conversions->first),
    };
    if (!conversions->pairs || !conversions->stems || !conversions->first) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu conversions", conversions->count);
    }
    take_pairs(conversions, &origin, units);
    divide_rows(conversions, made, sources);
    find_stems(conversions, made, sources);
    return STATUS_OK;
}

void conversions_destroy(conversions_t *conversions) {
    free(conversions->pairs);
    free(conversions->stems);
    free(conversions->first);
    *conversions = (conversions_t){0};
}

static bool has_same_letters(const word_t *a, const word_t *b) {
    bool is_same = a->length == b->length;
    for (int i = 0; i < a->length && is_same; i++) {
        is_same = word_count(a, a->letters[i]) == word_count(b, a->letters[i]);
    }
    return is_same;
}

/** Levenshtein (1966): the fewest letters to insert, to leave out, or to replace. */
static int edit_distance(const word_t *expected, const word_t *spelled) {
    int row[LETTERS_MAX + 1]; // from the letters of `spelled` so far to so many of `expected`
    for (int j = 0; j <= expected->length; j++) {
        row[j] = j;
    }
    for (int i = 0; i < spelled->length; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 0; j < expected->length; j++) {
            const int replaced = diagonal + (spelled->letters[i] != expected->letters[j]);
            const int other = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = replaced < other ? replaced : other;
        }
    }
    return row[expected->length];
}

conversions_outcome_t conversions_judge(
    const conversions_t *conversions, size_t index, const word_t *spelled) {
    const word_t *expected = &conversions->pairs[index].target, *stem = &conversions->stems[index];
    const int distance = edit_distance(expected, spelled);
    const bool has_stem = stem->length > 0 && word_find(spelled, stem->letters, stem->length) >= 0;
    return (conversions_outcome_t){
        .distance = distance,
        .kind = distance == 0                         ? CONVERSIONS_RIGHT
                : has_same_letters(expected, spelled) ? CONVERSIONS_SWAPPED
                : has_stem                            ? CONVERSIONS_ENDING
                                                      : CONVERSIONS_STEM,
    };
}

/** What is converted. */
typedef struct {
    const conversions_t *conversions;
    const shape_t *shape;
    const float *parameters;
    uint64_t seed;
    int corrections;
    conversions_outcome_t *outcomes; /**< NULL: samples alone */
} work_t;

static status_t create_speller(const work_t *work, speller_t *speller) {
    int source = 1, target = 1;
    for (size_t i = 0; i < work->conversions->count; i++) {
        const pair_t *pair = &work->conversions->pairs[i];
        source = pair->source.length > source ? pair->source.length : source;
        target = pair->target.length > target ? pair->target.length : target;
    }
    const int longest = source > target ? source : target;
    const status_t status = speller_create(speller, work->shape, source, 0, longest + SPELLER_LONGER_BY, 0);
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
        random_stream_t stream =
            random_stream(work->seed, work->conversions->purpose, (uint32_t)sample, pairs[i].index);
        for (int at = i * latent; at < (i + 1) * latent; at++) {
            z[at] = (float)(mean[at] + exp(0.5 * log_variance[at]) * random_normal(&stream));
        }
    }
}

/** Judges the spellings of conversions `first` ... */
static void judge(const work_t *work, const speller_t *speller, size_t first, int count,
    const conversions_samples_t *samples) {
    for (size_t i = first; i < first + (size_t)count; i++) {
        const word_t spelled = speller_word(speller, (int)(i - first), 0);
        work->outcomes[i] = conversions_judge(work->conversions, i, &spelled);
        if (samples->show) {
            samples->show(samples->shown, i, &spelled, work->outcomes[i]);
        }
    }
}

/** Adds the spellings of pairs `first` ... from a sample. */
static void add_sample(const work_t *work, const speller_t *speller, size_t first, int count, int sample,
    const conversions_samples_t *samples) {
    for (int i = 0; i < count; i++) {
        const size_t at = first + (size_t)i;
        const word_t *expected = &work->conversions->pairs[at].target, spelled = speller_word(speller, i, 0);
        const bool is_right = speller_is_right(speller, i, expected);
        samples->exact[sample] += is_right;
        samples->bleu4[sample] +=
            bleu_sentence(spelled.letters, spelled.length, expected->letters, expected->length);
        if (samples->shares && sample < samples->shared) {
            samples->shares[at] += is_right;
        }
    }
}

static status_t convert(const work_t *work, const conversions_samples_t *samples) {
    const conversions_t *conversions = work->conversions;
    const size_t latent = (size_t)work->shape->latent;
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
    for (size_t i = 0; samples->shares && i < conversions->count; i++) {
        samples->shares[i] = 0;
    }
    for (size_t first = 0; status == STATUS_OK && first < conversions->count; first += SPELLER_BATCH) {
        const pair_t *pairs = conversions->pairs + first;
        const int count =
            conversions->count - first < SPELLER_BATCH ? (int)(conversions->count - first) : SPELLER_BATCH;
        if (samples->tell) {
            samples->tell(samples->context, (double)first / (double)conversions->count);
        }
        speller_encode(&speller, pairs, count, work->corrections, samples->count > 0 ? log_variance : NULL);
        memcpy(
            mean, work->corrections > 0 ? speller.means : speller.z, (size_t)count * latent * sizeof *mean);
        if (work->outcomes) {
            speller_spell(&speller, count, pairs);
            judge(work, &speller, first, count, samples);
        }
        for (int sample = 0; sample < samples->count; sample++) {
            draw(work, pairs, count, sample, mean, log_variance, speller.z);
            speller_spell(&speller, count, pairs);
            add_sample(work, &speller, first, count, sample, samples);
        }
    }
    for (int sample = 0; sample < samples->count; sample++) {
        samples->exact[sample] /= (double)conversions->count;
        samples->bleu4[sample] /= (double)conversions->count;
    }
    for (size_t i = 0; samples->shares && samples->shared > 0 && i < conversions->count; i++) {
        samples->shares[i] /= samples->shared;
    }
    speller_destroy(&speller);
    free(mean);
    return status;
}

status_t conversions_measure(const conversions_t *conversions, const shape_t *shape, const float *parameters,
    uint64_t seed, int corrections, conversions_outcome_t *outcomes, const conversions_samples_t *samples) {
    return convert(
        &(work_t){conversions, shape, parameters, seed, outcomes ? corrections : 0, outcomes}, samples);
}

/** Whether the conversions of a row from its first form are all right. */
static bool is_paradigm_right(
    const conversions_t *conversions, const conversions_outcome_t *outcomes, size_t row) {
    const size_t first = conversions->first[row];
    bool is_right = true;
    for (size_t i = first; i < conversions->first[row + 1]; i++) {
        is_right &= conversions->pairs[i].source.condition != conversions->pairs[first].source.condition ||
                    outcomes[i].kind == CONVERSIONS_RIGHT;
    }
    return is_right;
}

status_t conversions_score(
    const conversions_t *conversions, const conversions_outcome_t *outcomes, conversions_scores_t *scores) {
    const size_t count = conversions->count;
    double *values = calloc(count, sizeof *values);
    if (!values) {
        return status_fail(STATUS_MEMORY, "out of memory for the scores of %zu conversions", count);
    }
    *scores = (conversions_scores_t){0};
    for (size_t i = 0; i < count; i++) {
        int group = 0;
        while (conversions->pairs[i].source.length > conversions_lengths[group]) {
            group++;
        }
        scores->kinds[group][outcomes[i].kind]++;
        values[i] = outcomes[i].kind == CONVERSIONS_RIGHT;
    }
    scores->exact = spread_of_groups(values, conversions->first, conversions->rows);
    for (size_t i = 0; i < count; i++) {
        values[i] = outcomes[i].distance;
    }
    scores->distance = spread_of_groups(values, conversions->first, conversions->rows);
    for (size_t row = 0; row < conversions->rows; row++) {
        values[row] = is_paradigm_right(conversions, outcomes, row);
    }
    scores->paradigm = spread_of(values, conversions->rows);
    free(values);
    return STATUS_OK;
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
