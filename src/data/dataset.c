#include "dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "parse.h"

/** Remembers a place, if it is one of the first in the file. count: those that there were before. */
static void remember(dataset_place_t places[DATASET_PLACES], size_t count, uint32_t line, uint32_t other) {
    size_t place = count < DATASET_PLACES ? count : DATASET_PLACES;
    for (; place > 0 && places[place - 1].line > line; place--) {
        if (place < DATASET_PLACES) {
            places[place] = places[place - 1];
        }
    }
    if (place < DATASET_PLACES) {
        places[place] = (dataset_place_t){.line = line, .other = other};
    }
}

/** The records of one side without the duplicates, behind the `count` that are there. order: theirs, or NULL
 * for the file's. line [records]: where they stand. */
static size_t append_side(dataset_t *dataset, size_t count, const parse_t *parse, const uint32_t *order,
    bool is_held_back, uint32_t *line) {
    for (size_t place = 0; place < parse->records.count; place++) {
        const size_t record = order ? order[place] : place;
        if (parse->is_held_back[record] != is_held_back) {
            continue;
        }
        // A duplicate is overwritten by what comes next.
        records_copy(&dataset->records, count, &parse->records, record);
        const size_t first = records_index_add(&dataset->index, &dataset->records, count);
        dataset->lines[first]++;
        if (first < count) {
            remember(dataset->duplicates, dataset->duplicate_count++, parse->line[record], line[first]);
        } else {
            line[count++] = parse->line[record];
        }
    }
    return count;
}

/**
 * order [records->count] = the records of a table, lemma by lemma: lemmas in the order of their first
 * records, the records of one as they stand. In linear time.
 */
static status_t order_by_lemma(const records_t *records, uint32_t *order) {
    const size_t count = records->count;
    const records_t words = records_single_words(records, 0, count);
    // At a lemma's first record: how many records it has, then where its next one goes.
    uint32_t *first = calloc(count, sizeof *first), *place = calloc(count, sizeof *place);
    records_index_t index = {0};
    status_t status = first && place ? records_index_create(&index, count)
                                     : status_fail(STATUS_MEMORY, "out of memory for %zu lines", count);
    for (size_t record = 0; status == STATUS_OK && record < count; record++) {
        first[record] = (uint32_t)records_index_add(&index, &words, 2 * record) / 2;
        place[first[record]]++;
    }
    uint32_t next = 0;
    for (size_t record = 0; status == STATUS_OK && record < count; record++) {
        if (first[record] == record) {
            const uint32_t forms = place[record];
            place[record] = next;
            next += forms;
        }
        order[place[first[record]]++] = (uint32_t)record;
    }
    records_index_destroy(&index);
    free(first);
    free(place);
    return status;
}

/** Finds the paradigms of a table's records, which stand together, and counts variants. */
static status_t find_paradigms(dataset_t *dataset) {
    const size_t records = dataset->given_count;
    // The last paradigm, from 1, that had a form in each condition.
    uint32_t *seen = calloc((size_t)dataset->conditions.count, sizeof *seen);
    dataset->paradigm_first = calloc(records + 1, sizeof *dataset->paradigm_first);
    dataset->cross_first = calloc(records + 1, sizeof *dataset->cross_first);
    if (!seen || !dataset->paradigm_first || !dataset->cross_first) {
        free(seen);
        return status_fail(STATUS_MEMORY, "out of memory for the paradigms of %zu forms", records);
    }
    size_t paradigms = 0;
    for (size_t record = 0; record < records; record++) {
        const word_t lemma = dataset_word(dataset, record, 0);
        const word_t last = record > 0 ? dataset_word(dataset, record - 1, 0) : lemma;
        if (record == 0 || word_compare(&lemma, &last) != 0) {
            dataset->train_paradigm_count += record < dataset->train_given_count;
            dataset->paradigm_first[paradigms++] = (uint32_t)record;
        }
        uint32_t *last_seen = &seen[dataset_word(dataset, record, 1).condition];
        dataset->variant_count += *last_seen == paradigms;
        *last_seen = (uint32_t)paradigms;
    }
    free(seen);
    dataset->paradigm_count = paradigms;
    dataset->paradigm_first[paradigms] = (uint32_t)records;
    for (size_t paradigm = 0; paradigm < paradigms; paradigm++) {
        const uint64_t forms = dataset->paradigm_first[paradigm + 1] - dataset->paradigm_first[paradigm];
        dataset->cross_first[paradigm + 1] = dataset->cross_first[paradigm] + (forms + 1) * forms;
    }
    return STATUS_OK;
}

/** Finds the conditions that stand in the file once: of pairs of two words, of a table of the forms. line
 * [records]: where they stand. */
static status_t find_singles(dataset_t *dataset, const uint32_t *line) {
    // Where each condition stands first, and whether it stands there alone.
    const size_t conditions = (size_t)dataset->conditions.count;
    uint32_t *first = calloc(conditions, sizeof *first), *times = calloc(conditions, sizeof *times);
    status_t status = first && times
                          ? STATUS_OK
                          : status_fail(STATUS_MEMORY, "out of memory for %zu conditions", conditions);
    for (size_t record = 0; status == STATUS_OK && record < dataset->records.count; record++) {
        for (int w = dataset->pairs != DATASET_PAIRS_GIVEN; w < dataset->records.words; w++) {
            const int condition = dataset_word(dataset, record, w).condition;
            first[condition] = line[record];
            times[condition]++;
        }
    }
    for (size_t c = 0; status == STATUS_OK && c < conditions; c++) {
        if (times[c] == 1) {
            remember(dataset->singles, dataset->single_count++, first[c], (uint32_t)c);
        }
    }
    free(first);
    free(times);
    return status;
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
    static const char *const nouns[] = {"row", "pair", "form"};
    const bool is_given = source->format != DATASET_FORMAT_ROWS,
               is_table = source->format == DATASET_FORMAT_TABLE;
    uint32_t *order = is_table ? calloc(records->count, sizeof *order) : NULL;
    uint32_t *line = calloc(records->count, sizeof *line);
    if (!line || (is_table && !order)) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu lines", records->count);
    } else if (is_table) {
        status = order_by_lemma(records, order);
    }
    size_t train_count = 0, count = 0;
    if (status == STATUS_OK) {
        train_count = append_side(dataset, 0, parse, order, false, line);
        count = append_side(dataset, train_count, parse, order, true, line);
        dataset->records.count = count;
        status = is_given ? find_singles(dataset, line) : STATUS_OK;
    }
    free(order);
    free(line);
    if (status != STATUS_OK) {
        return status;
    }
    *(is_given ? &dataset->given_count : &dataset->row_count) = count;
    *(is_given ? &dataset->train_given_count : &dataset->train_row_count) = train_count;
    if (train_count == 0) {
        return status_fail(STATUS_DATA,
            "%s:%zu: the file ends with all of its %zu %s%s held back (holdout %g), at least one was "
            "expected "
            "for training",
            source->file, parse->last_line, count, nouns[source->format], text_plural(count),
            source->holdout);
    }
    status = is_table ? find_paradigms(dataset) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
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

static status_t hash_content(dataset_t *dataset) {
    hash_t *hash;
    status_t status = hash_create(&hash);
    if (status != STATUS_OK) {
        return status;
    }
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset->alphabet, letters);
    hash_add(hash, letters, strlen(letters) + 1);
    hash_add(hash, dataset->conditions.text, dataset->conditions.used);
    const uint64_t counts[] = {(uint64_t)dataset->conditions.count, dataset->row_count,
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
    assert(source->format == DATASET_FORMAT_PAIRS || source->pairs != DATASET_PAIRS_GIVEN);
    *dataset = (dataset_t){0};
    parse_t parse;
    status_t status = parse_text(&parse, source);
    if (status != STATUS_OK) {
        return status;
    }
    dataset->alphabet = parse.alphabet;
    dataset->conditions = parse.conditions;
    parse.conditions = (conditions_t){0};
    dataset->missing_count = parse.missing_count;
    dataset->normal_count = parse.normal_count;
    dataset->longest = parse.longest;
    dataset->pairs = source->format == DATASET_FORMAT_PAIRS ? DATASET_PAIRS_GIVEN : source->pairs;
    status = take_records(dataset, &parse, source);
    if (status == STATUS_OK) {
        status = hash_content(dataset);
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
        free(dataset->paradigm_first);
        free(dataset->cross_first);
        conditions_destroy(&dataset->conditions);
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
    word_t numbered[RECORDS_WORDS_MAX];
    for (int c = 0; c < dataset->conditions.count; c++) {
        numbered[c] = words[c];
        numbered[c].condition = c;
    }
    return records_index_find(&dataset->index, &dataset->records, numbered);
}

size_t dataset_trained_count(const dataset_t *dataset) {
    return dataset->train_row_count + dataset->train_given_count;
}

bool dataset_is_table(const dataset_t *dataset) {
    return dataset->paradigm_count > 0;
}

/** The targets of a word: the other forms of its row; with a single condition, the word itself. */
static size_t targets_of_word(const dataset_t *dataset) {
    return dataset->conditions.count > 1 ? (size_t)dataset->conditions.count - 1 : 1;
}

/** Whether pairs are of a first word, or lemma, and another one. */
static bool is_of_lemma(const dataset_t *dataset) {
    return dataset->pairs == DATASET_PAIRS_INFLECT || dataset->pairs == DATASET_PAIRS_LEMMATIZE;
}

/** The pairs of a row for evaluations, each form with each of its targets or the first one's alone, or the
 * given pair. */
static size_t pairs_of_record(const dataset_t *dataset) {
    return dataset->pairs == DATASET_PAIRS_GIVEN ? 1
           : is_of_lemma(dataset)                ? targets_of_word(dataset)
                                  : (size_t)dataset->conditions.count * targets_of_word(dataset);
}

static pair_t pair_of(const dataset_t *dataset, size_t record, size_t source, size_t target, size_t index) {
    return (pair_t){
        .source = records_word(&dataset->records, record, (int)source),
        .target = records_word(&dataset->records, record, (int)target),
        .index = index,
    };
}

/** Words of a paradigm: the lemma, and its forms. */
static uint64_t paradigm_words(const dataset_t *dataset, size_t paradigm) {
    return 1 + dataset->paradigm_first[paradigm + 1] - dataset->paradigm_first[paradigm];
}

static word_t paradigm_word(const dataset_t *dataset, size_t paradigm, uint64_t word) {
    const size_t first = dataset->paradigm_first[paradigm];
    return word == 0 ? dataset_word(dataset, first, 0) : dataset_word(dataset, first + word - 1, 1);
}

/** Things that stand in front of a paradigm's first: ordered pairs of words (different ones, or all), or
 * words. */
typedef enum { BEFORE_CROSS, BEFORE_ALL, BEFORE_WORDS } before_t;

static uint64_t things_before(const dataset_t *dataset, size_t paradigm, before_t things) {
    const uint64_t words = dataset->paradigm_first[paradigm] + (uint64_t)paradigm;
    return things == BEFORE_WORDS   ? words
           : things == BEFORE_CROSS ? dataset->cross_first[paradigm]
                                    : dataset->cross_first[paradigm] + words;
}

/** The paradigm of thing `index`, and the thing's number in it. In time that grows with the paradigms'
 * logarithm. */
static size_t find_paradigm(const dataset_t *dataset, before_t things, uint64_t index, uint64_t *number) {
    size_t low = 0, high = dataset->paradigm_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (things_before(dataset, middle, things) <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *number = index - things_before(dataset, low, things);
    return low;
}

/** The words that a word of a table is paired with in training. */
static uint64_t table_targets(const dataset_t *dataset, size_t paradigm) {
    const uint64_t words = paradigm_words(dataset, paradigm);
    return dataset->pairs == DATASET_PAIRS_CROSS ? words - 1
           : dataset->pairs == DATASET_PAIRS_ALL ? words
                                                 : 1;
}

/** The paradigm of training pair `index`, and its source in it; *target: which of the source's targets. */
static size_t table_source(const dataset_t *dataset, size_t index, uint64_t *source, uint64_t *target) {
    const before_t things = dataset->pairs == DATASET_PAIRS_CROSS ? BEFORE_CROSS
                            : dataset->pairs == DATASET_PAIRS_ALL ? BEFORE_ALL
                                                                  : BEFORE_WORDS;
    uint64_t number;
    const size_t paradigm = find_paradigm(dataset, things, index, &number);
    *source = number / table_targets(dataset, paradigm);
    *target = number % table_targets(dataset, paradigm);
    return paradigm;
}

/** Training pair `index` of a table whose words are paired with any others of their paradigm. */
static pair_t table_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index) {
    uint64_t source, target;
    const size_t paradigm = table_source(dataset, index, &source, &target);
    if (dataset->pairs == DATASET_PAIRS_CROSS) {
        target += target >= source;
    } else if (dataset->pairs == DATASET_PAIRS_SAME) {
        target = source;
    } else if (dataset->pairs == DATASET_PAIRS_RANDOM) {
        random_stream_t stream = random_stream(seed, RANDOM_TARGET, epoch, index);
        target = random_below(&stream, (uint32_t)paradigm_words(dataset, paradigm));
    }
    return (pair_t){.source = paradigm_word(dataset, paradigm, source),
        .target = paradigm_word(dataset, paradigm, target),
        .index = index};
}

/** The pair of record `record`'s two words that a table's way of training asks for. */
static pair_t lemma_pair(const dataset_t *dataset, size_t record, size_t index) {
    const bool is_lemmatize = dataset->pairs == DATASET_PAIRS_LEMMATIZE;
    return pair_of(dataset, record, is_lemmatize, !is_lemmatize, index);
}

/** Evaluated pairs of a table from paradigm `first` on. */
static pair_t table_cross_pair(const dataset_t *dataset, size_t first, size_t index) {
    if (is_of_lemma(dataset)) {
        return lemma_pair(dataset, dataset->paradigm_first[first] + index, index);
    }
    uint64_t number;
    const size_t paradigm =
        find_paradigm(dataset, BEFORE_CROSS, dataset->cross_first[first] + index, &number);
    const uint64_t others = paradigm_words(dataset, paradigm) - 1;
    const uint64_t source = number / others, target = number % others;
    return (pair_t){.source = paradigm_word(dataset, paradigm, source),
        .target = paradigm_word(dataset, paradigm, target + (target >= source)),
        .index = index};
}

/** Evaluated pairs of a table's paradigms from `first` to before `end`. */
static size_t table_cross_count(const dataset_t *dataset, size_t first, size_t end) {
    return is_of_lemma(dataset) ? dataset->paradigm_first[end] - dataset->paradigm_first[first]
                                : (size_t)(dataset->cross_first[end] - dataset->cross_first[first]);
}

/** Pair `index` of those of the records from `first` on: by record, by source, by target. */
static pair_t cross_pair(const dataset_t *dataset, size_t first, size_t index) {
    const size_t record = first + index / pairs_of_record(dataset), place = index % pairs_of_record(dataset),
                 source = place / targets_of_word(dataset), target = place % targets_of_word(dataset);
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return pair_of(dataset, record, 0, 1, index);
    }
    if (is_of_lemma(dataset)) {
        const bool is_inflect = dataset->pairs == DATASET_PAIRS_INFLECT;
        return pair_of(dataset, record, is_inflect ? 0 : place + 1, is_inflect ? place + 1 : 0, index);
    }
    // The targets of a source are numbered with the source itself left out.
    const bool skips_source = dataset->conditions.count > 1 && target >= source;
    return pair_of(dataset, record, source, target + skips_source, index);
}

size_t dataset_pair_count(const dataset_t *dataset) {
    if (dataset_is_table(dataset)) {
        const size_t end = dataset->train_paradigm_count;
        return is_of_lemma(dataset)                    ? dataset->train_given_count
               : dataset->pairs == DATASET_PAIRS_CROSS ? things_before(dataset, end, BEFORE_CROSS)
               : dataset->pairs == DATASET_PAIRS_ALL   ? things_before(dataset, end, BEFORE_ALL)
                                                       : things_before(dataset, end, BEFORE_WORDS);
    }
    const size_t conditions = (size_t)dataset->conditions.count,
                 words = dataset->train_row_count * conditions;
    return dataset->pairs == DATASET_PAIRS_GIVEN   ? dataset->train_given_count
           : dataset->pairs == DATASET_PAIRS_CROSS ? words * (conditions - 1)
           : dataset->pairs == DATASET_PAIRS_ALL   ? words * conditions
           : is_of_lemma(dataset)                  ? words - dataset->train_row_count
                                                   : words;
}

size_t dataset_pair_record(const dataset_t *dataset, size_t index) {
    if (dataset_is_table(dataset) && !is_of_lemma(dataset)) {
        uint64_t source, target;
        const size_t paradigm = table_source(dataset, index, &source, &target);
        return dataset->paradigm_first[paradigm] + (source > 0 ? source - 1 : 0);
    }
    const size_t conditions = (size_t)dataset->conditions.count;
    return dataset->pairs == DATASET_PAIRS_GIVEN   ? index
           : dataset->pairs == DATASET_PAIRS_CROSS ? index / pairs_of_record(dataset)
           : dataset->pairs == DATASET_PAIRS_ALL   ? index / (conditions * conditions)
           : is_of_lemma(dataset)                  ? index / (dataset_is_table(dataset) ? 1 : conditions - 1)
                                                   : index / conditions;
}

pair_t dataset_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index) {
    const size_t conditions = (size_t)dataset->conditions.count, last = index % conditions;
    const size_t record = dataset_pair_record(dataset, index);
    if (dataset_is_table(dataset)) {
        return is_of_lemma(dataset) ? lemma_pair(dataset, index, index)
                                    : table_pair(dataset, seed, epoch, index);
    }
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
    if (dataset_is_table(dataset)) {
        return table_cross_count(dataset, dataset->train_paradigm_count, dataset->paradigm_count);
    }
    return (dataset->records.count - dataset_trained_count(dataset)) * pairs_of_record(dataset);
}

pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index) {
    if (dataset_is_table(dataset)) {
        return table_cross_pair(dataset, dataset->train_paradigm_count, index);
    }
    return cross_pair(dataset, dataset_trained_count(dataset), index);
}

size_t dataset_cross_count(const dataset_t *dataset) {
    if (dataset_is_table(dataset)) {
        return table_cross_count(dataset, 0, dataset->train_paradigm_count);
    }
    return dataset_trained_count(dataset) * pairs_of_record(dataset);
}

pair_t dataset_cross_pair(const dataset_t *dataset, size_t index) {
    if (dataset_is_table(dataset)) {
        return table_cross_pair(dataset, 0, index);
    }
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
    view->conditions.text =
        place(&memory, from->conditions.text, view->conditions.used, sizeof *view->conditions.text);
    const size_t firsts = view->paradigm_count > 0 ? view->paradigm_count + 1 : 0;
    view->paradigm_first = place(&memory, from->paradigm_first, firsts, sizeof *view->paradigm_first);
    view->cross_first = place(&memory, from->cross_first, firsts, sizeof *view->cross_first);
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
