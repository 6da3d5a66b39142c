#include "dataset_parse.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
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
    size_t record_count, letter_count; /**< counted or stored so far */
    dataset_format_t format;           /**< the current line's words */
} parser_t;

static status_t fail_letter(const parser_t *parser, const char *place, uint32_t code_point) {
    const alphabet_t *alphabet = &parser->parse->alphabet;
    const dataset_line_t *line = &parser->parse->line;
    char letter[ALPHABET_DESCRIPTION_SIZE], letters[ALPHABET_TEXT_SIZE];
    alphabet_describe(code_point, letter);
    if (parser->collects_letters) {
        return dataset_line_fail(line, place,
            "%s is one letter too many, at most %d different ones were expected", letter,
            ALPHABET_LETTERS_MAX);
    }
    if (alphabet->letters > LETTERS_SHOWN) {
        return dataset_line_fail(line, place, "%s is not in the alphabet, one of its %d letters was expected",
            letter, alphabet->letters);
    }
    alphabet_text(alphabet, letters);
    return dataset_line_fail(
        line, place, "%s is not in the alphabet, one of these was expected: %s", letter, letters);
}

/** A letter that the alphabet does not have yet. */
static status_t take_new_letter(parser_t *parser, const char *place, const char *end) {
    uint32_t code_point = 0;
    alphabet_decode_code_point(place, (size_t)(end - place), &code_point);
    if (parser->collects_letters && alphabet_add(&parser->parse->alphabet, code_point)) {
        return STATUS_OK;
    }
    return fail_letter(parser, place, code_point);
}

/** The first reading of a word: its letters are checked and counted. */
static status_t count_word(parser_t *parser, int w) {
    dataset_parse_t *parse = parser->parse;
    dataset_field_t word = parser->format.word[w];
    const char *end = word.text + word.length;
    size_t length = 0;
    for (const char *place = word.text; place < end; length++) {
        symbol_t symbol;
        int bytes = alphabet_encode_letter(&parse->alphabet, place, (size_t)(end - place), &symbol);
        if (symbol == 0) {
            status_t status = take_new_letter(parser, place, end);
            if (status != STATUS_OK) {
                return status;
            }
        }
        place += bytes;
    }
    if (length > (size_t)parser->source->max_length) {
        return dataset_line_fail(&parse->line, word.text, "a word of %zu letters, at most %d were expected",
            length, parser->source->max_length);
    }
    parser->letter_count += length;
    parse->longest = (int)length > parse->longest ? (int)length : parse->longest;
    return STATUS_OK;
}

/** The second reading of a word: its letters are stored. */
static status_t store_word(parser_t *parser, int w) {
    dataset_parse_t *parse = parser->parse;
    dataset_records_t *records = &parse->records;
    dataset_field_t word = parser->format.word[w];
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

typedef status_t take_word_t(parser_t *parser, int w);

static status_t read_line(parser_t *parser, take_word_t *take_word) {
    const dataset_line_t *line = &parser->parse->line;
    status_t status = dataset_line_check(line);
    if (status == STATUS_OK) {
        status = dataset_format_read(&parser->format, parser->source, line, parser->record_count);
    }
    for (int w = 0; status == STATUS_OK && w < parser->format.count; w++) {
        status = take_word(parser, w);
    }
    parser->record_count += parser->format.count > 0;
    return status;
}

static status_t read_text(parser_t *parser, take_word_t *take_word) {
    const dataset_source_t *source = parser->source;
    dataset_line_t *line = &parser->parse->line;
    parser->record_count = 0;
    parser->letter_count = 0;
    dataset_line_begin(line, source->file, source->text, source->length);
    while (dataset_line_next(line)) {
        status_t status = read_line(parser, take_word);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (parser->record_count == 0) {
        return dataset_line_fail(line, NULL,
            "the file ends without a %s, at least one was expected (blank lines and comments do not count)",
            source->is_pairs ? "pair" : "row");
    }
    return STATUS_OK;
}

static status_t choose_alphabet(parser_t *parser, const alphabet_t *alphabet) {
    if (alphabet) {
        parser->parse->alphabet = *alphabet;
        return STATUS_OK;
    }
    parser->collects_letters = strcmp(parser->source->alphabet, "data") == 0;
    if (parser->collects_letters) {
        return STATUS_OK;
    }
    return alphabet_from_letters(&parser->parse->alphabet, parser->source->alphabet);
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

status_t dataset_parse(dataset_parse_t *parse, const dataset_source_t *source, const alphabet_t *alphabet) {
    assert(source->condition_count >= 1 && source->condition_count <= DATASET_CONDITIONS_MAX);
    *parse = (dataset_parse_t){0};
    parser_t parser = {.source = source, .parse = parse};
    // Offsets of letters and numbers of rows have 32 bits.
    if (source->length > UINT32_MAX) {
        return status_fail(STATUS_DATA, "%s:1: a file of %zu bytes, at most %zu were expected", source->file,
            source->length, (size_t)UINT32_MAX);
    }
    status_t status = choose_alphabet(&parser, alphabet);
    if (status == STATUS_OK) {
        status = read_text(&parser, count_word);
    }
    if (status == STATUS_OK) {
        status = reserve(&parser);
    }
    if (status == STATUS_OK) {
        status = read_text(&parser, store_word);
    }
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
