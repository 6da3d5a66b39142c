#include "consistency.h"

#include <string.h>

#include "base/random.h"

/** Which conditions are a training pair's source and target: with rows all are. */
static void find_conditions(consistency_t *consistency) {
    const dataset_t *dataset = &consistency->plan->dataset;
    bool is_source[CONDITIONS_MAX], is_target[CONDITIONS_MAX];
    memset(is_source, dataset->row_count > 0, sizeof is_source);
    memset(is_target, dataset->row_count > 0, sizeof is_target);
    for (size_t i = 0; i < dataset->train_given_count; i++) {
        const pair_t pair = dataset_pair(dataset, 0, 0, i);
        is_source[pair.source.condition] = true;
        is_target[pair.target.condition] = true;
    }
    for (int c = 0; c < dataset->conditions.count; c++) {
        if (is_target[c]) {
            consistency->target[consistency->targets++] = c;
        }
        if (is_target[c] && is_source[c] && consistency->source < 0) {
            consistency->source = c;
        }
    }
}

static int shards_of(int draws, int shard_draws) {
    return draws / shard_draws + (draws % shard_draws != 0);
}

status_t consistency_prepare(consistency_t *consistency, const plan_t *plan) {
    const double share = plan->config.train.consistency;
    *consistency = (consistency_t){.plan = plan, .source = -1};
    if (share == 0) {
        return STATUS_OK;
    }
    find_conditions(consistency);
    if (consistency->source < 0) {
        return status_fail(STATUS_CONFIG,
            "train.consistency is %g, but no condition of %s is the source of one training pair and the "
            "target of another, so that what is spelled in it could be encoded: it must be 0",
            share, plan->config.data.train);
    }
    const int targets = consistency->targets;
    if (targets < 2) {
        return status_fail(STATUS_CONFIG,
            "train.consistency is %g, but %s is the only target condition of the training pairs in %s, and a "
            "draw's forms need two that go together: it must be 0",
            share, conditions_name(&plan->dataset.conditions, consistency->source), plan->config.data.train);
    }
    consistency->shard_draws = plan->micro_batch > targets ? plan->micro_batch / targets : 1;
    consistency->words = consistency->shard_draws * targets;
    // A step has a whole number of draws, which is less than one above its share but for rounding.
    const int draws = (int)(share * plan->batch_size / targets) + 2;
    consistency->shards = shards_of(draws, consistency->shard_draws);
    return STATUS_OK;
}

void consistency_layout(consistency_t *consistency, memory_t *memory) {
    const plan_t *plan = consistency->plan;
    const size_t draws = (size_t)consistency->shard_draws, words = (size_t)consistency->words;
    const size_t latent = (size_t)plan->shape.latent, room = (size_t)plan->dataset.longest + 1;
    const size_t rows = (words - draws) * (size_t)shape_decoder_steps(plan->dataset.longest);
    consistency->drawn = memory_take(memory, draws * latent, sizeof *consistency->drawn);
    consistency->drawn_letters = memory_take(memory, draws * room, sizeof *consistency->drawn_letters);
    consistency->drawn_words = memory_take(memory, draws, sizeof *consistency->drawn_words);
    consistency->mean = memory_take(memory, words * latent, sizeof *consistency->mean);
    consistency->conditions = memory_take(memory, words, sizeof *consistency->conditions);
    consistency->lengths = memory_take(memory, words, sizeof *consistency->lengths);
    consistency->letters = memory_take(memory, words * room, sizeof *consistency->letters);
    consistency->z = memory_take(memory, (words - draws) * latent, sizeof *consistency->z);
    consistency->pairs = memory_take(memory, words - draws, sizeof *consistency->pairs);
    consistency->distributions =
        memory_take(memory, rows * (size_t)plan->shape.symbols, sizeof *consistency->distributions);
}

consistency_draws_t consistency_draws(
    const consistency_t *consistency, const state_position_t *position, int words) {
    const plan_t *plan = consistency->plan;
    const config_train_t *train = &plan->config.train;
    if (consistency->words == 0 || (double)position->step < train->consistency_from * (double)plan->steps) {
        return (consistency_draws_t){0};
    }
    // Counted from the epoch's beginning, the share is kept however small a batch is.
    const double draws_of_word = train->consistency / consistency->targets;
    const int64_t before = position->epoch_step * plan->batch_size;
    const int64_t first = (int64_t)((double)before * draws_of_word);
    const int64_t end = (int64_t)((double)(before + words) * draws_of_word);
    return (consistency_draws_t){.first = (uint64_t)first, .count = (int)(end - first)};
}

int consistency_shards(const consistency_t *consistency, consistency_draws_t draws) {
    return draws.count > 0 ? shards_of(draws.count, consistency->shard_draws) : 0;
}

consistency_draws_t consistency_shard(
    const consistency_t *consistency, consistency_draws_t draws, int shard) {
    const int64_t shards = consistency_shards(consistency, draws);
    const int from = (int)(draws.count * (int64_t)shard / shards);
    const int to = (int)(draws.count * ((int64_t)shard + 1) / shards);
    return (consistency_draws_t){.first = draws.first + (uint64_t)from, .count = to - from};
}

static float *row_of(const consistency_t *consistency, float *rows, int row) {
    return rows + (size_t)row * (size_t)consistency->plan->shape.latent;
}

static void copy_row(const consistency_t *consistency, const float *from, float *to) {
    memcpy(to, from, (size_t)consistency->plan->shape.latent * sizeof *to);
}

static bool is_fine(const consistency_t *consistency, const word_t *word) {
    return word->length > 0 && word->length <= consistency->plan->dataset.longest;
}

/** Word `row` of what was spelled last, whose letters stand in `letters`. */
static word_t word_of(const consistency_t *consistency, const symbol_t *letters, int row) {
    const size_t room = (size_t)consistency->plan->dataset.longest + 1;
    return (word_t){.letters = letters + (size_t)row * room,
        .length = consistency->lengths[row],
        .condition = consistency->conditions[row]};
}

/** Draws z and spells it in the source condition: drawn [returned, Z], drawn_words [returned]. */
static int draw(consistency_t *consistency, cvae_t *cvae, uint32_t epoch, consistency_draws_t draws) {
    const plan_t *plan = consistency->plan;
    symbol_t *letters = consistency->drawn_letters;
    int kept = 0;
    for (int i = 0; i < draws.count; i++) {
        random_stream_t stream =
            random_stream(plan->config.seed, RANDOM_CONSISTENCY, epoch, draws.first + (uint64_t)i);
        random_normals(&stream, plan->shape.latent, row_of(consistency, consistency->drawn, i));
        // Always the same one: where it is drawn, forms of one z are taught to belong to different words.
        consistency->conditions[i] = consistency->source;
    }
    cvae_decode(cvae, draws.count, consistency->drawn, consistency->conditions, NULL,
        plan->dataset.longest + 1, letters, consistency->lengths);
    for (int i = 0; i < draws.count; i++) {
        const word_t word = word_of(consistency, letters, i);
        if (is_fine(consistency, &word)) {
            if (kept < i) {
                copy_row(consistency, row_of(consistency, consistency->drawn, i),
                    row_of(consistency, consistency->drawn, kept));
            }
            consistency->drawn_words[kept++] = word;
        }
    }
    return kept;
}

/** Spells the first `count` drawn words' means in all target conditions: rows [count, targets]. */
static void refine(consistency_t *consistency, cvae_t *cvae, int count) {
    const int targets = consistency->targets;
    cvae_encode(cvae, consistency->drawn_words, count, consistency->mean, NULL);
    // From the last row on, so that none overwrites what is still to be copied.
    for (int row = count * targets - 1; row >= 0; row--) {
        if (row > 0) {
            copy_row(consistency, row_of(consistency, consistency->mean, row / targets),
                row_of(consistency, consistency->mean, row));
        }
        consistency->conditions[row] = consistency->target[row % targets];
    }
    cvae_decode(cvae, count * targets, consistency->mean, consistency->conditions, NULL,
        consistency->plan->dataset.longest + 1, consistency->letters, consistency->lengths);
}

/** Whether the forms of a drawn word can be used: all are fine, and its own is the word itself. */
static bool is_round_trip(const consistency_t *consistency, int drawn) {
    for (int i = 0; i < consistency->targets; i++) {
        const word_t form = word_of(consistency, consistency->letters, drawn * consistency->targets + i);
        if (!is_fine(consistency, &form) || (form.condition == consistency->source &&
                                                word_compare(&form, &consistency->drawn_words[drawn]) != 0)) {
            return false;
        }
    }
    return true;
}

int consistency_spell(consistency_t *consistency, cvae_t *cvae, uint32_t epoch, consistency_draws_t draws) {
    const int count = draw(consistency, cvae, epoch, draws), targets = consistency->targets;
    int pairs = 0;
    if (count == 0) {
        return 0;
    }
    refine(consistency, cvae, count);
    for (int drawn = 0; drawn < count; drawn++) {
        if (!is_round_trip(consistency, drawn)) {
            continue;
        }
        const float *z = row_of(consistency, consistency->drawn, drawn);
        for (int row = drawn * targets; row < (drawn + 1) * targets; row++) {
            const word_t form = word_of(consistency, consistency->letters, row);
            if (form.condition != consistency->source) {
                copy_row(consistency, z, row_of(consistency, consistency->z, pairs));
                consistency->pairs[pairs++] =
                    (pair_t){.source = consistency->drawn_words[drawn], .target = form};
            }
        }
    }
    return pairs;
}

double consistency_gradient(consistency_t *consistency, cvae_t *cvae, int count, float *d_parameters) {
    const pair_t *pairs = consistency->pairs;
    cvae_match_targets(cvae, pairs, count, consistency->z, consistency->distributions);
    return cvae_match_gradient(cvae, pairs, count, consistency->z, consistency->distributions, d_parameters);
}
