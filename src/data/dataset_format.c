#include "dataset_format.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define PAIR_COLUMNS_TEXT "(source source-condition target target-condition)"
#define NEEDS_PAIRS "a file of pairs needs data.format: pairs"

enum {
    PAIR_COLUMNS = 2 * DATASET_FORMAT_PAIR_WORDS, /**< each word with its condition */
    NAME_SHOWN = 64,                              /**< characters of an unknown condition in a message */
    CELL_SHOWN = 24,                              /**< characters of a column in a message */
    CELLS_SHOWN = 6,                              /**< columns in a message */
    LIST_SIZE = 4096                              /**< bytes of the conditions' names in a message */
};

int dataset_format_words(const dataset_source_t *source) {
    return source->is_pairs ? DATASET_FORMAT_PAIR_WORDS : source->condition_count;
}

const char *dataset_format_list_key(const dataset_source_t *source) {
    return source->is_test ? "evaluate.test_pairs" : "data.pair_conditions";
}

/** What to do with rows that are read as pairs. */
static const char *needs_rows(const dataset_source_t *source) {
    return source->is_test ? "evaluate.test is a file of pairs, never of rows"
                           : "a file of rows needs data.format: rows";
}

static void list_conditions(const dataset_source_t *source, char list[LIST_SIZE]) {
    int used = 0;
    list[0] = '\0';
    for (int c = 0; c < source->condition_count && used < LIST_SIZE; c++) {
        used += snprintf(
            list + used, (size_t)(LIST_SIZE - used), "%s%s", c > 0 ? " " : "", source->condition_names[c]);
    }
}

/** How many bytes the first `characters` characters of a field take. */
static int shown_bytes(dataset_field_t field, size_t characters) {
    size_t bytes = 0;
    for (size_t seen = 0; bytes < field.length; bytes++) {
        seen += ((unsigned char)field.text[bytes] & 0xC0) != 0x80;
        if (seen > characters) {
            break;
        }
    }
    return (int)bytes;
}

int dataset_format_condition(const dataset_source_t *source, dataset_field_t name) {
    for (int c = 0; c < source->condition_count; c++) {
        const char *known = source->condition_names[c];
        if (strlen(known) == name.length && memcmp(known, name.text, name.length) == 0) {
            return c;
        }
    }
    return -1;
}

/** Dashes, asterisks or question marks alone, which tables write where a verb has no such form. */
static bool is_missing(dataset_field_t word) {
    if (word.length > 0 && word.text[0] >= 'A' && word.text[0] <= 'z') {
        return false; // as nearly all words begin
    }
    for (size_t place = 0; place < word.length;) {
        uint32_t code_point;
        const int bytes = text_decode(word.text + place, word.length - place, &code_point);
        if (bytes == 0 || (code_point != '*' && code_point != '?' && code_point != '-' &&
                              (code_point < 0x80 || !text_is_dash(code_point)))) {
            return false;
        }
        place += (size_t)bytes;
    }
    return true;
}

static void find_missing(dataset_format_t *format) {
    format->missing = -1;
    for (int w = format->count - 1; w >= 0; w--) {
        format->missing = is_missing(format->word[w]) ? w : format->missing;
    }
}

/** A wrong number of columns: what was expected, how the line was read, and the remedy. */
static status_t fail_columns(const dataset_line_t *line, const char *expected, const char *remedy) {
    dataset_field_t columns[CELLS_SHOWN];
    size_t filled;
    const size_t count = dataset_line_fields(line, columns, CELLS_SHOWN, &filled);
    char list[LIST_SIZE];
    int used = 0;
    for (size_t i = 0; i < count && i < CELLS_SHOWN; i++) {
        const int bytes = shown_bytes(columns[i], CELL_SHOWN);
        used += snprintf(list + used, (size_t)(LIST_SIZE - used), "%s%.*s%s", i > 0 ? " | " : "", bytes,
            columns[i].text, (size_t)bytes < columns[i].length ? "..." : "");
    }
    if (count == 3 && memchr(columns[2].text, ';', columns[2].length)) {
        remedy =
            "UniMorph's lemma, form and tags become pairs (data.format: pairs) of four columns: lemma, its "
            "condition, form, and the tags with '.' for ';', which data.conditions names";
    }
    return dataset_line_fail(line, NULL, "%s; read as %s%s (%s): %s", expected, list,
        count > CELLS_SHOWN ? " | ..." : "",
        line->has_tab ? "columns between tabs" : "no tab: columns between spaces", remedy);
}

static status_t read_row(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line) {
    const size_t expected = (size_t)source->condition_count;
    size_t filled, count = dataset_line_fields(line, format->word, expected, &filled);
    // Tabs behind the last column do no harm.
    count = filled > expected ? filled : count < expected ? count : expected;
    format->count = filled > 0 ? source->condition_count : 0;
    if (filled > 0 && count != expected) {
        char list[LIST_SIZE], text[LIST_SIZE + 128];
        list_conditions(source, list);
        snprintf(text, sizeof text, "%zu form%s, %zu %s expected (%s)", count, count == 1 ? "" : "s",
            expected, expected == 1 ? "was" : "were", list);
        return fail_columns(line, text, "data.conditions names the columns of a row, " NEEDS_PAIRS);
    }
    for (int c = 0; c < format->count; c++) {
        format->condition[c] = c;
    }
    return STATUS_OK;
}

static status_t find_condition(const dataset_source_t *source, const dataset_line_t *line,
    dataset_field_t name, const char *remedy, int *condition) {
    *condition = dataset_format_condition(source, name);
    if (*condition >= 0) {
        return STATUS_OK;
    }
    char list[LIST_SIZE];
    list_conditions(source, list);
    if (name.length == 0) {
        return dataset_line_fail(
            line, name.text, "an empty column, one of these conditions was expected: %s", list);
    }
    return dataset_line_fail(line, name.text, "unknown condition '%.*s', one of these was expected: %s (%s)",
        shown_bytes(name, NAME_SHOWN), name.text, list, remedy);
}

static status_t read_pair_with_conditions(dataset_format_t *format, const dataset_source_t *source,
    const dataset_line_t *line, const dataset_field_t columns[PAIR_COLUMNS]) {
    const char *remedy = "data.conditions names them, of letters, digits, '.', '_' and '-'";
    if (dataset_format_condition(source, columns[1]) < 0 &&
        dataset_format_condition(source, columns[PAIR_COLUMNS - 1]) < 0) {
        remedy = needs_rows(source);
    }
    for (int w = 0; w < DATASET_FORMAT_PAIR_WORDS; w++) {
        format->word[w] = columns[2 * w];
        const dataset_field_t name = columns[2 * w + 1];
        // A form that is not there needs no condition.
        status_t status = name.length == 0 && is_missing(columns[2 * w])
                              ? STATUS_OK
                              : find_condition(source, line, name, remedy, &format->condition[w]);
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
            "2 columns, but no conditions are listed for such lines; 4 were expected " PAIR_COLUMNS_TEXT
            ": %s lists them, %s",
            dataset_format_list_key(source), needs_rows(source));
    }
    size_t entry = record % (size_t)source->pair_count;
    format->word[0] = columns[0];
    format->word[1] = columns[1];
    format->condition[0] = source->pair_source[entry];
    format->condition[1] = source->pair_target[entry];
    format->uses_list = true;
    return STATUS_OK;
}

/** How many columns a line of pairs has, tabs behind the last one left out. */
static size_t pair_columns(
    const dataset_source_t *source, const dataset_field_t *columns, size_t count, size_t filled) {
    // Of four, the target may be empty, and its condition with it.
    if (count >= PAIR_COLUMNS && filled < PAIR_COLUMNS && filled > 1 &&
        (filled == PAIR_COLUMNS - 1 || dataset_format_condition(source, columns[1]) >= 0)) {
        return PAIR_COLUMNS;
    }
    if (count > DATASET_FORMAT_PAIR_WORDS && filled <= DATASET_FORMAT_PAIR_WORDS) {
        return DATASET_FORMAT_PAIR_WORDS;
    }
    return count > PAIR_COLUMNS && filled == PAIR_COLUMNS ? filled : count;
}

static status_t read_pair(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line, size_t record) {
    dataset_field_t columns[PAIR_COLUMNS];
    size_t filled, count = dataset_line_fields(line, columns, PAIR_COLUMNS, &filled);
    count = filled > 0 ? pair_columns(source, columns, count, filled) : 0;
    format->count = count > 0 ? DATASET_FORMAT_PAIR_WORDS : 0;
    switch (count) {
    case 0:
        return STATUS_OK;
    case PAIR_COLUMNS:
        return read_pair_with_conditions(format, source, line, columns);
    case DATASET_FORMAT_PAIR_WORDS:
        return read_pair_with_list(format, source, line, columns, record);
    default: {
        char text[256];
        snprintf(text, sizeof text,
            "%zu column%s, 4 were expected " PAIR_COLUMNS_TEXT " or 2 (source target)", count,
            count == 1 ? "" : "s");
        return fail_columns(line, text, needs_rows(source));
    }
    }
}

status_t dataset_format_read(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line, size_t record) {
    format->uses_list = false;
    const status_t status =
        source->is_pairs ? read_pair(format, source, line, record) : read_row(format, source, line);
    if (status == STATUS_OK) {
        find_missing(format);
    }
    return status;
}

status_t dataset_format_fail_missing(
    const dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line) {
    const dataset_field_t word = format->word[format->missing];
    const char *const places[] = {"the source", "the target"};
    return dataset_line_fail(line, word.text,
        "%s%.*s%s for %s, a form was expected: data.missing: skip leaves out %s with a missing form",
        word.length > 0 ? "only '" : "an empty column", shown_bytes(word, CELL_SHOWN), word.text,
        word.length > 0 ? "'" : "",
        source->is_pairs ? places[format->missing] : source->condition_names[format->missing],
        source->is_pairs ? "pairs" : "rows");
}

status_t dataset_format_check_first(
    const dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line) {
    int names = 0;
    for (int w = 0; w < format->count; w++) {
        names += dataset_format_condition(source, format->word[w]) >= 0;
    }
    if (names > 1 && names == format->count) {
        return dataset_line_fail(line, NULL,
            "names of conditions, words were expected: a header must be a comment ('#' in front of it), and "
            "%s",
            source->is_pairs ? "a pair has its conditions in its own line or from a list"
                             : "data.conditions says in which order the columns are");
    }
    if (!source->is_pairs && format->count == PAIR_COLUMNS &&
        dataset_format_condition(source, format->word[1]) >= 0 &&
        dataset_format_condition(source, format->word[3]) >= 0) {
        return dataset_line_fail(line, format->word[1].text,
            "'%.*s' is the name of a condition, a form was expected: " NEEDS_PAIRS,
            (int)format->word[1].length, format->word[1].text);
    }
    return STATUS_OK;
}
