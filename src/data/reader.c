#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "format.h"

#define PAIR_NAMES "source source-condition target target-condition"
#define PAIR_COLUMNS_TEXT "(" PAIR_NAMES ")"
#define TABLE_NAMES "lemma, form, tags, or lemma, tags, form"
#define TABLE_COLUMNS_TEXT "(" TABLE_NAMES ", between tabs)"

enum {
    PAIR_WORDS = 2,
    PAIR_COLUMNS = 2 * PAIR_WORDS, /**< each word with its condition */
    NAME_SHOWN = 64                /**< characters of an unknown condition in a message */
};

/** The key of the list that gives two-word lines their conditions. */
static const char *list_key(const dataset_source_t *source) {
    return source->is_test ? "evaluate.test_pairs" : "data.pair_conditions";
}

/** What to do with rows that are read as pairs. */
static const char *needs_rows(const dataset_source_t *source) {
    return source->is_test ? "evaluate.test is a file of pairs, never of rows"
                           : "a file of rows needs data.format: rows";
}

/** The condition of that name, or -1. */
static int find_condition(const reader_t *reader, field_t name) {
    return conditions_find(reader->conditions, name.text, name.length);
}

/** Takes in a new condition, whose name has the normal form `normal`. */
static status_t add_condition(reader_t *reader, field_t name, field_t normal, int *condition) {
    if (normal.length > CONDITIONS_NAME_MAX) {
        return line_fail(&reader->line, name.text, "%s of %zu bytes, at most %d were expected",
            reader->source->format == DATASET_FORMAT_TABLE ? "tags" : "a name of a condition", normal.length,
            CONDITIONS_NAME_MAX);
    }
    // The line has been checked, but joiners and U+FFFD are letters of words only.
    for (size_t place = 0; place < name.length;) {
        uint32_t code_point;
        const int bytes = text_decode(name.text + place, name.length - place, &code_point);
        if (text_flaw(code_point) && !text_is_direction_mark(code_point)) {
            char text[TEXT_DESCRIPTION_SIZE];
            text_describe(code_point, text);
            return line_fail(&reader->line, name.text + place,
                "%s in a name of a condition, what can be seen was expected", text);
        }
        place += (size_t)bytes;
    }
    const status_t status = conditions_add(reader->conditions, normal.text, normal.length, condition);
    return status != STATUS_OK || *condition >= 0
               ? status
               : line_fail(&reader->line, name.text,
                     "'%.*s' is one condition too many, at most %d were expected",
                     line_shown(name, NAME_SHOWN), name.text, CONDITIONS_MAX);
}

/** The condition that a column names, which is taken in where the text's names are collected; -1: unknown. */
static status_t take_condition(reader_t *reader, field_t name, int *condition) {
    *condition = find_condition(reader, name);
    if (*condition >= 0 || !reader->collects_conditions || name.length == 0) {
        return STATUS_OK;
    }
    char *normal = NULL;
    size_t length;
    status_t status = line_check_quotes(&reader->line, name);
    if (status == STATUS_OK) {
        status = text_normal(name.text, name.length, &normal, &length);
    }
    if (status == STATUS_OK) {
        status = add_condition(reader, name, normal ? (field_t){normal, length} : name, condition);
    }
    free(normal);
    return status;
}

/** Nothing, or dashes, asterisks, question marks or low lines alone, which tables write where a verb has no
 * such form. */
static bool is_missing(field_t word) {
    if (word.length > 0 && word.text[0] >= 'a' && word.text[0] <= 'z') {
        return false; // as nearly all words begin
    }
    for (size_t place = 0; place < word.length;) {
        uint32_t code_point;
        const int bytes = text_decode(word.text + place, word.length - place, &code_point);
        if (code_point != '*' && code_point != '?' && code_point != '_' && !text_is_dash(code_point) &&
            !text_is_direction_mark(code_point)) {
            return false;
        }
        place += (size_t)bytes;
    }
    return true;
}

/** A fault that in the first line is one of the whole text, if it is one. Returns status. */
static status_t fail_whole(reader_t *reader, status_t status) {
    reader->is_whole = status != STATUS_OK && reader->line_count == 0;
    return status;
}

/** format_check_separators() in the text's first line. */
static status_t check_separators(reader_t *reader, size_t expected, const char *names) {
    return reader->line_count > 0 ? STATUS_OK
                                  : fail_whole(reader, format_check_separators(reader->source->format,
                                                           &reader->line, expected, names));
}

static status_t fail_columns(reader_t *reader, const char *expected, const char *remedy) {
    return fail_whole(reader, format_fail_columns(reader->source->format, &reader->line, expected, remedy));
}

static status_t read_row(reader_t *reader) {
    const size_t expected = (size_t)reader->source->condition_count;
    size_t filled, count = line_split(&reader->line, reader->word, expected, &filled);
    const status_t status = check_separators(reader, expected, reader->names);
    if (status != STATUS_OK) {
        return status;
    }
    // Tabs behind the last column do no harm.
    count = filled > expected ? filled : count < expected ? count : expected;
    if (count != expected) {
        char text[sizeof reader->names + 128];
        snprintf(text, sizeof text, "%zu form%s, %zu %s expected (%s)", count, text_plural(count), expected,
            expected == 1 ? "was" : "were", reader->names);
        return fail_columns(reader, text, "data.conditions names the columns of a row, " READER_NEEDS_PAIRS);
    }
    for (int c = 0; c < reader->words; c++) {
        reader->condition[c] = c;
    }
    return STATUS_OK;
}

static status_t read_pair_with_conditions(reader_t *reader, const field_t columns[PAIR_COLUMNS]) {
    const dataset_source_t *source = reader->source;
    const bool is_without_word = is_missing(columns[0]) || is_missing(columns[2]);
    for (int w = 0; w < PAIR_WORDS; w++) {
        const field_t name = columns[2 * w + 1];
        reader->word[w] = columns[2 * w];
        if (reader->finds_conditions && is_without_word) {
            continue; // a name without a word is no condition
        }
        const status_t status = take_condition(reader, name, &reader->condition[w]);
        if (status != STATUS_OK) {
            return status;
        }
        // A form that is not there needs no condition.
        if (reader->condition[w] >= 0 || (name.length == 0 && is_missing(reader->word[w]))) {
            continue;
        }
        if (name.length == 0) {
            return line_fail(&reader->line, name.text,
                "an empty column, one of these conditions was expected: %s", reader->names);
        }
        const bool knows_other =
            find_condition(reader, columns[1]) >= 0 || find_condition(reader, columns[3]) >= 0;
        const status_t fault = line_fail(&reader->line, name.text,
            "unknown condition '%.*s', one of these was expected: %s (%s)", line_shown(name, NAME_SHOWN),
            name.text, reader->names,
            knows_other ? source->is_test || source->model_conditions
                              ? "the training words have no others"
                              : "data.conditions names them, or takes those of the file: data"
                        : needs_rows(source));
        return knows_other ? fault : fail_whole(reader, fault);
    }
    return STATUS_OK;
}

static status_t read_pair_with_list(reader_t *reader, const field_t columns[PAIR_WORDS]) {
    const dataset_source_t *source = reader->source;
    if (source->pair_count == 0) {
        return fail_whole(reader,
            line_fail(&reader->line, NULL,
                "2 columns, but no conditions are listed for such lines; 4 were expected " PAIR_COLUMNS_TEXT
                ": %s lists them, %s",
                list_key(source), needs_rows(source)));
    }
    const size_t entry = reader->line_count % (size_t)source->pair_count;
    memcpy(reader->word, columns, PAIR_WORDS * sizeof *columns);
    reader->condition[0] = source->pair_source[entry];
    reader->condition[1] = source->pair_target[entry];
    reader->uses_list = true;
    return STATUS_OK;
}

/** How many columns a line of pairs has, tabs behind the last one left out. */
static size_t pair_columns(const reader_t *reader, const field_t *columns, size_t count, size_t filled) {
    // Of four, the target may be empty, and its condition with it.
    if (count >= PAIR_COLUMNS && filled < PAIR_COLUMNS && filled > 1 &&
        (filled == PAIR_COLUMNS - 1 || find_condition(reader, columns[1]) >= 0)) {
        return PAIR_COLUMNS;
    }
    if (count > PAIR_WORDS && filled <= PAIR_WORDS) {
        return PAIR_WORDS;
    }
    return count > PAIR_COLUMNS && filled == PAIR_COLUMNS ? filled : count;
}

static status_t read_pair(reader_t *reader) {
    field_t columns[PAIR_COLUMNS];
    status_t status = check_separators(reader, PAIR_COLUMNS, PAIR_NAMES);
    if (status == STATUS_OK && reader->source->pair_count > 0) {
        status = check_separators(reader, PAIR_WORDS, "source, target");
    }
    if (status != STATUS_OK) {
        return status;
    }
    size_t filled, count = line_split(&reader->line, columns, PAIR_COLUMNS, &filled);
    count = pair_columns(reader, columns, count, filled);
    if (count == PAIR_COLUMNS) {
        return read_pair_with_conditions(reader, columns);
    }
    if (count == PAIR_WORDS) {
        return read_pair_with_list(reader, columns);
    }
    char text[256];
    snprintf(text, sizeof text, "%zu column%s, 4 were expected " PAIR_COLUMNS_TEXT " or 2 (source target)",
        count, text_plural(count));
    return fail_columns(reader, text, needs_rows(reader->source));
}

/** Whether a column is this ASCII text, in small or capital letters. */
static bool is_text(field_t column, const char *text) {
    return column.length == strlen(text) && strncasecmp(column.text, text, column.length) == 0;
}

/** Reads a line of a table: a lemma, and its form in the condition that the tags name. */
static status_t read_form(reader_t *reader) {
    field_t columns[FORMAT_TABLE_COLUMNS];
    size_t filled, count = line_split(&reader->line, columns, FORMAT_TABLE_COLUMNS, &filled);
    // Tabs behind the last column do no harm.
    count = filled > FORMAT_TABLE_COLUMNS  ? filled
            : count < FORMAT_TABLE_COLUMNS ? count
                                           : FORMAT_TABLE_COLUMNS;
    if (!reader->line.has_tab || count != FORMAT_TABLE_COLUMNS) {
        const status_t status = fail_whole(reader,
            format_check_separators(DATASET_FORMAT_TABLE, &reader->line, FORMAT_TABLE_COLUMNS, TABLE_NAMES));
        if (status != STATUS_OK) {
            return status;
        }
        char text[128];
        snprintf(text, sizeof text, "%zu column%s, %d were expected " TABLE_COLUMNS_TEXT, count,
            text_plural(count), FORMAT_TABLE_COLUMNS);
        return fail_columns(reader, text,
            count > FORMAT_TABLE_COLUMNS ? "the other columns must go, cut -f1-3 keeps the first three"
                                         : "data.format: rows and pairs are for other files");
    }
    const field_t tags = columns[reader->tags_column];
    if (tags.length == 0) {
        return line_fail(&reader->line, tags.text, "an empty column, the tags of the form were expected");
    }
    reader->word[0] = columns[0];
    reader->condition[0] = find_condition(reader, (field_t){DATASET_LEMMA, strlen(DATASET_LEMMA)});
    reader->word[1] = columns[FORMAT_TABLE_COLUMNS - reader->tags_column];
    if (reader->line_count == 0 && is_text(columns[0], DATASET_LEMMA) &&
        (is_text(reader->word[1], "form") || is_text(tags, "tags") || is_text(tags, "features"))) {
        return line_fail(&reader->line, NULL,
            "names of columns, a lemma with its form and tags was expected: a header must be a comment ('#' "
            "in front "
            "of it)");
    }
    if (is_missing(reader->word[0]) || is_missing(reader->word[1])) {
        return STATUS_OK; // without a word for them, the tags are no condition
    }
    if (reader->shows_tags && reader->collects_conditions && format_is_tags(reader->word[1]) &&
        !format_is_tags(tags)) {
        return line_fail(&reader->line, tags.text,
            "'%.*s' stands where most lines have tags, one order of columns was expected: data.format: "
            "lemma-form-tags "
            "or lemma-tags-form says which",
            line_shown(tags, LINE_SHOWN), tags.text);
    }
    const status_t status = take_condition(reader, tags, &reader->condition[1]);
    if (status != STATUS_OK || reader->condition[1] >= 0) {
        return status;
    }
    reader->is_unknown = reader->source->is_test;
    return reader->is_unknown ? STATUS_OK
                              : line_fail(&reader->line, tags.text,
                                    "unknown tags '%.*s', one of %d conditions was expected (%.200s%s)",
                                    line_shown(tags, NAME_SHOWN), tags.text, reader->conditions->count,
                                    reader->names, strlen(reader->names) > 200 ? "..." : "");
}

/** Word w of the current line is a missing form. */
static status_t fail_missing(const reader_t *reader, int w) {
    const field_t word = reader->word[w];
    static const char *const places[][2] = {[DATASET_FORMAT_PAIRS] = {"the source", "the target"},
        [DATASET_FORMAT_TABLE] = {"the lemma", "the form"}};
    static const char *const nouns[] = {"rows", "pairs", "lines"};
    const dataset_format_t format = reader->source->format;
    return line_fail(&reader->line, word.text,
        "%s%.*s%s for %s, a form was expected: data.missing: skip leaves out %s with a missing form",
        word.length > 0 ? "only '" : "an empty column", line_shown(word, LINE_SHOWN), word.text,
        word.length > 0 ? "'" : "",
        format == DATASET_FORMAT_ROWS ? reader->source->condition_names[w] : places[format][w],
        nouns[format]);
}

/**
 * Looks for columns of names. In the first line that is not left out, names alone are a table's header, and
 * some in a row where a pair has them are a pair.
 */
static status_t check_names(reader_t *reader) {
    const dataset_source_t *source = reader->source;
    const field_t *word = reader->word;
    int names = 0;
    bool has_names = false;
    for (int w = 0; w < reader->words; w++) {
        const bool is_name = find_condition(reader, word[w]) >= 0;
        names += is_name;
        reader->is_name[w] = reader->is_name[w] && (is_name || reader->is_left_out);
        has_names = has_names || reader->is_name[w];
    }
    reader->has_names = reader->has_names && has_names;
    if (reader->record_count == 0 && names > 1 && names == reader->words) {
        return line_fail(&reader->line, NULL,
            "names of conditions, words were expected: a header must be a comment ('#' in front of it), and "
            "%s",
            source->format == DATASET_FORMAT_PAIRS
                ? "a pair has its conditions in its own line or from a list"
                : "data.conditions says in which order the columns are");
    }
    if (reader->record_count == 0 && reader->words == PAIR_COLUMNS && find_condition(reader, word[1]) >= 0 &&
        find_condition(reader, word[3]) >= 0) {
        return fail_whole(
            reader, line_fail(&reader->line, word[1].text,
                        "'%.*s' is the name of a condition, a form was expected: " READER_NEEDS_PAIRS,
                        (int)word[1].length, word[1].text));
    }
    return STATUS_OK;
}

/** The conditions that are given, by a list or a model, and their names for messages. */
static status_t give_conditions(reader_t *reader) {
    const dataset_source_t *source = reader->source;
    conditions_t *conditions = reader->conditions;
    status_t status =
        source->model_conditions ? conditions_copy(conditions, source->model_conditions) : STATUS_OK;
    int number;
    for (int c = 0; status == STATUS_OK && !source->model_conditions && c < source->condition_count; c++) {
        status = conditions_add(
            conditions, source->condition_names[c], strlen(source->condition_names[c]), &number);
    }
    reader->finds_conditions = reader->collects_conditions = conditions->count == 0;
    if (status == STATUS_OK && source->format == DATASET_FORMAT_TABLE && !source->model_conditions) {
        // Its own condition for the lemma, unless the list has a place for it.
        status = conditions_add(conditions, DATASET_LEMMA, strlen(DATASET_LEMMA), &number);
    }
    size_t used = 0;
    for (int c = 0; c < conditions->count && used < sizeof reader->names; c++) {
        used += (size_t)snprintf(reader->names + used, sizeof reader->names - used, "%s%s", c > 0 ? " " : "",
            conditions_name(conditions, c));
    }
    return status;
}

status_t reader_begin(reader_t *reader, const dataset_source_t *source, conditions_t *conditions) {
    const bool is_rows = source->format == DATASET_FORMAT_ROWS;
    *reader = (reader_t){.source = source, .conditions = conditions, .tags_column = source->tags_column};
    reader->words = is_rows ? source->condition_count : PAIR_WORDS;
    reader->has_names = is_rows && source->condition_count > 1;
    memset(reader->is_name, true, sizeof reader->is_name);
    const status_t status = give_conditions(reader);
    return status == STATUS_OK && source->format == DATASET_FORMAT_TABLE && source->tags_column == 0
               ? format_find_tags(source, reader->collects_conditions ? NULL : conditions,
                     &reader->tags_column, &reader->shows_tags)
               : status;
}

void reader_rewind(reader_t *reader) {
    const dataset_source_t *source = reader->source;
    reader->line_count = reader->record_count = 0;
    line_begin(&reader->line, source->file, source->text, source->length);
}

status_t reader_read(reader_t *reader) {
    const line_t *line = &reader->line;
    if (reader->line_count == 0) {
        reader->first_line = line->number;
        reader->has_tabs = line->has_tab;
    }
    if (line->has_tab != reader->has_tabs && reader->words > 1) {
        return line_fail(line, NULL,
            "a line with%s tab, but line %zu is one with%s: tabs between the columns of all lines were "
            "expected, or of none",
            line->has_tab ? " a" : "out a", reader->first_line, reader->has_tabs ? " tabs" : "out");
    }
    reader->is_unknown = false;
    static status_t (*const read_as[])(reader_t *) = {read_row, read_pair, read_form};
    status_t status = read_as[reader->source->format](reader);
    int missing = 0;
    while (status == STATUS_OK && missing < reader->words && !is_missing(reader->word[missing])) {
        missing++;
    }
    reader->is_left_out = missing < reader->words;
    if (status == STATUS_OK && reader->source->format != DATASET_FORMAT_TABLE &&
        !reader->collects_conditions && (reader->record_count == 0 || reader->has_names)) {
        status = check_names(reader);
    }
    reader->line_count++;
    return status == STATUS_OK && reader->is_left_out && !reader->source->skips_missing
               ? fail_missing(reader, missing)
               : status;
}

status_t reader_end(const reader_t *reader) {
    const dataset_source_t *source = reader->source;
    const size_t lines = reader->line_count, records = reader->record_count;
    for (int c = 0; reader->has_names && records > 0 && c < source->condition_count; c++) {
        if (reader->is_name[c]) {
            return line_fail(&reader->line, NULL,
                "column %d has names of conditions in all of the file's %zu line%s%s, forms were "
                "expected: " READER_NEEDS_PAIRS,
                c + 1, records, text_plural(records), records < lines ? " without a missing form" : "");
        }
    }
    const int entries = source->pair_count;
    if (reader->uses_list && lines % (size_t)entries != 0) {
        return line_fail(&reader->line, NULL,
            "the file ends with %zu pair%s, but %s has %d entr%s, a line each: as many pairs were expected, "
            "or a multiple (blank lines and comments do not count)",
            lines, text_plural(lines), list_key(source), entries, entries == 1 ? "y" : "ies");
    }
    return STATUS_OK;
}
