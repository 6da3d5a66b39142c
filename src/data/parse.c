#include "parse.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

#define PAIR_COLUMNS_TEXT "(source source-condition target target-condition)"
#define NEEDS_PAIRS "a file of pairs needs data.format: pairs"

enum {
    PAIR_COLUMNS = 2 * PARSE_PAIR_WORDS, /**< each word with its condition */
    NAME_SHOWN = 64,                     /**< characters of an unknown condition in a message */
    CELL_SHOWN = 24,                     /**< characters of a column in a message */
    CELLS_SHOWN = 6,                     /**< columns in a message */
    LETTERS_SHOWN = 64,                  /**< larger alphabets are not spelled out in messages */
    LIST_SIZE = 4096                     /**< bytes of the conditions' names in a message */
};

/**
 * The text is read twice by the same walk: first everything is checked and counted (and the letters of the
 * alphabet "data" are collected), then the words are stored in arrays that fit.
 */
typedef struct {
    const dataset_source_t *source;
    parse_t *parse;
    line_t *line; /**< the current one */
    bool collects_letters;
    bool is_storing;                   /**< the second reading */
    size_t record_count, letter_count; /**< counted or stored so far */
    size_t line_count;                 /**< lines with words so far: the records and those left out */
    size_t first_line;                 /**< the number of the first line with words */
    bool has_tabs, uses_list; /**< the first line has one; some line has its conditions from the list */
    bool has_names;           /**< some column of the rows has held names of conditions only */
    bool is_name[DATASET_CONDITIONS_MAX]; /**< by column: this one has */
    int words;                            /**< of a row or pair */
    field_t word[DATASET_CONDITIONS_MAX]; /**< [words] the current line's, which point into the text */
    int condition[DATASET_CONDITIONS_MAX];
    char *normal; /**< the current word's NFC where that is another text, owned */
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

static void list_conditions(const dataset_source_t *source, char list[LIST_SIZE]) {
    int used = 0;
    list[0] = '\0';
    for (int c = 0; c < source->condition_count && used < LIST_SIZE; c++) {
        used += snprintf(
            list + used, (size_t)(LIST_SIZE - used), "%s%s", c > 0 ? " " : "", source->condition_names[c]);
    }
}

/** How many bytes the first `characters` characters of a field take. */
static int shown_bytes(field_t field, size_t characters) {
    size_t bytes = 0;
    for (size_t seen = 0; bytes < field.length; bytes++) {
        seen += ((unsigned char)field.text[bytes] & 0xC0) != 0x80;
        if (seen > characters) {
            break;
        }
    }
    return (int)bytes;
}

/** The condition of that name, or -1. */
static int find_condition(const dataset_source_t *source, field_t name) {
    for (int c = 0; c < source->condition_count; c++) {
        const char *known = source->condition_names[c];
        if (strlen(known) == name.length && memcmp(known, name.text, name.length) == 0) {
            return c;
        }
    }
    return -1;
}

/** Nothing, or dashes, asterisks or question marks alone, which tables write where a verb has no such form.
 */
static bool is_missing(field_t word) {
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

/** A wrong number of columns: what was expected, how the line was read, and the remedy. */
static status_t fail_columns(const line_t *line, const char *expected, const char *remedy) {
    field_t columns[CELLS_SHOWN];
    size_t filled;
    const size_t count = line_fields(line, columns, CELLS_SHOWN, &filled);
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
    return line_fail(line, NULL, "%s; read as %s%s (%s): %s", expected, list,
        count > CELLS_SHOWN ? " | ..." : "",
        line->has_tab ? "columns between tabs" : "no tab: columns between spaces", remedy);
}

static status_t read_row(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    const size_t expected = (size_t)source->condition_count;
    size_t filled, count = line_fields(parser->line, parser->word, expected, &filled);
    // Tabs behind the last column do no harm.
    count = filled > expected ? filled : count < expected ? count : expected;
    if (count != expected) {
        char list[LIST_SIZE], text[LIST_SIZE + 128];
        list_conditions(source, list);
        snprintf(text, sizeof text, "%zu form%s, %zu %s expected (%s)", count, count == 1 ? "" : "s",
            expected, expected == 1 ? "was" : "were", list);
        return fail_columns(parser->line, text, "data.conditions names the columns of a row, " NEEDS_PAIRS);
    }
    for (int c = 0; c < parser->words; c++) {
        parser->condition[c] = c;
    }
    return STATUS_OK;
}

static status_t fail_condition(const parser_t *parser, field_t name, const char *remedy) {
    char list[LIST_SIZE];
    list_conditions(parser->source, list);
    if (name.length == 0) {
        return line_fail(
            parser->line, name.text, "an empty column, one of these conditions was expected: %s", list);
    }
    return line_fail(parser->line, name.text, "unknown condition '%.*s', one of these was expected: %s (%s)",
        shown_bytes(name, NAME_SHOWN), name.text, list, remedy);
}

static status_t read_pair_with_conditions(parser_t *parser, const field_t columns[PAIR_COLUMNS]) {
    for (int w = 0; w < PARSE_PAIR_WORDS; w++) {
        const field_t name = columns[2 * w + 1];
        parser->word[w] = columns[2 * w];
        parser->condition[w] = find_condition(parser->source, name);
        // A form that is not there needs no condition.
        if (parser->condition[w] < 0 && !(name.length == 0 && is_missing(columns[2 * w]))) {
            const bool knows_other = find_condition(parser->source, columns[1]) >= 0 ||
                                     find_condition(parser->source, columns[PAIR_COLUMNS - 1]) >= 0;
            return fail_condition(parser, name,
                knows_other ? "data.conditions names them, of letters, digits, '.', '_' and '-'"
                            : needs_rows(parser->source));
        }
    }
    return STATUS_OK;
}

static status_t read_pair_with_list(parser_t *parser, const field_t columns[PARSE_PAIR_WORDS]) {
    const dataset_source_t *source = parser->source;
    if (source->pair_count == 0) {
        return line_fail(parser->line, NULL,
            "2 columns, but no conditions are listed for such lines; 4 were expected " PAIR_COLUMNS_TEXT
            ": %s lists them, %s",
            list_key(source), needs_rows(source));
    }
    const size_t entry = parser->line_count % (size_t)source->pair_count;
    parser->word[0] = columns[0];
    parser->word[1] = columns[1];
    parser->condition[0] = source->pair_source[entry];
    parser->condition[1] = source->pair_target[entry];
    parser->uses_list = true;
    return STATUS_OK;
}

/** How many columns a line of pairs has, tabs behind the last one left out. */
static size_t pair_columns(
    const dataset_source_t *source, const field_t *columns, size_t count, size_t filled) {
    // Of four, the target may be empty, and its condition with it.
    if (count >= PAIR_COLUMNS && filled < PAIR_COLUMNS && filled > 1 &&
        (filled == PAIR_COLUMNS - 1 || find_condition(source, columns[1]) >= 0)) {
        return PAIR_COLUMNS;
    }
    if (count > PARSE_PAIR_WORDS && filled <= PARSE_PAIR_WORDS) {
        return PARSE_PAIR_WORDS;
    }
    return count > PAIR_COLUMNS && filled == PAIR_COLUMNS ? filled : count;
}

static status_t read_pair(parser_t *parser) {
    field_t columns[PAIR_COLUMNS];
    size_t filled, count = line_fields(parser->line, columns, PAIR_COLUMNS, &filled);
    count = pair_columns(parser->source, columns, count, filled);
    if (count == PAIR_COLUMNS) {
        return read_pair_with_conditions(parser, columns);
    }
    if (count == PARSE_PAIR_WORDS) {
        return read_pair_with_list(parser, columns);
    }
    char text[256];
    snprintf(text, sizeof text, "%zu column%s, 4 were expected " PAIR_COLUMNS_TEXT " or 2 (source target)",
        count, count == 1 ? "" : "s");
    return fail_columns(parser->line, text, needs_rows(parser->source));
}

/** Word w of the current line is a missing form. */
static status_t fail_missing(const parser_t *parser, int w) {
    const field_t word = parser->word[w];
    const char *const places[] = {"the source", "the target"};
    const bool is_pairs = parser->source->is_pairs;
    return line_fail(parser->line, word.text,
        "%s%.*s%s for %s, a form was expected: data.missing: skip leaves out %s with a missing form",
        word.length > 0 ? "only '" : "an empty column", shown_bytes(word, CELL_SHOWN), word.text,
        word.length > 0 ? "'" : "", is_pairs ? places[w] : parser->source->condition_names[w],
        is_pairs ? "pairs" : "rows");
}

/**
 * The first line with words: all of them names of conditions are a table's header, and some in a row where a
 * pair has them are a pair.
 */
static status_t check_first(const parser_t *parser) {
    const dataset_source_t *source = parser->source;
    int names = 0;
    for (int w = 0; w < parser->words; w++) {
        names += find_condition(source, parser->word[w]) >= 0;
    }
    if (names > 1 && names == parser->words) {
        return line_fail(parser->line, NULL,
            "names of conditions, words were expected: a header must be a comment ('#' in front of it), and "
            "%s",
            source->is_pairs ? "a pair has its conditions in its own line or from a list"
                             : "data.conditions says in which order the columns are");
    }
    if (!source->is_pairs && parser->words == PAIR_COLUMNS && find_condition(source, parser->word[1]) >= 0 &&
        find_condition(source, parser->word[3]) >= 0) {
        return line_fail(parser->line, parser->word[1].text,
            "'%.*s' is the name of a condition, a form was expected: " NEEDS_PAIRS,
            (int)parser->word[1].length, parser->word[1].text);
    }
    return STATUS_OK;
}

static status_t fail_letter(const parser_t *parser, field_t word, const char *place, uint32_t code_point) {
    const alphabet_t *alphabet = &parser->parse->alphabet;
    const line_t *line = parser->line;
    char letter[TEXT_DESCRIPTION_SIZE], letters[ALPHABET_TEXT_SIZE], number[32];
    text_describe(code_point, letter);
    if (parser->collects_letters) {
        return line_fail(line, place, "%s is one letter too many, at most %d different ones were expected",
            letter, ALPHABET_LETTERS_MAX);
    }
    if (find_condition(parser->source, word) >= 0) {
        return line_fail(line, word.text, "'%.*s' is the name of a condition, a form was expected: %s",
            (int)word.length, word.text,
            parser->source->is_pairs ? "the columns are source, its condition, target, its condition"
                                     : NEEDS_PAIRS);
    }
    alphabet_text(alphabet, letters);
    snprintf(number, sizeof number, "its %d letters", alphabet->letters);
    const bool is_large = alphabet->letters > LETTERS_SHOWN;
    return line_fail(line, place, "%s is not in the alphabet, one of %s was expected%s%s%s", letter,
        is_large ? number : "these", is_large ? "" : ": ", is_large ? "" : letters,
        parser->source->model_alphabet ? "" : " (data.alphabet: data takes the letters of the file)");
}

/** A letter that the alphabet does not have yet. */
static status_t take_new_letter(parser_t *parser, field_t word, field_t normal, const char *letter) {
    const size_t offset = (size_t)(letter - normal.text);
    uint32_t code_point = 0;
    text_decode(letter, normal.length - offset, &code_point);
    if (parser->collects_letters && alphabet_add(&parser->parse->alphabet, code_point)) {
        return STATUS_OK;
    }
    return fail_letter(parser, word, word.text + text_nfc_origin(word.text, word.length, offset), code_point);
}

/** A word as NFC, which lives until the next one is asked for. */
static status_t normalize(parser_t *parser, field_t *word) {
    if (parser->line->is_ascii) {
        return STATUS_OK;
    }
    free(parser->normal);
    size_t length;
    status_t status = text_nfc(word->text, word->length, &parser->normal, &length);
    if (parser->normal) {
        *word = (field_t){parser->normal, length};
    }
    return status;
}

/** The first reading of a word: its letters are checked and counted. */
static status_t count_word(parser_t *parser, int w) {
    parse_t *parse = parser->parse;
    const field_t word = parser->word[w];
    field_t normal = word;
    status_t status = normalize(parser, &normal);
    const char *end = normal.text + normal.length;
    size_t length = 0;
    for (const char *place = normal.text; status == STATUS_OK && place < end; length++) {
        symbol_t symbol;
        int bytes = alphabet_encode_letter(&parse->alphabet, place, (size_t)(end - place), &symbol);
        if (symbol == 0) {
            status = take_new_letter(parser, word, normal, place);
        }
        place += bytes;
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (length > (size_t)parser->source->max_length) {
        return line_fail(parser->line, word.text, "a word of %zu letters, at most %d were expected", length,
            parser->source->max_length);
    }
    parser->letter_count += length;
    parse->normal_count += normal.text != word.text;
    parse->longest = (int)length > parse->longest ? (int)length : parse->longest;
    return STATUS_OK;
}

/** The second reading of a word: its letters are stored. */
static status_t store_word(parser_t *parser, int w) {
    parse_t *parse = parser->parse;
    records_t *records = &parse->records;
    field_t word = parser->word[w];
    status_t status = normalize(parser, &word);
    if (status != STATUS_OK) {
        return status;
    }
    const char *end = word.text + word.length;
    for (const char *place = word.text; place < end;) {
        symbol_t *symbol = &records->letters[parser->letter_count++];
        place += alphabet_encode_letter(&parse->alphabet, place, (size_t)(end - place), symbol);
    }
    size_t stored = parser->record_count * (size_t)records->words + (size_t)w;
    records->word_condition[stored] = (uint8_t)parser->condition[w];
    records->offset[stored + 1] = (uint32_t)parser->letter_count;
    if (w == 0) {
        // The word alone decides, so that no other line of the file can move this one to the other side.
        double share = (double)(hash_bytes(word.text, word.length) >> 11) * 0x1p-53;
        parse->is_held_back[parser->record_count] = share < parser->source->holdout;
    }
    return STATUS_OK;
}

/** A file has its columns between tabs, or between spaces, on all of its lines. */
static status_t check_tabs(const parser_t *parser) {
    const line_t *line = parser->line;
    if (line->has_tab == parser->has_tabs || parser->words == 1) {
        return STATUS_OK;
    }
    return line_fail(line, NULL,
        "a line with%s tab, but line %zu is one with%s: tabs between the columns of all lines were expected, "
        "or "
        "of none",
        line->has_tab ? " a" : "out a", parser->first_line, parser->has_tabs ? " tabs" : "out");
}

/** What only the first reading looks at: whether the line is of the kind that the file seems to be. */
static status_t check_kind(parser_t *parser) {
    bool has_names = false;
    for (int w = 0; parser->has_names && w < parser->words; w++) {
        parser->is_name[w] = parser->is_name[w] && find_condition(parser->source, parser->word[w]) >= 0;
        has_names = has_names || parser->is_name[w];
    }
    parser->has_names = has_names;
    return parser->line_count == 0 ? check_first(parser) : STATUS_OK;
}

static status_t take_words(parser_t *parser) {
    int missing = 0;
    while (missing < parser->words && !is_missing(parser->word[missing])) {
        missing++;
    }
    status_t status = parser->is_storing ? STATUS_OK : check_kind(parser);
    parser->line_count++;
    if (status == STATUS_OK && missing < parser->words) {
        parser->parse->missing_count += !parser->is_storing;
        return parser->source->skips_missing ? STATUS_OK : fail_missing(parser, missing);
    }
    for (int w = 0; status == STATUS_OK && w < parser->words; w++) {
        status = parser->is_storing ? store_word(parser, w) : count_word(parser, w);
    }
    parser->record_count++;
    return status;
}

static status_t read_line(parser_t *parser) {
    line_t *line = parser->line;
    status_t status = line_check(line);
    if (status != STATUS_OK || line_is_blank(line)) {
        return status;
    }
    if (parser->line_count == 0) {
        parser->first_line = line->number;
        parser->has_tabs = line->has_tab;
    }
    status = check_tabs(parser);
    if (status == STATUS_OK) {
        status = parser->source->is_pairs ? read_pair(parser) : read_row(parser);
    }
    return status == STATUS_OK ? take_words(parser) : status;
}

/** What shows at the text's end only. */
static status_t check_whole(const parser_t *parser) {
    const dataset_source_t *source = parser->source;
    const line_t *line = parser->line;
    const int entries = source->pair_count;
    for (int c = 0; parser->has_names && parser->line_count > 0 && c < source->condition_count; c++) {
        if (parser->is_name[c]) {
            return line_fail(line, NULL,
                "column %d has names of conditions in all of the file's %zu lines, forms were expected: a "
                "file of "
                "pairs needs data.format: pairs",
                c + 1, parser->line_count);
        }
    }
    if (parser->uses_list && parser->line_count % (size_t)entries != 0) {
        return line_fail(line, NULL,
            "the file ends with %zu pair%s, but %s has %d entr%s, a line each: as many pairs were expected, "
            "or a "
            "multiple (blank lines and comments do not count)",
            parser->line_count, parser->line_count == 1 ? "" : "s", list_key(source), entries,
            entries == 1 ? "y" : "ies");
    }
    if (parser->record_count == 0) {
        const char *noun = source->is_pairs ? "pair" : "row";
        char left_out[64] = "";
        if (parser->line_count > 0) {
            snprintf(left_out, sizeof left_out, ", nor do the %zu with a missing form", parser->line_count);
        }
        return line_fail(line, NULL,
            "the file ends without a %s, at least one was expected (blank lines and comments do not count%s)",
            noun, left_out);
    }
    return STATUS_OK;
}

static status_t read_text(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    parser->record_count = 0;
    parser->letter_count = 0;
    parser->line_count = 0;
    line_begin(parser->line, source->file, source->text, source->length);
    while (line_next(parser->line)) {
        status_t status = read_line(parser);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return check_whole(parser);
}

static status_t choose_alphabet(parser_t *parser) {
    const dataset_source_t *source = parser->source;
    if (source->model_alphabet) {
        parser->parse->alphabet = *source->model_alphabet;
        return STATUS_OK;
    }
    parser->collects_letters = strcmp(source->alphabet, "data") == 0;
    return parser->collects_letters ? STATUS_OK
                                    : alphabet_from_letters(&parser->parse->alphabet, source->alphabet);
}

static status_t reserve(parser_t *parser) {
    parse_t *parse = parser->parse;
    parse->is_held_back = calloc(parser->record_count, sizeof *parse->is_held_back);
    if (!parse->is_held_back) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", parser->record_count);
    }
    return records_create(&parse->records, parser->record_count, parser->words, parser->letter_count);
}

status_t parse_text(parse_t *parse, const dataset_source_t *source) {
    assert(source->condition_count >= 1 && source->condition_count <= DATASET_CONDITIONS_MAX);
    *parse = (parse_t){0};
    parser_t parser = {.source = source, .parse = parse, .line = &parse->line};
    parser.words = source->is_pairs ? PARSE_PAIR_WORDS : source->condition_count;
    parser.has_names = !source->is_pairs && source->condition_count > 1;
    memset(parser.is_name, true, sizeof parser.is_name);
    // Offsets of letters and numbers of rows have 32 bits.
    if (source->length > UINT32_MAX) {
        return status_fail(STATUS_DATA, "%s:1: a file of %zu bytes, at most %zu were expected", source->file,
            source->length, (size_t)UINT32_MAX);
    }
    status_t status = choose_alphabet(&parser);
    if (status == STATUS_OK) {
        status = read_text(&parser);
    }
    if (status == STATUS_OK) {
        status = reserve(&parser);
    }
    if (status == STATUS_OK) {
        parser.is_storing = true;
        status = read_text(&parser);
    }
    free(parser.normal);
    if (status != STATUS_OK) {
        parse_destroy(parse);
    }
    return status;
}

void parse_destroy(parse_t *parse) {
    records_destroy(&parse->records);
    free(parse->is_held_back);
    *parse = (parse_t){0};
}
