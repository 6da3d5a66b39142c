#include "parse.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/text.h"
#include "line.h"

#define PAIR_NAMES "source source-condition target target-condition"
#define PAIR_COLUMNS_TEXT "(" PAIR_NAMES ")"
#define NEEDS_PAIRS "a file of pairs needs data.format: pairs"
#define TABLE_NAMES "lemma, form, tags, or lemma, tags, form"
#define TABLE_COLUMNS_TEXT "(" TABLE_NAMES ", between tabs)"

enum {
    PAIR_COLUMNS = 2 * PARSE_PAIR_WORDS, /**< each word with its condition */
    TABLE_COLUMNS = 3,
    NAME_SHOWN = 64,    /**< characters of an unknown condition in a message */
    CELL_SHOWN = 24,    /**< characters of a column in a message */
    CELLS_SHOWN = 6,    /**< columns in a message */
    FAULTS_SHOWN = 30,  /**< lines at fault that are reported */
    LETTERS_SHOWN = 64, /**< larger alphabets are not spelled out in messages */
    LIST_SIZE = 4096    /**< bytes of the conditions' names in a message */
};

/** Where the text's own letters or conditions are taken, it is read twice: each new one changes the numbers
 * of others. */
typedef struct {
    const dataset_source_t *source;
    parse_t *parse;
    line_t line;                                /**< the current one */
    bool finds_conditions;                      /**< the text's names are the conditions */
    bool collects_letters, collects_conditions; /**< in this reading */
    int tags_column;                            /**< of a table */
    bool shows_tags;                            /**< it was found by what most lines have there */
    bool is_unknown;                            /**< the line has what a test's model does not have */
    unknown_t unknown; /**< of a test's table: the unknown letters of the line's words, the lemma's first */
    size_t lemma_unknown;              /**< how many are the lemma's */
    size_t record_count, letter_count; /**< so far */
    size_t line_count;                 /**< lines with words so far: the records and those left out */
    size_t first_line;                 /**< the number of the first line with words */
    bool has_tabs, uses_list; /**< the first line has one; some line has its conditions from the list */
    bool has_names;           /**< some column of the rows has held names of conditions only */
    bool is_name[RECORDS_WORDS_MAX]; /**< by column: this one has */
    int words;                       /**< of a row or pair */
    field_t word[RECORDS_WORDS_MAX]; /**< [words] the current line's, which point into the text */
    int condition[RECORDS_WORDS_MAX];
    char conditions[LIST_SIZE]; /**< their names, for messages */
    bool is_whole;              /**< the line's fault is one of the whole text */
    size_t fault_count, shown_count;
    char faults[STATUS_MESSAGE_SIZE]; /**< the first of them, a line each */
} parser_t;

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
static int find_condition(const parser_t *parser, field_t name) {
    return conditions_find(&parser->parse->conditions, name.text, name.length);
}

/** A spreadsheet may write texts in quotation marks, which would be letters. */
static status_t check_quotes(const parser_t *parser, field_t column) {
    return column.length > 1 && column.text[0] == '"' && column.text[column.length - 1] == '"'
               ? line_fail(&parser->line, column.text,
                     "%.*s is in quotation marks, the text without them was expected",
                     line_shown(column, CELL_SHOWN), column.text)
               : STATUS_OK;
}

/** Takes in a new condition, whose name has the normal form `normal`. */
static status_t add_condition(parser_t *parser, field_t name, field_t normal, int *condition) {
    if (normal.length > CONDITIONS_NAME_MAX) {
        return line_fail(&parser->line, name.text, "%s of %zu bytes, at most %d were expected",
            parser->source->format == DATASET_FORMAT_TABLE ? "tags" : "a name of a condition", normal.length,
            CONDITIONS_NAME_MAX);
    }
    // The line has been checked, but joiners and U+FFFD are letters of words only.
    for (size_t place = 0; place < name.length;) {
        uint32_t code_point;
        const int bytes = text_decode(name.text + place, name.length - place, &code_point);
        if (text_flaw(code_point) && !text_is_direction_mark(code_point)) {
            char text[TEXT_DESCRIPTION_SIZE];
            text_describe(code_point, text);
            return line_fail(&parser->line, name.text + place,
                "%s in a name of a condition, what can be seen was expected", text);
        }
        place += (size_t)bytes;
    }
    const status_t status = conditions_add(&parser->parse->conditions, normal.text, normal.length, condition);
    return status != STATUS_OK || *condition >= 0
               ? status
               : line_fail(&parser->line, name.text,
                     "'%.*s' is one condition too many, at most %d were expected",
                     line_shown(name, NAME_SHOWN), name.text, CONDITIONS_MAX);
}

/** The condition that a column names, which is taken in where the text's names are collected; -1: unknown. */
static status_t take_condition(parser_t *parser, field_t name, int *condition) {
    *condition = find_condition(parser, name);
    if (*condition >= 0 || !parser->collects_conditions || name.length == 0) {
        return STATUS_OK;
    }
    char *normal = NULL;
    size_t length;
    status_t status = check_quotes(parser, name);
    if (status == STATUS_OK) {
        status = text_normal(name.text, name.length, &normal, &length);
    }
    if (status == STATUS_OK) {
        status = add_condition(parser, name, normal ? (field_t){normal, length} : name, condition);
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

/** A fault that in the first line is one of the whole text. Returns status. */
static status_t fail_whole(parser_t *parser, status_t status) {
    parser->is_whole = parser->line_count == 0;
    return status;
}

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

/**
 * Looks for `expected` columns between commas, bars or semicolons, as spreadsheets save them, and of a table
 * between spaces. expected: of the columns' names in `names`.
 */
static status_t check_separators(parser_t *parser, size_t expected, const char *names) {
    static const struct {
        char byte;
        const char *name;
    } separators[] = {{',', "commas"}, {'|', "bars"}, {';', "semicolons"}, {' ', "spaces"}};
    const bool is_table = parser->source->format == DATASET_FORMAT_TABLE;
    const line_t *line = &parser->line;
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
        return fail_whole(
            parser, line_fail(line, NULL,
                        "columns separated by %s, %zu %s were expected (%s): sed '%s%s%s%s' FILE >NEW makes "
                        "such a file",
                        separators[i].name, expected, is_table ? "between tabs" : "between tabs or spaces",
                        names, is_quoted ? "s/\"//g; " : "", each, is_cut ? "; " : "g", is_cut ? each : ""));
    }
    return STATUS_OK;
}

/** A wrong number of columns: what was expected, how the line was read, and the remedy. */
static status_t fail_columns(parser_t *parser, const char *expected, const char *remedy) {
    field_t columns[CELLS_SHOWN];
    size_t filled;
    const size_t count = line_split(&parser->line, columns, CELLS_SHOWN, &filled);
    char list[LIST_SIZE];
    int used = 0;
    for (size_t i = 0; i < count && i < CELLS_SHOWN; i++) {
        const int bytes = line_shown(columns[i], CELL_SHOWN);
        used += snprintf(list + used, (size_t)(LIST_SIZE - used), "%s%.*s%s", i > 0 ? " | " : "", bytes,
            columns[i].text, (size_t)bytes < columns[i].length ? "..." : "");
    }
    if (count == TABLE_COLUMNS && parser->source->format != DATASET_FORMAT_TABLE &&
        (memchr(columns[1].text, ';', columns[1].length) ||
            memchr(columns[2].text, ';', columns[2].length))) {
        remedy = "data.format: unimorph reads UniMorph's lemma, form and tags";
    }
    return fail_whole(parser,
        line_fail(&parser->line, NULL, "%s; read as %s%s (%s): %s", expected, list,
            count > CELLS_SHOWN ? " | ..." : "",
            parser->line.has_tab ? "columns between tabs" : "no tab: columns between spaces", remedy));
}

static status_t read_row(parser_t *parser) {
    const size_t expected = (size_t)parser->source->condition_count;
    size_t filled, count = line_split(&parser->line, parser->word, expected, &filled);
    const status_t status =
        parser->line_count == 0 ? check_separators(parser, expected, parser->conditions) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    // Tabs behind the last column do no harm.
    count = filled > expected ? filled : count < expected ? count : expected;
    if (count != expected) {
        char text[LIST_SIZE + 128];
        snprintf(text, sizeof text, "%zu form%s, %zu %s expected (%s)", count, count == 1 ? "" : "s",
            expected, expected == 1 ? "was" : "were", parser->conditions);
        return fail_columns(parser, text, "data.conditions names the columns of a row, " NEEDS_PAIRS);
    }
    for (int c = 0; c < parser->words; c++) {
        parser->condition[c] = c;
    }
    return STATUS_OK;
}

static status_t read_pair_with_conditions(parser_t *parser, const field_t columns[PAIR_COLUMNS]) {
    const dataset_source_t *source = parser->source;
    const bool is_without_word = is_missing(columns[0]) || is_missing(columns[2]);
    for (int w = 0; w < PARSE_PAIR_WORDS; w++) {
        const field_t name = columns[2 * w + 1];
        parser->word[w] = columns[2 * w];
        if (parser->finds_conditions && is_without_word) {
            continue; // a name without a word is no condition
        }
        const status_t status = take_condition(parser, name, &parser->condition[w]);
        if (status != STATUS_OK) {
            return status;
        }
        // A form that is not there needs no condition.
        if (parser->condition[w] >= 0 || (name.length == 0 && is_missing(parser->word[w]))) {
            continue;
        }
        if (name.length == 0) {
            return line_fail(&parser->line, name.text,
                "an empty column, one of these conditions was expected: %s", parser->conditions);
        }
        const bool knows_other =
            find_condition(parser, columns[1]) >= 0 || find_condition(parser, columns[3]) >= 0;
        const status_t fault = line_fail(&parser->line, name.text,
            "unknown condition '%.*s', one of these was expected: %s (%s)", line_shown(name, NAME_SHOWN),
            name.text, parser->conditions,
            knows_other ? source->is_test || source->model_conditions
                              ? "the training words have no others"
                              : "data.conditions names them, or takes those of the file: data"
                        : needs_rows(source));
        return knows_other ? fault : fail_whole(parser, fault);
    }
    return STATUS_OK;
}

static status_t read_pair_with_list(parser_t *parser, const field_t columns[PARSE_PAIR_WORDS]) {
    const dataset_source_t *source = parser->source;
    if (source->pair_count == 0) {
        return fail_whole(parser,
            line_fail(&parser->line, NULL,
                "2 columns, but no conditions are listed for such lines; 4 were expected " PAIR_COLUMNS_TEXT
                ": %s lists them, %s",
                list_key(source), needs_rows(source)));
    }
    const size_t entry = parser->line_count % (size_t)source->pair_count;
    memcpy(parser->word, columns, PARSE_PAIR_WORDS * sizeof *columns);
    parser->condition[0] = source->pair_source[entry];
    parser->condition[1] = source->pair_target[entry];
    parser->uses_list = true;
    return STATUS_OK;
}

/** How many columns a line of pairs has, tabs behind the last one left out. */
static size_t pair_columns(const parser_t *parser, const field_t *columns, size_t count, size_t filled) {
    // Of four, the target may be empty, and its condition with it.
    if (count >= PAIR_COLUMNS && filled < PAIR_COLUMNS && filled > 1 &&
        (filled == PAIR_COLUMNS - 1 || find_condition(parser, columns[1]) >= 0)) {
        return PAIR_COLUMNS;
    }
    if (count > PARSE_PAIR_WORDS && filled <= PARSE_PAIR_WORDS) {
        return PARSE_PAIR_WORDS;
    }
    return count > PAIR_COLUMNS && filled == PAIR_COLUMNS ? filled : count;
}

static status_t read_pair(parser_t *parser) {
    field_t columns[PAIR_COLUMNS];
    status_t status =
        parser->line_count == 0 ? check_separators(parser, PAIR_COLUMNS, PAIR_NAMES) : STATUS_OK;
    if (status == STATUS_OK && parser->line_count == 0 && parser->source->pair_count > 0) {
        status = check_separators(parser, PARSE_PAIR_WORDS, "source, target");
    }
    if (status != STATUS_OK) {
        return status;
    }
    size_t filled, count = line_split(&parser->line, columns, PAIR_COLUMNS, &filled);
    count = pair_columns(parser, columns, count, filled);
    if (count == PAIR_COLUMNS) {
        return read_pair_with_conditions(parser, columns);
    }
    if (count == PARSE_PAIR_WORDS) {
        return read_pair_with_list(parser, columns);
    }
    char text[256];
    snprintf(text, sizeof text, "%zu column%s, 4 were expected " PAIR_COLUMNS_TEXT " or 2 (source target)",
        count, count == 1 ? "" : "s");
    return fail_columns(parser, text, needs_rows(parser->source));
}

/** Whether a column holds what tags are written with: capital letters, digits and signs, one letter or more.
 */
static bool looks_like_tags(field_t column) {
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

/** Whether a column is this ASCII text, in small or capital letters. */
static bool is_text(field_t column, const char *text) {
    return column.length == strlen(text) && strncasecmp(column.text, text, column.length) == 0;
}

/** Reads a line of a table: a lemma, and its form in the condition that the tags name. */
static status_t read_form(parser_t *parser) {
    field_t columns[TABLE_COLUMNS];
    size_t filled, count = line_split(&parser->line, columns, TABLE_COLUMNS, &filled);
    // Tabs behind the last column do no harm.
    count = filled > TABLE_COLUMNS ? filled : count < TABLE_COLUMNS ? count : TABLE_COLUMNS;
    if (!parser->line.has_tab || count != TABLE_COLUMNS) {
        const status_t status = check_separators(parser, TABLE_COLUMNS, TABLE_NAMES);
        if (status != STATUS_OK) {
            return status;
        }
        char text[128];
        snprintf(text, sizeof text, "%zu column%s, %d were expected " TABLE_COLUMNS_TEXT, count,
            count == 1 ? "" : "s", TABLE_COLUMNS);
        return fail_columns(parser, text,
            count > TABLE_COLUMNS ? "the other columns must go, cut -f1-3 keeps the first three"
                                  : "data.format: rows and pairs are for other files");
    }
    const field_t tags = columns[parser->tags_column];
    if (tags.length == 0) {
        return line_fail(&parser->line, tags.text, "an empty column, the tags of the form were expected");
    }
    parser->word[0] = columns[0];
    parser->condition[0] = find_condition(parser, (field_t){PARSE_LEMMA, strlen(PARSE_LEMMA)});
    parser->word[1] = columns[TABLE_COLUMNS - parser->tags_column];
    if (parser->line_count == 0 && is_text(columns[0], PARSE_LEMMA) &&
        (is_text(parser->word[1], "form") || is_text(tags, "tags") || is_text(tags, "features"))) {
        return line_fail(&parser->line, NULL,
            "names of columns, a lemma with its form and tags was expected: a header must be a comment ('#' "
            "in front "
            "of it)");
    }
    if (is_missing(parser->word[0]) || is_missing(parser->word[1])) {
        return STATUS_OK; // without a word for them, the tags are no condition
    }
    if (parser->shows_tags && parser->collects_conditions && looks_like_tags(parser->word[1]) &&
        !looks_like_tags(tags)) {
        return line_fail(&parser->line, tags.text,
            "'%.*s' stands where most lines have tags, one order of columns was expected: data.format: "
            "lemma-form-tags "
            "or lemma-tags-form says which",
            line_shown(tags, CELL_SHOWN), tags.text);
    }
    const status_t status = take_condition(parser, tags, &parser->condition[1]);
    if (status != STATUS_OK || parser->condition[1] >= 0) {
        return status;
    }
    parser->is_unknown = parser->source->is_test;
    return parser->is_unknown ? STATUS_OK
                              : line_fail(&parser->line, tags.text,
                                    "unknown tags '%.*s', one of %d conditions was expected (%.200s%s)",
                                    line_shown(tags, NAME_SHOWN), tags.text, parser->parse->conditions.count,
                                    parser->conditions, strlen(parser->conditions) > 200 ? "..." : "");
}

/** Word w of the current line is a missing form. */
static status_t fail_missing(const parser_t *parser, int w) {
    const field_t word = parser->word[w];
    static const char *const places[][2] = {[DATASET_FORMAT_PAIRS] = {"the source", "the target"},
        [DATASET_FORMAT_TABLE] = {"the lemma", "the form"}};
    static const char *const nouns[] = {"rows", "pairs", "lines"};
    const dataset_format_t format = parser->source->format;
    return line_fail(&parser->line, word.text,
        "%s%.*s%s for %s, a form was expected: data.missing: skip leaves out %s with a missing form",
        word.length > 0 ? "only '" : "an empty column", line_shown(word, CELL_SHOWN), word.text,
        word.length > 0 ? "'" : "",
        format == DATASET_FORMAT_ROWS ? parser->source->condition_names[w] : places[format][w],
        nouns[format]);
}

/**
 * Looks for columns of names. In the first line that is not left out, names alone are a table's header, and
 * some in a row where a pair has them are a pair.
 */
static status_t check_names(parser_t *parser, bool is_left_out) {
    const dataset_source_t *source = parser->source;
    const field_t *word = parser->word;
    int names = 0;
    bool has_names = false;
    for (int w = 0; w < parser->words; w++) {
        const bool is_name = find_condition(parser, word[w]) >= 0;
        names += is_name;
        parser->is_name[w] = parser->is_name[w] && (is_name || is_left_out);
        has_names = has_names || parser->is_name[w];
    }
    parser->has_names = parser->has_names && has_names;
    if (parser->record_count == 0 && names > 1 && names == parser->words) {
        return line_fail(&parser->line, NULL,
            "names of conditions, words were expected: a header must be a comment ('#' in front of it), and "
            "%s",
            source->format == DATASET_FORMAT_PAIRS
                ? "a pair has its conditions in its own line or from a list"
                : "data.conditions says in which order the columns are");
    }
    if (parser->record_count == 0 && parser->words == PAIR_COLUMNS && find_condition(parser, word[1]) >= 0 &&
        find_condition(parser, word[3]) >= 0) {
        return fail_whole(parser, line_fail(&parser->line, word[1].text,
                                      "'%.*s' is the name of a condition, a form was expected: " NEEDS_PAIRS,
                                      (int)word[1].length, word[1].text));
    }
    return STATUS_OK;
}

/** A letter of a word's normal form that the alphabet does not have: takes it in, or fails. */
static status_t take_new_letter(parser_t *parser, field_t word, field_t normal, const char *letter) {
    alphabet_t *alphabet = &parser->parse->alphabet;
    const size_t offset = (size_t)(letter - normal.text);
    uint32_t code_point = 0;
    text_decode(letter, normal.length - offset, &code_point);
    if (parser->collects_letters && alphabet_add(alphabet, code_point)) {
        return STATUS_OK;
    }
    const char *place = word.text + text_normal_origin(word.text, word.length, offset);
    char text[TEXT_DESCRIPTION_SIZE], hint[TEXT_DESCRIPTION_SIZE], letters[ALPHABET_TEXT_SIZE];
    text_describe(code_point, text);
    alphabet_hint(alphabet, code_point, hint);
    if (parser->collects_letters) {
        return line_fail(&parser->line, place,
            "%s is one letter too many, at most %d different ones were expected", text,
            ALPHABET_LETTERS_MAX - parser->source->has_unknown);
    }
    if (parser->source->format == DATASET_FORMAT_TABLE && parser->source->is_test) {
        parser->is_unknown = true;
        return STATUS_OK;
    }
    if (find_condition(parser, word) >= 0) {
        parser->is_whole = parser->line_count == 1;
        return line_fail(&parser->line, word.text,
            "'%.*s' is the name of a condition, a form was expected: %s", (int)word.length, word.text,
            parser->source->format == DATASET_FORMAT_PAIRS
                ? "the columns are source, its condition, target, its condition"
                : NEEDS_PAIRS);
    }
    alphabet_text(alphabet, letters);
    const char *remedy =
        parser->source->model_alphabet ? "" : " (data.alphabet: data takes the letters of the file)";
    if (alphabet->letters > LETTERS_SHOWN) {
        return line_fail(&parser->line, place,
            "%s is not in the alphabet, one of its %d letters was expected%s%s", text, alphabet->letters,
            remedy, hint);
    }
    const bool has_space = letters[0] == ' ';
    return line_fail(&parser->line, place, "%s is not in the alphabet, one of these was expected: %s%s%s%s",
        text, has_space ? "the space and " : "", letters + has_space, remedy, hint);
}

/** Checks and stores a word of the current record. */
static status_t take_word(parser_t *parser, int w) {
    parse_t *parse = parser->parse;
    records_t *records = &parse->records;
    const field_t word = parser->word[w];
    char *composed = NULL;
    size_t length = 0, size = 0;
    status_t status = check_quotes(parser, word);
    if (status == STATUS_OK && !parser->line.is_ascii) {
        status = text_normal(word.text, word.length, &composed, &size);
    }
    const field_t normal = composed ? (field_t){composed, size} : word;
    const char *end = normal.text + normal.length;
    for (const char *place = normal.text; status == STATUS_OK && place < end; length++) {
        symbol_t symbol;
        int bytes = alphabet_read_letter(&parse->alphabet, place, (size_t)(end - place), &symbol,
            parse->unknown ? &parser->unknown : NULL);
        if (symbol == 0) {
            status = take_new_letter(parser, word, normal, place);
        }
        records->letters[parser->letter_count + length] = symbol;
        place += bytes;
    }
    if (status == STATUS_OK && length > (size_t)parser->source->max_length) {
        status = line_fail(&parser->line, word.text,
            "a word of %zu letters, at most %d were expected (data.max_length)", length,
            parser->source->max_length);
    }
    parser->letter_count += length;
    parse->normal_count += composed != NULL;
    parse->longest = (int)length > parse->longest ? (int)length : parse->longest;
    const size_t place = parser->record_count * (size_t)records->words + (size_t)w;
    records->word_condition[place] = (uint16_t)parser->condition[w];
    records->offset[place + 1] = (uint32_t)parser->letter_count;
    if (w == 0) {
        parser->lemma_unknown = parser->unknown.count;
        // The word alone decides, so that no other line of the file can move this one to the other side.
        const double share = (double)(hash_bytes(normal.text, normal.length) >> 11) * 0x1p-53;
        const double from = parser->source->holdout_from;
        parse->is_held_back[parser->record_count] =
            (share >= from ? share - from : share + 1 - from) < parser->source->holdout;
    }
    free(composed);
    return status;
}

/** Whether lemma and form have the same unknown letters in the same order: nothing says what others are to
 * become. */
static bool has_same_unknown(const parser_t *parser) {
    const unknown_t lemma = {parser->unknown.letters, parser->lemma_unknown};
    return word_same_unknown(
        &lemma, &(unknown_t){lemma.letters + lemma.count, parser->unknown.count - lemma.count});
}

static status_t read_line(parser_t *parser) {
    const line_t *line = &parser->line;
    status_t status = line_check(&parser->line, alphabet_unknown(&parser->parse->alphabet) != 0);
    if (status != STATUS_OK) {
        // Two bytes a character, or no text at all.
        parser->is_whole = memchr(line->start, 0, (size_t)(line->stop - line->start)) != NULL;
        return status;
    }
    if (line->is_blank) {
        return STATUS_OK;
    }
    if (parser->line_count == 0) {
        parser->first_line = line->number;
        parser->has_tabs = line->has_tab;
    }
    if (line->has_tab != parser->has_tabs && parser->words > 1) {
        return line_fail(&parser->line, NULL,
            "a line with%s tab, but line %zu is one with%s: tabs between the columns of all lines were "
            "expected, or of none",
            line->has_tab ? " a" : "out a", parser->first_line, parser->has_tabs ? " tabs" : "out");
    }
    parser->is_unknown = false;
    static status_t (*const read_as[])(parser_t *) = {read_row, read_pair, read_form};
    status = read_as[parser->source->format](parser);
    int missing = 0;
    while (status == STATUS_OK && missing < parser->words && !is_missing(parser->word[missing])) {
        missing++;
    }
    if (status == STATUS_OK && parser->source->format != DATASET_FORMAT_TABLE &&
        !parser->collects_conditions && (parser->record_count == 0 || parser->has_names)) {
        status = check_names(parser, missing < parser->words);
    }
    parser->line_count++;
    if (status == STATUS_OK && missing < parser->words) {
        parser->parse->missing_count++;
        return parser->source->skips_missing ? STATUS_OK : fail_missing(parser, missing);
    }
    const size_t letter_count = parser->letter_count;
    parser->unknown.count = 0;
    parser->parse->line[parser->record_count] = (uint32_t)line->number;
    for (int w = 0; status == STATUS_OK && !parser->is_unknown && w < parser->words; w++) {
        status = take_word(parser, w);
    }
    if (status != STATUS_OK) {
        parser->letter_count = letter_count;
    } else if (parser->is_unknown || (parser->parse->unknown && !has_same_unknown(parser))) {
        parser->parse->unknown_count++;
        parser->letter_count = letter_count;
    } else {
        parser->record_count++;
        parser->unknown.letters += parser->parse->unknown ? parser->lemma_unknown : 0;
    }
    return status;
}

/** What shows at the text's end only. */
static status_t check_whole(const parser_t *parser) {
    const dataset_source_t *source = parser->source;
    const int entries = source->pair_count;
    static const char *const nouns[] = {"row", "pair", "form"};
    const char *noun = nouns[source->format];
    for (int c = 0; parser->has_names && parser->record_count > 0 && c < source->condition_count; c++) {
        if (parser->is_name[c]) {
            return line_fail(&parser->line, NULL,
                "column %d has names of conditions in all of the file's %zu line%s%s, forms were "
                "expected: " NEEDS_PAIRS,
                c + 1, parser->record_count, text_plural(parser->record_count),
                parser->parse->missing_count > 0 ? " without a missing form" : "");
        }
    }
    if (parser->uses_list && parser->line_count % (size_t)entries != 0) {
        return line_fail(&parser->line, NULL,
            "the file ends with %zu pair%s, but %s has %d entr%s, a line each: as many pairs were expected, "
            "or a multiple (blank lines and comments do not count)",
            parser->line_count, parser->line_count == 1 ? "" : "s", list_key(source), entries,
            entries == 1 ? "y" : "ies");
    }
    if (parser->record_count == 0) {
        char left_out[96] = "";
        if (parser->parse->unknown_count > 0) {
            snprintf(left_out, sizeof left_out, ", nor do those with other tags or letters than the model's");
        } else if (parser->line_count > 0) {
            const bool is_one = parser->line_count == 1;
            snprintf(left_out, sizeof left_out,
                is_one ? ", nor does the one with a missing form" : ", nor do the %zu with a missing form",
                parser->line_count);
        }
        return line_fail(&parser->line, NULL,
            "the file ends without a %s, at least one was expected (blank lines and comments do not count%s)",
            noun, left_out);
    }
    return STATUS_OK;
}

/** Keeps the message at hand as that of one more fault. */
static void keep_fault(parser_t *parser) {
    enum { LAST_LINE = 40 };
    const size_t used = strlen(parser->faults), length = strlen(status_message());
    // The first one fits.
    if (parser->fault_count++ < FAULTS_SHOWN && used + length + LAST_LINE < sizeof parser->faults) {
        snprintf(parser->faults + used, sizeof parser->faults - used, "%s%s", used > 0 ? "\n" : "",
            status_message());
        parser->shown_count++;
    }
}

/** The faults as the message, and how many more there are. */
static status_t report_faults(const parser_t *parser) {
    const size_t more = parser->fault_count - parser->shown_count;
    status_fail(STATUS_DATA, "%s", parser->faults);
    return more > 0 ? status_append(STATUS_DATA, "and %zu more line%s at fault", more, more == 1 ? "" : "s")
                    : STATUS_DATA;
}

static status_t read_text(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    status_t status = STATUS_OK;
    parser->record_count = parser->letter_count = parser->line_count = 0;
    parser->parse->missing_count = parser->parse->normal_count = parser->parse->unknown_count = 0;
    parser->unknown.letters = parser->parse->unknown;
    line_begin(&parser->line, source->file, source->text, source->length);
    while (status == STATUS_OK && !parser->is_whole && line_next(&parser->line)) {
        status = read_line(parser);
        if (status == STATUS_DATA) {
            keep_fault(parser);
            status = STATUS_OK;
        }
    }
    parser->parse->last_line = parser->line.number;
    return status != STATUS_OK       ? status
           : parser->fault_count > 0 ? report_faults(parser)
                                     : check_whole(parser);
}

/** Makes room for as many words as the text can have at most: each has a letter, and something behind it. */
static status_t reserve(parser_t *parser) {
    parse_t *parse = parser->parse;
    const size_t length = parser->source->length, most = length / (2 * (size_t)parser->words) + 1;
    parse->is_held_back = calloc(most, sizeof *parse->is_held_back);
    parse->line = calloc(most, sizeof *parse->line);
    if (!parse->is_held_back || !parse->line) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", most);
    }
    if (parser->source->is_test && parser->source->format == DATASET_FORMAT_TABLE &&
        alphabet_unknown(&parse->alphabet) != 0) {
        parse->unknown = calloc(length + 1, sizeof *parse->unknown);
        if (!parse->unknown) {
            return status_fail(STATUS_MEMORY, "out of memory for %zu letters", length);
        }
    }
    return records_create(&parse->records, most, parser->words, length + 1);
}

/** The conditions that are given, by a list or a model, and their names for messages. */
static status_t give_conditions(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    conditions_t *conditions = &parser->parse->conditions;
    status_t status =
        source->model_conditions ? conditions_copy(conditions, source->model_conditions) : STATUS_OK;
    int number;
    for (int c = 0; status == STATUS_OK && !source->model_conditions && c < source->condition_count; c++) {
        status = conditions_add(
            conditions, source->condition_names[c], strlen(source->condition_names[c]), &number);
    }
    parser->finds_conditions = parser->collects_conditions = conditions->count == 0;
    if (status == STATUS_OK && source->format == DATASET_FORMAT_TABLE && !source->model_conditions) {
        // Its own condition for the lemma, unless the list has a place for it.
        status = conditions_add(conditions, PARSE_LEMMA, strlen(PARSE_LEMMA), &number);
    }
    size_t used = 0;
    for (int c = 0; c < conditions->count && used < LIST_SIZE; c++) {
        used += (size_t)snprintf(parser->conditions + used, LIST_SIZE - used, "%s%s", c > 0 ? " " : "",
            conditions_name(conditions, c));
    }
    return status;
}

/**
 * Finds the column of a table's tags: the one where most lines have a condition that is given, or what looks
 * like tags; if that is not just one, the one with fewer different texts; of equals the last, as UniMorph
 * has. STATUS_MEMORY.
 */
static status_t find_tags(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    conditions_t texts[TABLE_COLUMNS] = {0};
    size_t lines = 0, with_tags[TABLE_COLUMNS] = {0};
    status_t status = STATUS_OK;
    line_t line;
    line_begin(&line, source->file, source->text, source->length);
    while (status == STATUS_OK && line_next(&line)) {
        field_t columns[TABLE_COLUMNS];
        size_t filled;
        const char *comment = memchr(line.start, '#', (size_t)(line.stop - line.start));
        line.words = comment ? comment : line.stop;
        line.has_tab = true;
        if (line_split(&line, columns, TABLE_COLUMNS, &filled) < TABLE_COLUMNS) {
            continue;
        }
        lines++;
        for (int c = 1; status == STATUS_OK && c < TABLE_COLUMNS; c++) {
            int number;
            with_tags[c] += parser->collects_conditions ? looks_like_tags(columns[c])
                                                        : find_condition(parser, columns[c]) >= 0;
            status = columns[c].length > CONDITIONS_NAME_MAX
                         ? STATUS_OK
                         : conditions_add(&texts[c], columns[c].text, columns[c].length, &number);
        }
    }
    const bool is_first = 2 * with_tags[1] > lines, is_last = 2 * with_tags[2] > lines;
    parser->shows_tags = is_first != is_last;
    parser->tags_column = is_first == is_last ? (texts[1].count < texts[2].count ? 1 : 2) : is_first ? 1 : 2;
    conditions_destroy(&texts[1]);
    conditions_destroy(&texts[2]);
    return status;
}

status_t parse_text(parse_t *parse, const dataset_source_t *source) {
    const bool is_of_two = source->format != DATASET_FORMAT_ROWS,
               is_table = source->format == DATASET_FORMAT_TABLE;
    assert(is_of_two || (source->condition_count >= 1 && source->condition_count <= RECORDS_WORDS_MAX));
    *parse = (parse_t){0};
    parser_t parser = {.source = source, .parse = parse};
    parser.words = is_of_two ? PARSE_PAIR_WORDS : source->condition_count;
    parser.has_names = !is_of_two && source->condition_count > 1;
    parser.tags_column = source->tags_column;
    memset(parser.is_name, true, sizeof parser.is_name);
    // Offsets of letters and numbers of rows have 32 bits.
    if (source->length > UINT32_MAX) {
        return status_fail(STATUS_DATA, "%s:1: a file of %zu bytes, at most %zu were expected", source->file,
            source->length, (size_t)UINT32_MAX);
    }
    status_t status = give_conditions(&parser);
    if (status == STATUS_OK && is_table && source->tags_column == 0) {
        status = find_tags(&parser);
    }
    if (source->model_alphabet) {
        parse->alphabet = *source->model_alphabet;
    } else if (strcmp(source->alphabet, "data") == 0) {
        parser.collects_letters = true;
    } else if (status == STATUS_OK) {
        status = alphabet_from_letters(&parse->alphabet, source->alphabet);
    }
    if (status == STATUS_OK && source->has_unknown && !source->model_alphabet &&
        !alphabet_add(&parse->alphabet, ALPHABET_UNKNOWN)) {
        status = status_fail(STATUS_DATA,
            "data.alphabet: too many letters, at most %d are possible beside U+FFFD (data.unknown_letters)",
            ALPHABET_LETTERS_MAX - 1);
    }
    if (status == STATUS_OK) {
        status = reserve(&parser);
    }
    if (status == STATUS_OK && (parser.collects_letters || parser.collects_conditions)) {
        status = read_text(&parser);
        if (status == STATUS_OK && parser.collects_conditions) {
            status = conditions_sort(&parse->conditions, is_table);
        }
        parser.collects_letters = parser.collects_conditions = false;
    }
    if (status == STATUS_OK) {
        status = read_text(&parser);
    }
    parse->records.count = parser.record_count;
    if (status != STATUS_OK) {
        parse_destroy(parse);
    }
    return status;
}

void parse_destroy(parse_t *parse) {
    records_destroy(&parse->records);
    conditions_destroy(&parse->conditions);
    free(parse->is_held_back);
    free(parse->line);
    free(parse->unknown);
    *parse = (parse_t){0};
}
