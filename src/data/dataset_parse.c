#include "dataset_parse.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "dataset_format.h"

enum { LETTERS_SHOWN = 64 /**< larger alphabets are not spelled out in messages */ };

/**
 * The text is read twice by the same walk: first everything is checked and counted (and the letters of the
 * alphabet "data" are collected), then the words are stored in arrays that fit.
 */
typedef struct {
    const dataset_source_t *source;
    dataset_parse_t *parse;
    bool collects_letters;
    bool is_storing;                   /**< the second reading */
    size_t record_count, letter_count; /**< counted or stored so far */
    size_t line_count;                 /**< lines with words so far: the records and those left out */
    size_t first_line;                 /**< the number of the first line with words */
    bool has_tabs, uses_list; /**< the first line has one; some line has its conditions from the list */
    bool has_names;           /**< some column of the rows has held names of conditions only */
    bool is_name[DATASET_CONDITIONS_MAX]; /**< by column: this one has */
    dataset_format_t format;              /**< the current line's words */
    char *normal;                         /**< the current word's NFC where that is another text, owned */
} parser_t;

static status_t fail_letter(
    const parser_t *parser, dataset_field_t word, const char *place, uint32_t code_point) {
    const alphabet_t *alphabet = &parser->parse->alphabet;
    const dataset_line_t *line = &parser->parse->line;
    char letter[TEXT_DESCRIPTION_SIZE], letters[ALPHABET_TEXT_SIZE], number[32];
    text_describe(code_point, letter);
    if (parser->collects_letters) {
        return dataset_line_fail(line, place,
            "%s is one letter too many, at most %d different ones were expected", letter,
            ALPHABET_LETTERS_MAX);
    }
    if (dataset_format_condition(parser->source, word) >= 0) {
        return dataset_line_fail(line, word.text,
            "'%.*s' is the name of a condition, a form was expected: %s", (int)word.length, word.text,
            parser->source->is_pairs ? "the columns are source, its condition, target, its condition"
                                     : "a file of pairs needs data.format: pairs");
    }
    alphabet_text(alphabet, letters);
    snprintf(number, sizeof number, "its %d letters", alphabet->letters);
    const bool is_large = alphabet->letters > LETTERS_SHOWN;
    return dataset_line_fail(line, place, "%s is not in the alphabet, one of %s was expected%s%s%s", letter,
        is_large ? number : "these", is_large ? "" : ": ", is_large ? "" : letters,
        parser->source->model_alphabet ? "" : " (data.alphabet: data takes the letters of the file)");
}

/** A letter that the alphabet does not have yet. */
static status_t take_new_letter(
    parser_t *parser, dataset_field_t word, dataset_field_t normal, const char *letter) {
    const size_t offset = (size_t)(letter - normal.text);
    uint32_t code_point = 0;
    text_decode(letter, normal.length - offset, &code_point);
    if (parser->collects_letters && alphabet_add(&parser->parse->alphabet, code_point)) {
        return STATUS_OK;
    }
    return fail_letter(parser, word, word.text + text_nfc_origin(word.text, word.length, offset), code_point);
}

/** A word as NFC, which lives until the next one is asked for. */
static status_t normalize(parser_t *parser, dataset_field_t *word) {
    if (parser->parse->line.is_ascii) {
        return STATUS_OK;
    }
    free(parser->normal);
    size_t length;
    status_t status = text_nfc(word->text, word->length, &parser->normal, &length);
    if (parser->normal) {
        *word = (dataset_field_t){parser->normal, length};
    }
    return status;
}

/** The first reading of a word: its letters are checked and counted. */
static status_t count_word(parser_t *parser, int w) {
    dataset_parse_t *parse = parser->parse;
    const dataset_field_t word = parser->format.word[w];
    dataset_field_t normal = word;
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
        return dataset_line_fail(&parse->line, word.text, "a word of %zu letters, at most %d were expected",
            length, parser->source->max_length);
    }
    parser->letter_count += length;
    parse->normal_count += normal.text != word.text;
    parse->longest = (int)length > parse->longest ? (int)length : parse->longest;
    return STATUS_OK;
}

/** The second reading of a word: its letters are stored. */
static status_t store_word(parser_t *parser, int w) {
    dataset_parse_t *parse = parser->parse;
    dataset_records_t *records = &parse->records;
    dataset_field_t word = parser->format.word[w];
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
    records->word_condition[stored] = (uint8_t)parser->format.condition[w];
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
    const dataset_line_t *line = &parser->parse->line;
    if (line->has_tab == parser->has_tabs || dataset_format_words(parser->source) == 1) {
        return STATUS_OK;
    }
    return dataset_line_fail(line, NULL,
        "a line with%s tab, but line %zu is one with%s: tabs between the columns of all lines were expected, "
        "or "
        "of none",
        line->has_tab ? " a" : "out a", parser->first_line, parser->has_tabs ? " tabs" : "out");
}

/** What only the first reading looks at: whether the line is of the kind that the file seems to be. */
static status_t check_kind(parser_t *parser) {
    const dataset_format_t *format = &parser->format;
    if (parser->line_count == 0) {
        status_t status = dataset_format_check_first(format, parser->source, &parser->parse->line);
        if (status != STATUS_OK) {
            return status;
        }
    }
    bool has_names = false;
    for (int w = 0; parser->has_names && w < format->count; w++) {
        parser->is_name[w] =
            parser->is_name[w] && dataset_format_condition(parser->source, format->word[w]) >= 0;
        has_names = has_names || parser->is_name[w];
    }
    parser->has_names = has_names;
    return STATUS_OK;
}

typedef status_t take_word_t(parser_t *parser, int w);

static status_t take_words(parser_t *parser, take_word_t *take_word) {
    const dataset_format_t *format = &parser->format;
    status_t status = parser->is_storing ? STATUS_OK : check_kind(parser);
    parser->uses_list = parser->uses_list || format->uses_list;
    parser->line_count++;
    if (status == STATUS_OK && format->missing >= 0) {
        parser->parse->missing_count += !parser->is_storing;
        return parser->source->skips_missing
                   ? STATUS_OK
                   : dataset_format_fail_missing(format, parser->source, &parser->parse->line);
    }
    for (int w = 0; status == STATUS_OK && w < format->count; w++) {
        status = take_word(parser, w);
    }
    parser->record_count++;
    return status;
}

static status_t read_line(parser_t *parser, take_word_t *take_word) {
    dataset_line_t *line = &parser->parse->line;
    status_t status = dataset_line_check(line);
    if (status != STATUS_OK || dataset_line_is_blank(line)) {
        return status;
    }
    if (parser->line_count == 0) {
        parser->first_line = line->number;
        parser->has_tabs = line->has_tab;
    }
    status = check_tabs(parser);
    if (status == STATUS_OK) {
        status = dataset_format_read(&parser->format, parser->source, line, parser->line_count);
    }
    return status == STATUS_OK ? take_words(parser, take_word) : status;
}

/** What shows at the text's end only. */
static status_t check_whole(const parser_t *parser) {
    const dataset_source_t *source = parser->source;
    const dataset_line_t *line = &parser->parse->line;
    const int entries = source->pair_count;
    for (int c = 0; parser->has_names && parser->line_count > 0 && c < source->condition_count; c++) {
        if (parser->is_name[c]) {
            return dataset_line_fail(line, NULL,
                "column %d has names of conditions in all of the file's %zu lines, forms were expected: a "
                "file of "
                "pairs needs data.format: pairs",
                c + 1, parser->line_count);
        }
    }
    if (parser->uses_list && parser->line_count % (size_t)entries != 0) {
        return dataset_line_fail(line, NULL,
            "the file ends with %zu pair%s, but %s has %d entr%s, a line each: as many pairs were expected, "
            "or a "
            "multiple (blank lines and comments do not count)",
            parser->line_count, parser->line_count == 1 ? "" : "s", dataset_format_list_key(source), entries,
            entries == 1 ? "y" : "ies");
    }
    if (parser->record_count == 0) {
        const char *noun = source->is_pairs ? "pair" : "row";
        char left_out[64] = "";
        if (parser->line_count > 0) {
            snprintf(left_out, sizeof left_out, ", nor do the %zu with a missing form", parser->line_count);
        }
        return dataset_line_fail(line, NULL,
            "the file ends without a %s, at least one was expected (blank lines and comments do not count%s)",
            noun, left_out);
    }
    return STATUS_OK;
}

static status_t read_text(parser_t *parser, take_word_t *take_word) {
    const dataset_source_t *source = parser->source;
    dataset_line_t *line = &parser->parse->line;
    parser->record_count = 0;
    parser->letter_count = 0;
    parser->line_count = 0;
    dataset_line_begin(line, source->file, source->text, source->length);
    while (dataset_line_next(line)) {
        status_t status = read_line(parser, take_word);
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
    dataset_parse_t *parse = parser->parse;
    parse->is_held_back = calloc(parser->record_count, sizeof *parse->is_held_back);
    if (!parse->is_held_back) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu lines", parser->record_count);
    }
    return dataset_records_create(
        &parse->records, parser->record_count, dataset_format_words(parser->source), parser->letter_count);
}

status_t dataset_parse(dataset_parse_t *parse, const dataset_source_t *source) {
    assert(source->condition_count >= 1 && source->condition_count <= DATASET_CONDITIONS_MAX);
    *parse = (dataset_parse_t){0};
    parser_t parser = {.source = source, .parse = parse};
    parser.has_names = !source->is_pairs && source->condition_count > 1;
    memset(parser.is_name, true, sizeof parser.is_name);
    // Offsets of letters and numbers of rows have 32 bits.
    if (source->length > UINT32_MAX) {
        return status_fail(STATUS_DATA, "%s:1: a file of %zu bytes, at most %zu were expected", source->file,
            source->length, (size_t)UINT32_MAX);
    }
    status_t status = choose_alphabet(&parser);
    if (status == STATUS_OK) {
        status = read_text(&parser, count_word);
    }
    if (status == STATUS_OK) {
        status = reserve(&parser);
    }
    if (status == STATUS_OK) {
        parser.is_storing = true;
        status = read_text(&parser, store_word);
    }
    free(parser.normal);
    if (status != STATUS_OK) {
        dataset_parse_destroy(parse);
    }
    return status;
}

void dataset_parse_destroy(dataset_parse_t *parse) {
    dataset_records_destroy(&parse->records);
    free(parse->is_held_back);
    *parse = (dataset_parse_t){0};
}
