#include "dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dataset_index.h"
#include "dataset_parse.h"
#include "dataset_records.h"

/** The parsed records without the duplicates, those that train first. */
typedef struct {
    dataset_records_t records;
    size_t train_count, duplicate_count;
    uint32_t *lines; /**< [records.count] how many lines a record stands on; NULL where none has two */
} split_t;

/** lines[record] = how many records are equal to it, itself too; 0 where an earlier one is. */
static status_t count_lines(const dataset_parse_t *parse, uint32_t *lines) {
    dataset_index_t index;
    status_t status = dataset_index_create(&index, parse->records.count);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t record = 0; record < parse->records.count; record++) {
        lines[dataset_index_add(&index, &parse->records, record)]++;
    }
    dataset_index_destroy(&index);
    return STATUS_OK;
}

/** Appends the records of one side in the file's order. */
static void append_side(
    split_t *split, size_t *count, const dataset_parse_t *parse, const uint32_t *lines, bool is_held_back) {
    for (size_t record = 0; record < parse->records.count; record++) {
        if (lines[record] > 0 && parse->is_held_back[record] == is_held_back) {
            if (split->lines) {
                split->lines[*count] = lines[record];
            }
            dataset_records_copy(&split->records, (*count)++, &parse->records, record);
        }
    }
}

static status_t split_records(split_t *split, const dataset_parse_t *parse, const uint32_t *lines) {
    size_t count = 0, letters = 0, appended = 0;
    for (size_t record = 0; record < parse->records.count; record++) {
        if (lines[record] > 0) {
            count++;
            letters += dataset_records_letters(&parse->records, record);
        }
    }
    status_t status = dataset_records_create(&split->records, count, parse->records.words, letters);
    if (status != STATUS_OK) {
        return status;
    }
    split->duplicate_count = parse->records.count - count;
    if (split->duplicate_count > 0) {
        split->lines = calloc(count, sizeof *split->lines);
        if (!split->lines) {
            return status_fail(STATUS_MEMORY, "out of memory for %zu lines", count);
        }
    }
    append_side(split, &appended, parse, lines, false);
    split->train_count = appended;
    append_side(split, &appended, parse, lines, true);
    return STATUS_OK;
}

static status_t split_parse(split_t *split, const dataset_parse_t *parse, const dataset_source_t *source) {
    uint32_t *lines = calloc(parse->records.count, sizeof *lines);
    if (!lines) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", parse->records.count);
    }
    status_t status = count_lines(parse, lines);
    if (status == STATUS_OK) {
        status = split_records(split, parse, lines);
    }
    free(lines);
    if (status == STATUS_OK && split->train_count == 0) {
        status = dataset_line_fail(&parse->line, NULL,
            "the file ends with all of its %zu %s held back (holdout %g), at least one was expected for "
            "training",
            split->records.count, source->is_pairs ? "pairs" : "rows", source->holdout);
    }
    if (status != STATUS_OK) {
        dataset_records_destroy(&split->records);
        free(split->lines);
    }
    return status;
}

/** The fields that do not need memory; the records' arrays become the data set's. */
static void fill(
    dataset_t *dataset, const dataset_parse_t *parse, const split_t *split, const dataset_source_t *source) {
    size_t count = split->records.count;
    dataset->alphabet = parse->alphabet;
    dataset->condition_count = source->condition_count;
    dataset->row_count = source->is_pairs ? 0 : count;
    dataset->train_row_count = source->is_pairs ? 0 : split->train_count;
    dataset->given_count = source->is_pairs ? count : 0;
    dataset->train_given_count = source->is_pairs ? split->train_count : 0;
    dataset->duplicate_count = split->duplicate_count;
    dataset->missing_count = parse->missing_count;
    dataset->normal_count = parse->normal_count;
    dataset->longest = parse->longest;
    dataset->pairs = source->is_pairs ? DATASET_PAIRS_GIVEN : source->pairs;
    dataset->letters = split->records.letters;
    dataset->offset = split->records.offset;
    dataset->word_condition = split->records.word_condition;
    dataset->word_count = count * (size_t)split->records.words;
    dataset->lines = split->lines;
}

static dataset_records_t row_records(const dataset_t *dataset) {
    return (dataset_records_t){
        .letters = dataset->letters,
        .offset = dataset->offset,
        .word_condition = dataset->word_condition,
        .count = dataset->row_count,
        .words = dataset->condition_count,
    };
}

static status_t index_rows(dataset_t *dataset) {
    if (dataset->row_count == 0) {
        return STATUS_OK;
    }
    dataset_records_t rows = row_records(dataset);
    status_t status = dataset_index_create(&dataset->row_index, rows.count);
    for (size_t row = 0; status == STATUS_OK && row < rows.count; row++) {
        dataset_index_add(&dataset->row_index, &rows, row);
    }
    return status;
}

static status_t check_pairs(const dataset_t *dataset, const dataset_parse_t *parse) {
    size_t count = dataset_pair_count(dataset);
    if (count == 0) {
        return dataset_line_fail(&parse->line, NULL,
            "the file ends without a pair of different conditions, at least 2 conditions were expected");
    }
    if (count > UINT32_MAX) {
        return dataset_line_fail(&parse->line, NULL,
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
    hash_add(hash, dataset->word_condition, dataset->word_count * sizeof *dataset->word_condition);
    hash_add(hash, dataset->offset, (dataset->word_count + 1) * sizeof *dataset->offset);
    hash_add(hash, dataset->letters, dataset->offset[dataset->word_count] * sizeof *dataset->letters);
    hash_text(hash, dataset->hash);
    hash_destroy(hash);
    return STATUS_OK;
}

/** What is checked and computed once the words are in their places. */
static status_t complete(dataset_t *dataset, const dataset_parse_t *parse, const dataset_source_t *source) {
    status_t status = check_pairs(dataset, parse);
    if (status == STATUS_OK) {
        status = index_rows(dataset);
    }
    if (status == STATUS_OK) {
        status = hash_content(dataset, source);
    }
    return status;
}

status_t dataset_create(dataset_t *dataset, const dataset_source_t *source) {
    assert(source->is_pairs || source->pairs != DATASET_PAIRS_GIVEN);
    *dataset = (dataset_t){0};
    dataset_parse_t parse = {0};
    split_t split = {0};
    status_t status = dataset_parse(&parse, source);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    status = split_parse(&split, &parse, source);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    fill(dataset, &parse, &split, source);
    status = complete(dataset, &parse, source);
    if (status != STATUS_OK) {
        dataset_destroy(dataset);
    }
cleanup:
    dataset_parse_destroy(&parse);
    return status;
}

void dataset_destroy(dataset_t *dataset) {
    if (!dataset->is_view) {
        free(dataset->letters);
        free(dataset->offset);
        free(dataset->word_condition);
        free(dataset->lines);
        dataset_index_destroy(&dataset->row_index);
    }
    *dataset = (dataset_t){0};
}

word_t dataset_word(const dataset_t *dataset, size_t row, int condition) {
    dataset_records_t rows = row_records(dataset);
    return dataset_records_word(&rows, row, condition);
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
    dataset_records_t rows = row_records(dataset);
    return dataset_index_find(&dataset->row_index, &rows, numbered);
}

size_t dataset_row_lines(const dataset_t *dataset, size_t row) {
    return dataset->lines ? dataset->lines[row] : 1;
}
