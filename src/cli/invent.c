#include "data/invent.h"

#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "report/document.h"
#include "train/plan.h"

enum { ROWS = 10 };

/** A configuration's data, and room for an invented row. */
typedef struct {
    config_t config;
    dataset_t dataset;
    invent_t invent;
    word_t words[RECORDS_WORDS_MAX];
    symbol_t *letters;
} view_t;

/** How many of the rows that the first epoch invents stand in the table by chance. */
static void count_rows(view_t *view, size_t *invented, size_t *training, size_t *held_back) {
    const dataset_t *dataset = &view->dataset;
    *invented = *training = *held_back = 0;
    for (size_t index = 0; index < dataset_pair_count(dataset); index++) {
        pair_t pair = dataset_pair(dataset, view->config.seed, 0, index);
        if (invent_pair(&view->invent, 0, &pair, view->letters)) {
            invent_row(&view->invent, 0, index, view->words, view->letters);
            const ptrdiff_t row = dataset_find_row(dataset, view->words);
            ++*invented;
            *training += row >= 0 && (size_t)row < dataset->train_row_count;
            *held_back += row >= (ptrdiff_t)dataset->train_row_count;
        }
    }
}

/** One row: its forms with tabs between them, or one JSON object. */
static status_t show_row(view_t *view, const options_t *options, ptrdiff_t record) {
    const dataset_t *dataset = &view->dataset;
    const word_t pattern = records_word(&dataset->records, (size_t)record, 0);
    char text[EVALUATOR_TEXT_SIZE];
    json_t *forms = json_array();
    for (int form = 0; form < dataset->records.words; form++) {
        const word_t word = view->words[form];
        alphabet_decode(&dataset->alphabet, word.letters, word.length, text, sizeof text);
        document_append(&forms, document_text(text));
        commands_text(options, "%s%s", form > 0 ? "\t" : "", text);
    }
    alphabet_decode(&dataset->alphabet, pattern.letters, pattern.length, text, sizeof text);
    commands_text(options, "\t# as %s\n", text);
    return commands_record(options, json_pack("{s:o, s:o}", "forms", forms, "as", document_text(text)));
}

/** Rows of the first epoch, at even distances. */
static status_t show(view_t *view, const options_t *options) {
    const size_t pairs = dataset_pair_count(&view->dataset),
                 wanted = options->count ? (size_t)options->count : ROWS;
    size_t invented, training, held_back, shown = 0;
    status_t status = STATUS_OK;
    count_rows(view, &invented, &training, &held_back);
    commands_line(options,
        "# %zu of %zu training %s serve as patterns; epoch 1 invents %zu of its %zu pairs (data.invent: %g)",
        view->invent.usable, dataset_trained_count(&view->dataset),
        view->dataset.row_count > 0 ? "rows" : "pairs", invented, pairs, view->invent.share);
    if (view->dataset.row_count > 0) {
        commands_line(
            options, "# by chance %zu of them are training rows, %zu held-back rows", training, held_back);
    }
    for (size_t index = 0; status == STATUS_OK && shown < wanted && index < pairs; index++) {
        // What is left to show stands at even distances in what is left of the epoch.
        const size_t left = wanted - shown, step = (pairs - index) / left;
        const ptrdiff_t record = invent_row(&view->invent, 0, index, view->words, view->letters);
        if (record >= 0) {
            status = show_row(view, options, record);
            shown++;
            index += step > 1 ? step - 1 : 0;
        }
    }
    return status;
}

static status_t open_view(view_t *view, const options_t *options) {
    status_t status = plan_config(&view->config, options->file, options->overrides, options->override_count);
    if (status == STATUS_OK) {
        status = plan_tell_key(plan_dataset(&view->config, NULL, &view->dataset), "data.train");
    }
    if (status == STATUS_OK && view->config.data.invent == 0) {
        status = status_fail(STATUS_USAGE,
            "invent: data.invent is 0 in %s, so no row is invented; --set data.invent=0.8 shows some",
            options->file);
    }
    if (status == STATUS_OK) {
        status = invent_create(&view->invent, &view->dataset, view->config.seed, view->config.data.invent,
            view->config.data.invent_pieces, view->config.data.unknown_letters);
    }
    if (status == STATUS_OK) {
        const size_t words = (size_t)view->dataset.records.words + 2;
        view->letters = calloc(words * (size_t)view->dataset.longest, sizeof *view->letters);
        status = view->letters ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for an invented row");
    }
    return status;
}

status_t commands_invent(const options_t *options) {
    view_t *view = calloc(1, sizeof *view);
    status_t status =
        view ? open_view(view, options) : status_fail(STATUS_MEMORY, "out of memory for the data");
    if (status == STATUS_OK) {
        status = show(view, options);
    }
    if (view) {
        free(view->letters);
        invent_destroy(&view->invent);
        dataset_destroy(&view->dataset);
        free(view);
    }
    return status;
}
