#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "commands.h"
#include "library/library.h"
#include "report/document.h"
#include "train/evaluation.h"
#include "train/plan.h"
#include "words.h"

enum {
    BATCH = 64,     /**< words that are spelled at once */
    WORD_WIDTH = 15 /**< columns of a form in the table of generate */
};

/** A word of convert's input, in its order. */
typedef struct {
    int word;       /**< its place in the batch that the model sees, or -1: it was refused */
    char *text;     /**< owned: the word, or why it was refused */
    int from, to;   /**< conditions; to is -1 for every one */
    uint64_t index; /**< its place in the input, from 0 */
} entry_t;

/** Both commands spell z, that of words or of draws, in every condition or in one. */
typedef struct {
    const options_t *options;
    cvae_model_t *model;
    uint64_t seed;
    int corrections;
    int from, to; // conditions of the options; to is -1 without --to
    int to_count; // the most conditions that a word is spelled in
    int width;    // spellings of a word in a condition: of a beam, or 1
    size_t latent, text_size;
    words_t words;
    memory_t memory;       // of the arrays that follow
    float *z;              // [BATCH, Z]
    float *log_variance;   // [BATCH, Z] of convert --sample
    float *ends;           // [2, Z] of generate --between: the posterior means of its words
    char *texts;           // [to_count, BATCH, width, text_size]
    double *probabilities; // [to_count, BATCH, width], of a beam
    int *found;            // [to_count, BATCH], likewise
    symbol_t *letters;     // [C, text_size] of a draw

    // Words that are spelled in every condition come before those that are spelled in one.
    int every_count;
    int from_of[BATCH], to_of[BATCH]; // conditions of words; to_of of those in one

    int entry_count, word_count; // of convert's batch
    uint64_t refused;
    bool has_named, has_warned; // the columns; of a direction that was never trained
    entry_t entries[BATCH];
    const char *batch[BATCH];
    uint64_t index[BATCH];

    dataset_t dataset; // what generate's draws are compared with
    bool has_marks;
} spell_t;

static void layout(spell_t *spell, memory_t *memory) {
    const size_t words = (size_t)spell->to_count * BATCH, spellings = words * (size_t)spell->width;
    spell->z = memory_take(memory, BATCH * spell->latent, sizeof *spell->z);
    spell->log_variance = memory_take(memory, BATCH * spell->latent, sizeof *spell->log_variance);
    spell->ends = memory_take(memory, 2 * spell->latent, sizeof *spell->ends);
    spell->texts = memory_take(memory, spellings, spell->text_size);
    spell->probabilities = memory_take(memory, spellings, sizeof *spell->probabilities);
    spell->found = memory_take(memory, words, sizeof *spell->found);
    spell->letters = memory_take(memory, (size_t)spell->to_count * spell->text_size, sizeof *spell->letters);
}

static status_t open_model(spell_t *spell) {
    const options_t *options = spell->options;
    const int beam = options->beam > options->top ? options->beam : options->top;
    cvae_error_t error;
    status_t status = STATUS_OK;
    if (cvae_model_open(&spell->model, options->file, &error) != CVAE_OK) {
        return library_status(&error);
    }
    if (options->from) {
        status = library_condition(spell->model, "--from", options->from, &spell->from);
    }
    spell->to = -1;
    if (status == STATUS_OK && options->to) {
        status = library_condition(spell->model, "--to", options->to, &spell->to);
    }
    spell->corrections = options->corrections >= 0
                             ? options->corrections
                             : library_trained(spell->model)->config.evaluate.corrections;
    spell->seed = options->has_seed ? options->seed : cvae_model_seed(spell->model);
    spell->to_count = options->to ? 1 : cvae_model_conditions(spell->model);
    spell->width = beam > 0 ? beam : 1;
    spell->latent = (size_t)cvae_model_latent(spell->model);
    spell->text_size = cvae_model_text_size(spell->model);
    layout(spell, &spell->memory);
    if (status == STATUS_OK && (status = memory_reserve(&spell->memory)) == STATUS_OK) {
        layout(spell, &spell->memory);
        status = words_open(&spell->words, spell->model, options->words, options->word_count,
            options->from ? 1
            : options->to ? 2
                          : 3);
    }
    return status;
}

/** Runs a command, with what both need. */
static status_t run(const options_t *options, status_t (*command)(spell_t *)) {
    spell_t *spell = calloc(1, sizeof *spell);
    if (!spell) {
        return status_fail(STATUS_MEMORY, "out of memory for a batch of words");
    }
    spell->options = options;
    status_t status = open_model(spell);
    if (status == STATUS_OK) {
        status = command(spell);
    }
    words_close(&spell->words);
    memory_release(&spell->memory);
    dataset_destroy(&spell->dataset);
    cvae_model_close(spell->model);
    free(spell);
    return status;
}

/** Where the spellings of a word in target number `to` begin, among all. */
static size_t spelling_of(const spell_t *spell, int to, int word) {
    return ((size_t)to * BATCH + (size_t)word) * (size_t)spell->width;
}

static const char *text_of(const spell_t *spell, int to, int word, int place) {
    return spell->texts + (spelling_of(spell, to, word) + (size_t)place) * spell->text_size;
}

/** The condition that is a word's target number `to`, of targets_of() it. */
static int target_of(const spell_t *spell, int word, int to) {
    return word < spell->every_count ? to : spell->to_of[word];
}

static int targets_of(const spell_t *spell, int word) {
    return word < spell->every_count ? cvae_model_conditions(spell->model) : 1;
}

static const char *name_of(const spell_t *spell, int word, int to) {
    return cvae_model_condition(spell->model, target_of(spell, word, to));
}

/** Spells the first `count` z of the batch in their targets. words: those of z; NULL: none. */
static status_t spell_batch(spell_t *spell, int count, const char *const *words) {
    const bool is_greedy = spell->options->beam == 0 && spell->options->top == 0;
    cvae_error_t error = {.status = CVAE_OK};
    for (int to = 0; error.status == CVAE_OK && to < spell->to_count && count > 0; to++) {
        const size_t place = spelling_of(spell, to, 0);
        int targets[BATCH];
        for (int i = 0; i < count; i++) {
            targets[i] = target_of(spell, i, to);
        }
        library_spell(spell->model, (size_t)count, spell->z, words, targets, is_greedy ? 0 : spell->width,
            spell->texts + place * spell->text_size, spell->probabilities + place,
            spell->found + (size_t)to * BATCH, &error);
        count = spell->every_count;
    }
    return library_status(&error);
}

/** Prints the alternatives of --top, a line each, or makes a list of them. */
static json_t *show_alternatives(const spell_t *spell, const entry_t *entry, int to) {
    const int found = spell->found[(size_t)to * BATCH + (size_t)entry->word];
    json_t *list = json_array();
    for (int i = 0; i < found && i < spell->options->top; i++) {
        const char *text = text_of(spell, to, entry->word, i);
        const double probability = spell->probabilities[spelling_of(spell, to, entry->word) + (size_t)i];
        document_append(&list, json_pack("{s:o, s:o}", "spelling", document_text(text), "probability",
                                   document_number(probability)));
        commands_text(spell->options, "%s\t%s\t%s\t%.6f\n", entry->text, name_of(spell, entry->word, to),
            text, probability);
    }
    return list;
}

/** A word's forms by condition: a text each, or with --top the list of alternatives. */
static json_t *forms_of(const spell_t *spell, const entry_t *entry) {
    json_t *forms = json_object();
    for (int to = 0; to < targets_of(spell, entry->word); to++) {
        document_set(&forms, name_of(spell, entry->word, to),
            spell->options->top > 0 ? show_alternatives(spell, entry, to)
                                    : document_text(text_of(spell, to, entry->word, 0)));
    }
    return forms;
}

/** The forms in one line, a tab between two. */
static void print_forms(const spell_t *spell, int word) {
    for (int to = 0; to < targets_of(spell, word); to++) {
        printf("%s%s", to > 0 ? "\t" : "", text_of(spell, to, word, 0));
    }
    putchar('\n');
}

/** Takes a batch of the input: full, or what there is before its end or before a wait for more. */
static status_t read_batch(spell_t *spell, bool *is_last) {
    const bool has_columns = spell->words.columns > 1;
    spell->entry_count = 0;
    while (spell->entry_count < BATCH && (spell->entry_count == 0 || !words_would_wait(&spell->words))) {
        const char *text;
        const status_t status = words_next(&spell->words, &text);
        if (status == STATUS_NO_INPUT) {
            return status;
        }
        if (!text) {
            *is_last = true;
            break;
        }
        entry_t *entry = &spell->entries[spell->entry_count++];
        *entry = (entry_t){
            .word = status == STATUS_OK ? 0 : -1,
            .text = strdup(status == STATUS_OK ? text : status_message()),
            .from = has_columns ? spell->words.from : spell->from,
            .to = spell->to < 0 ? spell->words.to : spell->to,
            .index = spell->words.place - 1,
        };
        if (!entry->text) {
            return status_fail(STATUS_MEMORY, "out of memory for a word");
        }
        if (status != STATUS_OK) {
            log_line("cvae_mpi: %s", entry->text);
            spell->refused++;
        }
    }
    return STATUS_OK;
}

/** Makes a batch of those entries that are words. */
static void order_batch(spell_t *spell) {
    spell->word_count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < spell->entry_count; i++) {
            entry_t *entry = &spell->entries[i];
            const int word = spell->word_count;
            if (entry->word >= 0 && (entry->to >= 0) == (pass == 1)) {
                spell->batch[word] = entry->text;
                spell->index[word] = entry->index;
                spell->from_of[word] = entry->from;
                spell->to_of[word] = entry->to;
                entry->word = spell->word_count++;
            }
        }
        spell->every_count = pass == 0 ? spell->word_count : spell->every_count;
    }
}

static status_t encode_batch(spell_t *spell) {
    const size_t count = (size_t)spell->word_count;
    const bool samples = spell->options->sample;
    cvae_error_t error;
    if (library_encode(spell->model, count, spell->batch, spell->from_of, samples ? 0 : spell->corrections,
            spell->z, samples ? spell->log_variance : NULL, &error) == CVAE_OK &&
        samples) {
        cvae_model_sample(
            spell->model, count, spell->seed, spell->index, spell->z, spell->log_variance, spell->z, &error);
    }
    return library_status(&error);
}

/** Most texts are made without a record, for there may be millions of words. */
static status_t print_word(const spell_t *spell, const entry_t *entry) {
    const options_t *options = spell->options;
    if (entry->word < 0) {
        commands_text(options, "\n");
        return commands_record(options, json_pack("{s:n, s:o}", "word", "error", document_text(entry->text)));
    }
    if (!options->json && options->top == 0) {
        print_forms(spell, entry->word);
        return STATUS_OK;
    }
    json_t *record = json_pack("{s:o, s:o, s:o}", "word", document_text(entry->text), "from",
        document_text(cvae_model_condition(spell->model, entry->from)), "forms", forms_of(spell, entry));
    json_t *untrained = json_array();
    for (int to = 0; to < targets_of(spell, entry->word); to++) {
        if (!cvae_model_is_trained(spell->model, entry->from, target_of(spell, entry->word, to))) {
            document_append(&untrained, document_text(name_of(spell, entry->word, to)));
        }
    }
    if (json_array_size(untrained) > 0) {
        document_set(&record, "untrained", untrained);
    } else {
        json_decref(untrained);
    }
    return commands_record(options, record);
}

/** Names the conditions in the order of the columns. */
static void name_columns(spell_t *spell) {
    enum { SHOWN = 64 };
    char names[SHOWN * (CONDITIONS_NAME_MAX + 4)] = "";
    const int count = cvae_model_conditions(spell->model), shown = count < SHOWN ? count : SHOWN;
    size_t used = 0;
    for (int i = 0; i < shown; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? " | " : "",
            cvae_model_condition(spell->model, i));
    }
    log_line("columns: %s%s", names, shown < count ? " | ... (`cvae_mpi inspect` lists all)" : "");
    spell->has_named = true;
}

/** Whether training had pairs from a word's condition to the target, or without a target to any other. */
static bool is_trained(const spell_t *spell, const entry_t *entry) {
    bool is_found = entry->to >= 0 && cvae_model_is_trained(spell->model, entry->from, entry->to);
    for (int to = 0; entry->to < 0 && !is_found && to < cvae_model_conditions(spell->model); to++) {
        is_found = to != entry->from && cvae_model_is_trained(spell->model, entry->from, to);
    }
    return is_found;
}

/** Warns that a direction was never trained; names the trained directions and the remedy. */
static void warn_untrained(spell_t *spell, const entry_t *entry) {
    const cvae_model_t *model = spell->model;
    const bool is_inflect = library_trained(model)->config.data.pairs == CONFIG_PAIRS_INFLECT;
    const int count = cvae_model_conditions(model);
    int first = 0; // the condition that all trained pairs are from, or to
    while (first < count - 1 && !cvae_model_is_trained(model, is_inflect ? first : (first + 1) % count,
                                    is_inflect ? (first + 1) % count : first)) {
        first++;
    }
    const char *name = cvae_model_condition(model, first),
               *remedy = entry->from == entry->to                          ? "data.copies above 0"
                         : (is_inflect ? entry->to : entry->from) != first ? "data.pairs: random"
                         : is_inflect ? "data.pairs: lemmatize (or random)"
                                      : "data.pairs: inflect (or random)";
    log_warning(
        "%s -> %s: the model was never trained on such pairs, and its forms are likely to be wrong: it "
        "was trained with data.pairs: %s, %s %s; a training with %s learns them",
        cvae_model_condition(model, entry->from),
        entry->to < 0 ? "every condition" : cvae_model_condition(model, entry->to),
        is_inflect ? "inflect" : "lemmatize", is_inflect ? "from" : "from the others to", name, remedy);
    spell->has_warned = true;
}

/** Names the columns and warns of an untrained direction, once each. */
static void say_about(spell_t *spell, const entry_t *entry) {
    if (entry->word < 0) {
        return;
    }
    if (entry->to < 0 && !spell->has_named && !spell->options->json && spell->options->top == 0) {
        name_columns(spell);
    }
    if (!spell->has_warned && !is_trained(spell, entry)) {
        warn_untrained(spell, entry);
    }
}

static status_t convert(spell_t *spell) {
    status_t status = STATUS_OK;
    if (spell->options->word_count == 0 && isatty(STDIN_FILENO)) {
        log_line("words are read from the terminal, one a line; Ctrl-D ends");
    }
    for (bool is_last = false; status == STATUS_OK && !is_last;) {
        status = read_batch(spell, &is_last);
        order_batch(spell);
        if (status == STATUS_OK && (status = encode_batch(spell)) == STATUS_OK) {
            status = spell_batch(spell, spell->word_count, spell->batch);
        }
        for (int i = 0; i < spell->entry_count; i++) {
            if (status == STATUS_OK) {
                say_about(spell, &spell->entries[i]);
                status = print_word(spell, &spell->entries[i]);
            }
            free(spell->entries[i].text);
        }
        if (status == STATUS_OK) {
            status = commands_flush();
        }
    }
    if (status == STATUS_OK && spell->words.place == 0) {
        return status_fail(STATUS_DATA, "standard input is empty, words were expected, one a line");
    }
    if (status == STATUS_OK && spell->refused > 0) {
        return status_fail(STATUS_DATA, "%llu of %llu word%s could not be converted",
            (unsigned long long)spell->refused, (unsigned long long)spell->words.place,
            text_plural((size_t)spell->words.place));
    }
    return status;
}

status_t commands_convert(const options_t *options) {
    return run(options, convert);
}

/** The rows that draws are compared with. Without them there are no marks, which is no fault. */
static status_t read_data(spell_t *spell) {
    const options_t *options = spell->options;
    const trained_t *trained = library_trained(spell->model);
    config_t config = trained->config;
    if (options->plain) {
        return STATUS_OK;
    }
    if (options->data && strlen(options->data) >= sizeof config.data.train) {
        return status_fail(STATUS_USAGE, "--data: the path is too long");
    }
    if (options->data) {
        strcpy(config.data.train, options->data);
    }
    status_t status = plan_trained_dataset(trained, &config, &spell->dataset);
    if (status == STATUS_NO_INPUT && !options->data) {
        log_line(
            "note: no marks, as the training data cannot be read (--data FILE where they have moved): %s",
            status_message());
        status_clear();
        return STATUS_OK;
    }
    spell->has_marks = status == STATUS_OK && spell->dataset.row_count > 0;
    if (status == STATUS_OK && !spell->has_marks) {
        log_line("note: no marks, as %s is a %s and has no rows", config.data.train,
            dataset_is_table(&spell->dataset) ? "table of forms" : "file of pairs");
    }
    return status;
}

/** Where the way between the two words begins and ends. */
static status_t read_ends(spell_t *spell) {
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < 2; i++) {
        const char *text;
        cvae_error_t error;
        status = words_next(&spell->words, &text);
        if (status == STATUS_OK) {
            cvae_model_encode(
                spell->model, 1, &text, spell->from, spell->ends + i * spell->latent, NULL, &error);
            status = library_status(&error);
        }
    }
    return status;
}

/** How far draw `index` is on the way between the two words, from 0 to 1. */
static double place_between(const spell_t *spell, uint64_t index) {
    return (double)index / (double)(spell->options->steps - 1);
}

static void go_between(spell_t *spell, size_t count, uint64_t first) {
    const float *start = spell->ends, *end = start + spell->latent;
    for (size_t i = 0; i < count; i++) {
        const double place = place_between(spell, first + i);
        for (size_t j = 0; j < spell->latent; j++) {
            spell->z[i * spell->latent + j] =
                (float)((1 - place) * (double)start[j] + place * (double)end[j]);
        }
    }
}

/** What a draw's forms are among the data; NULL without data. */
static const char *mark_of(const spell_t *spell, int draw) {
    const alphabet_t *alphabet = &library_trained(spell->model)->alphabet;
    word_t forms[CONFIG_CONDITIONS_MAX];
    if (!spell->has_marks) {
        return NULL;
    }
    for (int condition = 0; condition < spell->to_count; condition++) {
        const char *text = text_of(spell, condition, draw, 0);
        symbol_t *letters = spell->letters + (size_t)condition * spell->text_size;
        int length = 0;
        for (; *text; length++) {
            text += alphabet_encode_letter(alphabet, text, strlen(text), &letters[length]);
        }
        forms[condition] = (word_t){letters, length, condition};
    }
    const ptrdiff_t row = dataset_find_row(&spell->dataset, forms);
    return row < 0 ? "new" : (size_t)row < spell->dataset.train_row_count ? "training" : "held-back";
}

static status_t print_draw(const spell_t *spell, int draw, uint64_t index) {
    const options_t *options = spell->options;
    const char *mark = mark_of(spell, draw);
    if (options->json) {
        json_t *record = json_object();
        if (options->between) {
            document_set(&record, "place", document_number(place_between(spell, index)));
        }
        document_add(
            &record, "{s:o, s:s?}", "forms", forms_of(spell, &(entry_t){.word = draw}), "mark", mark);
        return commands_record(options, record);
    }
    if (options->plain) {
        print_forms(spell, draw);
        return STATUS_OK;
    }
    if (options->between) {
        printf("%.3f ", place_between(spell, index));
    }
    for (int condition = 0; condition < spell->to_count; condition++) {
        const char *text = text_of(spell, condition, draw, 0);
        const bool is_last = condition == spell->to_count - 1 && !mark;
        char cell[2 * EVALUATOR_TEXT_SIZE];
        printf("%s%s", text_cell(text, is_last ? 0 : WORD_WIDTH, cell, sizeof cell), is_last ? "" : " ");
    }
    puts(mark ? mark : "");
    return STATUS_OK;
}

static status_t generate(spell_t *spell) {
    const options_t *options = spell->options;
    const uint64_t total = (uint64_t)(options->between ? options->steps : options->count);
    status_t status = options->between ? read_ends(spell) : STATUS_OK;
    if (status == STATUS_OK) {
        status = read_data(spell);
    }
    for (uint64_t first = 0; status == STATUS_OK && first < total; first += BATCH) {
        const int count = total - first < BATCH ? (int)(total - first) : BATCH;
        if (options->between) {
            go_between(spell, (size_t)count, first);
        } else {
            cvae_model_draw(spell->model, (size_t)count, spell->seed, first, spell->z);
        }
        cvae_error_t error;
        cvae_model_refine(spell->model, (size_t)count, options->refine, spell->z, &error);
        status = library_status(&error);
        if (status == STATUS_OK) {
            spell->every_count = count;
            status = spell_batch(spell, count, NULL);
        }
        for (int draw = 0; status == STATUS_OK && draw < count; draw++) {
            status = print_draw(spell, draw, first + (uint64_t)draw);
        }
        if (status == STATUS_OK) {
            status = commands_flush();
        }
    }
    return status;
}

status_t commands_generate(const options_t *options) {
    return run(options, generate);
}
