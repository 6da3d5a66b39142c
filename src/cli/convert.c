#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands.h"
#include "library/library.h"
#include "output.h"
#include "report/document.h"
#include "words.h"

enum { BATCH = 64 /**< words that are converted at once */ };

/** A word of the input, in its order. */
typedef struct {
    int word;   /**< its place in the batch that the model sees, or -1: it was refused */
    char *text; /**< owned: the word, or why it was refused */
} entry_t;

typedef struct {
    const options_t *options;
    cvae_model_t *model;
    words_t words;
    uint64_t refused;
    int from;
    int first_to, to_count;      /**< the conditions to put the words into */
    int width;                   /**< spellings of a word in a condition: of a beam, or 1 */
    size_t text_size;            /**< of a spelling */
    int entry_count, word_count; /**< of this batch */
    entry_t entries[BATCH];
    const char *batch[BATCH];
    uint64_t index[BATCH];
    float *z, *log_variance; /**< [BATCH, Z] */
    char *texts;             /**< [to_count, BATCH, width, text_size] */
    double *probabilities;   /**< [to_count, BATCH, width], of a beam */
    int *found;              /**< [to_count, BATCH], likewise */
} convert_t;

static status_t open_model(convert_t *convert) {
    const options_t *options = convert->options;
    cvae_error_t error;
    if (cvae_model_open(&convert->model, options->file, &error) != CVAE_OK) {
        return library_status(&error);
    }
    status_t status = library_condition(convert->model, "--from", options->from, &convert->from);
    convert->to_count = options->to ? 1 : cvae_model_conditions(convert->model);
    if (status == STATUS_OK && options->to) {
        status = library_condition(convert->model, "--to", options->to, &convert->first_to);
    }
    return status;
}

static status_t allocate(convert_t *convert) {
    const options_t *options = convert->options;
    const int beam = options->beam > options->top ? options->beam : options->top;
    convert->width = beam > 0 ? beam : 1;
    convert->text_size = cvae_model_text_size(convert->model);
    const size_t latent = (size_t)cvae_model_latent(convert->model);
    const size_t words = (size_t)convert->to_count * BATCH, spellings = words * (size_t)convert->width;
    convert->z = calloc(BATCH * latent, sizeof *convert->z);
    convert->log_variance = calloc(BATCH * latent, sizeof *convert->log_variance);
    convert->texts = calloc(spellings, convert->text_size);
    convert->probabilities = calloc(spellings, sizeof *convert->probabilities);
    convert->found = calloc(words, sizeof *convert->found);
    if (!convert->z || !convert->log_variance || !convert->texts || !convert->probabilities ||
        !convert->found) {
        return status_fail(STATUS_MEMORY, "out of memory for a batch of words");
    }
    return words_open(
        &convert->words, cvae_model_max_letters(convert->model), options->words, options->word_count);
}

/** Whether the word can be converted; else the recorded message says why not. */
static bool is_good(const convert_t *convert, const char *text) {
    cvae_error_t error;
    if (cvae_model_check(convert->model, text, &error) != CVAE_OK) {
        words_refuse(&convert->words, error.letter, error.message);
        return false;
    }
    if (convert->words.is_cut) {
        words_refuse(&convert->words, 0, "the line is too long");
        return false;
    }
    return true;
}

static status_t take(convert_t *convert, words_read_t read, const char *text) {
    entry_t *entry = &convert->entries[convert->entry_count++];
    entry->word = -1;
    if (read == WORDS_GOOD && is_good(convert, text)) {
        entry->word = convert->word_count;
        convert->index[convert->word_count] = convert->words.place - 1;
    } else {
        text = status_message();
        log_line("cvae_mpi: %s", text);
        convert->refused++;
    }
    entry->text = strdup(text);
    if (!entry->text) {
        return status_fail(STATUS_MEMORY, "out of memory for a word");
    }
    if (entry->word >= 0) {
        convert->batch[convert->word_count++] = entry->text;
    }
    return STATUS_OK;
}

/** Takes a batch of the input: full, or what there is before its end or before a wait for more. */
static status_t read_batch(convert_t *convert, bool *is_last) {
    status_t status = STATUS_OK;
    *is_last = false;
    convert->entry_count = convert->word_count = 0;
    while (status == STATUS_OK && convert->entry_count < BATCH &&
           (convert->entry_count == 0 || !words_would_wait(&convert->words))) {
        const char *text;
        const words_read_t read = words_next(&convert->words, &text);
        if (read == WORDS_END) {
            *is_last = true;
            break;
        }
        if (read == WORDS_FAILED) {
            return STATUS_NO_INPUT;
        }
        status = take(convert, read, text);
    }
    return status;
}

/** Where the spellings of a word in target number `to` begin, among all. */
static size_t spelling_of(const convert_t *convert, int to, int word) {
    return ((size_t)to * BATCH + (size_t)word) * (size_t)convert->width;
}

static cvae_status_t spell(convert_t *convert, int to, cvae_error_t *error) {
    const size_t count = (size_t)convert->word_count, place = spelling_of(convert, to, 0);
    char *texts = convert->texts + place * convert->text_size;
    const int condition = convert->first_to + to;
    if (convert->options->beam == 0 && convert->options->top == 0) {
        return cvae_model_decode(convert->model, count, convert->z, condition, texts, error);
    }
    return cvae_model_search(convert->model, count, convert->z, condition, convert->width, texts,
        convert->probabilities + place, convert->found + (size_t)to * BATCH, error);
}

static status_t spell_batch(convert_t *convert) {
    const options_t *options = convert->options;
    const size_t count = (size_t)convert->word_count;
    const uint64_t seed = options->has_seed ? options->seed : cvae_model_seed(convert->model);
    cvae_error_t error;
    cvae_status_t status = cvae_model_encode(convert->model, count, convert->batch, convert->from, convert->z,
        options->sample ? convert->log_variance : NULL, &error);
    if (status == CVAE_OK && options->sample) {
        status = cvae_model_sample(convert->model, count, seed, convert->index, convert->z,
            convert->log_variance, convert->z, &error);
    }
    for (int to = 0; status == CVAE_OK && to < convert->to_count; to++) {
        status = spell(convert, to, &error);
    }
    return library_status(&error);
}

static int shown_count(const convert_t *convert, int to, int word) {
    const int found = convert->found[(size_t)to * BATCH + (size_t)word];
    return found < convert->options->top ? found : convert->options->top;
}

static const char *text_of(const convert_t *convert, int to, int word, int place) {
    return convert->texts + (spelling_of(convert, to, word) + (size_t)place) * convert->text_size;
}

static double probability_of(const convert_t *convert, int to, int word, int place) {
    return convert->probabilities[spelling_of(convert, to, word) + (size_t)place];
}

static const char *name_of(const convert_t *convert, int to) {
    return cvae_model_condition(convert->model, convert->first_to + to);
}

/** The word's form in a condition: a text, or the list of its alternatives. */
static json_t *form_of(const convert_t *convert, int to, int word) {
    if (convert->options->top == 0) {
        return document_text(text_of(convert, to, word, 0));
    }
    json_t *alternatives = json_array();
    for (int i = 0; i < shown_count(convert, to, word); i++) {
        document_append(
            &alternatives, json_pack("{s:o, s:o}", "spelling", document_text(text_of(convert, to, word, i)),
                               "probability", document_number(probability_of(convert, to, word, i))));
    }
    return alternatives;
}

static status_t print_json(const convert_t *convert, const entry_t *entry) {
    if (entry->word < 0) {
        return output_record(json_pack("{s:n, s:o}", "word", "error", document_text(entry->text)));
    }
    json_t *forms = json_object();
    for (int to = 0; to < convert->to_count; to++) {
        document_set(&forms, name_of(convert, to), form_of(convert, to, entry->word));
    }
    return output_record(json_pack("{s:o, s:o, s:o}", "word", document_text(entry->text), "from",
        document_text(cvae_model_condition(convert->model, convert->from)), "forms", forms));
}

/** The forms in one line, a tab between two. */
static void print_forms(const convert_t *convert, int word) {
    for (int to = 0; to < convert->to_count; to++) {
        printf("%s%s", to > 0 ? "\t" : "", text_of(convert, to, word, 0));
    }
    putchar('\n');
}

/** A line for each alternative: word, condition, spelling, probability. */
static void print_alternatives(const convert_t *convert, const entry_t *entry) {
    for (int to = 0; to < convert->to_count; to++) {
        for (int i = 0; i < shown_count(convert, to, entry->word); i++) {
            printf("%s\t%s\t%s\t%.6f\n", entry->text, name_of(convert, to),
                text_of(convert, to, entry->word, i), probability_of(convert, to, entry->word, i));
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
            print_alternatives(convert, entry);
        } else {
            print_forms(convert, entry->word);
        }
    }
    return status == STATUS_OK ? output_flush() : status;
}

static void release_batch(convert_t *convert) {
    for (int i = 0; i < convert->entry_count; i++) {
        free(convert->entries[i].text);
        convert->entries[i].text = NULL;
    }
}

static status_t convert_all(convert_t *convert) {
    status_t status = STATUS_OK;
    bool is_last = false;
    while (status == STATUS_OK && !is_last) {
        status = read_batch(convert, &is_last);
        if (status == STATUS_OK) {
            status = spell_batch(convert);
        }
        if (status == STATUS_OK) {
            status = print_batch(convert);
        }
        release_batch(convert);
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
    status_t (*const stages[])(convert_t *) = {open_model, allocate, convert_all};
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
    free(convert->z);
    free(convert->log_variance);
    free(convert->texts);
    free(convert->probabilities);
    free(convert->found);
    cvae_model_close(convert->model);
    free(convert);
    return status;
}
