#include "format.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMNS_SHOWN = 6, /**< in a message */
    LIST_SIZE = 4096   /**< bytes of them */
};

/** How often a byte stands in a line, and how often a blank stands behind it. */
static size_t count_separators(const line_t *line, char separator, size_t *before_blanks) {
    size_t count = 0;
    *before_blanks = 0;
    for (const char *place = line->start; place < line->words; place++) {
        count += *place == separator;
        *before_blanks += *place == separator && place + 1 < line->words && place[1] == ' ';
    }
    return count;
}

status_t format_check_separators(
    dataset_format_t format, const line_t *line, size_t expected, const char *names) {
    static const struct {
        char byte;
        const char *name;
    } separators[] = {{',', "commas"}, {'|', "bars"}, {';', "semicolons"}, {' ', "spaces"}};
    const bool is_table = format == DATASET_FORMAT_TABLE;
    field_t columns[1];
    size_t filled, before_blanks;
    const size_t between_spaces = line_split(line, columns, 1, &filled);
    for (size_t i = 0; i < sizeof separators / sizeof *separators && !line->has_tab && expected > 1; i++) {
        const char byte = separators[i].byte;
        const size_t count = byte == ' ' ? between_spaces - 1 : count_separators(line, byte, &before_blanks);
        // Tags may have such signs, too, but stand behind two others.
        const bool is_cut = is_table && byte != ' ' && count > expected - 1;
        if (byte == ' ' ? !is_table || count != expected - 1
                        : !(count == expected - 1 || is_cut) ||
                              (between_spaces == expected && before_blanks < expected - 1)) {
            continue;
        }
        const bool is_quoted = memchr(line->start, '"', (size_t)(line->words - line->start));
        char each[32];
        snprintf(each, sizeof each, "s/%c */\\t/", byte);
        return line_fail(line, NULL,
            "columns separated by %s, %zu %s were expected (%s): sed '%s%s%s%s' FILE >NEW makes "
            "such a file",
            separators[i].name, expected, is_table ? "between tabs" : "between tabs or spaces", names,
            is_quoted ? "s/\"//g; " : "", each, is_cut ? "; " : "g", is_cut ? each : "");
    }
    return STATUS_OK;
}

status_t format_fail_columns(
    dataset_format_t format, const line_t *line, const char *expected, const char *remedy) {
    field_t columns[COLUMNS_SHOWN];
    size_t filled;
    const size_t count = line_split(line, columns, COLUMNS_SHOWN, &filled);
    char list[LIST_SIZE];
    int used = 0;
    for (size_t i = 0; i < count && i < COLUMNS_SHOWN; i++) {
        const int bytes = line_shown(columns[i], LINE_SHOWN);
        used += snprintf(list + used, (size_t)(LIST_SIZE - used), "%s%.*s%s", i > 0 ? " | " : "", bytes,
            columns[i].text, (size_t)bytes < columns[i].length ? "..." : "");
    }
    if (count == FORMAT_TABLE_COLUMNS && format != DATASET_FORMAT_TABLE &&
        (memchr(columns[1].text, ';', columns[1].length) ||
            memchr(columns[2].text, ';', columns[2].length))) {
        remedy = "data.format: unimorph reads UniMorph's lemma, form and tags";
    }
    return line_fail(line, NULL, "%s; read as %s%s (%s): %s", expected, list,
        count > COLUMNS_SHOWN ? " | ..." : "",
        line->has_tab ? "columns between tabs" : "no tab: columns between spaces", remedy);
}

bool format_is_tags(field_t column) {
    bool has_letter = false;
    for (size_t i = 0; i < column.length; i++) {
        const char byte = column.text[i];
        has_letter = has_letter || (byte >= 'A' && byte <= 'Z');
        if (byte < '!' || byte > '~' || (byte >= 'a' && byte <= 'z')) {
            return false;
        }
    }
    return has_letter;
}

status_t format_find_tags(
    const dataset_source_t *source, const conditions_t *conditions, int *column, bool *is_shown) {
    conditions_t texts[FORMAT_TABLE_COLUMNS] = {0};
    size_t lines = 0, with_tags[FORMAT_TABLE_COLUMNS] = {0};
    status_t status = STATUS_OK;
    line_t line;
    line_begin(&line, source->file, source->text, source->length);
    while (status == STATUS_OK && line_next(&line)) {
        field_t columns[FORMAT_TABLE_COLUMNS];
        size_t filled;
        const char *comment = memchr(line.start, '#', (size_t)(line.stop - line.start));
        line.words = comment ? comment : line.stop;
        line.has_tab = true;
        if (line_split(&line, columns, FORMAT_TABLE_COLUMNS, &filled) < FORMAT_TABLE_COLUMNS) {
            continue;
        }
        lines++;
        for (int c = 1; status == STATUS_OK && c < FORMAT_TABLE_COLUMNS; c++) {
            int number;
            const field_t text = columns[c];
            with_tags[c] +=
                conditions ? conditions_find(conditions, text.text, text.length) >= 0 : format_is_tags(text);
            status = text.length > CONDITIONS_NAME_MAX
                         ? STATUS_OK
                         : conditions_add(&texts[c], text.text, text.length, &number);
        }
    }
    const bool is_first = 2 * with_tags[1] > lines, is_last = 2 * with_tags[2] > lines;
    *is_shown = is_first != is_last;
    *column = is_first == is_last ? (texts[1].count < texts[2].count ? 1 : 2) : is_first ? 1 : 2;
    conditions_destroy(&texts[1]);
    conditions_destroy(&texts[2]);
    return status;
}
