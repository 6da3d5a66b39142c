#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "commands.h"
#include "library/library.h"
#include "output.h"
#include "report/document.h"
#include "train/plan.h"
#include "words.h"

enum {
    BATCH = 64,     /**< draws that are spelled at once */
    WORD_WIDTH = 15 /**< letters of a form's column */
};

/** What a draw's forms are among the data. */
typedef struct {
    const char *text, *key;
} mark_t;

typedef struct {
    const options_t *options;
    cvae_model_t *model;
    const trained_t *trained; // the model's
    config_t config;          // the model's, with --data
    words_t words;
    dataset_t dataset;
    bool has_marks;
    int conditions;
    size_t text_size;
    word_t *forms;      // [C] of one draw
    symbol_t *letters;  // [C, max_letters] likewise
    float *z;           // [BATCH, Z]
    float *start, *end; // [Z] the posterior means of the words to go between
    char *texts;        // [C, BATCH, text_size]
} generate_t;

static status_t open_model(generate_t *generate) {
    const char *data = generate->options->data;
    cvae_error_t error;
    if (cvae_model_open(&generate->model, generate->options->file, &error) != CVAE_OK) {
        return library_status(&error);
    }
    generate->trained = library_trained(generate->model);
    generate->config = generate->trained->config;
    if (data && strlen(data) >= sizeof generate->config.data.train) {
        return status_fail(STATUS_USAGE, "--data: the path is too long");
    }
    if (data) {
        strcpy(generate->config.data.train, data);
    }
    return STATUS_OK;
}

/** The rows that draws are compared with. Without them there are no marks, which is no fault. */
static status_t read_data(generate_t *generate) {
    const options_t *options = generate->options;
    if (options->plain) {
        return STATUS_OK;
    }
    status_t status = plan_trained_dataset(generate->trained, &generate->config, &generate->dataset);
    if (status == STATUS_NO_INPUT && !options->data) {
        log_line(
            "note: no marks, as the training data cannot be read (--data FILE where they have moved): %s",
            status_message());
        status_clear();
        return STATUS_OK;
    }
    generate->has_marks = status == STATUS_OK && generate->dataset.row_count > 0;
    if (status == STATUS_OK && !generate->has_marks) {
        log_line("note: no marks, as %s is a file of pairs and has no rows", generate->config.data.train);
    }
    return status;
}

static status_t allocate(generate_t *generate) {
    const size_t latent = (size_t)cvae_model_latent(generate->model);
    generate->conditions = cvae_model_conditions(generate->model);
    generate->text_size = cvae_model_text_size(generate->model);
    const size_t conditions = (size_t)generate->conditions;
    generate->forms = calloc(conditions, sizeof *generate->forms);
    generate->letters = calloc(conditions * generate->text_size, sizeof *generate->letters);
    generate->z = calloc(BATCH * latent, sizeof *generate->z);
    generate->start = calloc(latent, sizeof *generate->start);
    generate->end = calloc(latent, sizeof *generate->end);
    generate->texts = calloc(conditions * BATCH, generate->text_size);
    return generate->forms && generate->letters && generate->z && generate->start && generate->end &&
                   generate->texts
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory for the draws");
}

/** Where the way between the two words begins and ends. */
static status_t read_ends(generate_t *generate) {
    const options_t *options = generate->options;
    float *const ends[] = {generate->start, generate->end};
    int from = 0;
    status_t status = STATUS_OK;
    if (!options->between) {
        return STATUS_OK;
    }
    if (options->from) {
        status = library_condition(generate->model, "--from", options->from, &from);
    }
    if (status == STATUS_OK) {
        status = words_open(&generate->words, cvae_model_max_letters(generate->model), options->words, 2);
    }
    for (int i = 0; status == STATUS_OK && i < 2; i++) {
        const char *text;
        cvae_error_t error;
        if (words_next(&generate->words, &text) != WORDS_GOOD) {
            status = STATUS_DATA;
        } else if (cvae_model_encode(generate->model, 1, &text, from, ends[i], NULL, &error) != CVAE_OK) {
            words_refuse(&generate->words, error.letter, error.message);
            status = STATUS_DATA;
        }
    }
    return status;
}

/** How far draw `index` is on the way between the two words, from 0 to 1. */
static double place_between(const generate_t *generate, uint64_t index) {
    return (double)index / (double)(generate->options->steps - 1);
}

static void go_between(generate_t *generate, int count, uint64_t first) {
    const size_t latent = (size_t)cvae_model_latent(generate->model);
    for (int i = 0; i < count; i++) {
        const double place = place_between(generate, first + (uint64_t)i);
        float *z = generate->z + (size_t)i * latent;
        for (size_t j = 0; j < latent; j++) {
            z[j] = (float)((1 - place) * (double)generate->start[j] + place * (double)generate->end[j]);
        }
    }
}

static const char *text_of(const generate_t *generate, int draw, int condition) {
    return generate->texts + ((size_t)condition * BATCH + (size_t)draw) * generate->text_size;
}

static const char *name_of(const generate_t *generate, int condition) {
    return cvae_model_condition(generate->model, condition);
}

/** A spelled word's symbols; returns how many. */
static int read_form(const generate_t *generate, const char *text, symbol_t *letters) {
    int length = 0;
    for (size_t size = strlen(text); size > 0; length++) {
        const int bytes = alphabet_encode_letter(&generate->trained->alphabet, text, size, &letters[length]);
        text += bytes;
        size -= (size_t)bytes;
    }
    return length;
}

static mark_t mark_of(const generate_t *generate, int draw) {
    for (int condition = 0; condition < generate->conditions; condition++) {
        symbol_t *letters = generate->letters + (size_t)condition * generate->text_size;
        generate->forms[condition] =
            (word_t){letters, read_form(generate, text_of(generate, draw, condition), letters), condition};
    }
    const ptrdiff_t row = dataset_find_row(&generate->dataset, generate->forms);
    if (row < 0) {
        return (mark_t){"new", "new"};
    }
    return (size_t)row < generate->dataset.train_row_count ? (mark_t){"training row", "training"}
                                                           : (mark_t){"held-back row", "held-back"};
}

static status_t print_json(const generate_t *generate, int draw, uint64_t index) {
    json_t *record = json_object(), *forms = json_object();
    if (generate->options->between) {
        document_set(&record, "place", document_number(place_between(generate, index)));
    }
    for (int condition = 0; condition < generate->conditions; condition++) {
        document_set(&forms, name_of(generate, condition), document_text(text_of(generate, draw, condition)));
    }
    document_add(&record, "{s:o, s:s?}", "forms", forms, "mark",
        generate->has_marks ? mark_of(generate, draw).key : NULL);
    return output_record(record);
}

/** The forms, a tab between two. */
static void print_plain(const generate_t *generate, int draw) {
    for (int condition = 0; condition < generate->conditions; condition++) {
        printf("%s%s", condition > 0 ? "\t" : "", text_of(generate, draw, condition));
    }
    putchar('\n');
}

/** The forms in columns, and what they are. */
static void print_line(const generate_t *generate, int draw, uint64_t index) {
    if (generate->options->between) {
        printf("%.3f  ", place_between(generate, index));
    }
    for (int condition = 0; condition < generate->conditions; condition++) {
        const char *text = text_of(generate, draw, condition);
        const bool is_last = condition == generate->conditions - 1 && !generate->has_marks;
        const int length = text_width(text);
        printf("%s%*s", text, is_last ? 0 : length < WORD_WIDTH ? WORD_WIDTH - length + 1 : 1, "");
    }
    printf("%s\n", generate->has_marks ? mark_of(generate, draw).text : "");
}

static status_t print_batch(const generate_t *generate, int count, uint64_t first) {
    status_t status = STATUS_OK;
    for (int draw = 0; status == STATUS_OK && draw < count; draw++) {
        if (generate->options->json) {
            status = print_json(generate, draw, first + (uint64_t)draw);
        } else if (generate->options->plain) {
            print_plain(generate, draw);
        } else {
            print_line(generate, draw, first + (uint64_t)draw);
        }
    }
    return status == STATUS_OK ? output_flush() : status;
}

static status_t spell_batch(generate_t *generate, int count) {
    cvae_error_t error = {.status = CVAE_OK};
    for (int condition = 0; error.status == CVAE_OK && condition < generate->conditions; condition++) {
        char *texts = generate->texts + (size_t)condition * BATCH * generate->text_size;
        cvae_model_decode(generate->model, (size_t)count, generate->z, condition, texts, &error);
    }
    return library_status(&error);
}

static status_t generate_all(generate_t *generate) {
    const options_t *options = generate->options;
    const uint64_t total = options->between ? options->steps : options->count;
    const uint64_t seed = options->has_seed ? options->seed : cvae_model_seed(generate->model);
    status_t status = STATUS_OK;
    for (uint64_t first = 0; status == STATUS_OK && first < total; first += BATCH) {
        const int count = total - first < BATCH ? (int)(total - first) : BATCH;
        if (options->between) {
            go_between(generate, count, first);
        } else {
            cvae_model_draw(generate->model, (size_t)count, seed, first, generate->z);
        }
        status = spell_batch(generate, count);
        if (status == STATUS_OK) {
            status = print_batch(generate, count, first);
        }
    }
    return status;
}

status_t commands_generate(const options_t *options) {
    status_t (*const stages[])(generate_t *) = {open_model, allocate, read_ends, read_data, generate_all};
    generate_t *generate = calloc(1, sizeof *generate);
    if (!generate) {
        return status_fail(STATUS_MEMORY, "out of memory for the draws");
    }
    generate->options = options;
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](generate);
    }
    words_close(&generate->words);
    free(generate->forms);
    free(generate->letters);
    free(generate->z);
    free(generate->start);
    free(generate->end);
    free(generate->texts);
    dataset_destroy(&generate->dataset);
    cvae_model_close(generate->model);
    free(generate);
    return status;
}
