#include "dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/** lines[record] = how many records are equal to it, itself too; 0 for a duplicate of an earlier one. */
static status_t count_lines(const records_t *records, uint32_t *lines, size_t *duplicate_count) {
    records_index_t index;
    status_t status = records_index_create(&index, records->count);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t record = 0; record < records->count; record++) {
        const size_t first = records_index_add(&index, records, record);
        lines[first]++;
        *duplicate_count += first != record;
    }
    records_index_destroy(&index);
    return STATUS_OK;
}

/** Appends the records of one side, without duplicates, in the file's order. Returns how many there are then.
 */
static size_t append_side(
    dataset_t *dataset, size_t count, const parse_t *parse, const uint32_t *lines, bool is_held_back) {
    for (size_t record = 0; record < parse->records.count; record++) {
        if (lines[record] > 0 && parse->is_held_back[record] == is_held_back) {
            if (dataset->lines) {
                dataset->lines[count] = lines[record];
            }
            records_copy(&dataset->records, count++, &parse->records, record);
        }
    }
    return count;
}

/** The records without the duplicates: those that train, then those held back. *train_count = how many train.
 */
static status_t split_records(dataset_t *dataset, const parse_t *parse, size_t *train_count) {
    const records_t *records = &parse->records;
    uint32_t *lines = calloc(records->count, sizeof *lines);
    if (!lines) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", records->count);
    }
    status_t status = count_lines(records, lines, &dataset->duplicate_count);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    const size_t count = records->count - dataset->duplicate_count;
    // The letters of the duplicates are room that stays empty.
    status = records_create(
        &dataset->records, count, records->words, records->offset[records_word_count(records)]);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    if (dataset->duplicate_count > 0) {
        dataset->lines = calloc(count, sizeof *dataset->lines);
        if (!dataset->lines) {
            status = status_fail(STATUS_MEMORY, "out of memory for %zu lines", count);
            goto cleanup;
        }
    }
    *train_count = append_side(dataset, 0, parse, lines, false);
    append_side(dataset, *train_count, parse, lines, true);
cleanup:
    free(lines);
    return status;
}

static status_t take_records(dataset_t *dataset, const parse_t *parse, const dataset_source_t *source) {
    size_t train_count = 0;
    status_t status = split_records(dataset, parse, &train_count);
    if (status != STATUS_OK) {
        return status;
    }
    const size_t count = dataset->records.count;
    if (train_count == 0) {
        return line_fail(&parse->line, NULL,
            "the file ends with all of its %zu %s held back (holdout %g), at least one was expected for "
            "training",
            count, source->is_pairs ? "pairs" : "rows", source->holdout);
    }
    if (source->is_pairs) {
        dataset->given_count = count;
        dataset->train_given_count = train_count;
    } else {
        dataset->row_count = count;
        dataset->train_row_count = train_count;
    }
    return STATUS_OK;
}

static status_t index_rows(dataset_t *dataset) {
    if (dataset->row_count == 0) {
        return STATUS_OK;
    }
    status_t status = records_index_create(&dataset->row_index, dataset->row_count);
    for (size_t row = 0; status == STATUS_OK && row < dataset->row_count; row++) {
        records_index_add(&dataset->row_index, &dataset->records, row);
    }
    return status;
}

static status_t check_pairs(const dataset_t *dataset, const parse_t *parse) {
    size_t count = dataset_pair_count(dataset);
    if (count == 0) {
        return line_fail(&parse->line, NULL,
            "the file ends without a pair of different conditions, at least 2 conditions were expected");
    }
    if (count > UINT32_MAX) {
        return line_fail(&parse->line, NULL,
            "the file ends with %zu pairs an epoch, at most %zu were expected", count, (size_t)UINT32_MAX);
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
        status = check_pairs(dataset, &parse);
    }
    if (status == STATUS_OK) {
        status = index_rows(dataset);
    }
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
        records_index_destroy(&dataset->row_index);
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
    return records_index_find(&dataset->row_index, &dataset->records, numbered);
}

size_t dataset_row_lines(const dataset_t *dataset, size_t row) {
    return dataset->lines ? dataset->lines[row] : 1;
}

/** The targets of a word: the other forms of its row; with a single condition, the word itself. */
static size_t targets_of_word(const dataset_t *dataset) {
    return dataset->condition_count > 1 ? (size_t)dataset->condition_count - 1 : 1;
}

static size_t cross_of_row(const dataset_t *dataset) {
    return (size_t)dataset->condition_count * targets_of_word(dataset);
}

static pair_t row_pair(const dataset_t *dataset, size_t row, size_t source, size_t target, size_t index) {
    return (pair_t){
        .source = dataset_word(dataset, row, (int)source),
        .target = dataset_word(dataset, row, (int)target),
        .index = index,
    };
}

/** The cross pair `place` of the rows from `first_row` on: row by row, by source, by target. */
static pair_t cross_pair(const dataset_t *dataset, size_t first_row, size_t place) {
    size_t targets = targets_of_word(dataset);
    size_t row = first_row + place / cross_of_row(dataset), in_row = place % cross_of_row(dataset);
    size_t source = in_row / targets, target = in_row % targets;
    // The targets of a source are numbered with the source itself left out.
    const bool skips_source = dataset->condition_count > 1 && target >= source;
    return row_pair(dataset, row, source, target + skips_source, place);
}

static pair_t given_pair(const dataset_t *dataset, size_t pair, size_t index) {
    return (pair_t){
        .source = records_word(&dataset->records, pair, 0),
        .target = records_word(&dataset->records, pair, 1),
        .index = index,
    };
}

size_t dataset_pair_count(const dataset_t *dataset) {
    size_t rows = dataset->train_row_count, conditions = (size_t)dataset->condition_count;
    switch (dataset->pairs) {
    case DATASET_PAIRS_SAME:
    case DATASET_PAIRS_RANDOM:
        return rows * conditions;
    case DATASET_PAIRS_CROSS:
        return rows * conditions * (conditions - 1);
    case DATASET_PAIRS_ALL:
        return rows * conditions * conditions;
    case DATASET_PAIRS_GIVEN:
        break;
    }
    return dataset->train_given_count;
}

pair_t dataset_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index) {
    size_t conditions = (size_t)dataset->condition_count, word = index / conditions,
           last = index % conditions;
    switch (dataset->pairs) {
    case DATASET_PAIRS_SAME:
        return row_pair(dataset, word, last, last, index);
    case DATASET_PAIRS_RANDOM: {
        random_stream_t stream = random_stream(seed, RANDOM_TARGET, epoch, index);
        uint32_t target = random_below(&stream, (uint32_t)conditions);
        return row_pair(dataset, word, last, target, index);
    }
    case DATASET_PAIRS_CROSS:
        return cross_pair(dataset, 0, index);
    case DATASET_PAIRS_ALL:
        return row_pair(dataset, word / conditions, word % conditions, last, index);
    case DATASET_PAIRS_GIVEN:
        break;
    }
    return given_pair(dataset, index, index);
}

/** The number of pairs of different conditions in `rows` rows; of a pairs file, `given`. */
static size_t count_of(const dataset_t *dataset, size_t rows, size_t given) {
    return dataset->pairs == DATASET_PAIRS_GIVEN ? given : rows * cross_of_row(dataset);
}

static pair_t pair_from(const dataset_t *dataset, size_t first_row, size_t first_given, size_t index) {
    return dataset->pairs == DATASET_PAIRS_GIVEN ? given_pair(dataset, first_given + index, index)
                                                 : cross_pair(dataset, first_row, index);
}

size_t dataset_held_back_count(const dataset_t *dataset) {
    return count_of(dataset, dataset->row_count - dataset->train_row_count,
        dataset->given_count - dataset->train_given_count);
}

pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index) {
    return pair_from(dataset, dataset->train_row_count, dataset->train_given_count, index);
}

size_t dataset_cross_count(const dataset_t *dataset) {
    return count_of(dataset, dataset->train_row_count, dataset->train_given_count);
}

pair_t dataset_cross_pair(const dataset_t *dataset, size_t index) {
    return pair_from(dataset, 0, 0, index);
}

/** What an image begins with; the arrays come behind it. */
typedef struct {
    dataset_t dataset; /**< without its arrays */
    size_t letter_count;
    bool has_lines;
} header_t;

static header_t header_of(const dataset_t *dataset) {
    const records_t *records = &dataset->records;
    header_t header = {
        .dataset = *dataset,
        .letter_count = records->offset[records_word_count(records)],
        .has_lines = dataset->lines != NULL,
    };
    header.dataset.records = (records_t){.count = records->count, .words = records->words};
    header.dataset.lines = NULL;
    header.dataset.row_index.slot = NULL;
    header.dataset.is_view = true;
    return header;
}

/** Takes the next piece of a block and copies `from` into it, unless that is NULL. */
static void *place(memory_t *memory, const void *from, size_t count, size_t size) {
    void *piece = memory_take(memory, count, size);
    if (from && count > 0) {
        memcpy(piece, from, count * size);
    }
    return piece;
}

/**
 * Takes the header's place and the arrays' out of a block: where they stand, or how much room they need.
 * Copies the arrays that `from` has there.
 */
static void layout(dataset_t *view, memory_t *memory, const header_t *header, const dataset_t *from) {
    const records_t *records = &header->dataset.records;
    const size_t words = records_word_count(records);
    memory_take(memory, 1, sizeof *header);
    *view = header->dataset;
    view->records.letters =
        place(memory, from->records.letters, header->letter_count, sizeof *view->records.letters);
    view->records.offset = place(memory, from->records.offset, words + 1, sizeof *view->records.offset);
    view->records.word_condition =
        place(memory, from->records.word_condition, words, sizeof *view->records.word_condition);
    view->lines = header->has_lines ? place(memory, from->lines, records->count, sizeof *view->lines) : NULL;
    view->row_index.slot =
        place(memory, from->row_index.slot, view->row_index.size, sizeof *view->row_index.slot);
}

size_t dataset_image_size(const dataset_t *dataset) {
    const header_t header = header_of(dataset);
    memory_t memory = {0};
    dataset_t view;
    layout(&view, &memory, &header, &header.dataset);
    return memory.used;
}

void dataset_image_write(const dataset_t *dataset, void *block) {
    const header_t header = header_of(dataset);
    memory_t memory = {.base = block, .size = SIZE_MAX};
    dataset_t view;
    layout(&view, &memory, &header, dataset);
    memcpy(block, &header, sizeof header);
}

void dataset_image_open(dataset_t *dataset, void *block) {
    const header_t *header = block;
    memory_t memory = {.base = block, .size = SIZE_MAX};
    layout(dataset, &memory, header, &header->dataset);
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

/** The words of the first `count` records, each as a record of its own. Borrows the arrays. */
static records_t single_words(const records_t *records, size_t count) {
    records_t words = *records;
    words.count = count * (size_t)records->words;
    words.words = 1;
    return words;
}

status_t dataset_test_known(const dataset_t *dataset, const dataset_test_t *test, size_t *known) {
    const records_t words = single_words(&test->records, test->count);
    const records_t trained =
        single_words(&dataset->records, dataset->train_row_count + dataset->train_given_count);
    // How often the test has each word, at the word's first place; 0 once it is found in the training words.
    uint32_t *times = calloc(words.count, sizeof *times);
    records_index_t index = {0};
    status_t status =
        times ? records_index_create(&index, words.count)
              : status_fail(STATUS_MEMORY, "out of memory for %zu words of the test", words.count);
    *known = 0;
    for (size_t word = 0; status == STATUS_OK && word < words.count; word++) {
        times[records_index_add(&index, &words, word)]++;
    }
    for (size_t word = 0; status == STATUS_OK && word < trained.count; word++) {
        const word_t trained_word = records_word(&trained, word, 0);
        const ptrdiff_t first = records_index_find(&index, &words, &trained_word);
        if (first >= 0) {
            *known += times[first];
            times[first] = 0;
        }
    }
    records_index_destroy(&index);
    free(times);
    return status;
}

void dataset_test_destroy(dataset_test_t *test) {
    free(test->pairs);
    records_destroy(&test->records);
    *test = (dataset_test_t){0};
}
