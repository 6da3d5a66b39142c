#include "details.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIKELIHOOD_WORDS = 1000,
    CONVERSIONS = 20000, /**< no more than about so many */
};

/** Rows of the data set at even distances. */
typedef struct {
    const dataset_t *dataset;
    size_t first, all, count;
} rows_t;

static rows_t choose_rows(const dataset_t *dataset, size_t most) {
    const size_t trained = dataset->train_row_count, held_back = dataset->row_count - trained;
    rows_t rows = {
        .dataset = dataset, .first = held_back > 0 ? trained : 0, .all = held_back > 0 ? held_back : trained};
    rows.count = rows.all < most ? rows.all : most;
    return rows;
}

static size_t row_at(const rows_t *rows, size_t index) {
    return rows->first + index * rows->all / rows->count;
}

/** Forms one after another, not rows: so the words are as many as wanted whatever C is. */
static status_t measure_likelihood(details_t *details, const config_t *config, const dataset_t *dataset,
    const shape_t *shape, const float *parameters) {
    const size_t conditions = (size_t)dataset->condition_count;
    const rows_t rows = choose_rows(dataset, SIZE_MAX);
    const size_t forms = rows.all * conditions;
    const size_t count = forms < LIKELIHOOD_WORDS ? forms : LIKELIHOOD_WORDS;
    word_t words[LIKELIHOOD_WORDS];
    for (size_t i = 0; i < count; i++) {
        const size_t form = i * forms / count;
        words[i] = dataset_word(dataset, rows.first + form / conditions, (int)(form % conditions));
    }
    details->likelihood_words = count;
    details->latent = shape->latent;
    return likelihood_measure(&(likelihood_source_t){.shape = shape,
                                  .parameters = parameters,
                                  .words = words,
                                  .count = count,
                                  .samples = details->likelihood_samples,
                                  .seed = config->seed},
        &details->likelihood);
}

static void count(details_share_t *share, bool right) {
    share->right += right;
    share->all++;
}

static void count_directions(details_t *details, int conditions, const bool *right) {
    for (size_t row = 0; row < details->rows; row++) {
        for (int source = 0; source < conditions; source++) {
            for (int target = 0; target < conditions; target++, right++) {
                count(&details->direction[source][target], *right);
            }
        }
    }
}

static void text_of(const dataset_t *dataset, size_t row, int condition, char *text, size_t size) {
    const word_t word = dataset_word(dataset, row, condition);
    alphabet_decode(&dataset->alphabet, word.letters, word.length, text, size);
}

static void count_pasts(details_t *details, const config_t *config, const rows_t *rows, const bool *right) {
    enum { SIZE = 1024 };
    const int base = config_find_condition(&config->data, "simple-present"),
              past = config_find_condition(&config->data, "past");
    const size_t conditions = (size_t)rows->dataset->condition_count;
    for (size_t i = 0; i < rows->count && base >= 0 && past >= 0; i++) {
        char base_text[SIZE], past_text[SIZE];
        text_of(rows->dataset, row_at(rows, i), base, base_text, SIZE);
        text_of(rows->dataset, row_at(rows, i), past, past_text, SIZE);
        count(conversions_is_regular_past(base_text, past_text) ? &details->regular : &details->irregular,
            right[(i * conditions + (size_t)base) * conditions + (size_t)past]);
    }
}

static status_t measure_conversions(details_t *details, const config_t *config, const dataset_t *dataset,
    const shape_t *shape, const float *parameters) {
    const size_t conditions = (size_t)dataset->condition_count;
    const size_t made = conditions * conversions_targets(conditions);
    const rows_t rows = choose_rows(dataset, (CONVERSIONS + made - 1) / made);
    const int count = details->samples > details->repeats ? details->samples : details->repeats;
    word_t *words = malloc(rows.count * conditions * sizeof *words);
    bool *right = malloc(rows.count * conditions * conditions * sizeof *right);
    conversions_samples_t samples = {.count = count,
        .exact = calloc((size_t)count + 1, sizeof *samples.exact),
        .bleu4 = calloc((size_t)count + 1, sizeof *samples.bleu4)};
    status_t status = STATUS_OK;
    if (!words || !right || !samples.exact || !samples.bleu4) {
        status = status_fail(STATUS_MEMORY, "out of memory for the conversions");
        goto end;
    }
    for (size_t form = 0; form < rows.count * conditions; form++) {
        words[form] = dataset_word(dataset, row_at(&rows, form / conditions), (int)(form % conditions));
    }
    status = conversions_measure(&(conversions_source_t){.shape = shape,
                                     .parameters = parameters,
                                     .words = words,
                                     .rows = rows.count,
                                     .seed = config->seed},
        right, &details->conversions, &samples);
    if (status == STATUS_OK) {
        details->rows = rows.count;
        details->rows_from = rows.first > 0 ? "held-back" : "training";
        details->pairs = rows.count * made;
        details->sampled = spread_of(samples.exact, (size_t)details->samples);
        details->repeated_exact = spread_of(samples.exact, (size_t)details->repeats);
        details->repeated_bleu4 = spread_of(samples.bleu4, (size_t)details->repeats);
        count_directions(details, (int)conditions, right);
        count_pasts(details, config, &rows, right);
    }
end:
    free(words);
    free(right);
    free(samples.exact);
    free(samples.bleu4);
    return status;
}

status_t details_measure(details_t *details, const options_t *options, const config_t *config,
    const dataset_t *dataset, const shape_t *shape, const float *parameters) {
    memset(details, 0, sizeof *details);
    details->likelihood_samples = options->likelihood_samples;
    details->has_conversions = options->conversion_samples >= 0;
    details->samples = details->has_conversions ? options->conversion_samples : 0;
    const bool likelihood = options->likelihood_samples > 0;
    if ((likelihood || details->has_conversions) && dataset->row_count == 0) {
        return status_fail(STATUS_USAGE, "%s: the data are pairs, not rows of forms",
            likelihood ? "--likelihood" : "--conversions");
    }
    status_t status = STATUS_OK;
    if (likelihood) {
        status = measure_likelihood(details, config, dataset, shape, parameters);
    }
    if (dataset->row_count > 0) {
        details->repeats = options->repeats;
    }
    if (status == STATUS_OK && (details->has_conversions || details->repeats > 0)) {
        status = measure_conversions(details, config, dataset, shape, parameters);
    }
    return status;
}

static double share_of(const details_share_t *share) {
    return share->all > 0 ? (double)share->right / (double)share->all : 0;
}

static void record_share(json_t **record, const char *name, const char *count, const details_share_t *share) {
    if (share->all > 0) {
        document_add(
            record, "{s:o, s:I}", name, document_number(share_of(share)), count, (json_int_t)share->all);
    }
}

void details_record(const details_t *details, json_t **record) {
    if (details->likelihood_words > 0) {
        const likelihood_t *likelihood = &details->likelihood;
        document_add(record, "{s:I, s:o, s:o, s:o, s:i, s:o}", "likelihood_words",
            (json_int_t)details->likelihood_words, "elbo", document_number(likelihood->elbo),
            "importance_bound", document_number(likelihood->bound), "bits_per_letter",
            document_number(likelihood->bits_per_letter), "active_units", likelihood->active_units,
            "mutual_information", document_number(likelihood->mutual_information));
    }
    if (details->has_conversions) {
        document_add(record, "{s:I, s:o, s:o}", "conversion_rows", (json_int_t)details->rows, "conversions",
            document_number(details->conversions.exact), "paradigms",
            document_number(details->conversions.paradigm));
        if (details->samples > 0) {
            document_add(record, "{s:o, s:o}", "sampled_conversions", document_number(details->sampled.mean),
                "sampled_conversions_deviation", document_number(details->sampled.deviation));
        }
        record_share(record, "regular_past", "regular_pasts", &details->regular);
        record_share(record, "irregular_past", "irregular_pasts", &details->irregular);
    }
}

static void print_likelihood(const details_t *details, FILE *stream) {
    const likelihood_t *likelihood = &details->likelihood;
    fprintf(stream,
        "  ELBO %.3f, importance-weighted bound %.3f nats a word, %.3f bits a letter (%zu words, %d "
        "samples)\n"
        "  KL %.3f, mutual information %.3f nats (at most %.3f), %d of %d units active\n",
        likelihood->elbo, likelihood->bound, likelihood->bits_per_letter, details->likelihood_words,
        details->likelihood_samples, likelihood->kl, likelihood->mutual_information,
        log((double)details->likelihood_words), likelihood->active_units, details->latent);
}

static void print_directions(const details_t *details, const config_t *config, FILE *stream) {
    enum { WIDTH = 15 };
    fprintf(stream, "  %-*s", WIDTH, "from \\ to");
    for (int target = 0; target < config->data.condition_count; target++) {
        fprintf(stream, " %*s", WIDTH, config->data.conditions[target]);
    }
    fputc('\n', stream);
    for (int source = 0; source < config->data.condition_count; source++) {
        fprintf(stream, "  %-*s", WIDTH, config->data.conditions[source]);
        for (int target = 0; target < config->data.condition_count; target++) {
            if (source == target && config->data.condition_count > 1) {
                fprintf(stream, " %*s", WIDTH, "-");
            } else {
                fprintf(stream, " %*.4f", WIDTH, share_of(&details->direction[source][target]));
            }
        }
        fputc('\n', stream);
    }
}

static void print_conversions(const details_t *details, const config_t *config, FILE *stream) {
    const conversions_t *conversions = &details->conversions;
    fprintf(stream, "  conversions right %.4f from the posterior mean, whole paradigms %.4f (%zu rows)\n",
        conversions->exact, conversions->paradigm, details->rows);
    if (details->samples > 0) {
        fprintf(stream, "  conversions right %.4f, standard deviation %.4f, from %d samples of z\n",
            details->sampled.mean, details->sampled.deviation, details->samples);
    }
    print_directions(details, config, stream);
    if (details->regular.all + details->irregular.all > 0) {
        fprintf(stream, "  pasts right: regular %.4f of %zu, irregular %.4f of %zu\n",
            share_of(&details->regular), details->regular.all, share_of(&details->irregular),
            details->irregular.all);
    }
}

void details_print(const details_t *details, const config_t *config, FILE *stream) {
    if (details->likelihood_words > 0) {
        print_likelihood(details, stream);
    }
    if (details->has_conversions) {
        print_conversions(details, config, stream);
    }
}
