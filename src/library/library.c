#include "library.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "data/dataset_source.h"
#include "math/kernels.h"
#include "model/latent.h"
#include "model/speller.h"

enum { BEAM_MAX = 100 };

struct cvae_model {
    trained_t trained;
    speller_t greedy;
    speller_t beam;              // of width beam_width
    int beam_width;              // 0: none yet
    pair_t pairs[SPELLER_BATCH]; // the words of a batch
    symbol_t *letters;           // [SPELLER_BATCH, max_length]
    uint32_t *unknown;           // likewise: their unknown letters
    char alphabet[ALPHABET_TEXT_SIZE];
};

// HDF5 is not thread-safe.
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t kernels_once = PTHREAD_ONCE_INIT;

static void choose_kernels(void) {
    (void)kernels();
}

static const struct {
    status_t status;
    cvae_status_t public;
} statuses[] = {
    {STATUS_OK, CVAE_OK},
    {STATUS_USAGE, CVAE_ARGUMENT},
    {STATUS_DATA, CVAE_WORD},
    {STATUS_NO_INPUT, CVAE_NO_INPUT},
    {STATUS_MEMORY, CVAE_MEMORY},
    {STATUS_CHECKPOINT, CVAE_CHECKPOINT},
};

enum { STATUSES = sizeof statuses / sizeof *statuses };

/** A status of the program as one of the library, with this thread's message. */
static cvae_status_t report(cvae_error_t *error, status_t status) {
    // Whatever else is wrong is wrong with the file.
    cvae_status_t public = CVAE_CHECKPOINT;
    for (int i = 0; i < STATUSES; i++) {
        public = statuses[i].status == status ? statuses[i].public : public;
    }
    if (error) {
        *error = (cvae_error_t){.status = public};
        if (status != STATUS_OK) {
            snprintf(error->message, sizeof error->message, "%s", status_message());
        }
    }
    return public;
}

status_t library_status(const cvae_error_t *error) {
    for (int i = 0; i < STATUSES; i++) {
        if (statuses[i].public == error->status) {
            return error->status == CVAE_OK ? STATUS_OK
                                            : status_fail(statuses[i].status, "%s", error->message);
        }
    }
    return STATUS_INTERNAL;
}

const trained_t *library_trained(const cvae_model_t *model) {
    return &model->trained;
}

/** Which condition that is not named yet is nearest to a name; the first of several. */
static int nearest_of(const char *name, const char *const *conditions, int count, const bool *is_named) {
    int nearest = -1, least = 0;
    for (int i = 0; i < count; i++) {
        const int distance = is_named[i] ? 0 : text_distance(name, conditions[i]);
        if (!is_named[i] && (nearest < 0 || distance < least)) {
            nearest = i;
            least = distance;
        }
    }
    return nearest;
}

status_t library_condition(const cvae_model_t *model, const char *place, const char *name, int *condition) {
    *condition = cvae_model_find_condition(model, name);
    if (*condition >= 0) {
        return STATUS_OK;
    }
    enum { NAMED_MAX = 16, NEAREST = 3 };
    char names[STATUS_MESSAGE_SIZE / 2] = "";
    const char *conditions[CONDITIONS_MAX];
    const int count = cvae_model_conditions(model);
    const bool is_long = count > NAMED_MAX;
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        conditions[i] = cvae_model_condition(model, i);
    }
    if (is_long) {
        used = (size_t)snprintf(
            names, sizeof names, "%d conditions (`cvae_mpi inspect` lists them), the nearest are ", count);
    }
    bool is_named[CONDITIONS_MAX] = {false};
    for (int i = 0; i < (is_long ? NEAREST : count) && used < sizeof names; i++) {
        const int next = is_long ? nearest_of(name, conditions, count, is_named) : i;
        is_named[next] = true;
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", conditions[next]);
    }
    const char *meant = text_nearest(name, conditions, count);
    char *clean = text_clean(name);
    for (char *byte = clean; byte && *byte; byte++) {
        *byte = iscntrl((unsigned char)*byte) ? '?' : *byte;
    }
    const status_t status = status_fail(STATUS_USAGE, "%s: no condition \"%s\", the model has %s%s%s%s",
        place, clean ? clean : "", names, meant ? ": did you mean \"" : "", meant ? meant : "",
        meant ? "\"?" : "");
    free(clean);
    return status;
}

const char *cvae_version(void) {
    return CVAE_VERSION;
}

static status_t create_speller(const cvae_model_t *model, speller_t *speller, int width) {
    const int letters = model->trained.config.data.max_length;
    const status_t status =
        speller_create(speller, &model->trained.shape, letters, 0, letters + SPELLER_LONGER_BY, width);
    if (status == STATUS_OK) {
        cvae_bind(speller->cvae, model->trained.parameters);
    }
    return status;
}

static status_t open_model(cvae_model_t *model, const char *path) {
    pthread_mutex_lock(&reading);
    status_t status = trained_read(&model->trained, path, NULL, 0);
    pthread_mutex_unlock(&reading);
    if (status == STATUS_OK) {
        status = create_speller(model, &model->greedy, 0);
    }
    if (status != STATUS_OK) {
        return status;
    }
    alphabet_text(&model->trained.alphabet, model->alphabet);
    const size_t letters = (size_t)SPELLER_BATCH * (size_t)model->trained.config.data.max_length;
    model->letters = calloc(letters, sizeof *model->letters);
    model->unknown = calloc(letters, sizeof *model->unknown);
    return model->letters && model->unknown
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "%s: out of memory for a batch of words", path);
}

cvae_status_t cvae_model_open(cvae_model_t **model, const char *path, cvae_error_t *error) {
    pthread_once(&kernels_once, choose_kernels);
    cvae_model_t *opened = calloc(1, sizeof *opened);
    const status_t status =
        opened ? open_model(opened, path) : status_fail(STATUS_MEMORY, "%s: out of memory for a model", path);
    if (status != STATUS_OK) {
        cvae_model_close(opened);
        opened = NULL;
    }
    *model = opened;
    return report(error, status);
}

void cvae_model_close(cvae_model_t *model) {
    if (model) {
        speller_destroy(&model->greedy);
        speller_destroy(&model->beam);
        trained_destroy(&model->trained);
        free(model->letters);
        free(model->unknown);
        free(model);
    }
}

int cvae_model_conditions(const cvae_model_t *model) {
    return model->trained.shape.conditions;
}

const char *cvae_model_condition(const cvae_model_t *model, int condition) {
    return condition >= 0 && condition < model->trained.shape.conditions
               ? conditions_name(&model->trained.conditions, condition)
               : NULL;
}

int cvae_model_find_condition(const cvae_model_t *model, const char *name) {
    return conditions_find(&model->trained.conditions, name, strlen(name));
}

int cvae_model_is_trained(const cvae_model_t *model, int from, int to) {
    const config_data_t *data = &model->trained.config.data;
    const bool is_inflect = data->pairs == CONFIG_PAIRS_INFLECT;
    if (data->format == CONFIG_FORMAT_PAIRS || (!is_inflect && data->pairs != CONFIG_PAIRS_LEMMATIZE)) {
        return 1;
    }
    const int first = config_has_table(data) ? cvae_model_find_condition(model, DATASET_LEMMA) : 0;
    const bool is_read = (from == first) == is_inflect;
    // A copy's target is its source.
    return is_read && (from == to ? data->copies > 0 : is_inflect || to == first);
}

int cvae_model_latent(const cvae_model_t *model) {
    return model->trained.shape.latent;
}

int cvae_model_max_letters(const cvae_model_t *model) {
    return model->trained.config.data.max_length;
}

const char *cvae_model_alphabet(const cvae_model_t *model) {
    return model->alphabet;
}

uint64_t cvae_model_seed(const cvae_model_t *model) {
    return model->trained.config.seed;
}

size_t cvae_model_text_size(const cvae_model_t *model) {
    return (size_t)model->greedy.max_letters * TEXT_CHARACTER_MAX + 1;
}

static status_t refuse_letter(const alphabet_t *alphabet, uint32_t code_point) {
    char letter[TEXT_DESCRIPTION_SIZE], hint[TEXT_DESCRIPTION_SIZE];
    text_describe(code_point, letter);
    alphabet_hint(alphabet, code_point, hint);
    return status_fail(STATUS_DATA, "%s is not in the model's alphabet%s", letter, hint);
}

/** Whether the letters may be in any word, in their places. STATUS_DATA; *column: the letter at fault,
 * from 1. */
static status_t check_letters(const alphabet_t *alphabet, const char *text, size_t size, int *column) {
    uint32_t code_point;
    for (size_t place = 0, bytes; place < size; place += bytes) {
        ++*column;
        bytes = (size_t)text_decode(text + place, size - place, &code_point);
        if (bytes == 0) {
            char malformed[TEXT_MALFORMED_SIZE];
            text_describe_malformed(text[place], "", malformed);
            return status_fail(STATUS_DATA, "%s", malformed);
        }
        if (text_flaw(code_point) && !text_is_direction_mark(code_point) && !text_joins(text, size, place)) {
            symbol_t symbol;
            alphabet_encode_letter(alphabet, text + place, size - place, &symbol);
            if (symbol == 0) {
                return refuse_letter(alphabet, code_point);
            }
            if (text_is_joiner(code_point)) {
                return status_fail(
                    STATUS_DATA, "U+%04X was expected between two letters only", (unsigned)code_point);
            }
        }
    }
    *column = 0;
    return STATUS_OK;
}

/** The number of the letter that begins at byte `offset`, from 1. */
static int letter_at(const char *text, size_t offset) {
    int number = 1;
    for (size_t i = 0; i < offset; i++) {
        number += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return number;
}

/** Reads the normal form of a word, NULL where it is the word as it was given, `text`. letters, unknown:
 * [max_length]. */
static status_t read_normal(const trained_t *trained, const char *text, const char *normal, size_t size,
    symbol_t *letters, int *length, unknown_t *unknown, int *column) {
    const int most = trained->config.data.max_length;
    const char *encoded = normal ? normal : text;
    for (size_t place = 0; place < size; ++*length) {
        symbol_t *symbol = &letters[*length];
        if (*length == most) {
            return status_fail(STATUS_DATA, "more than the %d letter%s that data.max_length allows", most,
                text_plural((size_t)most));
        }
        const int bytes =
            alphabet_read_letter(&trained->alphabet, encoded + place, size - place, symbol, unknown);
        if (*symbol == 0) {
            uint32_t code_point;
            text_decode(encoded + place, size - place, &code_point);
            *column = letter_at(text, normal ? text_normal_origin(text, strlen(text), place) : place);
            return refuse_letter(&trained->alphabet, code_point);
        }
        place += (size_t)bytes;
    }
    return STATUS_OK;
}

/**
 * Reads a word as the source of a pair, at a place of the batch: its letters and its unknown ones stand in
 * the model. STATUS_DATA; *column: the letter at fault, from 1, or 0 for the word.
 */
static status_t read_word(
    const cvae_model_t *model, const char *text, int batch_place, pair_t *pair, int *column) {
    const trained_t *trained = &model->trained;
    const size_t first = (size_t)batch_place * (size_t)trained->config.data.max_length;
    symbol_t *letters = model->letters + first;
    char *normal = NULL;
    size_t size = strlen(text);
    *pair = (pair_t){.source.letters = letters, .unknown.letters = model->unknown + first};
    *column = 0;
    status_t status = check_letters(&trained->alphabet, text, size, column);
    if (status == STATUS_OK) {
        status = text_normal(text, size, &normal, &size);
    }
    if (status == STATUS_OK && size == 0) {
        status = status_fail(STATUS_DATA, "it is empty, a word was expected");
    }
    if (status == STATUS_OK) {
        status =
            read_normal(trained, text, normal, size, letters, &pair->source.length, &pair->unknown, column);
    }
    free(normal);
    return status;
}

static cvae_status_t report_word(cvae_error_t *error, status_t status, size_t word, int letter) {
    const cvae_status_t public = report(error, status);
    if (error && status == STATUS_DATA) {
        error->word = word;
        error->letter = letter;
    }
    return public;
}

cvae_status_t cvae_model_check(const cvae_model_t *model, const char *word, cvae_error_t *error) {
    pair_t pair;
    int column;
    const status_t status = read_word(model, word, 0, &pair, &column);
    return report_word(error, status, 0, column);
}

static status_t check_condition(const cvae_model_t *model, int condition) {
    const int count = model->trained.shape.conditions;
    return condition >= 0 && condition < count
               ? STATUS_OK
               : status_fail(STATUS_USAGE, "condition %d: the model has the conditions 0 to %d", condition,
                     count - 1);
}

/** Reads words [count], the first of them number `first` of a call, as the sources of the batch's pairs. */
static cvae_status_t read_batch(
    cvae_model_t *model, int count, const char *const *words, size_t first, cvae_error_t *error) {
    for (int i = 0; i < count; i++) {
        int column;
        const status_t status = read_word(model, words[i], i, &model->pairs[i], &column);
        if (status != STATUS_OK) {
            return report_word(error, status, first + (size_t)i, column);
        }
    }
    return report(error, STATUS_OK);
}

/** The most a batch may have of what is left. */
static int batch_of(const speller_t *speller, size_t left) {
    return left < (size_t)speller->words ? (int)left : speller->words;
}

/**
 * Conditions of words: of word i it is of[i * step], with a step of 1 one for each word, of 0 one for all.
 */
typedef struct {
    const int *of;
    size_t step;
} each_t;

static int condition_of(each_t each, size_t word) {
    return each.of[word * each.step];
}

/** Those of the words from number `first` on. */
static each_t each_from(each_t each, size_t first) {
    return (each_t){each.of + first * each.step, each.step};
}

/** Spells the batch of z that the speller holds, as spell() does. pairs [count]: the words that z is of. */
static void spell_batch(const cvae_model_t *model, const speller_t *speller, int count, const pair_t *pairs,
    each_t to, char *texts, double *probabilities, int *found) {
    const size_t size = cvae_model_text_size(model);
    for (int i = 0; i < count; i++) {
        speller->conditions[i] = condition_of(to, (size_t)i);
    }
    speller_spell(speller, count, pairs);
    for (int i = 0; i < count; i++) {
        const int places = found ? (found[i] = speller->spelled.counts[i]) : 1;
        for (int place = 0; place < places; place++) {
            const word_t word = speller_word(speller, i, place);
            const size_t at = (size_t)i * (size_t)speller->width + (size_t)place;
            alphabet_spell(&model->trained.alphabet, word.letters, word.length,
                pairs ? &pairs[i].unknown : &(unknown_t){0}, texts + at * size, size);
            if (probabilities) {
                probabilities[at] = exp(speller->spelled.log_probabilities[at]);
            }
        }
    }
}

/**
 * Spells z [count, Z] of words [count], NULL for draws: texts [count, width], and what a beam tells besides:
 * probabilities [count, width] and found [count]; NULL where greedily.
 */
static cvae_status_t spell(cvae_model_t *model, const speller_t *speller, size_t count, const float *z,
    const char *const *words, each_t to, char *texts, double *probabilities, int *found,
    cvae_error_t *error) {
    const size_t latent = (size_t)model->trained.shape.latent, size = cvae_model_text_size(model);
    const size_t width = (size_t)speller->width;
    for (size_t first = 0; first < count; first += (size_t)speller->words) {
        const int batch = batch_of(speller, count - first);
        const cvae_status_t status = words ? read_batch(model, batch, words + first, first, error) : CVAE_OK;
        if (status != CVAE_OK) {
            return status;
        }
        memcpy(speller->z, z + first * latent, (size_t)batch * latent * sizeof *z);
        spell_batch(model, speller, batch, words ? model->pairs : NULL, each_from(to, first),
            texts + first * width * size, probabilities ? probabilities + first * width : NULL,
            found ? found + first : NULL);
    }
    return report(error, STATUS_OK);
}

/** Encodes words, and spells them in the conditions `to`: mean, log_variance and texts may be NULL. */
static cvae_status_t encode(cvae_model_t *model, size_t count, const char *const *words, each_t from,
    float *mean, float *log_variance, each_t to, char *texts, int corrections, cvae_error_t *error) {
    const speller_t *speller = &model->greedy;
    const size_t latent = (size_t)model->trained.shape.latent, size = cvae_model_text_size(model);
    for (size_t first = 0; first < count; first += SPELLER_BATCH) {
        const int batch = batch_of(speller, count - first);
        const cvae_status_t status = read_batch(model, batch, words + first, first, error);
        if (status != CVAE_OK) {
            return status;
        }
        for (int i = 0; i < batch; i++) {
            model->pairs[i].source.condition = condition_of(from, first + (size_t)i);
        }
        speller_encode(
            speller, model->pairs, batch, corrections, log_variance ? log_variance + first * latent : NULL);
        if (texts) {
            spell_batch(
                model, speller, batch, model->pairs, each_from(to, first), texts + first * size, NULL, NULL);
        }
        if (mean) {
            memcpy(mean + first * latent, speller->z, (size_t)batch * latent * sizeof *mean);
        }
    }
    return report(error, STATUS_OK);
}

cvae_status_t cvae_model_encode(cvae_model_t *model, size_t count, const char *const *words, int from,
    float *mean, float *log_variance, cvae_error_t *error) {
    const status_t status = check_condition(model, from);
    return status == STATUS_OK ? encode(model, count, words, (each_t){&from, 0}, mean, log_variance,
                                     (each_t){0}, NULL, 0, error)
                               : report(error, status);
}

cvae_status_t library_encode(cvae_model_t *model, size_t count, const char *const *words, const int *from,
    int corrections, float *mean, float *log_variance, cvae_error_t *error) {
    return encode(
        model, count, words, (each_t){from, 1}, mean, log_variance, (each_t){0}, NULL, corrections, error);
}

static void draw(uint64_t seed, random_purpose_t purpose, uint64_t index, int latent, float *numbers) {
    random_stream_t stream = random_stream(seed, purpose, 0, index);
    random_normals(&stream, latent, numbers);
}

cvae_status_t cvae_model_sample(const cvae_model_t *model, size_t count, uint64_t seed, const uint64_t *index,
    const float *mean, const float *log_variance, float *z, cvae_error_t *error) {
    const size_t latent = (size_t)model->trained.shape.latent;
    float *noise = calloc(2 * latent, sizeof *noise);
    if (!noise) {
        return report(error, status_fail(STATUS_MEMORY, "out of memory for the noise of a sample"));
    }
    for (size_t i = 0; i < count; i++) {
        draw(seed, RANDOM_CONVERTED_WORD, index[i], (int)latent, noise);
        latent_sample(
            (int)latent, mean + i * latent, log_variance + i * latent, noise, noise + latent, z + i * latent);
    }
    free(noise);
    return report(error, STATUS_OK);
}

void cvae_model_draw(const cvae_model_t *model, size_t count, uint64_t seed, uint64_t first, float *z) {
    const int latent = model->trained.shape.latent;
    for (size_t i = 0; i < count; i++) {
        draw(seed, RANDOM_GENERATION, first + i, latent, z + i * (size_t)latent);
    }
}

cvae_status_t cvae_model_refine(
    cvae_model_t *model, size_t count, int rounds, float *z, cvae_error_t *error) {
    const speller_t *speller = &model->greedy;
    const size_t latent = (size_t)model->trained.shape.latent;
    if (rounds < 0) {
        return report(error, status_fail(STATUS_USAGE, "%d rounds: their number is from 0", rounds));
    }
    for (size_t first = 0; first < count; first += SPELLER_BATCH) {
        const int batch = batch_of(speller, count - first);
        const size_t size = (size_t)batch * latent * sizeof *z;
        memcpy(speller->z, z + first * latent, size);
        speller_refine(speller, batch, rounds);
        memcpy(z + first * latent, speller->z, size);
    }
    return report(error, STATUS_OK);
}

cvae_status_t cvae_model_decode(
    cvae_model_t *model, size_t count, const float *z, int to, char *texts, cvae_error_t *error) {
    const status_t status = check_condition(model, to);
    return status == STATUS_OK
               ? spell(model, &model->greedy, count, z, NULL, (each_t){&to, 0}, texts, NULL, NULL, error)
               : report(error, status);
}

static status_t use_beam(cvae_model_t *model, int width) {
    if (width < 1 || width > BEAM_MAX) {
        return status_fail(STATUS_USAGE, "a beam of %d: its width is from 1 to %d", width, BEAM_MAX);
    }
    if (width == model->beam_width) {
        return STATUS_OK;
    }
    speller_destroy(&model->beam);
    const status_t status = create_speller(model, &model->beam, width);
    model->beam_width = status == STATUS_OK ? width : 0;
    return status;
}

cvae_status_t cvae_model_search(cvae_model_t *model, size_t count, const float *z, int to, int beam,
    char *texts, double *probabilities, int *found, cvae_error_t *error) {
    status_t status = check_condition(model, to);
    if (status == STATUS_OK) {
        status = use_beam(model, beam);
    }
    return status == STATUS_OK ? spell(model, &model->beam, count, z, NULL, (each_t){&to, 0}, texts,
                                     probabilities, found, error)
                               : report(error, status);
}

cvae_status_t library_spell(cvae_model_t *model, size_t count, const float *z, const char *const *words,
    const int *to, int beam, char *texts, double *probabilities, int *found, cvae_error_t *error) {
    const status_t status = beam > 0 ? use_beam(model, beam) : STATUS_OK;
    const bool is_greedy = beam == 0;
    return status == STATUS_OK
               ? spell(model, is_greedy ? &model->greedy : &model->beam, count, z, words, (each_t){to, 1},
                     texts, is_greedy ? NULL : probabilities, is_greedy ? NULL : found, error)
               : report(error, status);
}

cvae_status_t cvae_model_convert(cvae_model_t *model, size_t count, const char *const *words, int from,
    int to, char *texts, cvae_error_t *error) {
    status_t status = check_condition(model, from);
    if (status == STATUS_OK) {
        status = check_condition(model, to);
    }
    return status == STATUS_OK ? encode(model, count, words, (each_t){&from, 0}, NULL, NULL, (each_t){&to, 0},
                                     texts, model->trained.config.evaluate.corrections, error)
                               : report(error, status);
}
