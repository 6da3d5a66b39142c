#include "dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/** The records of one side without the duplicates, in the file's order, behind the `count` that are there. */
static size_t append_side(dataset_t *dataset, size_t count, const parse_t *parse, bool is_held_back) {
    for (size_t record = 0; record < parse->records.count; record++) {
        if (parse->is_held_back[record] != is_held_back) {
            continue;
        }
        // A duplicate is overwritten by what comes next.
        records_copy(&dataset->records, count, &parse->records, record);
        const size_t first = records_index_add(&dataset->index, &dataset->records, count);
        dataset->lines[first]++;
        count += first == count;
    }
    return count;
}

/** Those that train, then those held back: equal ones are on the same side. */
static status_t take_records(dataset_t *dataset, const parse_t *parse, const dataset_source_t *source) {
    const records_t *records = &parse->records;
    status_t status = records_create(
        &dataset->records, records->count, records->words, records->offset[records_word_count(records)]);
    if (status == STATUS_OK) {
        status = records_index_create(&dataset->index, records->count);
    }
    if (status != STATUS_OK) {
        return status;
    }
    dataset->lines = calloc(records->count, sizeof *dataset->lines);
    if (!dataset->lines) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", records->count);
    }
    const size_t train_count = append_side(dataset, 0, parse, false),
                 count = append_side(dataset, train_count, parse, true);
    dataset->records.count = count;
    dataset->duplicate_count = records->count - count;
    *(source->is_pairs ? &dataset->given_count : &dataset->row_count) = count;
    *(source->is_pairs ? &dataset->train_given_count : &dataset->train_row_count) = train_count;
    if (train_count == 0) {
        return status_fail(STATUS_DATA,
            "%s:%zu: the file ends with all of its %zu %s held back (holdout %g), at least one was expected "
            "for training",
            source->file, parse->last_line, count, source->is_pairs ? "pairs" : "rows", source->holdout);
    }
    const size_t pairs = dataset_pair_count(dataset);
    if (pairs == 0) {
        return status_fail(STATUS_DATA,
            "%s:%zu: the file ends without a pair of different conditions, at least 2 conditions were "
            "expected",
            source->file, parse->last_line);
    }
    if (pairs > UINT32_MAX) {
        return status_fail(STATUS_DATA,
            "%s:%zu: the file ends with %zu pairs an epoch, at most %zu were expected", source->file,
            parse->last_line, pairs, (size_t)UINT32_MAX);
    }
    return STATUS_OK;
}

static status_t hash_content(dataset_t *dataset, const dataset_source_t *source) {
    hash_t *hash;
    status_t status = hash_create(&hash);
    if (status != STATUS_OK) {
        return status;
    }
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset->alphabet, letters);
    hash_add(hash, letters, strlen(letters) + 1);
    for (int c = 0; c < source->condition_count; c++) {
        hash_add(hash, source->condition_names[c], strlen(source->condition_names[c]) + 1);
    }
    const uint64_t counts[] = {(uint64_t)dataset->condition_count, dataset->row_count,
        dataset->train_row_count, dataset->given_count, dataset->train_given_count};
    hash_add(hash, counts, sizeof counts);
    const records_t *records = &dataset->records;
    const size_t words = records_word_count(records);
    hash_add(hash, records->word_condition, words * sizeof *records->word_condition);
    hash_add(hash, records->offset, (words + 1) * sizeof *records->offset);
    hash_add(hash, records->letters, records->offset[words] * sizeof *records->letters);
    hash_text(hash, dataset->hash);
    hash_destroy(hash);
    return STATUS_OK;
}

status_t dataset_create(dataset_t *dataset, const dataset_source_t *source) {
    assert(source->is_pairs || source->pairs != DATASET_PAIRS_GIVEN);
    *dataset = (dataset_t){0};
    parse_t parse;
    status_t status = parse_text(&parse, source);
    if (status != STATUS_OK) {
        return status;
    }
    dataset->alphabet = parse.alphabet;
    dataset->condition_count = source->condition_count;
    dataset->missing_count = parse.missing_count;
    dataset->normal_count = parse.normal_count;
    dataset->longest = parse.longest;
    dataset->pairs = source->is_pairs ? DATASET_PAIRS_GIVEN : source->pairs;
    status = take_records(dataset, &parse, source);
    if (status == STATUS_OK) {
        status = hash_content(dataset, source);
    }
    if (status != STATUS_OK) {
        dataset_destroy(dataset);
    }
    parse_destroy(&parse);
    return status;
}

void dataset_destroy(dataset_t *dataset) {
    if (!dataset->is_view) {
        records_destroy(&dataset->records);
        free(dataset->lines);
        records_index_destroy(&dataset->index);
    }
    *dataset = (dataset_t){0};
}

word_t dataset_word(const dataset_t *dataset, size_t row, int condition) {
    return records_word(&dataset->records, row, condition);
}

ptrdiff_t dataset_find_row(const dataset_t *dataset, const word_t *words) {
    if (dataset->row_count == 0) {
        return -1;
    }
    word_t numbered[DATASET_CONDITIONS_MAX];
    for (int c = 0; c < dataset->condition_count; c++) {
        numbered[c] = words[c];
        numbered[c].condition = c;
    }
    return records_index_find(&dataset->index, &dataset->records, numbered);
}

size_t dataset_trained_count(const dataset_t *dataset) {
    return dataset->train_row_count + dataset->train_given_count;
}

/** The targets of a word: the other forms of its row; with a single condition, the word itself. */
static size_t targets_of_word(const dataset_t *dataset) {
    return dataset->condition_count > 1 ? (size_t)dataset->condition_count - 1 : 1;
}

/** The pairs of a record for evaluations: each form of a row with each of its targets, or the given one. */
static size_t pairs_of_record(const dataset_t *dataset) {
    const bool is_given = dataset->pairs == DATASET_PAIRS_GIVEN;
    return is_given ? 1 : (size_t)dataset->condition_count * targets_of_word(dataset);
}

static pair_t pair_of(const dataset_t *dataset, size_t record, size_t source, size_t target, size_t index) {
    return (pair_t){
        .source = records_word(&dataset->records, record, (int)source),
        .target = records_word(&dataset->records, record, (int)target),
        .index = index,
    };
}

/** Pair `index` of those of the records from `first` on: by record, by source, by target. */
static pair_t cross_pair(const dataset_t *dataset, size_t first, size_t index) {
    const size_t record = first + index / pairs_of_record(dataset), place = index % pairs_of_record(dataset),
                 source = place / targets_of_word(dataset), target = place % targets_of_word(dataset);
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return pair_of(dataset, record, 0, 1, index);
    }
    // The targets of a source are numbered with the source itself left out.
    const bool skips_source = dataset->condition_count > 1 && target >= source;
    return pair_of(dataset, record, source, target + skips_source, index);
}

size_t dataset_pair_count(const dataset_t *dataset) {
    const size_t conditions = (size_t)dataset->condition_count, words = dataset->train_row_count * conditions;
    return dataset->pairs == DATASET_PAIRS_GIVEN   ? dataset->train_given_count
           : dataset->pairs == DATASET_PAIRS_CROSS ? words * (conditions - 1)
           : dataset->pairs == DATASET_PAIRS_ALL   ? words * conditions
                                                   : words;
}

size_t dataset_pair_record(const dataset_t *dataset, size_t index) {
    const size_t conditions = (size_t)dataset->condition_count;
    return dataset->pairs == DATASET_PAIRS_GIVEN   ? index
           : dataset->pairs == DATASET_PAIRS_CROSS ? index / pairs_of_record(dataset)
           : dataset->pairs == DATASET_PAIRS_ALL   ? index / (conditions * conditions)
                                                   : index / conditions;
}

pair_t dataset_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index) {
    const size_t conditions = (size_t)dataset->condition_count, last = index % conditions;
    const size_t record = dataset_pair_record(dataset, index);
    if (dataset->pairs == DATASET_PAIRS_SAME) {
        return pair_of(dataset, record, last, last, index);
    }
    if (dataset->pairs == DATASET_PAIRS_ALL) {
        return pair_of(dataset, record, index / conditions % conditions, last, index);
    }
    if (dataset->pairs == DATASET_PAIRS_RANDOM) {
        random_stream_t stream = random_stream(seed, RANDOM_TARGET, epoch, index);
        return pair_of(dataset, record, last, random_below(&stream, (uint32_t)conditions), index);
    }
    return cross_pair(dataset, 0, index);
}

size_t dataset_held_back_count(const dataset_t *dataset) {
    return (dataset->records.count - dataset_trained_count(dataset)) * pairs_of_record(dataset);
}

pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index) {
    return cross_pair(dataset, dataset_trained_count(dataset), index);
}

size_t dataset_cross_count(const dataset_t *dataset) {
    return dataset_trained_count(dataset) * pairs_of_record(dataset);
}

pair_t dataset_cross_pair(const dataset_t *dataset, size_t index) {
    return cross_pair(dataset, 0, index);
}

/** Takes the next piece of a block and copies `from` into it, unless that is NULL. */
static void *place(memory_t *memory, const void *from, size_t count, size_t size) {
    void *piece = memory_take(memory, count, size);
    if (piece && from) {
        memcpy(piece, from, count * size);
    }
    return piece;
}

/**
 * An image is the struct, then its arrays. Makes *view the data set whose arrays stand in the block, with the
 * sizes that it has already, and copies those of `from`, if any, to there. Returns the block's size, which is
 * all that it does where the block is NULL.
 */
static size_t layout(dataset_t *view, void *block, const dataset_t *from) {
    static const dataset_t nothing;
    memory_t memory = {.base = block, .size = SIZE_MAX};
    records_t *records = &view->records;
    const size_t words = records_word_count(records);
    from = from ? from : &nothing;
    memory_take(&memory, 1, sizeof *view);
    records->letters = place(&memory, from->records.letters, records->letter_count, sizeof *records->letters);
    records->offset = place(&memory, from->records.offset, words + 1, sizeof *records->offset);
    records->word_condition =
        place(&memory, from->records.word_condition, words, sizeof *records->word_condition);
    view->lines = place(&memory, from->lines, records->count, sizeof *view->lines);
    view->index.slot = place(&memory, from->index.slot, view->index.size, sizeof *view->index.slot);
    view->is_view = true;
    return memory.used;
}

size_t dataset_image_size(const dataset_t *dataset) {
    dataset_t view = *dataset;
    return layout(&view, NULL, NULL);
}

void dataset_image_write(const dataset_t *dataset, void *block) {
    dataset_t view = *dataset;
    layout(&view, block, dataset);
    layout(&view, NULL, NULL); // without addresses
    memcpy(block, &view, sizeof view);
}

void dataset_image_open(dataset_t *dataset, void *block) {
    memcpy(dataset, block, sizeof *dataset);
    layout(dataset, block, NULL);
}

status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source) {
    *test = (dataset_test_t){0};
    dataset_source_t pairs_source = *source;
    pairs_source.is_pairs = true;
    pairs_source.is_test = true;
    pairs_source.holdout = 0;
    pairs_source.model_alphabet = &dataset->alphabet;
    parse_t parse;
    status_t status = parse_text(&parse, &pairs_source);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = parse.records.count;
    pair_t *pairs = calloc(count, sizeof *pairs);
    if (!pairs) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu test pairs", count);
        goto cleanup;
    }
    for (size_t p = 0; p < count; p++) {
        pairs[p] = (pair_t){
            .source = records_word(&parse.records, p, 0),
            .target = records_word(&parse.records, p, 1),
            .index = p,
        };
    }
    *test = (dataset_test_t){.count = count,
        .missing_count = parse.missing_count,
        .normal_count = parse.normal_count,
        .pairs = pairs,
        .records = parse.records};
    parse.records = (records_t){0};
cleanup:
    parse_destroy(&parse);
    return status;
}

/** The words of `count` records from `first` on, each as a record of its own. Borrows the arrays. */
static records_t single_words(const records_t *records, size_t first, size_t count) {
    const size_t words = (size_t)records->words;
    records_t single = *records;
    single.offset += first * words;
    single.word_condition += first * words;
    single.count = count * words;
    single.words = 1;
    return single;
}

static status_t find_leaks(const dataset_t *dataset, const records_t *words, dataset_leaks_t *leaks) {
    const records_t training = single_words(&dataset->records, 0, dataset_trained_count(dataset));
    // How often the evaluation has each word, at the word's first place; 0 once training is found to have it.
    uint32_t *times = calloc(words->count + 1, sizeof *times);
    records_index_t index = {0};
    status_t status = times ? records_index_create(&index, words->count)
                            : status_fail(STATUS_MEMORY, "out of memory for %zu words", words->count);
    *leaks = (dataset_leaks_t){.words = words->count};
    for (size_t word = 0; status == STATUS_OK && word < words->count; word++) {
        times[records_index_add(&index, words, word)]++;
    }
    for (size_t word = 0; status == STATUS_OK && word < training.count; word++) {
        const word_t training_word = records_word(&training, word, 0);
        const ptrdiff_t first = records_index_find(&index, words, &training_word);
        if (first >= 0 && times[first] > 0) {
            leaks->example = leaks->known == 0 ? training_word : leaks->example;
            leaks->known += times[first];
            times[first] = 0;
        }
    }
    records_index_destroy(&index);
    free(times);
    return status;
}

status_t dataset_test_leaks(const dataset_t *dataset, const dataset_test_t *test, dataset_leaks_t *leaks) {
    const records_t words = single_words(&test->records, 0, test->count);
    return find_leaks(dataset, &words, leaks);
}

status_t dataset_held_back_leaks(const dataset_t *dataset, dataset_leaks_t *leaks) {
    const size_t first = dataset_trained_count(dataset);
    const records_t words = single_words(&dataset->records, first, dataset->records.count - first);
    return find_leaks(dataset, &words, leaks);
}

void dataset_test_destroy(dataset_test_t *test) {
    free(test->pairs);
    records_destroy(&test->records);
    *test = (dataset_test_t){0};
}
