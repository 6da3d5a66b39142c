#include "dataset_format.h"

#include <stdio.h>
#include <string.h>

#define PAIR_COLUMNS_TEXT "(source source-condition target target-condition)"

enum {
    PAIR_COLUMNS = 2 * DATASET_FORMAT_PAIR_WORDS, /**< each word with its condition */
    NAME_SHOWN = 64,                              /**< characters of an unknown condition in a message */
    LIST_SIZE = 4096                              /**< bytes of the conditions' names in a message */
};

int dataset_format_words(const dataset_source_t *source) {
    return source->is_pairs ? DATASET_FORMAT_PAIR_WORDS : source->condition_count;
}

static void list_conditions(const dataset_source_t *source, char list[LIST_SIZE]) {
    int used = 0;
    list[0] = '\0';
    for (int c = 0; c < source->condition_count && used < LIST_SIZE; c++) {
        used += snprintf(
            list + used, (size_t)(LIST_SIZE - used), "%s%s", c > 0 ? " " : "", source->condition_names[c]);
    }
}

static status_t read_row(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line) {
    int expected = source->condition_count;
    size_t count = dataset_line_fields(line, format->word, (size_t)expected);
    format->count = count > 0 ? expected : 0;
    if (count > 0 && count != (size_t)expected) {
        char list[LIST_SIZE];
        list_conditions(source, list);
        return dataset_line_fail(line, NULL, "%zu form%s, %d %s expected (%s)", count, count == 1 ? "" : "s",
            expected, expected == 1 ? "was" : "were", list);
    }
    for (int c = 0; c < format->count; c++) {
        format->condition[c] = c;
    }
    return STATUS_OK;
}

/** How many bytes the first NAME_SHOWN characters of a field take. */
static int shown_bytes(dataset_field_t field) {
    size_t characters = 0, bytes = 0;
    for (; bytes < field.length; bytes++) {
        characters += ((unsigned char)field.text[bytes] & 0xC0) != 0x80;
        if (characters > NAME_SHOWN) {
            break;
        }
    }
    return (int)bytes;
}

static status_t find_condition(
    const dataset_source_t *source, const dataset_line_t *line, dataset_field_t name, int *condition) {
    for (int c = 0; c < source->condition_count; c++) {
        const char *known = source->condition_names[c];
        if (strlen(known) == name.length && memcmp(known, name.text, name.length) == 0) {
            *condition = c;
            return STATUS_OK;
        }
    }
    char list[LIST_SIZE];
    list_conditions(source, list);
    return dataset_line_fail(line, name.text, "unknown condition '%.*s', one of these was expected: %s",
        shown_bytes(name), name.text, list);
}

static status_t read_pair_with_conditions(dataset_format_t *format, const dataset_source_t *source,
    const dataset_line_t *line, const dataset_field_t columns[PAIR_COLUMNS]) {
    for (int w = 0; w < DATASET_FORMAT_PAIR_WORDS; w++) {
        format->word[w] = columns[2 * w];
        status_t status = find_condition(source, line, columns[2 * w + 1], &format->condition[w]);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static status_t read_pair_with_list(dataset_format_t *format, const dataset_source_t *source,
    const dataset_line_t *line, const dataset_field_t columns[DATASET_FORMAT_PAIR_WORDS], size_t record) {
    if (source->pair_count == 0) {
        return dataset_line_fail(line, NULL,
            "2 columns, but no conditions are listed for such lines; 4 were expected " PAIR_COLUMNS_TEXT);
    }
    size_t entry = record % (size_t)source->pair_count;
    format->word[0] = columns[0];
    format->word[1] = columns[1];
    format->condition[0] = source->pair_source[entry];
    format->condition[1] = source->pair_target[entry];
    return STATUS_OK;
}

static status_t read_pair(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line, size_t record) {
    dataset_field_t columns[PAIR_COLUMNS];
    size_t count = dataset_line_fields(line, columns, PAIR_COLUMNS);
    format->count = count > 0 ? DATASET_FORMAT_PAIR_WORDS : 0;
    switch (count) {
    case 0:
        return STATUS_OK;
    case PAIR_COLUMNS:
        return read_pair_with_conditions(format, source, line, columns);
    case DATASET_FORMAT_PAIR_WORDS:
        return read_pair_with_list(format, source, line, columns, record);
    default:
        return dataset_line_fail(line, NULL,
            "%zu column%s, 4 were expected " PAIR_COLUMNS_TEXT " or 2 (source target)", count,
            count == 1 ? "" : "s");
    }
}

status_t dataset_format_read(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line, size_t record) {
    return source->is_pairs ? read_pair(format, source, line, record) : read_row(format, source, line);
}
