#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "base/log.h"
#include "base/text.h"
#include "report/record.h"
#include "output.h"
#include "speller.h"
#include "words.h"

enum { WORD_WIDTH = 15 /**< letters of a form's column */ };

/** What a draw's forms are among the data. */
typedef struct {
    const char *text, *key;
} mark_t;

typedef struct {
    const options_t *options;
    trained_t trained;
    speller_t speller;
    words_t words;
    dataset_t dataset;
    bool has_marks;
    word_t *forms;      /**< [C] of one draw */
    symbol_t *letters;  /**< [2, max_length] the words to go between */
    float *start, *end; /**< [Z] their posterior means */
} generate_t;

static status_t read_model(generate_t *generate) {
    const char *data = generate->options->data;
    config_t *config = &generate->trained.config;
    status_t status = trained_read(&generate->trained, generate->options);
    if (status == STATUS_OK && data) {
        if (strlen(data) >= sizeof config->data.train) {
            return status_fail(STATUS_USAGE, "--data: the path is too long");
        }
        strcpy(config->data.train, data);
    }
    return status;
}

/** The rows that draws are compared with. Without them there are no marks, which is no fault. */
static status_t read_data(generate_t *generate) {
    const options_t *options = generate->options;
    if (options->plain) {
        return STATUS_OK;
    }
    status_t status = trained_data(&generate->trained, &generate->dataset);
    if (status == STATUS_NO_INPUT && !options->data) {
        log_line(
            "note: no marks, as the training data cannot be read (--data FILE where they have moved): %s",
            status_message());
        status_clear();
        return STATUS_OK;
    }
    generate->has_marks = status == STATUS_OK && generate->dataset.row_count > 0;
    if (status == STATUS_OK && !generate->has_marks) {
        log_line(
            "note: no marks, as %s is a file of pairs and has no rows", generate->trained.config.data.train);
    }
    return status;
}

static status_t create_speller(generate_t *generate) {
    const size_t latent = (size_t)generate->trained.shape.latent;
    const size_t max_length = (size_t)generate->trained.config.data.max_length;
    generate->forms = calloc((size_t)generate->trained.shape.conditions, sizeof *generate->forms);
    generate->letters = calloc(2 * max_length, sizeof *generate->letters);
    generate->start = calloc(latent, sizeof *generate->start);
    generate->end = calloc(latent, sizeof *generate->end);
    if (!generate->forms || !generate->letters || !generate->start || !generate->end) {
        return status_fail(STATUS_MEMORY, "out of memory for the draws");
    }
    return speller_create(&generate->speller, &generate->trained, 0);
}

/** Where the way between the two words begins and ends. */
static status_t read_ends(generate_t *generate) {
    const options_t *options = generate->options;
    const int max_length = generate->trained.config.data.max_length;
    const size_t latent = (size_t)generate->trained.shape.latent;
    word_t ends[2];
    int from = 0;
    status_t status = STATUS_OK;
    if (!options->between) {
        return STATUS_OK;
    }
    if (options->from) {
        status = trained_tense(&generate->trained, "--from", options->from, &from);
    }
    if (status == STATUS_OK) {
        status = words_open(&generate->words, &generate->trained.alphabet, max_length, options->words, 2);
    }
    for (int i = 0; status == STATUS_OK && i < 2; i++) {
        symbol_t *letters = generate->letters + (size_t)i * (size_t)max_length;
        ends[i] = (word_t){.letters = letters, .condition = from};
        if (words_next(&generate->words, letters, &ends[i].length) != WORDS_GOOD) {
            status = STATUS_DATA;
        }
    }
    if (status == STATUS_OK) {
        speller_encode(&generate->speller, ends, 2);
        memcpy(generate->start, generate->speller.z, latent * sizeof *generate->start);
        memcpy(generate->end, generate->speller.z + latent, latent * sizeof *generate->end);
    }
    return status;
}

/** How far draw `index` is on the way between the two words, from 0 to 1. */
static double place_between(const generate_t *generate, uint64_t index) {
    return (double)index / (double)(generate->options->steps - 1);
}

static void go_between(generate_t *generate, int count, uint64_t first) {
    const size_t latent = (size_t)generate->trained.shape.latent;
    for (int i = 0; i < count; i++) {
        const double place = place_between(generate, first + (uint64_t)i);
        float *z = generate->speller.z + (size_t)i * latent;
        for (size_t j = 0; j < latent; j++) {
            z[j] = (float)((1 - place) * (double)generate->start[j] + place * (double)generate->end[j]);
        }
    }
}

static mark_t mark_of(const generate_t *generate, int draw) {
    const int conditions = generate->trained.shape.conditions;
    for (int condition = 0; condition < conditions; condition++) {
        generate->forms[condition] = speller_word(&generate->speller, draw, condition, 0);
    }
    const ptrdiff_t row = dataset_find_row(&generate->dataset, generate->forms);
    if (row < 0) {
        return (mark_t){"new", "new"};
    }
    return (size_t)row < generate->dataset.train_row_count ? (mark_t){"training row", "training"}
                                                           : (mark_t){"held-back row", "held-back"};
}

static status_t print_json(const generate_t *generate, int draw, uint64_t index) {
    const int conditions = generate->trained.shape.conditions;
    record_t *record = record_create();
    if (generate->options->between) {
        record_number(record, "place", place_between(generate, index));
    }
    record_t *forms = record_child(record, "forms");
    for (int condition = 0; condition < conditions; condition++) {
        char text[SPELLER_TEXT_SIZE];
        speller_text(&generate->speller, draw, condition, 0, text);
        record_text(forms, generate->trained.config.data.conditions[condition], text);
    }
    record_text(record, "mark", generate->has_marks ? mark_of(generate, draw).key : NULL);
    status_t status = output_record(record);
    record_destroy(record);
    return status;
}

/** The forms, a tab between two. */
static void print_plain(const generate_t *generate, int draw) {
    for (int condition = 0; condition < generate->trained.shape.conditions; condition++) {
        char text[SPELLER_TEXT_SIZE];
        speller_text(&generate->speller, draw, condition, 0, text);
        printf("%s%s", condition > 0 ? "\t" : "", text);
    }
    putchar('\n');
}

/** The forms in columns, and what they are. */
static void print_line(const generate_t *generate, int draw, uint64_t index) {
    const int conditions = generate->trained.shape.conditions;
    if (generate->options->between) {
        printf("%.3f  ", place_between(generate, index));
    }
    for (int condition = 0; condition < conditions; condition++) {
        char text[SPELLER_TEXT_SIZE];
        const bool is_last = condition == conditions - 1 && !generate->has_marks;
        speller_text(&generate->speller, draw, condition, 0, text);
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

static status_t generate_all(generate_t *generate) {
    const options_t *options = generate->options;
    const uint64_t total = options->between ? options->steps : options->count;
    const uint64_t most = (uint64_t)generate->speller.words;
    status_t status = STATUS_OK;
    for (uint64_t first = 0; status == STATUS_OK && first < total; first += most) {
        const int count = (int)(total - first < most ? total - first : most);
        if (options->between) {
            go_between(generate, count, first);
        } else {
            speller_draw(&generate->speller, count, first);
        }
        for (int condition = 0; condition < generate->trained.shape.conditions; condition++) {
            speller_spell(&generate->speller, count, condition);
        }
        status = print_batch(generate, count, first);
    }
    return status;
}

status_t commands_generate(const options_t *options) {
    status_t (*const stages[])(generate_t *) = {
        read_model, create_speller, read_ends, read_data, generate_all};
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
    free(generate->start);
    free(generate->end);
    speller_destroy(&generate->speller);
    dataset_destroy(&generate->dataset);
    trained_destroy(&generate->trained);
    free(generate);
    return status;
}
