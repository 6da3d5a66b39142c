#include "consistency.h"

#include <string.h>

#include "base/random.h"

/** Which conditions are a training pair's source and target: with rows all are. */
static void find_conditions(consistency_t *consistency) {
    const dataset_t *dataset = &consistency->plan->dataset;
    bool is_source[CONFIG_CONDITIONS_MAX], is_target[CONFIG_CONDITIONS_MAX];
    memset(is_source, dataset->row_count > 0, sizeof is_source);
    memset(is_target, dataset->row_count > 0, sizeof is_target);
    for (size_t i = 0; i < dataset->train_given_count; i++) {
        const pair_t pair = dataset_pair(dataset, 0, 0, i);
        is_source[pair.source.condition] = true;
        is_target[pair.target.condition] = true;
    }
    for (int c = 0; c < dataset->condition_count; c++) {
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
    consistency->shard_draws = plan->micro_batch > targets ? plan->micro_batch / targets : 1;
    consistency->words = consistency->shard_draws * targets;
    // A step has a whole number of draws, which is less than one above its share but for rounding.
    const int draws = (int)(share * plan->batch_size / targets) + 2;
    consistency->shards = shards_of(draws, consistency->shard_draws);
    return STATUS_OK;
}

void consistency_layout(consistency_t *consistency, memory_t *memory) {
    const plan_t *plan = consistency->plan;
    const size_t words = (size_t)consistency->words, latent = (size_t)plan->shape.latent;
    consistency->z = memory_take(memory, words * latent, sizeof *consistency->z);
    consistency->mean = memory_take(memory, words * latent, sizeof *consistency->mean);
    consistency->conditions = memory_take(memory, words, sizeof *consistency->conditions);
    consistency->lengths = memory_take(memory, words, sizeof *consistency->lengths);
    consistency->letters =
        memory_take(memory, words * ((size_t)plan->dataset.longest + 1), sizeof *consistency->letters);
    consistency->spelled = memory_take(memory, words, sizeof *consistency->spelled);
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

static void copy_row(const consistency_t *consistency, float *rows, int from, int to) {
    memmove(row_of(consistency, rows, to), row_of(consistency, rows, from),
        (size_t)consistency->plan->shape.latent * sizeof *rows);
}

/**
 * Spells `from` [count, Z] in the conditions. Returns how many of the words are fine; they become spelled,
 * and the z of the others are left out.
 */
static int spell(consistency_t *consistency, cvae_t *cvae, int count, const float *from) {
    const int longest = consistency->plan->dataset.longest, room = longest + 1;
    int kept = 0;
    cvae_decode(cvae, count, from, consistency->conditions, room, consistency->letters, consistency->lengths);
    for (int i = 0; i < count; i++) {
        const int length = consistency->lengths[i];
        if (length > 0 && length <= longest) {
            copy_row(consistency, consistency->z, i, kept);
            consistency->spelled[kept++] =
                (word_t){.letters = consistency->letters + (size_t)i * (size_t)room,
                    .length = length,
                    .condition = consistency->conditions[i]};
        }
    }
    return kept;
}

int consistency_spell(consistency_t *consistency, cvae_t *cvae, uint32_t epoch, consistency_draws_t draws) {
    const plan_t *plan = consistency->plan;
    for (int i = 0; i < draws.count; i++) {
        random_stream_t stream =
            random_stream(plan->config.seed, RANDOM_CONSISTENCY, epoch, draws.first + (uint64_t)i);
        random_normals(&stream, plan->shape.latent, row_of(consistency, consistency->z, i));
        // Always the same one: where it is drawn, forms of one z are taught to belong to different words.
        consistency->conditions[i] = consistency->source;
    }
    const int count = spell(consistency, cvae, draws.count, consistency->z), targets = consistency->targets;
    if (count == 0) {
        return 0;
    }
    cvae_encode(cvae, consistency->spelled, count, consistency->mean, NULL);
    // A row for each target, from the last one on, so that none overwrites what is still to be copied.
    for (int row = count * targets - 1; row >= 0; row--) {
        copy_row(consistency, consistency->z, row / targets, row);
        copy_row(consistency, consistency->mean, row / targets, row);
        consistency->conditions[row] = consistency->target[row % targets];
    }
    return spell(consistency, cvae, count * targets, consistency->mean);
}
