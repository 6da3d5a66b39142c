/**
 * The two text formats into records. Internal to src/data.
 */
#ifndef DATASET_PARSE_H
#define DATASET_PARSE_H

#include "dataset.h"
#include "dataset_line.h"
#include "dataset_records.h"

/** What a text holds: everything but lines with a missing form, duplicates too, in the text's order. */
typedef struct {
    alphabet_t alphabet;
    dataset_records_t records;
    uint8_t *is_held_back; /**< [records.count] owned; whether the holdout's draw fell on it */
    int longest;           /**< letters of the longest word */
    size_t missing_count;  /**< lines left out because a form is missing */
    size_t normal_count;   /**< words that were brought to NFC */
    dataset_line_t line;   /**< the last line, the place of faults of the text as a whole */
} dataset_parse_t;

/**
 * Parses source->text with source->model_alphabet, or with source->alphabet where that is NULL. At least one
 * record. STATUS_DATA, STATUS_MEMORY; on error *parse holds nothing.
 */
status_t dataset_parse(dataset_parse_t *parse, const dataset_source_t *source);

/** Frees what it owns; fine for a zeroed struct. */
void dataset_parse_destroy(dataset_parse_t *parse);

#endif
