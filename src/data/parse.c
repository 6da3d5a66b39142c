#include "parse.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "reader.h"

enum {
    FAULTS_SHOWN = 30, /**< lines at fault that are reported */
    LETTERS_SHOWN = 64 /**< larger alphabets are not spelled out in messages */
};

/** Where the text's own letters or conditions are taken, it is read twice: each new one changes the numbers
 * of others. */
typedef struct {
    const dataset_source_t *source;
    parse_t *parse;
    reader_t reader;
    bool collects_letters; /**< in this reading */
    unknown_t unknown; /**< of a test's table: the unknown letters of the line's words, the lemma's first */
    size_t lemma_unknown; /**< how many are the lemma's */
    size_t letter_count;  /**< so far */
    size_t fault_count, shown_count;
    char faults[STATUS_MESSAGE_SIZE]; /**< the first of them, a line each */
} parser_t;

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
        return line_fail(&parser->reader.line, place,
            "%s is one letter too many, at most %d different ones were expected", text,
            ALPHABET_LETTERS_MAX - parser->source->has_unknown);
    }
    if (parser->source->format == DATASET_FORMAT_TABLE && parser->source->is_test) {
        parser->reader.is_unknown = true;
        return STATUS_OK;
    }
    if (conditions_find(&parser->parse->conditions, word.text, word.length) >= 0) {
        parser->reader.is_whole = parser->reader.line_count == 1;
        return line_fail(&parser->reader.line, word.text,
            "'%.*s' is the name of a condition, a form was expected: %s", (int)word.length, word.text,
            parser->source->format == DATASET_FORMAT_PAIRS
                ? "the columns are source, its condition, target, its condition"
                : READER_NEEDS_PAIRS);
    }
    alphabet_text(alphabet, letters);
    const char *remedy =
        parser->source->model_alphabet ? "" : " (data.alphabet: data takes the letters of the file)";
    if (alphabet->letters > LETTERS_SHOWN) {
        return line_fail(&parser->reader.line, place,
            "%s is not in the alphabet, one of its %d letters was expected%s%s", text, alphabet->letters,
            remedy, hint);
    }
    const bool has_space = letters[0] == ' ';
    return line_fail(&parser->reader.line, place,
        "%s is not in the alphabet, one of these was expected: %s%s%s%s", text,
        has_space ? "the space and " : "", letters + has_space, remedy, hint);
}

/** Checks and stores a word of the current record. */
static status_t take_word(parser_t *parser, int w) {
    parse_t *parse = parser->parse;
    records_t *records = &parse->records;
    const field_t word = parser->reader.word[w];
    char *composed = NULL;
    size_t length = 0, size = 0;
    status_t status = line_check_quotes(&parser->reader.line, word);
    if (status == STATUS_OK && !parser->reader.line.is_ascii) {
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
        status = line_fail(&parser->reader.line, word.text,
            "a word of %zu letters, at most %d were expected (data.max_length)", length,
            parser->source->max_length);
    }
    parser->letter_count += length;
    parse->normal_count += composed != NULL;
    parse->longest = (int)length > parse->longest ? (int)length : parse->longest;
    const size_t place = parser->reader.record_count * (size_t)records->words + (size_t)w;
    records->word_condition[place] = (uint16_t)parser->reader.condition[w];
    records->offset[place + 1] = (uint32_t)parser->letter_count;
    if (w == 0) {
        parser->lemma_unknown = parser->unknown.count;
        // The word alone decides, so that no other line of the file can move this one to the other side.
        const double share = (double)(hash_bytes(normal.text, normal.length) >> 11) * 0x1p-53;
        const double from = parser->source->holdout_from;
        parse->is_held_back[parser->reader.record_count] =
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
    reader_t *reader = &parser->reader;
    const line_t *line = &reader->line;
    parse_t *parse = parser->parse;
    status_t status = line_check(&reader->line, alphabet_unknown(&parse->alphabet) != 0);
    if (status != STATUS_OK) {
        // Two bytes a character, or no text at all.
        reader->is_whole = memchr(line->start, 0, (size_t)(line->stop - line->start)) != NULL;
        return status;
    }
    status = line->is_blank ? STATUS_OK : reader_read(reader);
    if (status != STATUS_OK || line->is_blank) {
        return status;
    }
    if (reader->is_left_out) {
        parse->missing_count++;
        return STATUS_OK;
    }
    const size_t letter_count = parser->letter_count;
    parser->unknown.count = 0;
    parse->line[reader->record_count] = (uint32_t)line->number;
    for (int w = 0; status == STATUS_OK && !reader->is_unknown && w < reader->words; w++) {
        status = take_word(parser, w);
    }
    if (status != STATUS_OK) {
        parser->letter_count = letter_count;
    } else if (reader->is_unknown || (parse->unknown && !has_same_unknown(parser))) {
        parse->unknown_count++;
        parser->letter_count = letter_count;
    } else {
        reader->record_count++;
        parser->unknown.letters += parse->unknown ? parser->lemma_unknown : 0;
    }
    return status;
}

/** A text without a record is a fault. */
static status_t check_records(const parser_t *parser) {
    const size_t lines = parser->reader.line_count;
    if (parser->reader.record_count > 0) {
        return STATUS_OK;
    }
    static const char *const nouns[] = {"row", "pair", "form"};
    char left_out[96] = "";
    if (parser->parse->unknown_count > 0) {
        snprintf(left_out, sizeof left_out, ", nor do those with other tags or letters than the model's");
    } else if (lines > 0) {
        snprintf(left_out, sizeof left_out,
            lines == 1 ? ", nor does the one with a missing form" : ", nor do the %zu with a missing form",
            lines);
    }
    return line_fail(&parser->reader.line, NULL,
        "the file ends without a %s, at least one was expected (blank lines and comments do not count%s)",
        nouns[parser->source->format], left_out);
}

/** Keeps the message at hand as that of one more fault. */
static void keep_fault(parser_t *parser) {
    enum { LAST_LINE = 40 };
    const size_t used = strlen(parser->faults), length = strlen(status_message());
    // There is always room for the first fault.
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
    return more > 0 ? status_append(STATUS_DATA, "and %zu more line%s at fault", more, text_plural(more))
                    : STATUS_DATA;
}

static status_t read_text(parser_t *parser) {
    reader_t *reader = &parser->reader;
    status_t status = STATUS_OK;
    parser->letter_count = 0;
    parser->parse->missing_count = parser->parse->normal_count = parser->parse->unknown_count = 0;
    parser->unknown.letters = parser->parse->unknown;
    reader_rewind(reader);
    while (status == STATUS_OK && !reader->is_whole && line_next(&reader->line)) {
        status = read_line(parser);
        if (status == STATUS_DATA) {
            keep_fault(parser);
            status = STATUS_OK;
        }
    }
    parser->parse->last_line = reader->line.number;
    if (status == STATUS_OK) {
        status = parser->fault_count > 0 ? report_faults(parser) : reader_end(reader);
    }
    return status == STATUS_OK ? check_records(parser) : status;
}

/** Makes room for as many words as the text can have at most: each has a letter, and something behind it. */
static status_t reserve(parser_t *parser) {
    parse_t *parse = parser->parse;
    const size_t length = parser->source->length, most = length / (2 * (size_t)parser->reader.words) + 1;
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
    return records_create(&parse->records, most, parser->reader.words, length + 1);
}

status_t parse_text(parse_t *parse, const dataset_source_t *source) {
    const bool is_rows = source->format == DATASET_FORMAT_ROWS,
               is_table = source->format == DATASET_FORMAT_TABLE;
    assert(!is_rows || (source->condition_count >= 1 && source->condition_count <= RECORDS_WORDS_MAX));
    *parse = (parse_t){0};
    parser_t parser = {.source = source, .parse = parse};
    // Offsets of letters and numbers of rows have 32 bits.
    if (source->length > UINT32_MAX) {
        return status_fail(STATUS_DATA, "%s:1: a file of %zu bytes, at most %zu were expected", source->file,
            source->length, (size_t)UINT32_MAX);
    }
    status_t status = reader_begin(&parser.reader, source, &parse->conditions);
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
    if (status == STATUS_OK && (parser.collects_letters || parser.reader.collects_conditions)) {
        status = read_text(&parser);
        if (status == STATUS_OK && parser.reader.collects_conditions) {
            status = conditions_sort(&parse->conditions, is_table);
        }
        parser.collects_letters = parser.reader.collects_conditions = false;
    }
    if (status == STATUS_OK) {
        status = read_text(&parser);
    }
    parse->records.count = parser.reader.record_count;
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
