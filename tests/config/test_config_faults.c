// What is wrong is said in full: every message, its place, the order of several, the nearest key.
#include "fixture.h"

/** "@" in an expected message stands for the file's name. */
static void expand(const char *text, char *message, size_t size) {
    size_t used = 0;
    for (; *text && used + 1 < size; text++) {
        if (*text == '@') {
            used += (size_t)snprintf(message + used, size - used, "%s", FILE_NAME);
        } else {
            message[used++] = *text;
        }
    }
    message[used] = '\0';
}

typedef struct {
    const char *text, *message;
    const char *overrides[OVERRIDES_MAX];
} fault_case_t;

static void assert_messages(const fault_case_t *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        config_t config, before;
        memset(&config, 7, sizeof config);
        before = config;
        char expected[STATUS_MESSAGE_SIZE];
        expand(cases[i].message, expected, sizeof expected);
        assert_int_equal(parse(&config, cases[i].text, cases[i].overrides), STATUS_CONFIG);
        assert_string_equal(status_message(), expected);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

#define ASSERT_MESSAGES(cases) assert_messages(cases, sizeof cases / sizeof *cases)
#define DATA "data: {train: w}\n"
#define PART_SCHEDULE "train.kl_weight.schedule"

static void keys_that_nobody_knows(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA "model: {hiden: 3}", "@:2:9: unknown key \"model.hiden\": did you mean \"model.hidden\"?", {0}},
        {"data: {train: w,\n  trian: w}", "@:2:3: unknown key \"data.trian\": did you mean \"data.train\"?",
            {0}},
        {DATA "optimiser: {lr: 3}", "@:2:1: unknown key \"optimiser\": did you mean \"optimizer\"?", {0}},
        {DATA "nmae: x", "@:2:1: unknown key \"nmae\": did you mean \"name\"?", {0}},
        {DATA "colour: red", "@:2:1: unknown key \"colour\"", {0}},
        {DATA "train: {colour: red}", "@:2:9: unknown key \"train.colour\"", {0}},
        {DATA "x: 1", "@:2:1: unknown key \"x\"", {0}},
        {DATA "model: {encoder_conditon: []}",
            "@:2:9: unknown key \"model.encoder_conditon\": did you mean \"model.encoder_condition\"?", {0}},
        // in the wrong section, without its section, in several sections
        {DATA "train: {lr: 1}", "@:2:9: unknown key \"train.lr\": did you mean \"optimizer.lr\"?", {0}},
        {DATA "batch_size: 1", "@:2:1: unknown key \"batch_size\": did you mean \"train.batch_size\"?", {0}},
        {DATA "train.epochs: 1", "@:2:1: unknown key \"train.epochs\": write \"epochs\" inside \"train\"",
            {0}},
        {DATA "every: 1", "@:2:1: unknown key \"every\"", {0}},
        {DATA "train: {kl_weight.to: 1}", "@:2:9: unknown key \"train.kl_weight.to\"", {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, ovr: 1}}",
            "@:2:46: unknown key \"train.kl_weight.ovr\": did you mean \"train.kl_weight.over\"?", {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, until: 1}}",
            "@:2:46: unknown key \"train.kl_weight.until\": a schedule has the keys schedule, from, to, "
            "over, centre, width, "
            "factor, every, since, by, first, cycles, reset, floor, ceiling, warmup_steps",
            {0}},
        {DATA "<<: {a: 1}", "@:2:1: unknown key \"<<\"", {0}},
        {DATA "\"a\\nb \\x7f\": 1", "@:2:1: unknown key \"a?b ?\"", {0}},
        {DATA "? [a]\n: b", "@:2:3: a list is not a key", {0}},
        {DATA "~: b", "@:2:1: an empty value is not a key", {0}},
        {DATA "train: {{a: b}: c}", "@:2:9: a mapping is not a key", {0}},
    };
    ASSERT_MESSAGES(cases);
}

static void keys_given_twice(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA "seed: 1\nseed: 1", "@:3:1: duplicate key \"seed\", first given in line 2", {0}},
        {DATA "data: {format: rows}", "@:2:1: duplicate key \"data\", first given in line 1", {0}},
        {DATA "train: {epochs: 1,\n  loss: sum, epochs: 2}",
            "@:3:14: duplicate key \"train.epochs\", first given in line 2", {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, to: 1}}",
            "@:2:46: duplicate key \"train.kl_weight.to\", first given in line 2", {0}},
    };
    ASSERT_MESSAGES(cases);
}

static void keys_that_are_missing(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {"", "@:1:1: missing key \"data.train\", expected a path", {0}},
        {"# nothing\n", "@:1:1: missing key \"data.train\", expected a path", {0}},
        {"---\n", "@:1:1: missing key \"data.train\", expected a path", {0}},
        {"seed: 1\ndata: {format: rows}", "@:2:1: missing key \"data.train\", expected a path", {0}},
        {"seed: 1\ndata:\n", "@:2:1: missing key \"data.train\", expected a path", {0}},
        {DATA "train: {kl_weight: {to: 1}}",
            "@:2:20: missing key \"" PART_SCHEDULE
            "\", expected one of constant, linear, step, cosine, sigmoid",
            {0}},
        {DATA "train: {kl_weight: {schedule: linear}}",
            "@:2:31: missing key \"train.kl_weight.to\", expected a number (at least 0)", {0}},
        {DATA "train: {kl_weight: {schedule: cosine}}",
            "@:2:31: missing key \"train.kl_weight.to\", expected a number (at least 0)", {0}},
        {DATA "train: {kl_weight: {schedule: sigmoid}}",
            "@:2:31: missing key \"train.kl_weight.to\", expected a number (at least 0)\n"
            "@:2:31: missing key \"train.kl_weight.centre\", expected a number (at least 0)\n"
            "@:2:31: missing key \"train.kl_weight.width\", expected a number (greater than 0)",
            {0}},
        {DATA "train: {teacher_forcing: {schedule: step}}",
            "@:2:37: missing key \"train.teacher_forcing.factor\", expected a number (0 to 1)\n"
            "@:2:37: missing key \"train.teacher_forcing.every\", expected a whole number (1 to 2147483647)",
            {0}},
    };
    ASSERT_MESSAGES(cases);
}

static void numbers(void **state) {
    (void)state;
    static const char epochs[] = "train: {epochs: %s}", lr[] = "optimizer: {lr: %s}", seed[] = "seed: %s";
    static const struct {
        const char *format, *value, *message;
    } cases[] = {
        {epochs, "many", "@:2:17: train.epochs: \"many\" is not a whole number (1 to 1000000)"},
        {epochs, "1.5", "@:2:17: train.epochs: \"1.5\" is not a whole number (1 to 1000000)"},
        {epochs, "1.0", "@:2:17: train.epochs: \"1.0\" is not a whole number (1 to 1000000)"},
        {epochs, "1e3", "@:2:17: train.epochs: \"1e3\" is not a whole number (1 to 1000000)"},
        {epochs, "0x10", "@:2:17: train.epochs: \"0x10\" is not a whole number (1 to 1000000)"},
        {epochs, "010", "@:2:17: train.epochs: \"010\" is not a whole number (1 to 1000000)"},
        {epochs, "+1", "@:2:17: train.epochs: \"+1\" is not a whole number (1 to 1000000)"},
        {epochs, "-", "@:2:17: train.epochs: \"-\" is not a whole number (1 to 1000000)"},
        {epochs, "1_000", "@:2:17: train.epochs: \"1_000\" is not a whole number (1 to 1000000)"},
        {epochs, "1 2", "@:2:17: train.epochs: \"1 2\" is not a whole number (1 to 1000000)"},
        {epochs, "", "@:2:17: train.epochs: an empty value is not a whole number (1 to 1000000)"},
        {epochs, "null", "@:2:17: train.epochs: an empty value is not a whole number (1 to 1000000)"},
        {epochs, "[1]", "@:2:17: train.epochs: a list is not a whole number (1 to 1000000)"},
        {epochs, "[]", "@:2:17: train.epochs: an empty list is not a whole number (1 to 1000000)"},
        {epochs, "{a: 1}", "@:2:17: train.epochs: a mapping is not a whole number (1 to 1000000)"},
        {epochs, "\"3\"",
            "@:2:17: train.epochs: \"3\" in quotes is a text, not a whole number (1 to 1000000)"},
        {epochs, "0", "@:2:17: train.epochs: 0 is out of range (1 to 1000000)"},
        {epochs, "-3", "@:2:17: train.epochs: -3 is out of range (1 to 1000000)"},
        {epochs, "1000001", "@:2:17: train.epochs: 1000001 is out of range (1 to 1000000)"},
        {epochs, "18446744073709551617",
            "@:2:17: train.epochs: 18446744073709551617 is out of range (1 to 1000000)"},
        {seed, "18446744073709551616",
            "@:2:7: seed: 18446744073709551616 is out of range "
            "(0 to 18446744073709551615)"},
        {seed, "-1", "@:2:7: seed: -1 is out of range (0 to 18446744073709551615)"},
        {seed, "0x1", "@:2:7: seed: \"0x1\" is not a whole number (0 to 18446744073709551615)"},
        {lr, "0", "@:2:17: optimizer.lr: 0 is out of range (greater than 0)"},
        {lr, "1e-400", "@:2:17: optimizer.lr: 1e-400 is out of range (greater than 0)"},
        {lr, "1e999", "@:2:17: optimizer.lr: 1e999 is out of range (greater than 0)"},
        {lr, "nan", "@:2:17: optimizer.lr: \"nan\" is not a number (greater than 0)"},
        {lr, ".nan", "@:2:17: optimizer.lr: \".nan\" is not a number (greater than 0)"},
        {lr, "inf", "@:2:17: optimizer.lr: \"inf\" is not a number (greater than 0)"},
        {lr, ".", "@:2:17: optimizer.lr: \".\" is not a number (greater than 0)"},
        {lr, "1e", "@:2:17: optimizer.lr: \"1e\" is not a number (greater than 0)"},
        {lr, "0.1x", "@:2:17: optimizer.lr: \"0.1x\" is not a number (greater than 0)"},
        {lr, "0x1p3", "@:2:17: optimizer.lr: \"0x1p3\" is not a number (greater than 0)"},
        {lr, "1;5", "@:2:17: optimizer.lr: \"1;5\" is not a number (greater than 0)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200] = DATA;
        snprintf(text + strlen(text), sizeof text - strlen(text), cases[i].format, cases[i].value);
        const fault_case_t one = {text, cases[i].message, {0}};
        assert_messages(&one, 1);
    }
}

static status_t override(const char *path, const char *value) {
    char text[100];
    snprintf(text, sizeof text, "%s=%s", path, value);
    config_t config;
    return parse(&config, DATA, (const char *[OVERRIDES_MAX]){text});
}

static void ranges_end_where_they_should(void **state) {
    (void)state;
    // the last value inside and the first outside, at both ends
    static const struct {
        const char *path, *low, *below, *high, *above;
    } cases[] = {
        {"seed", "0", "-1", "18446744073709551615", "18446744073709551616"},
        {"data.holdout", "0", "-1e-9", "0.9999999", "1"},
        {"data.holdout_from", "0", "-1e-9", "0.9999999", "1"},
        {"data.invent", "0", "-1e-9", "0.9999999", "1"},
        {"data.max_length", "1", "0", "255", "256"},
        {"model.hidden", "1", "0", "8192", "8193"},
        {"model.latent", "1", "0", "4096", "4097"},
        {"model.embedding", "1", "0", "4096", "4097"},
        {"model.condition", "1", "0", "4096", "4097"},
        {"model.layers", "1", "0", "8", "9"},
        {"train.epochs", "1", "0", "1000000", "1000001"},
        {"train.batch_size", "1", "0", "1048576", "1048577"},
        {"train.micro_batch", "1", "0", "4096", "4097"},
        {"train.patience", "0", "-1", "1000000", "1000001"},
        {"train.stall_seconds", "0", "-1", "1000000", "1000001"},
        {"train.kl_weight", "0", "-1e-9", "1e300", "1e309"},
        {"train.kl_weight.to", "0", "-1e-9", "1e300", "1e309"},
        {"train.kl_weight.over", "1e-9", "0", "1", "1.1"},
        {"train.kl_weight.warmup_steps", "0", "-1", "2147483647", "2147483648"},
        {"train.kl_weight.first", "0", "-1", "2147483647", "2147483648"},
        {"train.kl_weight.cycles", "1", "0", "1000000", "1000001"},
        {"train.kl_weight.reset", "0", "-1", "2147483647", "2147483648"},
        {"train.kl_weight.floor", "0", "-1e-9", "1e300", "1e309"},
        {"train.kl_weight.ceiling", "0", "-1e-9", "1e300", "1e309"},
        {"train.kl_target", "0", "-1e-9", "1e300", "1e309"},
        {"train.free_bits", "0", "-1e-9", "1e300", "1e309"},
        {"train.word_dropout", "0", "-1e-9", "1", "1.0000001"},
        {"train.consistency", "0", "-1e-9", "4", "4.0000001"},
        {"train.consistency_from", "0", "-1e-9", "0.9999999", "1"},
        {"train.max_gradient_norm", "0", "-1e-9", "1e300", "1e309"},
        {"train.diverged_steps", "1", "0", "1000000", "1000001"},
        {"train.go_back", "0", "-1", "1000000", "1000001"},
        {"train.go_back_factor", "1e-9", "0", "0.9999999", "1"},
        {"train.teacher_forcing", "0", "-1e-9", "1", "1.0000001"},
        {"optimizer.lr", "1e-300", "0", "1e300", "1e309"},
        {"optimizer.momentum", "0", "-1e-9", "0.9999999", "1"},
        {"optimizer.beta1", "0", "-1e-9", "0.9999999", "1"},
        {"optimizer.beta2", "0", "-1e-9", "0.9999999", "1"},
        {"optimizer.epsilon", "1e-300", "0", "1e300", "1e309"},
        {"optimizer.clip", "0", "-1e-9", "1e300", "1e309"},
        {"optimizer.weight_decay", "0", "-1e-9", "1e300", "1e309"},
        {"optimizer.lr_schedule", "0", "-1e-9", "1e300", "1e309"},
        {"evaluate.every", "0", "-1", "1000000", "1000001"},
        {"evaluate.draws", "0", "-1", "10000000", "10000001"},
        {"evaluate.examples", "0", "-1", "1000", "1001"},
        {"checkpoint.every", "0", "-1", "1000000", "1000001"},
        {"checkpoint.every_steps", "0", "-1", "2147483647", "2147483648"},
        {"checkpoint.keep", "0", "-1", "1000000", "1000001"},
        {"checkpoint.keep_every", "0", "-1", "1000000", "1000001"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(override(cases[i].path, cases[i].low));
        assert_ok(override(cases[i].path, cases[i].high));
        assert_fails(override(cases[i].path, cases[i].below), STATUS_CONFIG, " is out of range (");
        assert_fails(override(cases[i].path, cases[i].above), STATUS_CONFIG, " is out of range (");
    }
}

static void values_of_other_types(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA "name: a b",
            "@:2:7: name: \"a b\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' "
            "first: place 2 is a blank",
            {0}},
        {DATA "name: ..",
            "@:2:7: name: \"..\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' "
            "first",
            {0}},
        {DATA "name: ''",
            "@:2:7: name: \"\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' first",
            {0}},
        {DATA "name: null",
            "@:2:7: name: an empty value is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no "
            "'.' first",
            {0}},
        {"data: {train: }", "@:1:15: data.train: an empty value is not a path", {0}},
        {"data: {train: ''}", "@:1:15: data.train: \"\" is not a path", {0}},
        {DATA "evaluate: {test: [a]}", "@:2:18: evaluate.test: a list is not a path or null", {0}},
        {"data: {train: w, alphabet: }", "@:1:28: data.alphabet: an empty value is not a text", {0}},
        {"data: {train: w, format: row}",
            "@:1:26: data.format: \"row\" is not one of rows, pairs, unimorph, lemma-form-tags, "
            "lemma-tags-form: did you mean \"rows\"?",
            {0}},
        {"data: {train: w, pairs: none}",
            "@:1:25: data.pairs: \"none\" is not one of same, cross, all, random, inflect, lemmatize", {0}},
        {"data: {train: w, pairs: [all]}",
            "@:1:25: data.pairs: a list is not one of same, cross, all, random, inflect, lemmatize", {0}},
        {DATA "model: {decoder_relu: yes}", "@:2:23: model.decoder_relu: \"yes\" is not true or false", {0}},
        {DATA "model: {decoder_relu: 'true'}", "@:2:23: model.decoder_relu: \"true\" is not true or false",
            {0}},
        {DATA "model: {condition: one-hot}",
            "@:2:20: model.condition: \"one-hot\" is not a whole number (1 to 4096) or onehot", {0}},
        {DATA "model: {condition: 0}", "@:2:20: model.condition: 0 is out of range (1 to 4096)", {0}},
        {"data: {train: w, holdout: 1}", "@:1:27: data.holdout: 1 is out of range (at least 0, less than 1)",
            {0}},
        {DATA "optimizer: {beta2: 1}", "@:2:20: optimizer.beta2: 1 is out of range (at least 0, less than 1)",
            {0}},
        {DATA "optimizer: {clip: -1}", "@:2:19: optimizer.clip: -1 is out of range (at least 0)", {0}},
        {DATA "train: {kl_target: 3, free_bits: 0.5}",
            "@:2:34: train.free_bits: not together with train.kl_target: one of the two must be 0", {0}},
        {DATA "train: {kl_target: {schedule: linear, to: 9}}",
            "--set train.free_bits=1: not together with train.kl_target: one of the two must be 0",
            {"train.free_bits=1"}},
        {DATA "compute: {precision: bf16, gemm: openblas}",
            "@:2:22: compute.precision: bf16 not together with compute.gemm: openblas, which multiplies in "
            "fp32 alone",
            {0}},
        {DATA "compute: {gemm: openblas}",
            "--set compute.precision=bf16: bf16 not together with compute.gemm: openblas, which multiplies "
            "in "
            "fp32 alone",
            {"compute.precision=bf16"}},
        {DATA "model: {dropout: 0.5}",
            "@:2:18: model.dropout: it is between recurrent layers: model.layers must be 2 or more", {0}},
        {DATA "model: [a]", "@:2:8: model: a list is not a mapping of keys", {0}},
        {DATA "model: 7", "@:2:8: model: \"7\" is not a mapping of keys", {0}},
    };
    ASSERT_MESSAGES(cases);
}

#define NO_CONDITION                                                                                         \
    "is not the name of a condition: only letters that can be seen, no blank first or last, at most 63 "     \
    "bytes"
#define SIXTEEN "0123456789abcdef"

static void lists(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA "model: {encoder_condition: hidden}",
            "@:2:28: model.encoder_condition: \"hidden\" is not a list of hidden, cell, steps", {0}},
        {DATA "model: {encoder_condition: [hiden, gate, [a]]}",
            "@:2:29: model.encoder_condition: \"hiden\" is not one of hidden, cell, steps: did you mean "
            "\"hidden\"?\n"
            "@:2:36: model.encoder_condition: \"gate\" is not one of hidden, cell, steps\n"
            "@:2:42: model.encoder_condition: a list is not one of hidden, cell, steps",
            {0}},
        {DATA "model: {encoder_condition: [cell, steps, cell]}",
            "@:2:42: model.encoder_condition: \"cell\" is there twice", {0}},
        {DATA "model: {decoder_latent: []}",
            "@:2:25: model.decoder_latent: an empty list is not a list of one or more of hidden, cell, steps",
            {0}},
        {"data: {train: w, conditions: []}",
            "@:1:30: data.conditions: an empty list is not a list of 1 to 256 names or data", {0}},
        {"data: {train: w, conditions: past}",
            "@:1:30: data.conditions: \"past\" is not a list of 1 to 256 names or data", {0}},
        {"data: {train: w, conditions: [a, b, a]}", "@:1:37: data.conditions: \"a\" is there twice", {0}},
        {"data: {train: w, conditions: [a, {b: c}]}", "@:1:34: data.conditions: a mapping " NO_CONDITION,
            {0}},
        {"data: {train: w, conditions: [a, '']}", "@:1:34: data.conditions: \"\" " NO_CONDITION, {0}},
        {"data: {train: w, conditions: [' a', \"b \", \"c\\td\", \"\xd0\xb9\xe2\x80\x8b\"]}",
            "@:1:31: data.conditions: \" a\" " NO_CONDITION ": it begins with a blank\n"
            "@:1:37: data.conditions: \"b \" " NO_CONDITION ": it ends with a blank\n"
            "@:1:43: data.conditions: \"c?d\" " NO_CONDITION ": place 2 is U+0009 (a control character)\n"
            "@:1:51: data.conditions: \"\xd0\xb9\xe2\x80\x8b\" " NO_CONDITION
            ": place 2 is U+200B (an invisible format character)",
            {0}},
        // A joiner is a letter of words only.
        {"data: {train: w, conditions: [\"\xd8\xa8\xe2\x80\x8c\xd8\xa8\"]}",
            "@:1:31: data.conditions: \"\xd8\xa8\xe2\x80\x8c\xd8\xa8\" " NO_CONDITION
            ": place 2 is U+200C (an invisible format character)",
            {0}},
        {"data: {train: w, conditions: [" SIXTEEN "aaaa" SIXTEEN "bbbb" SIXTEEN SIXTEEN "cc]}",
            "@:1:31: data.conditions: \"" SIXTEEN "aaaa" SIXTEEN "bbbb" SIXTEEN "0123...\" " NO_CONDITION
            ": it has 74",
            {0}},
        {"data: {train: w, conditions: data}",
            "@:1:30: data.conditions: a row's columns need a list of names: the names of the data are those "
            "of pairs "
            "and tables",
            {0}},
        {"data: {train: w, format: pairs, conditions: data, pair_conditions: [[a, b]]}",
            "@:1:68: data.pair_conditions: it names conditions, and data.conditions has no list of them",
            {0}},
        {"data: {train: w, format: unimorph}\nevaluate: {test_pairs: [[a, b]]}",
            "@:2:24: evaluate.test_pairs: it names conditions, and data.conditions has no list of them", {0}},
        {"data: {train: w, pair_conditions: past}",
            "@:1:35: data.pair_conditions: \"past\" is not a list of at most 256 pairs [source, target] of "
            "conditions",
            {0}},
        {"data: {train: w, pair_conditions: [[past], past, [past, past, past]]}",
            "@:1:36: data.pair_conditions: a list is not a pair [source, target] of conditions\n"
            "@:1:44: data.pair_conditions: \"past\" is not a pair [source, target] of conditions\n"
            "@:1:50: data.pair_conditions: a list is not a pair [source, target] of conditions",
            {0}},
        {DATA "evaluate: {test_pairs: [[psat, future], [past, [a]]]}",
            "@:2:26: evaluate.test_pairs: \"psat\" is not one of data.conditions: did you mean \"past\"?\n"
            "@:2:32: evaluate.test_pairs: \"future\" is not one of data.conditions\n"
            "@:2:48: evaluate.test_pairs: a list is not a condition",
            {0}},
        // Wrong conditions make no further faults of the pairs of the right ones.
        {"data: {train: w, conditions: [a, a], pair_conditions: [[a, b]]}",
            "@:1:34: data.conditions: \"a\" is there twice", {0}},
    };
    ASSERT_MESSAGES(cases);
}

#define LATIN_1 "; a configuration is UTF-8 (of Latin-1, iconv -f latin1 -t utf8 makes it)"
#define LINEAR ", such as {schedule: linear, from: 0, to: 1}; cvae_mpi --help-config has all forms"

static void schedules(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA "train: {kl_weight: high}",
            "@:2:20: train.kl_weight: \"high\" is not a number (at least 0) or a schedule" LINEAR, {0}},
        {DATA "train: {kl_weight: }",
            "@:2:20: train.kl_weight: an empty value is not a number (at least 0) or a schedule" LINEAR, {0}},
        {DATA "train: {kl_weight: [1]}",
            "@:2:20: train.kl_weight: a list is not a number (at least 0) or a schedule" LINEAR, {0}},
        {DATA "train: {kl_weight: -1}", "@:2:20: train.kl_weight: -1 is out of range (at least 0)", {0}},
        {DATA "train: {teacher_forcing: 1.5}", "@:2:26: train.teacher_forcing: 1.5 is out of range (0 to 1)",
            {0}},
        {DATA "train: {kl_weight: {schedule: liner, to: 1}}",
            "@:2:31: train.kl_weight.schedule: \"liner\" is not one of constant, linear, step, cosine, "
            "sigmoid: "
            "did you mean \"linear\"?",
            {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, factor: 1, every: 2}}",
            "@:2:54: train.kl_weight.factor: goes with step, not with linear\n"
            "@:2:64: train.kl_weight.every: goes with step, not with linear",
            {0}},
        {DATA "train: {kl_weight: {schedule: constant, from: x, to: 1, over: 1}}",
            "@:2:47: train.kl_weight.from: \"x\" is not a number (at least 0)\n"
            "@:2:54: train.kl_weight.to: goes with linear, cosine and sigmoid, not with constant\n"
            "@:2:63: train.kl_weight.over: goes with linear and cosine, not with constant",
            {0}},
        {DATA "train: {teacher_forcing: {schedule: linear, from: 2, to: -1, over: 0, warmup_steps: -1}}",
            "@:2:51: train.teacher_forcing.from: 2 is out of range (0 to 1)\n"
            "@:2:58: train.teacher_forcing.to: -1 is out of range (0 to 1)\n"
            "@:2:68: train.teacher_forcing.over: 0 is out of range (greater than 0, at most 1)\n"
            "@:2:85: train.teacher_forcing.warmup_steps: -1 is out of range (0 to 2147483647)",
            {0}},
        {DATA "train: {teacher_forcing: {schedule: step, factor: 1.5, every: 0}}",
            "@:2:51: train.teacher_forcing.factor: 1.5 is out of range (0 to 1)\n"
            "@:2:63: train.teacher_forcing.every: 0 is out of range (1 to 2147483647)",
            {0}},
        {DATA "train: {kl_weight: {schedule: sigmoid, to: 1, over: 1, centre: -1, width: 0, by: day}}",
            "@:2:53: train.kl_weight.over: goes with linear and cosine, not with sigmoid\n"
            "@:2:64: train.kl_weight.centre: -1 is out of range (at least 0)\n"
            "@:2:75: train.kl_weight.width: 0 is out of range (greater than 0)\n"
            "@:2:82: train.kl_weight.by: \"day\" is not one of step, epoch",
            {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, since: 1, centre: 1, width: 1}}",
            "@:2:53: train.kl_weight.since: goes with step, not with linear\n"
            "@:2:64: train.kl_weight.centre: goes with sigmoid, not with linear\n"
            "@:2:74: train.kl_weight.width: goes with sigmoid, not with linear",
            {0}},
        {DATA "train: {kl_weight: {schedule: constant, by: epoch, cycles: 2, floor: 1}}",
            "@:2:45: train.kl_weight.by: goes with linear, cosine and sigmoid, not with constant\n"
            "@:2:60: train.kl_weight.cycles: goes with linear, step, cosine and sigmoid, not with constant\n"
            "@:2:70: train.kl_weight.floor: goes with linear, step, cosine and sigmoid, not with constant",
            {0}},
        {DATA "train: {kl_weight: {schedule: linear, to: 1, floor: 0.5, ceiling: 0.25}}",
            "@:2:67: train.kl_weight.ceiling: 0.25 is below the floor, 0.5", {0}},
        {DATA "train: {teacher_forcing: {schedule: linear, to: 1, floor: 2, ceiling: 1.5}}",
            "@:2:59: train.teacher_forcing.floor: 2 is out of range (0 to 1)\n"
            "@:2:71: train.teacher_forcing.ceiling: 1.5 is out of range (0 to 1)",
            {0}},
        {DATA "optimizer: {lr_schedule: {schedule: step, factor: -1, every: 1.5}}",
            "@:2:51: optimizer.lr_schedule.factor: -1 is out of range (at least 0)\n"
            "@:2:62: optimizer.lr_schedule.every: \"1.5\" is not a whole number (1 to 2147483647)",
            {0}},
    };
    ASSERT_MESSAGES(cases);
}

static void text_that_is_no_configuration(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {"- a\n- b", "@:1:1: a list is not a mapping of keys", {0}},
        {"words", "@:1:1: \"words\" is not a mapping of keys", {0}},
        {DATA "---\nseed: 2", "@:2:1: a second YAML document starts here, expected one only", {0}},
        {DATA "...\n---\n", "@:3:1: a second YAML document starts here, expected one only", {0}},
        {"a: b\n c: d", "@:2:3: not valid YAML: mapping values are not allowed in this context", {0}},
        {"data: {train: w",
            "@:2:1: not valid YAML: did not find expected ',' or '}', while parsing a flow mapping", {0}},
        {"data: {train: w}\n\tseed: 1", "@:2:1: the line begins with a tab: YAML is indented by blanks alone",
            {0}},
        {"data: *nowhere", "@:1:7: not valid YAML: found undefined alias", {0}},
        {"seed: 1\nname: \xc3\xa4\xff", "@:2:8: not readable as text: invalid leading UTF-8 octet" LATIN_1,
            {0}},
        {"seed: 1\nname: \x01", "@:2:7: not readable as text: control characters are not allowed", {0}},
        {DATA "seed: !!int 1", "@:2:7: tags (\"tag:yaml.org,2002:int\") are not supported", {0}},
        {DATA "name: \"a\\0b\"", "@:2:7: a text with a zero byte inside", {0}},
    };
    ASSERT_MESSAGES(cases);
}

static void overrides(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {DATA, "--set train.epochs=many: \"many\" is not a whole number (1 to 1000000)",
            {"train.epochs=many"}},
        {DATA, "--set train.epochs: expected KEY=VALUE", {"train.epochs"}},
        {DATA, "--set =3: unknown key \"\"", {"=3"}},
        {DATA, "--set train.epochs=: an empty value is not a whole number (1 to 1000000)", {"train.epochs="}},
        {DATA, "--set train.epoch=1: unknown key \"train.epoch\": did you mean \"train.epochs\"?",
            {"train.epoch=1"}},
        {DATA, "--set lr=1: unknown key \"lr\": did you mean \"optimizer.lr\"?", {"lr=1"}},
        {DATA, "--set optimiser.lr=1: unknown key \"optimiser.lr\": did you mean \"optimizer.lr\"?",
            {"optimiser.lr=1"}},
        {DATA, "--set train={epochs: 1}: \"train\" is a section: its keys are set one by one",
            {"train={epochs: 1}"}},
        {DATA, "--set train.epochs.to=1: unknown key \"train.epochs.to\"", {"train.epochs.to=1"}},
        {DATA,
            "--set train.kl_weight.ovr=1: unknown key \"train.kl_weight.ovr\": did you mean "
            "\"train.kl_weight.over\"?",
            {"train.kl_weight.ovr=1"}},
        {DATA, "--set train.kl_weight.every=2: goes with step, not with linear", {"train.kl_weight.every=2"}},
        {DATA "train: {kl_weight: 1}",
            "--set train.kl_weight.to=2: goes with linear, cosine and sigmoid, not with constant",
            {"train.kl_weight.to=2"}},
        {DATA,
            "--set optimizer.lr_schedule.schedule=linear: missing key \"optimizer.lr_schedule.to\", expected "
            "a "
            "number (at least 0)",
            {"optimizer.lr_schedule.schedule=linear"}},
        // What the file gave does not go with the override's kind.
        {DATA "train: {kl_weight: {schedule: linear, to: 1}}",
            "@:2:43: train.kl_weight.to: goes with linear, cosine and sigmoid, not with constant",
            {PART_SCHEDULE "=constant"}},
        {DATA, "--set data.pair_conditions=[[past, a]]: \"a\" is not one of data.conditions",
            {"data.pair_conditions=[[past, a]]"}},
        {DATA, "--set seed=[: not valid YAML: did not find expected node content, while parsing a flow node",
            {"seed=["}},
        {DATA, "--set seed=--- 1\?--- 2: a second YAML document starts here, expected one only",
            {"seed=--- 1\n--- 2"}},
        // A comment, or more behind the value, is not cut off; "#" without a blank before it is a letter.
        {DATA, "--set train.epochs=5 # x: \"# x\" is no part of the value but a comment: leave it out",
            {"train.epochs=5 # x"}},
        {DATA, "--set seed=#5: \"#5\" is no part of the value but a comment: leave it out", {"seed=#5"}},
        {DATA, "--set train.loss=sum#: \"sum#\" is not one of sum, mean, mean_kl: did you mean \"sum\"?",
            {"train.loss=sum#"}},
        {DATA,
            "--set train.kl_weight={schedule: constant} #: \"#\" is no part of the value but a comment: "
            "leave it "
            "out",
            {"train.kl_weight={schedule: constant} #"}},
        {DATA,
            "--set train.kl_weight=schedule: constant #: \"#\" is no part of the value but a comment: leave "
            "it out",
            {"train.kl_weight=schedule: constant #"}},
        {DATA,
            "--set data.conditions=[\xc3\xa9] #b: \"#b\" is no part of the value but a comment: leave it out",
            {"data.conditions=[\xc3\xa9] #b"}},
        {DATA, "--set seed=1\?...: \"...\" is no part of the value: leave it out", {"seed=1\n..."}},
        // Paths, names and texts are taken as they stand, where they can be texts of one line at all.
        {DATA, "--set data.train=: an empty value is not a path", {"data.train="}},
        {DATA, "--set data.train=a\xff: the value is not UTF-8", {"data.train=a\xff"}},
        {DATA, "--set data.train=a\?b: a line break in the value, expected a text on one line",
            {"data.train=a\nb"}},
        {DATA, "--set data.alphabet=a\?: a control character in the value, expected a text on one line",
            {"data.alphabet=a\x1b"}},
        {DATA,
            "--set name='a': \"'a'\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' "
            "first: place 1 is '",
            {"name='a'"}},
        {DATA,
            "--set name=a : \"a \" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' "
            "first: place 2 is a blank",
            {"name=a "}},
        {DATA,
            "--set name=a\xc3\xa9x: \"a\xc3\xa9x\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' "
            "and '-', no '.' first: place 2 is \xc3\xa9",
            {"name=a\xc3\xa9x"}},
    };
    ASSERT_MESSAGES(cases);
}

static void the_faults_of_all_are_sorted_by_place(void **state) {
    (void)state;
    static const fault_case_t cases[] = {{
        "optimizer: {lr: 0}\n"
        "data: {pairs: some, trian: x, format: lines}\n"
        "seed: -1\n"
        "colour: red\n",
        "@:1:17: optimizer.lr: 0 is out of range (greater than 0)\n"
        "@:2:1: missing key \"data.train\", expected a path\n"
        "@:2:15: data.pairs: \"some\" is not one of same, cross, all, random, inflect, lemmatize: did you "
        "mean \"same\"?\n"
        "@:2:21: unknown key \"data.trian\": did you mean \"data.train\"?\n"
        "@:2:39: data.format: \"lines\" is not one of rows, pairs, unimorph, lemma-form-tags, "
        "lemma-tags-form\n"
        "@:3:7: seed: -1 is out of range (0 to 18446744073709551615)\n"
        "@:4:1: unknown key \"colour\"\n"
        "--set name=a b: \"a b\" is not a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' "
        "first: place 2 is a blank\n"
        "--set train.epochs=0: 0 is out of range (1 to 1000000)\n"
        "--set what: expected KEY=VALUE",
        {"name=a b", "train.epochs=0", "what"},
    }};
    ASSERT_MESSAGES(cases);
}

static void overrides_are_checked_in_a_file_that_is_no_yaml(void **state) {
    (void)state;
    static const fault_case_t cases[] = {
        {"data: [",
            "@:2:1: not valid YAML: did not find expected node content, while parsing a flow node\n"
            "--set train.epochs=0: 0 is out of range (1 to 1000000)",
            {"train.epochs=0"}},
    };
    ASSERT_MESSAGES(cases);
}

/** data: {KEY: "xxx...x"} with `length` letters. */
static status_t parse_long(const char *format, int length) {
    char text[8192], letters[4096];
    memset(letters, 'x', sizeof letters);
    snprintf(text, sizeof text, format, length, letters);
    config_t config;
    return parse(&config, text, NULL);
}

static void what_is_too_long_is_refused(void **state) {
    (void)state;
    assert_ok(parse_long("data: {train: /%.*s}", 1022));
    assert_fails(parse_long("data: {train: /%.*s}", 1023), STATUS_CONFIG,
        FILE_NAME ":1:15: data.train: the absolute path is longer than 1023 bytes");
    assert_ok(parse_long("data: {train: %.*s}", 1023 - 19));
    assert_fails(parse_long("data: {train: %.*s}", 1024 - 19), STATUS_CONFIG, "longer than 1023 bytes");
    assert_ok(parse_long("data: {train: a/../%.*s}", 1023 - 19));
    assert_ok(parse_long("data: {train: w, alphabet: %.*s}", 1023));
    assert_fails(parse_long("data: {train: w, alphabet: %.*s}", 1024), STATUS_CONFIG,
        FILE_NAME ":1:28: data.alphabet: the text is longer than 1023 bytes");
    assert_ok(parse_long(DATA "name: %.*s", 63));
    assert_fails(parse_long(DATA "name: %.*s", 64), STATUS_CONFIG, "'-', no '.' first: it has 64");
    assert_ok(parse_long("data: {train: w, conditions: [%.*s]}", 63));
    assert_fails(
        parse_long("data: {train: w, conditions: [a, %.*s]}", 64), STATUS_CONFIG, ":1:34: data.conditions: ");
}

static void a_long_text_is_cut_between_letters(void **state) {
    (void)state;
    config_t config;
    // 60 bytes are shown at most, and only 59 where a letter of two bytes would be cut.
    assert_fails(
        parse(&config, DATA "x012345678901234567890123456789012345678901234567890123456789é0123: 1", NULL),
        STATUS_CONFIG, "unknown key \"x01234567890123456789012345678901234567890123456789012345678...\"");
    assert_fails(
        parse(&config, DATA "01234567890123456789012345678901234567890123456789012345678é0123: 1", NULL),
        STATUS_CONFIG, "unknown key \"01234567890123456789012345678901234567890123456789012345678...\"");
}

static void a_folder_that_is_no_text_is_refused(void **state) {
    (void)state;
    static const char *const folders[] = {"/a\xff", "/\xc3", "/\xe2\x82", "/\xed\xa0\x80", "/\xc0\x80",
        "/\xf4\x90\x80\x80", "/\xf0\x80\x80\x80", "/\xe0\x80\x80"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s/train.yaml", folders[i]);
        config_t config;
        assert_fails(config_parse(&config, file, SHORTEST, strlen(SHORTEST), NULL, 0), STATUS_CONFIG,
            ":1:15: data.train: the absolute path is not UTF-8");
    }
    config_t config;
    assert_ok(config_parse(&config, "/é€😀\xed\x9f\xbf/t", SHORTEST, strlen(SHORTEST), NULL, 0));
}

static void a_file_name_that_is_too_long_is_refused(void **state) {
    (void)state;
    char file[6000];
    memset(file, 'x', sizeof file);
    file[0] = file[5998] = '/';
    file[5999] = '\0';
    config_t config;
    assert_fails(config_parse(&config, file, SHORTEST, strlen(SHORTEST), NULL, 0), STATUS_CONFIG,
        "xxx...: the path is too long");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_nobody_knows),
        cmocka_unit_test(keys_given_twice),
        cmocka_unit_test(keys_that_are_missing),
        cmocka_unit_test(numbers),
        cmocka_unit_test(ranges_end_where_they_should),
        cmocka_unit_test(values_of_other_types),
        cmocka_unit_test(lists),
        cmocka_unit_test(schedules),
        cmocka_unit_test(text_that_is_no_configuration),
        cmocka_unit_test(overrides),
        cmocka_unit_test(the_faults_of_all_are_sorted_by_place),
        cmocka_unit_test(overrides_are_checked_in_a_file_that_is_no_yaml),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_long_text_is_cut_between_letters),
        cmocka_unit_test(a_folder_that_is_no_text_is_refused),
        cmocka_unit_test(a_file_name_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
