// Consistency draws: which ones a step has, how they make shards, which of them are used, and that their
// pairs are what the decoder spells from them and after one refinement.
#include "training.h"

#include <string.h>

#include "base/random.h"
#include "train/trainer.h"

#include "../../src/train/consistency.h"

enum { LATENT = 4, CONDITIONS = 4, EPOCH = 3 };

static comm_t *comm;

/** Draws of a plan, with a model whose weights stand in memory. */
typedef struct {
    plan_t plan;
    consistency_t consistency;
    memory_t memory;
    float *parameters;
    cvae_t *cvae;
} drawn_t;

static status_t prepare(drawn_t *drawn, const char *data, const char *train) {
    char path[4200];
    snprintf(path, sizeof path, "%s/train.yaml", test_folder_create());
    if (data) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fprintf(file, "data: {%s}\nmodel: {hidden: 8, latent: 4, embedding: 4, condition: 4}\ntrain: {%s}\n",
            data, train);
        assert_int_equal(fclose(file), 0);
    } else {
        training_write_config(path, "train: {%s}\n", train);
    }
    *drawn = (drawn_t){0};
    assert_ok(plan_create(&drawn->plan, comm, path, NULL, 0));
    test_folder_remove();
    return consistency_prepare(&drawn->consistency, &drawn->plan);
}

static void layout(drawn_t *drawn) {
    const parameters_t *table = &drawn->plan.table;
    consistency_layout(&drawn->consistency, &drawn->memory);
    drawn->parameters = memory_take(&drawn->memory, table->size, sizeof *drawn->parameters);
}

static void create(drawn_t *drawn, const char *data, const char *train) {
    assert_ok(prepare(drawn, data, train));
    layout(drawn);
    assert_ok(memory_reserve(&drawn->memory));
    layout(drawn);
    memset(drawn->memory.base, 0xff, drawn->memory.size);
    const parameters_t *table = &drawn->plan.table;
    parameters_initialise(table, 35, drawn->parameters);
    // Larger weights say different words, some of them empty, of which some do not end. Where conditions
    // differ little, some words come back, with forms that are fine. The last tensor is the output's bias.
    for (int tensor = 0; tensor < table->count; tensor++) {
        const parameters_entry_t *entry = &table->entry[tensor];
        const float factor = strcmp(entry->name, "condition.weight") == 0 ? 0.9F : 6;
        for (size_t i = 0; i < entry->count; i++) {
            drawn->parameters[entry->offset + i] *= factor;
        }
    }
    drawn->parameters[table->entry[table->count - 1].offset + SYMBOL_END] += 1;
    const int longest = drawn->plan.dataset.longest;
    assert_ok(cvae_create(
        &drawn->cvae, &drawn->plan.shape, (cvae_capacity_t){drawn->consistency.words, longest, longest}));
    cvae_bind(drawn->cvae, drawn->parameters);
}

static void destroy(drawn_t *drawn) {
    cvae_destroy(drawn->cvae);
    memory_release(&drawn->memory);
    plan_destroy(&drawn->plan);
}

static consistency_draws_t draws_of_step(const drawn_t *drawn, size_t step) {
    const plan_t *plan = &drawn->plan;
    const size_t before = step * (size_t)plan->batch_size, left = plan->pair_count - before;
    const state_position_t position = {
        .epoch = EPOCH, .epoch_step = (int64_t)step, .step = (int64_t)(EPOCH * plan->epoch_steps + step)};
    return consistency_draws(
        &drawn->consistency, &position, left < (size_t)plan->batch_size ? (int)left : plan->batch_size);
}

/** An epoch's draws are its steps', one after another, and have the share of its words, for any batch. */
static void an_epochs_draws_are_its_steps(void **state) {
    (void)state;
    static const char *const batches[] = {"batch_size: 1, micro_batch: 1", "batch_size: 7, micro_batch: 3",
        "batch_size: 100, micro_batch: 32", "batch_size: 256, micro_batch: 4096"};
    static const double shares[] = {0.01, 0.25, 0.3, 1, 4};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 5; j++) {
            drawn_t drawn;
            char train[128];
            uint64_t next = 0;
            snprintf(train, sizeof train, "%s, consistency: %g, consistency_from: 0, epochs: 9", batches[i],
                shares[j]);
            assert_ok(prepare(&drawn, NULL, train));
            const consistency_t *consistency = &drawn.consistency;
            for (size_t step = 0; step < drawn.plan.epoch_steps; step++) {
                const consistency_draws_t draws = draws_of_step(&drawn, step);
                const int shards = consistency_shards(consistency, draws);
                assert_true(shards <= consistency->shards);
                for (int shard = 0; shard < shards; shard++) {
                    const consistency_draws_t part = consistency_shard(consistency, draws, shard);
                    assert_int_equal(part.first, next);
                    assert_in_range(part.count, 1, consistency->shard_draws);
                    assert_true(part.count * CONDITIONS <= consistency->words);
                    next += (uint64_t)part.count;
                }
                assert_int_equal(next, draws.first + (uint64_t)draws.count);
            }
            assert_near((double)next * CONDITIONS, shares[j] * (double)drawn.plan.pair_count, CONDITIONS);
            destroy(&drawn);
        }
    }
}

static void they_begin_where_they_are_to(void **state) {
    (void)state;
    drawn_t drawn;
    assert_ok(prepare(&drawn, NULL, "batch_size: 40, consistency: 1, consistency_from: 0.5, epochs: 10"));
    const int64_t steps = (int64_t)drawn.plan.steps, epoch_steps = (int64_t)drawn.plan.epoch_steps;
    for (int64_t step = 0; step < steps; step++) {
        const state_position_t position = {
            .epoch = step / epoch_steps, .epoch_step = step % epoch_steps, .step = step};
        const int count = consistency_draws(&drawn.consistency, &position, 40).count;
        assert_int_equal(count, (double)step < 0.5 * (double)steps ? 0 : 10);
    }
    destroy(&drawn);
}

static void without_a_share_there_is_nothing(void **state) {
    (void)state;
    drawn_t drawn;
    assert_ok(prepare(&drawn, NULL, "consistency: 0"));
    consistency_layout(&drawn.consistency, &drawn.memory);
    assert_int_equal(drawn.memory.size, 0);
    assert_int_equal(drawn.consistency.shards, 0);
    const consistency_draws_t draws = draws_of_step(&drawn, 0);
    assert_int_equal(draws.count, 0);
    assert_int_equal(consistency_shards(&drawn.consistency, draws), 0);
    destroy(&drawn);
}

/** What words of pairs may be encoded and spelled in is what the training pairs say. */
static void pairs_say_which_conditions_are_used(void **state) {
    (void)state;
    drawn_t drawn;
    char data[4300], path[4200];
    const char *folder = test_folder_create();
    snprintf(path, sizeof path, "%s/pairs.txt", folder);
    snprintf(data, sizeof data, "train: %s, format: pairs, conditions: [a, b, c]", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "walk a walks b\nwalks b walked c\ntalk a talks b\n");
    assert_int_equal(fclose(file), 0);
    assert_ok(prepare(&drawn, data, "consistency: 1"));
    assert_int_equal(drawn.consistency.source, 1);
    assert_int_equal(drawn.consistency.targets, 2);
    assert_int_equal(drawn.consistency.target[0], 1);
    assert_int_equal(drawn.consistency.target[1], 2);
    destroy(&drawn);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "walk a walks b\nwalks b walk b\n");
    assert_int_equal(fclose(file), 0);
    assert_fails(prepare(&drawn, data, "consistency: 1"), STATUS_CONFIG, "b is the only target condition");
    destroy(&drawn);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "walk a walks b\nwalked c walking b\n");
    assert_int_equal(fclose(file), 0);
    assert_fails(prepare(&drawn, data, "consistency: 1"), STATUS_CONFIG,
        "the source of one training pair and the target of another");
    destroy(&drawn);
    assert_ok(prepare(&drawn, data, "consistency: 0"));
    destroy(&drawn);
    test_folder_remove();
}

/** Rows of one condition have no form to go with a word. */
static void one_condition_is_refused(void **state) {
    (void)state;
    drawn_t drawn;
    char data[4300], path[4200];
    snprintf(path, sizeof path, "%s/words.txt", test_folder_create());
    snprintf(data, sizeof data, "train: %s, conditions: [word]", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "walk\ntalk\n");
    assert_int_equal(fclose(file), 0);
    assert_fails(prepare(&drawn, data, "consistency: 1"), STATUS_CONFIG, "word is the only target condition");
    destroy(&drawn);
    test_folder_remove();
}

enum { DRAWS = 6, PAIRS_MAX = DRAWS * (CONDITIONS - 1), ROOM = 64 };

typedef struct {
    int condition, length;
    symbol_t letters[ROOM];
} copy_t;

/** Pairs with their letters and z, as bytes that can be compared. */
typedef struct {
    int count;
    struct {
        copy_t source, target;
        float z[LATENT];
    } pair[PAIRS_MAX];
} pairs_t;

static copy_t copy_of(const word_t *word) {
    copy_t copy = {.condition = word->condition, .length = word->length};
    assert_true(word->length < ROOM);
    memcpy(copy.letters, word->letters, (size_t)word->length * sizeof *word->letters);
    return copy;
}

static void add_pair(pairs_t *pairs, const word_t *source, const word_t *target, const float *z) {
    assert_true(pairs->count < PAIRS_MAX);
    pairs->pair[pairs->count].source = copy_of(source);
    pairs->pair[pairs->count].target = copy_of(target);
    memcpy(pairs->pair[pairs->count].z, z, LATENT * sizeof *z);
    pairs->count++;
}

static void add_shard(pairs_t *pairs, drawn_t *drawn, uint64_t first, int count) {
    consistency_t *consistency = &drawn->consistency;
    const int made = consistency_spell(consistency, drawn->cvae, EPOCH, (consistency_draws_t){first, count});
    for (int i = 0; i < made; i++) {
        const pair_t *pair = &consistency->pairs[i];
        add_pair(pairs, &pair->source, &pair->target, consistency->z + i * LATENT);
    }
}

/** Why draws are left out, and how many are not. */
typedef struct {
    int bad_words, bad_forms, other_words, used, different_forms;
} reasons_t;

/** The same by the model's own functions, a word at a time. */
static bool spell_one(drawn_t *drawn, const float *z, int condition, word_t *word, symbol_t *letters) {
    const int longest = drawn->plan.dataset.longest;
    *word = (word_t){.letters = letters, .condition = condition};
    assert_true(longest + 1 <= ROOM);
    cvae_decode(drawn->cvae, 1, z, &condition, NULL, longest + 1, letters, &word->length);
    return word->length > 0 && word->length <= longest;
}

static void add_draw(pairs_t *pairs, drawn_t *drawn, uint64_t index, reasons_t *reasons) {
    symbol_t letters[1 + CONDITIONS][ROOM];
    float z[LATENT], mean[LATENT];
    word_t source, forms[CONDITIONS];
    random_stream_t stream = random_stream(drawn->plan.config.seed, RANDOM_CONSISTENCY, EPOCH, index);
    random_normals(&stream, LATENT, z);
    if (!spell_one(drawn, z, 0, &source, letters[CONDITIONS])) {
        reasons->bad_words++;
        return;
    }
    cvae_encode(drawn->cvae, &source, 1, mean, NULL);
    int good = 0;
    for (int condition = 0; condition < CONDITIONS; condition++) {
        good += spell_one(drawn, mean, condition, &forms[condition], letters[condition]);
    }
    const copy_t word = copy_of(&source), again = copy_of(&forms[0]);
    if (memcmp(&word, &again, sizeof word) != 0) {
        reasons->other_words++;
    } else if (good < CONDITIONS) {
        reasons->bad_forms++;
    } else {
        reasons->used++;
        for (int condition = 1; condition < CONDITIONS; condition++) {
            add_pair(pairs, &source, &forms[condition], z);
            reasons->different_forms += forms[condition].length != source.length ||
                                        memcmp(letters[condition], letters[CONDITIONS],
                                            (size_t)source.length * sizeof **letters) != 0;
        }
    }
}

static void their_pairs_are_those_of_a_round_trip(void **state) {
    (void)state;
    enum { FIRST = 40, SHARDS = 200 };
    drawn_t drawn;
    reasons_t reasons = {0};
    create(&drawn, NULL, "batch_size: 256, micro_batch: 24, consistency: 1");
    for (uint64_t first = FIRST; first < FIRST + SHARDS * DRAWS; first += DRAWS) {
        pairs_t whole = {0}, parts = {0}, expected = {0};
        add_shard(&whole, &drawn, first, DRAWS);
        add_shard(&parts, &drawn, first, 1);
        add_shard(&parts, &drawn, first + 1, 3);
        add_shard(&parts, &drawn, first + 4, 2);
        for (uint64_t i = 0; i < DRAWS; i++) {
            add_draw(&expected, &drawn, first + i, &reasons);
        }
        assert_memory_equal(&whole, &expected, sizeof whole);
        assert_memory_equal(&parts, &expected, sizeof parts);
    }
    print_message(
        "of %d draws %d are used with %d forms that differ, %d are no word, %d have forms that are none, %d "
        "become other words\n",
        SHARDS * DRAWS, reasons.used, reasons.different_forms, reasons.bad_words, reasons.bad_forms,
        reasons.other_words);
    // Else there was little to compare, or a reason to leave a draw out did not occur.
    assert_true(reasons.used > 10 && reasons.different_forms > 10 && reasons.bad_words > 0);
    assert_true(reasons.bad_forms > 0 && reasons.other_words > 0);
    destroy(&drawn);
}

/** The loss and gradient of a shard's pairs are the sums of those of the draws alone. */
static void their_loss_is_the_sum_of_their_pairs(void **state) {
    (void)state;
    enum { FIRST = 40, COUNT = 6 };
    drawn_t drawn;
    create(&drawn, NULL, "batch_size: 256, micro_batch: 24, consistency: 1");
    const size_t size = drawn.plan.table.size;
    float *whole = calloc(size, sizeof *whole), *parts = calloc(size, sizeof *parts);
    assert_true(whole && parts);
    int all_pairs = 0;
    for (uint64_t first = FIRST; first < 100; first += COUNT) {
        double expected = 0, loss = 0;
        int pairs = 0;
        memset(whole, 0, size * sizeof *whole);
        memset(parts, 0, size * sizeof *parts);
        for (uint64_t i = 0; i < COUNT; i++) {
            const int made =
                consistency_spell(&drawn.consistency, drawn.cvae, EPOCH, (consistency_draws_t){first + i, 1});
            if (made > 0) {
                expected += consistency_gradient(&drawn.consistency, drawn.cvae, made, parts);
                pairs += made;
            }
        }
        assert_int_equal(
            consistency_spell(&drawn.consistency, drawn.cvae, EPOCH, (consistency_draws_t){first, COUNT}),
            pairs);
        if (pairs > 0) {
            loss = consistency_gradient(&drawn.consistency, drawn.cvae, pairs, whole);
            assert_true(loss > 0);
        }
        all_pairs += pairs;
        assert_near(loss, expected, 1e-5 * (1 + expected));
        for (size_t i = 0; i < size; i++) {
            assert_near(whole[i], parts[i], 1e-4 * (1 + fabs(parts[i])));
        }
    }
    assert_true(all_pairs > 0);
    free(whole);
    free(parts);
    destroy(&drawn);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epochs_draws_are_its_steps),
        cmocka_unit_test(they_begin_where_they_are_to),
        cmocka_unit_test(without_a_share_there_is_nothing),
        cmocka_unit_test(pairs_say_which_conditions_are_used),
        cmocka_unit_test(one_condition_is_refused),
        cmocka_unit_test(their_pairs_are_those_of_a_round_trip),
        cmocka_unit_test(their_loss_is_the_sum_of_their_pairs),
    };
    if (training_start(&comm) != STATUS_OK) {
        return 1;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finish(comm);
    return failed;
}
