#include "beam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

/** A hypothesis of the next step: one of this step's, which said a symbol, or had ended and stays. */
typedef struct {
    double score; /**< log probability */
    real logit;   /**< of the symbol: finer than the score, among what one hypothesis may say */
    int parent;   /**< its place among the word's hypotheses */
    symbol_t symbol;
} candidate_t;

struct beam {
    shape_t shape;
    int width;
    int *word;                 /**< [words] which word the rows from group * width on spell */
    int *row_conditions;       /**< [words, width] */
    bool *row_may_say_unknown; /**< [words, width] */
    real *row_z;               /**< [words, width, Z] */
    bool *has_ended;           /**< [words, width] */
    real *exponential;         /**< [V] */
    candidate_t *candidates;   /**< [width] the best so far, the best first */
    int candidate_count;
    symbol_t *next_letters; /**< [width, max_letters] */
    int *next_lengths;      /**< [width] */
    memory_t memory;
};

/** One word's part of the result. */
typedef struct {
    symbol_t *letters;
    int *lengths;
    double *scores;
    bool *has_ended;
    int *count;
    size_t max_letters;
} hypotheses_t;

static void layout(beam_t *beam, int words, int max_letters) {
    memory_t *memory = &beam->memory;
    const size_t width = (size_t)beam->width, rows = (size_t)words * width;
    beam->word = memory_take(memory, (size_t)words, sizeof *beam->word);
    beam->row_conditions = memory_take(memory, rows, sizeof *beam->row_conditions);
    beam->row_may_say_unknown = memory_take(memory, rows, sizeof *beam->row_may_say_unknown);
    beam->row_z = memory_take(memory, rows * (size_t)beam->shape.latent, sizeof(real));
    beam->has_ended = memory_take(memory, rows, sizeof *beam->has_ended);
    beam->exponential = memory_take(memory, (size_t)beam->shape.symbols, sizeof(real));
    beam->candidates = memory_take(memory, width, sizeof *beam->candidates);
    beam->next_letters = memory_take(memory, width * (size_t)max_letters, sizeof *beam->next_letters);
    beam->next_lengths = memory_take(memory, width, sizeof *beam->next_lengths);
}

status_t beam_create(beam_t **beam, const shape_t *shape, int words, int width, int max_letters) {
    beam_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the beam search");
    }
    created->shape = *shape;
    created->width = width;
    layout(created, words, max_letters);
    status_t status = memory_reserve(&created->memory);
    if (status != STATUS_OK) {
        free(created);
        return status;
    }
    layout(created, words, max_letters);
    *beam = created;
    return STATUS_OK;
}

void beam_destroy(beam_t *beam) {
    if (beam) {
        memory_release(&beam->memory);
        free(beam);
    }
}

static hypotheses_t hypotheses_of(
    const beam_t *beam, const beam_result_t *result, int word, int max_letters) {
    const size_t first = (size_t)word * (size_t)beam->width;
    return (hypotheses_t){
        .letters = result->letters + first * (size_t)max_letters,
        .lengths = result->lengths + first,
        .scores = result->log_probabilities + first,
        .has_ended = beam->has_ended + first,
        .count = result->counts + word,
        .max_letters = (size_t)max_letters,
    };
}

/** The symbol at a place of what a candidate would spell; the end is the smallest. */
static symbol_t symbol_at(const hypotheses_t *hypotheses, const candidate_t *candidate, int place) {
    const int length = hypotheses->lengths[candidate->parent];
    if (place < length) {
        return hypotheses->letters[(size_t)candidate->parent * hypotheses->max_letters + (size_t)place];
    }
    return candidate->symbol;
}

/** Two hypotheses differ somewhere, at the latest where the shorter one ends. */
static bool is_spelled_before(const hypotheses_t *hypotheses, const candidate_t *a, const candidate_t *b) {
    int place = 0;
    while (symbol_at(hypotheses, a, place) == symbol_at(hypotheses, b, place)) {
        place++;
    }
    return symbol_at(hypotheses, a, place) < symbol_at(hypotheses, b, place);
}

static bool is_better(const hypotheses_t *hypotheses, const candidate_t *a, const candidate_t *b) {
    if (a->score != b->score) {
        return a->score > b->score;
    }
    // Greedy decoding compares the logits, of which two may give one score.
    if (a->parent == b->parent && a->logit != b->logit) {
        return a->logit > b->logit;
    }
    return is_spelled_before(hypotheses, a, b);
}

/** Puts a candidate into its place among the best, if it is one of them. */
static void consider(beam_t *beam, const hypotheses_t *hypotheses, candidate_t candidate) {
    candidate_t *best = beam->candidates;
    int place = beam->candidate_count;
    if (place == beam->width) {
        if (!is_better(hypotheses, &candidate, &best[place - 1])) {
            return;
        }
        place--;
    } else {
        beam->candidate_count++;
    }
    while (place > 0 && is_better(hypotheses, &candidate, &best[place - 1])) {
        best[place] = best[place - 1];
        place--;
    }
    best[place] = candidate;
}

/** What hypothesis `parent`, which has not ended, may say after its step. */
static void extend(beam_t *beam, const hypotheses_t *hypotheses, int parent, const real *logits) {
    real largest;
    const double sum = log(layer_exponentials(beam->shape.symbols, logits, beam->exponential, &largest));
    const bool is_full = (size_t)hypotheses->lengths[parent] == hypotheses->max_letters;
    const int symbols = is_full ? SYMBOL_END + 1 : beam->shape.symbols;
    for (int v = SYMBOL_END; v < symbols; v++) {
        // What may not be said has no place where the beam has room for all.
        if (logits[v] == -(real)INFINITY) {
            continue;
        }
        consider(beam, hypotheses,
            (candidate_t){
                .score = hypotheses->scores[parent] + ((double)logits[v] - (double)largest - sum),
                .logit = logits[v],
                .parent = parent,
                .symbol = (symbol_t)v,
            });
    }
}

/** The best of what the word's hypotheses, which stand in the rows from logits on, come to. */
static void choose(beam_t *beam, const hypotheses_t *hypotheses, const real *logits) {
    beam->candidate_count = 0;
    for (int i = 0; i < *hypotheses->count; i++) {
        if (hypotheses->has_ended[i]) {
            consider(beam, hypotheses,
                (candidate_t){.score = hypotheses->scores[i], .parent = i, .symbol = SYMBOL_END});
        } else {
            extend(beam, hypotheses, i, logits + (size_t)i * (size_t)beam->shape.symbols);
        }
    }
}

/** Makes the candidates the word's hypotheses. Returns whether one of them goes on. */
static bool accept(beam_t *beam, const hypotheses_t *hypotheses) {
    const size_t max = hypotheses->max_letters;
    bool goes_on = false;
    for (int i = 0; i < beam->candidate_count; i++) {
        const candidate_t *candidate = &beam->candidates[i];
        const int length = hypotheses->lengths[candidate->parent];
        symbol_t *letters = beam->next_letters + (size_t)i * max;
        memcpy(
            letters, hypotheses->letters + (size_t)candidate->parent * max, (size_t)length * sizeof *letters);
        beam->next_lengths[i] = length;
        if (candidate->symbol != SYMBOL_END) {
            letters[beam->next_lengths[i]++] = candidate->symbol;
            goes_on = true;
        }
    }
    for (int i = 0; i < beam->candidate_count; i++) {
        hypotheses->scores[i] = beam->candidates[i].score;
        hypotheses->has_ended[i] = beam->candidates[i].symbol == SYMBOL_END;
        hypotheses->lengths[i] = beam->next_lengths[i];
        memcpy(hypotheses->letters + (size_t)i * max, beam->next_letters + (size_t)i * max,
            (size_t)beam->next_lengths[i] * sizeof *hypotheses->letters);
    }
    *hypotheses->count = beam->candidate_count;
    return goes_on;
}

/** The candidates that have not ended go on, from the rows of group `from` to those of group `to`. */
static void move_rows(const beam_t *beam, decoder_t *decoder, int from, int to) {
    for (int i = 0; i < beam->candidate_count; i++) {
        const candidate_t *candidate = &beam->candidates[i];
        if (candidate->symbol != SYMBOL_END) {
            decoder_go_on(
                decoder, from * beam->width + candidate->parent, to * beam->width + i, candidate->symbol);
        }
    }
}

/** Each word begins with one hypothesis, without letters; all its rows are ready for more. */
static void begin(beam_t *beam, decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown, const beam_result_t *result) {
    const size_t latent = (size_t)beam->shape.latent;
    for (int row = 0; row < count * beam->width; row++) {
        const int word = row / beam->width;
        beam->row_conditions[row] = conditions[word];
        beam->row_may_say_unknown[row] = may_say_unknown && may_say_unknown[word];
        memcpy(beam->row_z + (size_t)row * latent, z + (size_t)word * latent, latent * sizeof *z);
    }
    for (int word = 0; word < count; word++) {
        const int first = word * beam->width;
        beam->word[word] = word;
        beam->has_ended[first] = false;
        result->lengths[first] = 0;
        result->log_probabilities[first] = 0;
        result->counts[word] = 1;
    }
    decoder_start(
        decoder, weights, count * beam->width, beam->row_z, beam->row_conditions, beam->row_may_say_unknown);
}

void beam_search(beam_t *beam, decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown, int max_letters, beam_result_t *result) {
    const size_t step = (size_t)beam->width * (size_t)beam->shape.symbols;
    begin(beam, decoder, weights, count, z, conditions, may_say_unknown, result);
    int running = count;
    while (running > 0) {
        const real *logits = decoder_say(decoder, weights, running * beam->width);
        // Words of which every hypothesis has ended leave; the others move up.
        int left = 0;
        for (int group = 0; group < running; group++) {
            const hypotheses_t hypotheses = hypotheses_of(beam, result, beam->word[group], max_letters);
            choose(beam, &hypotheses, logits + (size_t)group * step);
            if (accept(beam, &hypotheses)) {
                beam->word[left] = beam->word[group];
                move_rows(beam, decoder, group, left++);
            }
        }
        running = left;
    }
}
