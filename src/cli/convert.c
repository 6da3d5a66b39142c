#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "base/log.h"
#include "report/record.h"
#include "output.h"
#include "speller.h"
#include "words.h"

/** A word of the input, in its order. */
typedef struct {
    int word;        /**< its place in the batch that the model sees, or -1: it was refused */
    char *complaint; /**< why, owned; only where it is to be printed */
} entry_t;

typedef struct {
    const options_t *options;
    trained_t trained;
    speller_t speller;
    words_t words;
    int from;
    int to[CONFIG_CONDITIONS_MAX];
    int to_count;
    uint64_t refused;
    int entry_count, word_count; /**< of this batch */
    entry_t *entries;            /**< [speller.words], as the next */
    word_t *batch;
    uint64_t *index;
    symbol_t *letters; /**< [speller.words, max_length] */
} convert_t;

static status_t read_model(convert_t *convert) {
    const options_t *options = convert->options;
    status_t status = trained_read(&convert->trained, options);
    if (status == STATUS_OK) {
        status = trained_tense(&convert->trained, "--from", options->from, &convert->from);
    }
    if (status == STATUS_OK && options->to) {
        convert->to_count = 1;
        return trained_tense(&convert->trained, "--to", options->to, &convert->to[0]);
    }
    for (int i = 0; status == STATUS_OK && i < convert->trained.config.data.condition_count; i++) {
        convert->to[convert->to_count++] = i;
    }
    return status;
}

static status_t create_speller(convert_t *convert) {
    const options_t *options = convert->options;
    const int width = options->beam > options->top ? options->beam : options->top;
    const int max_length = convert->trained.config.data.max_length;
    status_t status = speller_create(&convert->speller, &convert->trained, width);
    if (status != STATUS_OK) {
        return status;
    }
    const size_t words = (size_t)convert->speller.words;
    convert->entries = calloc(words, sizeof *convert->entries);
    convert->batch = calloc(words, sizeof *convert->batch);
    convert->index = calloc(words, sizeof *convert->index);
    convert->letters = calloc(words * (size_t)max_length, sizeof *convert->letters);
    if (!convert->entries || !convert->batch || !convert->index || !convert->letters) {
        return status_fail(STATUS_MEMORY, "out of memory for a batch of words");
    }
    return words_open(
        &convert->words, &convert->trained.alphabet, max_length, options->words, options->word_count);
}

static void take_good(convert_t *convert, entry_t *entry, symbol_t *letters, int length) {
    entry->word = convert->word_count++;
    convert->batch[entry->word] = (word_t){letters, length, convert->from};
    convert->index[entry->word] = convert->words.place - 1;
}

static status_t take_bad(convert_t *convert, entry_t *entry) {
    log_line("cvae_mpi: %s", status_message());
    convert->refused++;
    entry->word = -1;
    if (convert->options->json) {
        entry->complaint = strdup(status_message());
        if (!entry->complaint) {
            return status_fail(STATUS_MEMORY, "out of memory for a message");
        }
    }
    return STATUS_OK;
}

/** Takes a batch of the input: full, or what there is before its end or before a wait for more. */
static status_t read_batch(convert_t *convert, bool *is_last) {
    const size_t max_length = (size_t)convert->trained.config.data.max_length;
    status_t status = STATUS_OK;
    *is_last = false;
    convert->entry_count = convert->word_count = 0;
    while (status == STATUS_OK && convert->entry_count < convert->speller.words &&
           (convert->entry_count == 0 || !words_would_wait(&convert->words))) {
        symbol_t *letters = convert->letters + (size_t)convert->word_count * max_length;
        int length;
        const words_read_t read = words_next(&convert->words, letters, &length);
        entry_t *entry = &convert->entries[convert->entry_count];
        if (read == WORDS_END) {
            *is_last = true;
            break;
        }
        if (read == WORDS_FAILED) {
            return STATUS_NO_INPUT;
        }
        convert->entry_count++;
        if (read == WORDS_GOOD) {
            take_good(convert, entry, letters, length);
        } else {
            status = take_bad(convert, entry);
        }
    }
    return status;
}

static void spell_batch(convert_t *convert) {
    const int count = convert->word_count;
    if (count == 0) {
        return;
    }
    if (convert->options->sample) {
        speller_sample(&convert->speller, convert->batch, count, convert->index);
    } else {
        speller_encode(&convert->speller, convert->batch, count);
    }
    for (int i = 0; i < convert->to_count; i++) {
        speller_spell(&convert->speller, count, convert->to[i]);
    }
}

static int shown_count(const convert_t *convert, int word, int condition) {
    const int count = speller_count(&convert->speller, word, condition);
    return count < convert->options->top ? count : convert->options->top;
}

static void source_text(const convert_t *convert, int word, char text[SPELLER_TEXT_SIZE]) {
    const word_t *source = &convert->batch[word];
    alphabet_decode(&convert->trained.alphabet, source->letters, source->length, text, SPELLER_TEXT_SIZE);
}

/** Adds the word's form in a tense: a text, or the list of its alternatives. */
static void add_form(const convert_t *convert, record_t *forms, int word, int condition) {
    const speller_t *speller = &convert->speller;
    const char *tense = convert->trained.config.data.conditions[condition];
    char text[SPELLER_TEXT_SIZE];
    if (convert->options->top == 0) {
        speller_text(speller, word, condition, 0, text);
        record_text(forms, tense, text);
        return;
    }
    for (int i = 0; i < shown_count(convert, word, condition); i++) {
        record_t *alternative = record_element(forms, tense);
        speller_text(speller, word, condition, i, text);
        record_text(alternative, "spelling", text);
        record_number(alternative, "probability", speller_probability(speller, word, condition, i));
    }
}

static status_t print_json(const convert_t *convert, const entry_t *entry) {
    record_t *record = record_create();
    if (entry->word < 0) {
        record_null(record, "word");
        record_text(record, "error", entry->complaint);
    } else {
        char text[SPELLER_TEXT_SIZE];
        source_text(convert, entry->word, text);
        record_text(record, "word", text);
        record_text(record, "from", convert->trained.config.data.conditions[convert->from]);
        record_t *forms = record_child(record, "forms");
        for (int i = 0; i < convert->to_count; i++) {
            add_form(convert, forms, entry->word, convert->to[i]);
        }
    }
    status_t status = output_record(record);
    record_destroy(record);
    return status;
}

/** The forms in one line, a tab between two. */
static void print_forms(const convert_t *convert, int word) {
    char text[SPELLER_TEXT_SIZE];
    for (int i = 0; i < convert->to_count; i++) {
        speller_text(&convert->speller, word, convert->to[i], 0, text);
        printf("%s%s", i > 0 ? "\t" : "", text);
    }
    putchar('\n');
}

/** A line for each alternative: word, tense, spelling, probability. */
static void print_alternatives(const convert_t *convert, int word) {
    char source[SPELLER_TEXT_SIZE], text[SPELLER_TEXT_SIZE];
    source_text(convert, word, source);
    for (int i = 0; i < convert->to_count; i++) {
        const int condition = convert->to[i];
        for (int j = 0; j < shown_count(convert, word, condition); j++) {
            speller_text(&convert->speller, word, condition, j, text);
            printf("%s\t%s\t%s\t%.6f\n", source, convert->trained.config.data.conditions[condition], text,
                speller_probability(&convert->speller, word, condition, j));
        }
    }
}

static status_t print_batch(const convert_t *convert) {
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < convert->entry_count; i++) {
        const entry_t *entry = &convert->entries[i];
        if (convert->options->json) {
            status = print_json(convert, entry);
        } else if (entry->word < 0) {
            putchar('\n');
        } else if (convert->options->top > 0) {
            print_alternatives(convert, entry->word);
        } else {
            print_forms(convert, entry->word);
        }
    }
    return status == STATUS_OK ? output_flush() : status;
}

static void release_complaints(const convert_t *convert) {
    for (int i = 0; i < convert->entry_count; i++) {
        free(convert->entries[i].complaint);
        convert->entries[i].complaint = NULL;
    }
}

static status_t convert_all(convert_t *convert) {
    status_t status = STATUS_OK;
    bool is_last = false;
    while (status == STATUS_OK && !is_last) {
        status = read_batch(convert, &is_last);
        if (status == STATUS_OK) {
            spell_batch(convert);
            status = print_batch(convert);
        }
        release_complaints(convert);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (convert->words.place == 0) {
        return status_fail(STATUS_DATA, "standard input is empty, words were expected, one a line");
    }
    if (convert->refused > 0) {
        return status_fail(STATUS_DATA, "%llu of %llu words could not be converted",
            (unsigned long long)convert->refused, (unsigned long long)convert->words.place);
    }
    return STATUS_OK;
}

status_t commands_convert(const options_t *options) {
    status_t (*const stages[])(convert_t *) = {read_model, create_speller, convert_all};
    convert_t *convert = calloc(1, sizeof *convert);
    if (!convert) {
        return status_fail(STATUS_MEMORY, "out of memory for the conversion");
    }
    convert->options = options;
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](convert);
    }
    words_close(&convert->words);
    free(convert->entries);
    free(convert->batch);
    free(convert->index);
    free(convert->letters);
    speller_destroy(&convert->speller);
    trained_destroy(&convert->trained);
    free(convert);
    return status;
}
