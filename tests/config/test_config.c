// What a configuration that is right becomes: the example, the defaults, schedules, lists, paths, overrides.
#include <limits.h>
#include <unistd.h>

#include "fixture.h"

static void assert_pairs(const config_condition_pairs_t *pairs, int count, const int expected[][2]) {
    assert_int_equal(pairs->count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(pairs->source[i], expected[i][0]);
        assert_int_equal(pairs->target[i], expected[i][1]);
    }
}

static void assert_schedule(const config_schedule_t *schedule, config_schedule_t expected) {
    assert_int_equal(schedule->kind, expected.kind);
    assert_true(schedule->from == expected.from);
    assert_true(schedule->to == expected.to);
    assert_true(schedule->over == expected.over);
    assert_true(schedule->factor == expected.factor);
    assert_int_equal(schedule->every, expected.every);
    assert_int_equal(schedule->warmup_steps, expected.warmup_steps);
    assert_int_equal(schedule->by, expected.by);
    assert_int_equal(schedule->first, expected.first);
    assert_int_equal(schedule->since, expected.since);
    // What the short tables of the tests leave at 0 is 1.
    assert_int_equal(schedule->cycles, expected.cycles ? expected.cycles : 1);
    assert_int_equal(schedule->reset, expected.reset);
    assert_true(schedule->centre == expected.centre);
    assert_true(schedule->width == (expected.width > 0 ? expected.width : 1));
    assert_true(schedule->floor == expected.floor);
    assert_true(schedule->ceiling == expected.ceiling);
}

static void assert_four_tenses(const config_data_t *data) {
    static const char *const names[] = {"simple-present", "third-person", "progressive", "past"};
    assert_int_equal(data->condition_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(data->conditions[i], names[i]);
    }
}

/** A schedule that has none of the parts that came later. */
#define SCHEDULE(kind_, from_, to_, over_, factor_, every_, warmup_steps_)                                   \
    {                                                                                                        \
        .kind = CONFIG_SCHEDULE_##kind_, .from = from_, .to = to_, .over = over_, .factor = factor_,         \
        .every = every_, .warmup_steps = warmup_steps_                                                       \
    }

static const config_schedule_t one = SCHEDULE(CONSTANT, 1, 0, 1, 1, 1, 0);

static void the_example_is_read(void **state) {
    (void)state;
    config_t config = parsed(example);
    assert_string_equal(config.name, "verbs");
    assert_string_equal(config.data.train, "/home/verbs/data/verbs.txt");
    assert_true(config.data.holdout == 0.1);
    assert_int_equal(config.data.pairs, CONFIG_PAIRS_RANDOM);
    assert_four_tenses(&config.data);
    assert_int_equal(config.model.hidden, 256);
    assert_int_equal(config.train.batch_size, 256);
    assert_schedule(&config.train.kl_weight, (config_schedule_t)SCHEDULE(LINEAR, 0, 0.1, 0.7, 1, 1, 0));
    assert_schedule(&config.train.teacher_forcing, (config_schedule_t)SCHEDULE(STEP, 1, 0, 1, 0.85, 3, 0));
    assert_schedule(&config.optimizer.lr_schedule, (config_schedule_t)SCHEDULE(COSINE, 1, 0.02, 1, 1, 1, 50));
    assert_string_equal(config.evaluate.test, "");
    assert_string_equal(config.checkpoint.directory, "/home/verbs/checkpoints");
    assert_int_equal(config.checkpoint.keep, 3);
    assert_int_equal(config.compute.gemm, CONFIG_GEMM_NATIVE);
    assert_int_equal(config.compute.precision, CONFIG_PRECISION_FP32);
    assert_int_equal(config.compute.sum, CONFIG_SUM_EXACT);
    assert_int_equal(config.compute.reduction, CONFIG_REDUCTION_SHARED);
    assert_int_equal(config.compute.bucket, 65536);
}

static void defaults_of_data_and_model(void **state) {
    (void)state;
    config_t config = parsed(SHORTEST);
    assert_string_equal(config.name, "run");
    assert_true(config.seed == 1);
    assert_string_equal(config.data.train, "/home/verbs/launch/words.txt");
    assert_int_equal(config.data.format, CONFIG_FORMAT_ROWS);
    assert_four_tenses(&config.data);
    assert_pairs(&config.data.pair_conditions, 0, NULL);
    assert_int_equal(config.data.pairs, CONFIG_PAIRS_RANDOM);
    assert_true(config.data.holdout == 0);
    assert_string_equal(config.data.alphabet, "a-z");
    assert_int_equal(config.data.max_length, 32);
    assert_int_equal(config.data.missing, CONFIG_MISSING_REFUSE);
    const unsigned everywhere = CONFIG_ENTERS_HIDDEN | CONFIG_ENTERS_CELL | CONFIG_ENTERS_STEPS;
    assert_int_equal(config.model.hidden, 256);
    assert_int_equal(config.model.latent, 32);
    assert_int_equal(config.model.embedding, 64);
    assert_int_equal(config.model.condition, 8);
    assert_int_equal(config.model.layers, 1);
    assert_false(config.model.encoder_markers);
    assert_int_equal(config.model.encoder_condition, CONFIG_ENTERS_HIDDEN);
    assert_int_equal(config.model.decoder_latent, everywhere);
    assert_int_equal(config.model.decoder_condition, everywhere);
    assert_false(config.model.decoder_relu);
    assert_true(config.model.dropout == 0);
}

/** A table of forms has defaults of its own, wherever the format is given, and only for keys that are not. */
static void defaults_of_a_table(void **state) {
    (void)state;
    static const char *const formats[] = {"unimorph", "lemma-form-tags", "lemma-tags-form"};
    config_t config, again;
    for (int i = 0; i < 3; i++) {
        char override[64];
        snprintf(override, sizeof override, "data.format=%s", formats[i]);
        assert_ok(parse(&config, SHORTEST, (const char *[6]){override, NULL}));
        assert_int_equal(config.data.format, CONFIG_FORMAT_UNIMORPH + i);
        assert_true(config_has_table(&config.data));
        assert_int_equal(config.data.condition_count, 0);
        assert_int_equal(config.data.pairs, CONFIG_PAIRS_INFLECT);
        assert_string_equal(config.data.alphabet, "data");
        assert_int_equal(config.data.max_length, 100);
        assert_true(config.data.invent_pieces == 0.5);
        assert_true(config.data.unknown_letters == 0.05);
        assert_true(config.data.copies == 0.1);
        assert_int_equal(config.evaluate.corrections, 30);
        assert_true(config.model.condition_parts);
        // What is written reads back.
        static char text[CONFIG_TEXT_SIZE];
        const size_t length = config_write(&config, text, sizeof text);
        assert_non_null(strstr(text, "  conditions: data\n"));
        assert_ok(config_parse(&again, "/elsewhere/x.yaml", text, length, NULL, 0));
        assert_memory_equal(&again, &config, sizeof config);
    }
    assert_ok(parse(&config,
        "data: {train: w, format: unimorph, conditions: [V;PRS, data, \"\xd0\xb5\xd0\xb4 \xd0\xbc\"], "
        "alphabet: "
        "a-z, pairs: random, max_length: 7, invent_pieces: 0, unknown_letters: 0, copies: 0}\n"
        "evaluate: {corrections: 0}\nmodel: {condition_parts: false}",
        (const char *[6]){NULL}));
    assert_int_equal(config.data.condition_count, 3);
    assert_string_equal(config.data.conditions[0], "V;PRS");
    assert_string_equal(config.data.conditions[1], "data");
    assert_string_equal(config.data.conditions[2], "\xd0\xb5\xd0\xb4 \xd0\xbc");
    assert_string_equal(config.data.alphabet, "a-z");
    assert_int_equal(config.data.pairs, CONFIG_PAIRS_RANDOM);
    assert_int_equal(config.data.max_length, 7);
    assert_true(config.data.invent_pieces == 0);
    assert_true(config.data.unknown_letters == 0);
    assert_true(config.data.copies == 0);
    assert_int_equal(config.evaluate.corrections, 0);
    assert_false(config.model.condition_parts);
    // The format in force counts.
    assert_ok(
        parse(&config, "data: {train: w, format: unimorph}", (const char *[6]){"data.format=rows", NULL}));
    assert_false(config_has_table(&config.data));
    assert_int_equal(config.data.condition_count, 4);
    assert_string_equal(config.data.alphabet, "a-z");
    // Names of the data go with pairs, too.
    assert_ok(parse(&config, "data: {train: w, format: pairs, conditions: data}", (const char *[6]){NULL}));
    assert_int_equal(config.data.condition_count, 0);
}

static void defaults_of_the_rest(void **state) {
    (void)state;
    config_t config = parsed(SHORTEST);
    assert_int_equal(config.train.epochs, 30);
    assert_int_equal(config.train.batch_size, 256);
    assert_int_equal(config.train.micro_batch, 32);
    assert_int_equal(config.train.patience, 0);
    assert_int_equal(config.train.stall_seconds, 300);
    assert_int_equal(config.checkpoint.best, CONFIG_BEST_NONE);
    assert_int_equal(config.train.loss, CONFIG_LOSS_SUM);
    assert_schedule(&config.train.kl_weight, (config_schedule_t)SCHEDULE(LINEAR, 0, 0.1, 0.7, 1, 1, 0));
    assert_schedule(&config.train.kl_target, (config_schedule_t)SCHEDULE(CONSTANT, 0, 0, 1, 1, 1, 0));
    assert_schedule(&config.train.word_dropout, (config_schedule_t)SCHEDULE(CONSTANT, 0, 0, 1, 1, 1, 0));
    assert_true(config.train.free_bits == 0);
    assert_true(config.train.consistency == 0 && config.train.consistency_from == 0.5);
    assert_true(config.train.max_gradient_norm == 0);
    assert_int_equal(config.train.diverged_steps, 3);
    assert_int_equal(config.train.go_back, 0);
    assert_true(config.train.go_back_factor == 0.5);
    assert_schedule(&config.train.teacher_forcing, one);
    assert_int_equal(config.optimizer.name, CONFIG_OPTIMIZER_ADAM);
    assert_true(config.optimizer.lr == 0.002);
    assert_true(config.optimizer.momentum == 0);
    assert_true(config.optimizer.beta1 == 0.9);
    assert_true(config.optimizer.beta2 == 0.999);
    assert_true(config.optimizer.epsilon == 1e-8);
    assert_true(config.optimizer.clip == 1);
    assert_true(config.optimizer.weight_decay == 0);
    assert_schedule(&config.optimizer.lr_schedule, one);
    assert_int_equal(config.evaluate.every, 5);
    assert_string_equal(config.evaluate.test, "");
    assert_pairs(&config.evaluate.test_pairs, 0, NULL);
    assert_int_equal(config.evaluate.draws, 1000);
    assert_int_equal(config.evaluate.examples, 10);
    assert_string_equal(config.checkpoint.directory, "/home/verbs/launch/checkpoints");
    assert_int_equal(config.checkpoint.every, 5);
    assert_int_equal(config.checkpoint.every_steps, 0);
    assert_int_equal(config.checkpoint.keep, 3);
    assert_int_equal(config.checkpoint.keep_every, 0);
    assert_true(config.checkpoint.background);
    assert_int_equal(config.checkpoint.on_error, CONFIG_ON_ERROR_CONTINUE);
}

static void every_word_of_a_choice_is_known(void **state) {
    (void)state;
    config_t config =
        parsed("data: {train: w, format: pairs, pairs: same, alphabet: 'äöü '}\n"
               "train: {loss: mean}\noptimizer: {name: sgd, momentum: .9}\n"
               "model: {condition: onehot, encoder_markers: true, decoder_relu: true,\n"
               "  encoder_condition: [], decoder_latent: [steps, cell], decoder_condition: [cell]}");
    assert_int_equal(config.data.format, CONFIG_FORMAT_PAIRS);
    assert_int_equal(config.data.pairs, CONFIG_PAIRS_SAME);
    assert_string_equal(config.data.alphabet, "äöü ");
    assert_int_equal(config.train.loss, CONFIG_LOSS_MEAN);
    assert_int_equal(config.optimizer.name, CONFIG_OPTIMIZER_SGD);
    assert_true(config.optimizer.momentum == 0.9);
    assert_int_equal(config.model.condition, 0);
    assert_true(config.model.encoder_markers);
    assert_true(config.model.decoder_relu);
    assert_int_equal(config.model.encoder_condition, 0);
    assert_int_equal(config.model.decoder_latent, CONFIG_ENTERS_CELL | CONFIG_ENTERS_STEPS);
    assert_int_equal(config.model.decoder_condition, CONFIG_ENTERS_CELL);
    assert_int_equal(parsed("data: {train: w, pairs: cross}").data.pairs, CONFIG_PAIRS_CROSS);
    assert_int_equal(parsed("data: {train: w, pairs: all}").data.pairs, CONFIG_PAIRS_ALL);
}

static void bounds_belong_to_the_range(void **state) {
    (void)state;
    config_t config = parsed("seed: 18446744073709551615\n"
                             "data: {train: w, holdout: 0.9999, max_length: 255}\n"
                             "model: {hidden: 8192, latent: 4096, embedding: 1, condition: 4096, layers: 8}\n"
                             "train: {epochs: 1000000, batch_size: 1048576, micro_batch: 4096}\n"
                             "optimizer: {lr: 4.9e-324, clip: -0.0, epsilon: 1.7976931348623157e308}\n"
                             "checkpoint: {every_steps: 2147483647}");
    assert_true(config.seed == UINT64_MAX);
    assert_true(config.data.holdout == 0.9999);
    assert_int_equal(config.data.max_length, 255);
    assert_int_equal(config.model.hidden, 8192);
    assert_int_equal(config.train.micro_batch, 4096);
    assert_true(config.optimizer.lr == 4.9e-324);
    assert_true(config.optimizer.clip == 0 && !__builtin_signbit(config.optimizer.clip));
    assert_int_equal(config.checkpoint.every_steps, INT_MAX);
}

static void a_schedule_takes_defaults_of_its_own(void **state) {
    (void)state;
    config_t config =
        parsed("data: {train: w}\n"
               "train: {kl_weight: {schedule: cosine, to: 2}, teacher_forcing: {schedule: linear, "
               "to: 0}}\noptimizer: {lr_schedule: {schedule: constant, warmup_steps: 9}}");
    assert_schedule(&config.train.kl_weight, (config_schedule_t)SCHEDULE(COSINE, 0, 2, 1, 1, 1, 0));
    assert_schedule(&config.train.teacher_forcing, (config_schedule_t)SCHEDULE(LINEAR, 1, 0, 1, 1, 1, 0));
    assert_schedule(&config.optimizer.lr_schedule, (config_schedule_t)SCHEDULE(CONSTANT, 1, 0, 1, 1, 1, 9));
    config = parsed("data: {train: w}\ntrain: {kl_weight: 0.5}");
    assert_schedule(&config.train.kl_weight, (config_schedule_t)SCHEDULE(CONSTANT, 0.5, 0, 1, 1, 1, 0));
}

static void every_part_of_a_schedule_is_read(void **state) {
    (void)state;
    config_t config = parsed(
        "data: {train: w}\n"
        "train:\n"
        "  kl_weight: {schedule: sigmoid, from: 0.1, to: 0.5, centre: 125, width: 25.5, by: epoch, first: "
        "1,\n"
        "    cycles: 2, reset: 3, floor: 0.2, ceiling: 0.4, warmup_steps: 7}\n"
        "  teacher_forcing: {schedule: step, factor: 0.85, every: 3, since: 6, first: 1, cycles: 4,\n"
        "    reset: 2, floor: 0.3, ceiling: 0.9}\n"
        "optimizer: {lr_schedule: {schedule: cosine, to: 0.1, over: 0.8, by: step, cycles: 3, floor: 0.2}}");
    assert_schedule(&config.train.kl_weight, (config_schedule_t){.kind = CONFIG_SCHEDULE_SIGMOID,
                                                 .from = 0.1,
                                                 .to = 0.5,
                                                 .over = 1,
                                                 .factor = 1,
                                                 .every = 1,
                                                 .warmup_steps = 7,
                                                 .by = CONFIG_BY_EPOCH,
                                                 .first = 1,
                                                 .cycles = 2,
                                                 .reset = 3,
                                                 .centre = 125,
                                                 .width = 25.5,
                                                 .floor = 0.2,
                                                 .ceiling = 0.4});
    assert_schedule(&config.train.teacher_forcing, (config_schedule_t){.kind = CONFIG_SCHEDULE_STEP,
                                                       .from = 1,
                                                       .over = 1,
                                                       .factor = 0.85,
                                                       .every = 3,
                                                       .first = 1,
                                                       .since = 6,
                                                       .cycles = 4,
                                                       .reset = 2,
                                                       .floor = 0.3,
                                                       .ceiling = 0.9});
    assert_schedule(&config.optimizer.lr_schedule, (config_schedule_t){.kind = CONFIG_SCHEDULE_COSINE,
                                                       .from = 1,
                                                       .to = 0.1,
                                                       .over = 0.8,
                                                       .factor = 1,
                                                       .every = 1,
                                                       .cycles = 3,
                                                       .floor = 0.2});
}

static void names_of_conditions_have_a_normal_form(void **state) {
    (void)state;
    config_t config;
    assert_ok(parse(&config,
        "data: {train: w, conditions: [\"PRE\u0301S\", \"\u2067b\u2069\"], pair_conditions: [[\"b\u200E\", "
        "PR\u00C9S], [b, \"PRE\u0301S\"]]}",
        (const char *[6]){NULL}));
    assert_string_equal(config.data.conditions[0], "PR\u00C9S");
    assert_string_equal(config.data.conditions[1], "b");
    assert_pairs(&config.data.pair_conditions, 2, (const int[][2]){{1, 0}, {1, 0}});
    assert_fails(
        parse(&config, "data: {train: w, conditions: [\"PRE\u0301S\", PR\u00C9S]}", (const char *[6]){NULL}),
        STATUS_CONFIG, "\"PR\u00C9S\" is there twice");
}

static void pairs_are_indices_of_conditions(void **state) {
    (void)state;
    // The conditions count wherever they stand.
    config_t config =
        parsed("evaluate: {test: t, test_pairs: [[c, a]]}\n"
               "data: {train: w, pair_conditions: [[a, b], [b, b], [a, b]], conditions: [a, b, c]}\n");
    assert_pairs(&config.data.pair_conditions, 3, (const int[][2]){{0, 1}, {1, 1}, {0, 1}});
    assert_pairs(&config.evaluate.test_pairs, 1, (const int[][2]){{2, 0}});
    assert_string_equal(config.evaluate.test, "/home/verbs/launch/t");
}

static void aliases_and_empty_sections_are_fine(void **state) {
    (void)state;
    config_t config = parsed("%YAML 1.1\n---\ndata: {train: &file 'w.txt'}\nmodel:\ntrain: ~\n"
                             "evaluate: {test: *file, every: &n 7}\ncheckpoint: {every: *n}\n...\n");
    assert_string_equal(config.evaluate.test, "/home/verbs/launch/w.txt");
    assert_int_equal(config.checkpoint.every, 7);
    assert_int_equal(config.model.hidden, 256);
}

static void paths_are_cleaned(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"words", "/home/verbs/launch/words"},
        {"./a//b/./c/", "/home/verbs/launch/a/b/c"},
        {"../../../../../x", "/x"},
        {"/etc/../a/./b", "/a/b"},
        {"..", "/home/verbs"},
        {"/", "/"},
        {"/..", "/"},
        {"...", "/home/verbs/launch/..."},
        {"a/..b/.c", "/home/verbs/launch/a/..b/.c"},
        {"\"a b\\tc\"", "/home/verbs/launch/a b\tc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "data: {train: %s}", cases[i][0]);
        config_t config = parsed(text);
        // With nothing left behind the end: equal configurations are equal byte by byte.
        char expected[CONFIG_PATH_SIZE] = {0};
        strcpy(expected, cases[i][1]);
        assert_string_equal(config.data.train, expected);
        assert_memory_equal(config.data.train, expected, sizeof expected);
    }
}

static void a_relative_file_stands_in_the_working_folder(void **state) {
    (void)state;
    char folder[PATH_MAX], expected[PATH_MAX + 32];
    assert_non_null(getcwd(folder, sizeof folder));
    config_t config;
    assert_ok(config_parse(&config, "train.yaml", SHORTEST, strlen(SHORTEST), NULL, 0));
    snprintf(expected, sizeof expected, "%s/words.txt", folder);
    assert_string_equal(config.data.train, expected);
    assert_ok(config_parse(&config, "launch/../x/train.yaml", SHORTEST, strlen(SHORTEST), NULL, 0));
    snprintf(expected, sizeof expected, "%s/x/words.txt", folder);
    assert_string_equal(config.data.train, expected);
}

static void the_last_override_wins(void **state) {
    (void)state;
    config_t config;
    const char *const overrides[OVERRIDES_MAX] = {"data.pairs=all", "train.epochs=5", "train.epochs=7",
        "model.encoder_condition=[hidden, cell]", "data.conditions=[a, b]", "data.pair_conditions=[[b, a]]"};
    assert_ok(parse(&config, example, overrides));
    assert_int_equal(config.data.pairs, CONFIG_PAIRS_ALL);
    assert_int_equal(config.train.epochs, 7);
    assert_int_equal(config.model.encoder_condition, CONFIG_ENTERS_HIDDEN | CONFIG_ENTERS_CELL);
    assert_int_equal(config.data.condition_count, 2);
    assert_pairs(&config.data.pair_conditions, 1, (const int[][2]){{1, 0}});
    assert_int_equal(config.train.batch_size, 256);
}

static void an_override_can_mend_the_file(void **state) {
    (void)state;
    config_t config;
    const char *const overrides[OVERRIDES_MAX] = {"train.epochs=5", "data.train=/w", "name=x=y", "name=x"};
    assert_ok(parse(&config, "train: {epochs: many}", overrides));
    assert_int_equal(config.train.epochs, 5);
    assert_string_equal(config.data.train, "/w");
    assert_string_equal(config.name, "x");
}

static void paths_of_overrides_stand_in_the_working_folder(void **state) {
    (void)state;
    char folder[PATH_MAX], expected[PATH_MAX + 32];
    assert_non_null(getcwd(folder, sizeof folder));
    config_t config;
    const char *const overrides[OVERRIDES_MAX] = {
        "data.train=words", "evaluate.test=", "checkpoint.directory=/c"};
    assert_ok(parse(&config, "evaluate: {test: t}", overrides));
    snprintf(expected, sizeof expected, "%s/words", folder);
    assert_string_equal(config.data.train, expected);
    assert_string_equal(config.evaluate.test, "");
    assert_string_equal(config.checkpoint.directory, "/c");
}

static void overrides_edit_schedules(void **state) {
    (void)state;
    static const struct {
        const char *overrides[OVERRIDES_MAX];
        config_schedule_t kl_weight, lr_schedule;
    } cases[] = {
        // a part of the file's schedule, of a number, of a default
        {{"train.kl_weight.to=0.3", "optimizer.lr_schedule=0.5"}, SCHEDULE(LINEAR, 0.2, 0.3, 0.4, 1, 1, 0),
            SCHEDULE(CONSTANT, 0.5, 0, 1, 1, 1, 0)},
        {{"optimizer.lr_schedule.warmup_steps=5", "train.kl_weight.schedule=cosine"},
            SCHEDULE(COSINE, 0.2, 9, 0.4, 1, 1, 0), SCHEDULE(CONSTANT, 1, 0, 1, 1, 1, 5)},
        {{"optimizer.lr_schedule.schedule=linear", "optimizer.lr_schedule.to=0"},
            SCHEDULE(LINEAR, 0.2, 9, 0.4, 1, 1, 0), SCHEDULE(LINEAR, 1, 0, 1, 1, 1, 0)},
        // a whole schedule forgets the parts before it
        {{"train.kl_weight.over=0.1", "train.kl_weight={schedule: linear, to: 1}", "train.kl_weight.from=3"},
            SCHEDULE(LINEAR, 3, 1, 1, 1, 1, 0), SCHEDULE(CONSTANT, 1, 0, 1, 1, 1, 0)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config_t config;
        const char *file = "data: {train: w}\n"
                           "train: {kl_weight: {schedule: linear, from: 0.2, to: 9, over: 0.4}}";
        assert_ok(parse(&config, file, cases[i].overrides));
        assert_schedule(&config.train.kl_weight, cases[i].kl_weight);
        assert_schedule(&config.optimizer.lr_schedule, cases[i].lr_schedule);
    }
}

static void another_kind_drops_the_rest_of_a_default(void **state) {
    (void)state;
    config_t config;
    const char *const overrides[OVERRIDES_MAX] = {
        "train.kl_weight.schedule=constant", "train.kl_weight.from=0.25"};
    assert_ok(parse(&config, SHORTEST, overrides));
    assert_schedule(&config.train.kl_weight, (config_schedule_t)SCHEDULE(CONSTANT, 0.25, 0, 1, 1, 1, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read),
        cmocka_unit_test(defaults_of_data_and_model),
        cmocka_unit_test(defaults_of_a_table),
        cmocka_unit_test(defaults_of_the_rest),
        cmocka_unit_test(every_word_of_a_choice_is_known),
        cmocka_unit_test(bounds_belong_to_the_range),
        cmocka_unit_test(a_schedule_takes_defaults_of_its_own),
        cmocka_unit_test(every_part_of_a_schedule_is_read),
        cmocka_unit_test(names_of_conditions_have_a_normal_form),
        cmocka_unit_test(pairs_are_indices_of_conditions),
        cmocka_unit_test(aliases_and_empty_sections_are_fine),
        cmocka_unit_test(paths_are_cleaned),
        cmocka_unit_test(a_relative_file_stands_in_the_working_folder),
        cmocka_unit_test(the_last_override_wins),
        cmocka_unit_test(an_override_can_mend_the_file),
        cmocka_unit_test(paths_of_overrides_stand_in_the_working_folder),
        cmocka_unit_test(overrides_edit_schedules),
        cmocka_unit_test(another_kind_drops_the_rest_of_a_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
