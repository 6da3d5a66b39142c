// What is written: the text itself, that it reads back bit by bit, the identity, the differences, the help.
#include <math.h>
#include <stdlib.h>

#include "fixture.h"

static void the_shortest_configuration_is_written_in_full(void **state) {
    (void)state;
    static const char expected[] = "name: run\n"
                                   "seed: 1\n"
                                   "data:\n"
                                   "  train: /home/verbs/launch/words.txt\n"
                                   "  format: rows\n"
                                   "  conditions:\n"
                                   "    - simple-present\n"
                                   "    - third-person\n"
                                   "    - progressive\n"
                                   "    - past\n"
                                   "  pair_conditions:\n"
                                   "    - [past, simple-present]\n"
                                   "    - [past, past]\n"
                                   "  pairs: random\n"
                                   "  holdout: 0\n"
                                   "  holdout_from: 0\n"
                                   "  invent: 0\n"
                                   "  invent_pieces: 0\n"
                                   "  unknown_letters: 0\n"
                                   "  copies: 0\n"
                                   "  alphabet: a-z\n"
                                   "  max_length: 32\n"
                                   "  missing: refuse\n"
                                   "model:\n"
                                   "  hidden: 256\n"
                                   "  latent: 32\n"
                                   "  embedding: 64\n"
                                   "  condition: onehot\n"
                                   "  condition_parts: false\n"
                                   "  layers: 1\n"
                                   "  cell: lstm\n"
                                   "  bidirectional: false\n"
                                   "  encoder_markers: false\n"
                                   "  encoder_condition: []\n"
                                   "  decoder_latent:\n"
                                   "    - hidden\n"
                                   "    - cell\n"
                                   "    - steps\n"
                                   "  decoder_condition:\n"
                                   "    - hidden\n"
                                   "    - cell\n"
                                   "    - steps\n"
                                   "  decoder_relu: true\n"
                                   "  dropout: 0\n"
                                   "train:\n"
                                   "  epochs: 30\n"
                                   "  batch_size: 256\n"
                                   "  micro_batch: 32\n"
                                   "  patience: 0\n"
                                   "  stall_seconds: 300\n"
                                   "  loss: sum\n"
                                   "  kl_weight:\n"
                                   "    schedule: linear\n"
                                   "    from: 0\n"
                                   "    to: 0.1\n"
                                   "    over: 0.7\n"
                                   "    warmup_steps: 0\n"
                                   "  kl_target: 0\n"
                                   "  free_bits: 0\n"
                                   "  teacher_forcing:\n"
                                   "    schedule: step\n"
                                   "    from: 1\n"
                                   "    factor: 0.85\n"
                                   "    every: 3\n"
                                   "    warmup_steps: 0\n"
                                   "  word_dropout: 0\n"
                                   "  consistency: 0\n"
                                   "  consistency_from: 0.5\n"
                                   "  max_gradient_norm: 0\n"
                                   "  diverged_steps: 3\n"
                                   "  go_back: 0\n"
                                   "  go_back_factor: 0.5\n"
                                   "optimizer:\n"
                                   "  name: adam\n"
                                   "  lr: 0.002\n"
                                   "  momentum: 0\n"
                                   "  beta1: 0.9\n"
                                   "  beta2: 0.999\n"
                                   "  epsilon: 1e-08\n"
                                   "  clip: 1\n"
                                   "  weight_decay: 0\n"
                                   "  lr_schedule: 1\n"
                                   "evaluate:\n"
                                   "  every: 5\n"
                                   "  test: null\n"
                                   "  test_pairs: []\n"
                                   "  corrections: 0\n"
                                   "  draws: 1000\n"
                                   "  examples: 10\n"
                                   "checkpoint:\n"
                                   "  directory: /home/verbs/launch/checkpoints\n"
                                   "  every: 5\n"
                                   "  every_steps: 0\n"
                                   "  keep: 3\n"
                                   "  keep_every: 0\n"
                                   "  best: none\n"
                                   "  background: true\n"
                                   "  on_error: continue\n"
                                   "compute:\n"
                                   "  gemm: native\n"
                                   "  precision: fp32\n"
                                   "  sum: exact\n"
                                   "  reduction: shared\n"
                                   "  bucket: 65536\n";
    config_t config =
        parsed("data: {train: words.txt, pair_conditions: [[past, simple-present], [past, past]]}\n"
               "model: {condition: onehot, encoder_condition: [], decoder_relu: true}\n"
               "train: {teacher_forcing: {schedule: step, factor: 0.85, every: 3}}");
    char text[CONFIG_TEXT_SIZE];
    assert_int_equal(config_write(&config, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void assert_round_trip(const config_t *config) {
    static char text[CONFIG_TEXT_SIZE], again[CONFIG_TEXT_SIZE];
    config_t read;
    size_t length = config_write(config, text, sizeof text);
    assert_true(length < sizeof text);
    assert_int_equal(strlen(text), length);
    assert_ok(config_parse(&read, "/elsewhere/x.yaml", text, length, NULL, 0));
    assert_memory_equal(&read, config, sizeof read);
    assert_int_equal(config_write(&read, again, sizeof again), length);
    assert_string_equal(again, text);
}

static void the_example_reads_back(void **state) {
    (void)state;
    config_t config = parsed(example);
    assert_round_trip(&config);
}

static void what_overrides_take_as_it_stands_reads_back(void **state) {
    (void)state;
    static const char *const texts[] = {"a b", "a #b", "#a", "a: b", ": ", "a:", "[a]", "[a", "{a: b}", "{",
        "'a b'", "\"a\"", "\"", "it's", "%s%n", "%YAML 1.1", "a&b", "&a", "*a", "!a", "!!str a", "@a", "`a`",
        "|", "> a", "- a", "-a", "---", "...", "? a", " a", "a ", " ", "~", "null", "none", "true", "no",
        "12", "1e3", "0x10", "=", "a=b", "\\n", "\ta", "\xc3\xa9", "e\xcc\x81", "\xf0\x9f\x99\x82",
        "\xc2\xa0", "\xe2\x80\xa8", "\xef\xbb\xbf", "<<", "$HOME", "a,b"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char train[64], directory[64], test[64], alphabet[64], path[32];
        snprintf(path, sizeof path, "/x/%s", texts[i]);
        snprintf(train, sizeof train, "data.train=%s", path);
        snprintf(directory, sizeof directory, "checkpoint.directory=/x/%s/%s", texts[i], texts[i]);
        snprintf(test, sizeof test, "evaluate.test=%s", texts[i]);
        snprintf(alphabet, sizeof alphabet, "data.alphabet=%s", texts[i]);
        const char *const overrides[OVERRIDES_MAX] = {train, directory, test, alphabet};
        config_t config;
        assert_ok(parse(&config, SHORTEST, overrides));
        assert_string_equal(config.data.train, path);
        assert_string_equal(config.data.alphabet, texts[i]);
        // "null" says that there is none.
        const char *slash = strrchr(config.evaluate.test, '/');
        assert_string_equal(slash ? slash + 1 : "null", texts[i]);
        assert_round_trip(&config);
    }
}

/** A small generator (splitmix64), so that every run of the test sees the same configurations. */
static uint64_t random_state;

static uint64_t draw_bits(void) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static int draw(int low, int high) {
    return low + (int)(draw_bits() % ((uint64_t)(high - low) + 1));
}

/** A double of any size: any bits that are a positive number. */
static double draw_real(void) {
    for (;;) {
        uint64_t bits = draw_bits() >> 1;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value) && value > 0) {
            return value;
        }
    }
}

static double draw_share(void) {
    return (double)(draw_bits() >> 11) * 0x1p-53;
}

static void draw_name(char *name) {
    static const char letters[] = "ABCxyz0189._-";
    int length = draw(1, CONFIG_NAME_SIZE - 1);
    for (int i = 0; i < length; i++) {
        name[i] = letters[draw(0, sizeof letters - 2)];
        name[i] = i == 0 && name[i] == '.' ? 'a' : name[i];
    }
}

/** A text of awkward letters; a path has to stay as clean as it is read. */
static void draw_text(char *text, int size, bool is_path) {
    static const char *const letters[] = {"a", "Z", " ", ":", "#", "'", "\"", "\\", "{", "-", "\n", "\t",
        "\x01", "\x7f", "\xc2\x85", "\xc2\xa0", "é", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xef\xbf\xbf", "😀", "~",
        "%", "@"};
    int count = draw(1, 60);
    if (is_path) {
        strcat(text, "/x");
    }
    for (int i = 0; i < count && (int)strlen(text) + 8 < size; i++) {
        strcat(text, letters[draw(0, sizeof letters / sizeof *letters - 1)]);
    }
}

static void draw_pairs(config_condition_pairs_t *pairs, int conditions) {
    pairs->count = draw(0, 3) == 0 ? CONFIG_PAIRS_MAX : draw(0, 5);
    for (int i = 0; i < pairs->count; i++) {
        pairs->source[i] = draw(0, conditions - 1);
        pairs->target[i] = draw(0, conditions - 1);
    }
}

/** Parts that are not written at their defaults: each of them there or not. */
static void draw_cycles(config_schedule_t *schedule, bool is_share) {
    schedule->first = draw(0, 1) * draw(1, 2147483647);
    schedule->cycles = draw(0, 1) ? draw(2, 1000000) : 1;
    schedule->reset = draw(0, 1) * draw(1, 2147483647);
    const double a = is_share ? draw_share() : draw_real(), b = is_share ? draw_share() : draw_real();
    schedule->floor = draw(0, 1) ? fmin(a, b) : 0;
    schedule->ceiling = draw(0, 1) ? fmax(a, b) : 0;
}

static void draw_schedule(config_schedule_t *schedule, bool is_share) {
    schedule->kind = (config_schedule_kind_t)draw(0, 4);
    schedule->from = is_share ? draw_share() : draw_real();
    schedule->over = schedule->factor = schedule->width = 1;
    schedule->every = schedule->cycles = 1;
    schedule->warmup_steps = draw(0, 1) ? draw(0, 100000) : 0;
    if (schedule->kind == CONFIG_SCHEDULE_STEP) {
        schedule->factor = is_share ? draw_share() : draw_real();
        schedule->every = draw(1, 2147483647);
        schedule->since = draw(0, 1) * draw(1, 2147483647);
    } else if (schedule->kind != CONFIG_SCHEDULE_CONSTANT) {
        schedule->to = is_share ? draw_share() : draw_real();
        schedule->by = (config_schedule_by_t)draw(0, 1);
    }
    if (schedule->kind == CONFIG_SCHEDULE_SIGMOID) {
        schedule->centre = draw(0, 9) ? draw_real() : 0;
        schedule->width = draw_real();
    } else if (schedule->kind == CONFIG_SCHEDULE_LINEAR || schedule->kind == CONFIG_SCHEDULE_COSINE) {
        schedule->over = 1 - draw_share();
    }
    if (schedule->kind != CONFIG_SCHEDULE_CONSTANT) {
        draw_cycles(schedule, is_share);
    }
}

static void draw_data(config_data_t *data) {
    draw_text(data->train, CONFIG_PATH_SIZE, true);
    data->format = (config_format_t)draw(0, 4);
    data->condition_count = draw(1, CONFIG_CONDITIONS_MAX);
    for (int i = 0; i < data->condition_count; i++) {
        draw_name(data->conditions[i]);
        // The first two letters are the condition's own: the names have to be distinct.
        data->conditions[i][0] = "-b0123456789_aBc"[i / 16];
        data->conditions[i][1] = "-b0123456789_aBc"[i % 16];
    }
    draw_pairs(&data->pair_conditions, data->condition_count);
    data->pairs = (config_pairs_t)draw(0, 5);
    data->holdout = draw_share();
    data->holdout_from = draw_share();
    data->invent = draw_share();
    data->invent_pieces = draw_share();
    data->unknown_letters = draw_share();
    data->copies = draw_share();
    draw_text(data->alphabet, CONFIG_PATH_SIZE, false);
    data->max_length = draw(1, 255);
    data->missing = (config_missing_t)draw(0, 1);
}

static void draw_model(config_model_t *model) {
    model->hidden = draw(1, 8192);
    model->latent = draw(1, 4096);
    model->embedding = draw(1, 4096);
    model->layers = draw(1, 8);
    model->condition = draw(0, 1) * draw(1, 4096);
    model->condition_parts = draw(0, 1) == 1;
    model->cell = (config_cell_t)draw(0, 1);
    model->bidirectional = draw(0, 1);
    model->encoder_markers = draw(0, 1);
    model->encoder_condition = (unsigned)draw(0, 7);
    model->decoder_latent = (unsigned)draw(1, 7);
    model->decoder_condition = (unsigned)draw(0, 7);
    model->decoder_relu = draw(0, 1);
    model->dropout = model->layers > 1 ? draw_share() : 0;
}

static void draw_config(config_t *config) {
    memset(config, 0, sizeof *config);
    draw_name(config->name);
    config->seed = draw_bits() >> draw(0, 63);
    draw_data(&config->data);
    draw_model(&config->model);
    config->train.epochs = draw(1, 1000000);
    config->train.batch_size = draw(1, 1048576);
    config->train.micro_batch = draw(1, 4096);
    config->train.patience = draw(0, 1000000);
    config->train.stall_seconds = draw(0, 1000000);
    config->train.loss = (config_loss_t)draw(0, 2);
    draw_schedule(&config->train.kl_weight, false);
    draw_schedule(&config->train.kl_target, false);
    if (draw(0, 1)) {
        config->train.kl_target =
            (config_schedule_t){.over = 1, .factor = 1, .every = 1, .width = 1, .cycles = 1};
        config->train.free_bits = draw_real();
    }
    draw_schedule(&config->train.teacher_forcing, true);
    draw_schedule(&config->train.word_dropout, true);
    config->train.consistency = 4 * draw_share();
    config->train.consistency_from = draw_share();
    config->train.max_gradient_norm = draw(0, 1) ? draw_real() : 0;
    config->train.diverged_steps = draw(1, 1000000);
    config->train.go_back = draw(0, 1000000);
    config->train.go_back_factor = (draw(0, 999) + 0.5) / 1000;
    config->optimizer.name = (config_optimizer_name_t)draw(0, 1);
    config->optimizer.lr = draw_real();
    config->optimizer.momentum = draw_share();
    config->optimizer.beta1 = draw_share();
    config->optimizer.beta2 = draw_share();
    config->optimizer.epsilon = draw_real();
    config->optimizer.clip = draw(0, 1) ? draw_real() : 0;
    config->optimizer.weight_decay = draw(0, 1) ? draw_real() : 0;
    draw_schedule(&config->optimizer.lr_schedule, false);
    config->evaluate.every = draw(0, 1000000);
    if (draw(0, 1)) {
        draw_text(config->evaluate.test, CONFIG_PATH_SIZE, true);
    }
    draw_pairs(&config->evaluate.test_pairs, config->data.condition_count);
    config->evaluate.corrections = draw(0, 1000);
    config->evaluate.draws = draw(0, 10000000);
    config->evaluate.examples = draw(0, 1000);
    draw_text(config->checkpoint.directory, CONFIG_PATH_SIZE, true);
    config->checkpoint.every = draw(0, 1000000);
    config->checkpoint.every_steps = draw(0, 2147483647);
    config->checkpoint.keep = draw(0, 1000000);
    config->checkpoint.keep_every = draw(0, 1000000);
    config->checkpoint.best = (config_best_t)draw(0, 4);
    config->checkpoint.background = draw(0, 1);
    config->checkpoint.on_error = (config_on_error_t)draw(0, 1);
    config->compute.precision = (config_precision_t)draw(0, 1);
    config->compute.gemm =
        config->compute.precision == CONFIG_PRECISION_BF16 ? CONFIG_GEMM_NATIVE : (config_gemm_t)draw(0, 1);
    config->compute.sum = (config_sum_t)draw(0, 2);
    config->compute.reduction = (config_reduction_t)draw(0, 1);
    config->compute.bucket = draw(0, 1000000);
}

static void random_configurations_read_back(void **state) {
    (void)state;
    random_state = 1;
    for (int i = 0; i < 300; i++) {
        config_t config;
        draw_config(&config);
        assert_round_trip(&config);
    }
}

static void words_that_mean_something_in_yaml_are_quoted(void **state) {
    (void)state;
    static const char *const names[] = {
        "null", "True", "no", "1", "1.5", "-", "2024-01-01", "Y", "on", "x-1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[100], text[CONFIG_TEXT_SIZE], expected[100];
        snprintf(file, sizeof file, "name: '%s'\n" SHORTEST, names[i]);
        config_t config = parsed(file);
        assert_string_equal(config.name, names[i]);
        config_write(&config, text, sizeof text);
        snprintf(expected, sizeof expected,
            i + 1 < sizeof names / sizeof *names ? "name: \"%s\"\n" : "name: %s\n", names[i]);
        assert_memory_equal(text, expected, strlen(expected));
    }
}

static void unprintable_letters_are_escaped(void **state) {
    (void)state;
    config_t config = parsed(SHORTEST);
    char text[CONFIG_TEXT_SIZE];
    memset(config.data.alphabet, 0, sizeof config.data.alphabet);
    strcpy(config.data.alphabet, "a\"\\\n\t\x7f\xc2\x85\xc2\xa0é\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf"
                                 "\xef\xbf\xbf\xf0\x9f\xbf\xbf😀");
    config_write(&config, text, sizeof text);
    assert_non_null(strstr(text, "  alphabet: \"a\\\"\\\\\\x0A\\x09\\x7F\\x85\xc2\xa0é\\u2028\\u2029\\uFEFF"
                                 "\\uFFFF\\U0001FFFF😀\"\n"));
    assert_round_trip(&config);
}

static void the_largest_configuration_fits(void **state) {
    (void)state;
    config_t config = parsed(SHORTEST);
    config.data.condition_count = CONFIG_CONDITIONS_MAX;
    for (int i = 0; i < CONFIG_CONDITIONS_MAX; i++) {
        // Twice as long once they are quoted.
        memset(config.data.conditions[i], '\\', CONFIG_NAME_SIZE - 1);
        config.data.conditions[i][1] = (char)('a' + i / 16);
        config.data.conditions[i][2] = (char)('a' + i % 16);
    }
    config.data.pair_conditions.count = config.evaluate.test_pairs.count = CONFIG_PAIRS_MAX;
    char *const texts[] = {
        config.data.train, config.data.alphabet, config.evaluate.test, config.checkpoint.directory};
    for (int i = 0; i < 4; i++) {
        memset(texts[i], 1, CONFIG_PATH_SIZE - 1);
        texts[i][0] = '/';
    }
    assert_round_trip(&config);
}

static void no_more_is_written_than_there_is_room_for(void **state) {
    (void)state;
    config_t config = parsed(example);
    char text[CONFIG_TEXT_SIZE];
    size_t length = config_write(&config, text, sizeof text);
    assert_int_equal(config_write(&config, NULL, 0), length);
    for (size_t size = 1; size <= length + 1; size += 7) {
        char *part = malloc(size);
        assert_non_null(part);
        assert_int_equal(config_write(&config, part, size), length);
        assert_memory_equal(part, text, size - 1);
        assert_int_equal(part[size - 1], '\0');
        free(part);
    }
}

static const char *const undeciding[] = {"name=x", "data.train=/elsewhere", "evaluate.every=9",
    "evaluate.test=/t", "evaluate.test_pairs=[[past, past]]", "evaluate.corrections=9", "evaluate.draws=9",
    "evaluate.examples=9", "checkpoint.directory=/c", "checkpoint.every=9", "checkpoint.every_steps=9",
    "checkpoint.keep=9", "checkpoint.best=bleu4", "checkpoint.keep_every=9", "checkpoint.background=false",
    "checkpoint.on_error=stop", "train.go_back_factor=0.25", "train.stall_seconds=9"};

static const struct {
    const char *override, *difference;
} deciding[] = {
    {"seed=2", "seed: 1 before, 2 now"},
    {"data.format=pairs", "data.format: rows before, pairs now"},
    {"data.conditions=[a, b]",
        "data.conditions: [simple-present, third-person, progressive, past] before, [a, b] now"},
    {"data.pair_conditions=[[past, past], [past, progressive]]",
        "data.pair_conditions: [] before, [[past, past], [past, progressive]] now"},
    {"data.pairs=all", "data.pairs: random before, all now"},
    {"data.holdout=0.2", "data.holdout: 0.1 before, 0.2 now"},
    {"data.invent_pieces=1", "data.invent_pieces: 0 before, 1 now"},
    {"data.unknown_letters=1", "data.unknown_letters: 0 before, 1 now"},
    {"data.copies=0.5", "data.copies: 0 before, 0.5 now"},
    {"data.alphabet=a b", "data.alphabet: a-z before, \"a b\" now"},
    {"data.max_length=9", "data.max_length: 32 before, 9 now"},
    {"model.hidden=9", "model.hidden: 256 before, 9 now"},
    {"model.latent=9", "model.latent: 32 before, 9 now"},
    {"model.embedding=9", "model.embedding: 64 before, 9 now"},
    {"model.condition=onehot", "model.condition: 8 before, onehot now"},
    {"model.condition_parts=true", "model.condition_parts: false before, true now"},
    {"model.layers=3", "model.layers: 2 before, 3 now"},
    {"model.encoder_markers=true", "model.encoder_markers: false before, true now"},
    {"model.cell=gru", "model.cell: lstm before, gru now"},
    {"model.bidirectional=true", "model.bidirectional: false before, true now"},
    {"model.encoder_condition=[]", "model.encoder_condition: [hidden] before, [] now"},
    {"model.decoder_latent=[cell]", "model.decoder_latent: [hidden, cell, steps] before, [cell] now"},
    {"model.decoder_condition=[cell]", "model.decoder_condition: [hidden, cell, steps] before, [cell] now"},
    {"model.decoder_relu=true", "model.decoder_relu: false before, true now"},
    {"model.dropout=0.25", "model.dropout: 0 before, 0.25 now"},
    {"train.epochs=9", "train.epochs: 30 before, 9 now"},
    {"train.batch_size=9", "train.batch_size: 256 before, 9 now"},
    {"train.micro_batch=9", "train.micro_batch: 32 before, 9 now"},
    {"train.patience=9", "train.patience: 0 before, 9 now"},
    {"train.loss=mean", "train.loss: sum before, mean now"},
    {"train.kl_weight=0.3",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} "
        "before, 0.3 now"},
    {"train.kl_target=3", "train.kl_target: 0 before, 3 now"},
    {"train.free_bits=0.25", "train.free_bits: 0 before, 0.25 now"},
    {"train.consistency=0.5", "train.consistency: 0 before, 0.5 now"},
    {"train.consistency_from=0.25", "train.consistency_from: 0.5 before, 0.25 now"},
    {"train.teacher_forcing.every=2",
        "train.teacher_forcing: {schedule: step, from: 1, factor: 0.85, every: 3, warmup_steps: 0} before, "
        "{schedule: step, from: 1, factor: 0.85, every: 2, warmup_steps: 0} now"},
    {"train.teacher_forcing.since=6",
        "train.teacher_forcing: {schedule: step, from: 1, factor: 0.85, every: 3, warmup_steps: 0} before, "
        "{schedule: step, from: 1, factor: 0.85, every: 3, since: 6, warmup_steps: 0} now"},
    {"train.kl_weight={schedule: sigmoid, to: 1, centre: 3, width: 0.5}",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: sigmoid, from: 0, to: 1, centre: 3, width: 0.5, warmup_steps: 0} now"},
    {"train.kl_weight.by=epoch",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, by: epoch, warmup_steps: 0} now"},
    {"train.kl_weight.first=1",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, first: 1, warmup_steps: 0} now"},
    {"train.kl_weight.cycles=4",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, cycles: 4, warmup_steps: 0} now"},
    {"train.kl_weight.reset=1",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, reset: 1, warmup_steps: 0} now"},
    {"train.kl_weight.floor=0.5",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, floor: 0.5, warmup_steps: 0} now"},
    {"train.kl_weight.ceiling=0.05",
        "train.kl_weight: {schedule: linear, from: 0, to: 0.1, over: 0.7, warmup_steps: 0} before, "
        "{schedule: linear, from: 0, to: 0.1, over: 0.7, ceiling: 0.05, warmup_steps: 0} now"},
    {"train.word_dropout=0.25", "train.word_dropout: 0 before, 0.25 now"},
    {"train.max_gradient_norm=1e3", "train.max_gradient_norm: 0 before, 1000 now"},
    {"train.diverged_steps=1", "train.diverged_steps: 3 before, 1 now"},
    {"train.go_back=5", "train.go_back: 0 before, 5 now"},
    {"optimizer.name=sgd", "optimizer.name: adam before, sgd now"},
    {"compute.gemm=openblas", "compute.gemm: native before, openblas now"},
    {"compute.precision=bf16", "compute.precision: fp32 before, bf16 now"},
    {"compute.sum=float", "compute.sum: exact before, float now"},
    {"optimizer.lr=0.0020000000000000005", "optimizer.lr: 0.002 before, 0.0020000000000000005 now"},
    {"optimizer.momentum=0.5", "optimizer.momentum: 0 before, 0.5 now"},
    {"optimizer.beta1=0.5", "optimizer.beta1: 0.9 before, 0.5 now"},
    {"optimizer.beta2=0.5", "optimizer.beta2: 0.999 before, 0.5 now"},
    {"optimizer.epsilon=0.5", "optimizer.epsilon: 1e-08 before, 0.5 now"},
    {"optimizer.clip=0", "optimizer.clip: 1 before, 0 now"},
    {"optimizer.weight_decay=0.01", "optimizer.weight_decay: 0 before, 0.01 now"},
    {"optimizer.lr_schedule.to=0.5",
        "optimizer.lr_schedule: {schedule: cosine, from: 1, to: 0.02, over: 1, warmup_steps: 50} before, "
        "{schedule: cosine, from: 1, to: 0.5, over: 1, warmup_steps: 50} now"},
};

static config_t parsed_with(const char *override) {
    config_t config;
    assert_ok(config_parse(&config, FILE_NAME, example, strlen(example), &override, 1));
    return config;
}

static void the_identity_is_what_decides_the_numbers(void **state) {
    (void)state;
    static char before[CONFIG_TEXT_SIZE], now[CONFIG_TEXT_SIZE];
    config_t config = parsed(example);
    config_identity(&config, before, sizeof before);
    assert_memory_equal(before, "seed: 1\ndata:\n  format: rows\n", 28);
    assert_null(strstr(before, "evaluate"));
    assert_null(strstr(before, "checkpoint"));
    for (size_t i = 0; i < sizeof undeciding / sizeof *undeciding; i++) {
        config_t other = parsed_with(undeciding[i]);
        assert_int_equal(config_identity(&other, now, sizeof now), strlen(before));
        assert_string_equal(now, before);
        assert_memory_not_equal(&config, &other, sizeof config);
        assert_int_equal(config_differences(&config, &other), 0);
    }
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
        config_t other = parsed_with(deciding[i].override);
        config_identity(&other, now, sizeof now);
        assert_string_not_equal(now, before);
    }
}

/** Patience counts evaluations: how often there is one and what it is judged by decide where the run ends. */
static void with_patience_evaluations_decide(void **state) {
    (void)state;
    static const struct {
        const char *override, *difference;
    } cases[] = {
        {"evaluate.every=7", "evaluate.every: 5 before, 7 now"},
        {"checkpoint.best=bleu4", "checkpoint.best: none before, bleu4 now"},
        {"evaluate.corrections=9", "evaluate.corrections: 0 before, 9 now"},
        {"evaluate.draws=9", NULL},
        {"checkpoint.every=9", NULL},
    };
    static char before_text[CONFIG_TEXT_SIZE], now_text[CONFIG_TEXT_SIZE];
    config_t before = parsed(example);
    before.train.patience = 3;
    config_identity(&before, before_text, sizeof before_text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config_t now = parsed_with(cases[i].override);
        now.train.patience = 3;
        config_identity(&now, now_text, sizeof now_text);
        status_clear();
        assert_int_equal(config_differences(&before, &now), cases[i].difference != NULL);
        assert_string_equal(status_message(), cases[i].difference ? cases[i].difference : "");
        assert_int_equal(strcmp(now_text, before_text) != 0, cases[i].difference != NULL);
    }
    config_t now = before;
    before.checkpoint.best = now.checkpoint.best = CONFIG_BEST_GAUSSIAN;
    now.evaluate.draws = 9;
    status_clear();
    assert_int_equal(config_differences(&before, &now), 1);
    assert_string_equal(status_message(), "evaluate.draws: 1000 before, 9 now");
    before.train.patience = now.train.patience = 0;
    assert_int_equal(config_differences(&before, &now), 0);
}

/** Where a run goes back to depends on which checkpoints there are. */
static void with_go_back_checkpoints_decide(void **state) {
    (void)state;
    static const struct {
        const char *override, *difference;
    } cases[] = {
        {"train.go_back_factor=0.25", "train.go_back_factor: 0.5 before, 0.25 now"},
        {"checkpoint.every=7", "checkpoint.every: 5 before, 7 now"},
        {"checkpoint.every_steps=7", "checkpoint.every_steps: 0 before, 7 now"},
        {"checkpoint.keep=7", NULL},
        {"checkpoint.best=bleu4", NULL},
    };
    config_t before = parsed(example);
    before.train.go_back = 5;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config_t now = parsed_with(cases[i].override);
        now.train.go_back = 5;
        status_clear();
        assert_int_equal(config_differences(&before, &now), cases[i].difference != NULL);
        assert_string_equal(status_message(), cases[i].difference ? cases[i].difference : "");
    }
}

/** The number of epochs says where a training ends, and decides what goes by shares of it. */
static void epochs_decide_where_something_goes_by_them(void **state) {
    (void)state;
    static const struct {
        const char *override, *bound;
    } cases[] = {
        {"train.kl_weight=0.3", ""},
        {"train.kl_weight={schedule: sigmoid, to: 1, centre: 3, width: 2, by: epoch}", ""},
        {"train.kl_weight={schedule: step, factor: 0.5, every: 3, since: 2}", ""},
        {"train.kl_weight={schedule: constant, from: 1, warmup_steps: 9}", ""},
        {"train.kl_weight={schedule: linear, to: 1, over: 0.5}", "train.kl_weight"},
        {"train.kl_weight={schedule: cosine, to: 1}", "train.kl_weight"},
        {"train.kl_weight={schedule: step, factor: 0.5, every: 3, cycles: 2}", "train.kl_weight"},
        {"train.kl_weight={schedule: sigmoid, to: 1, centre: 3, width: 2, reset: 1}", "train.kl_weight"},
        {"train.patience=2", "train.patience, train.kl_weight"},
        {"train.consistency=0.5", "train.kl_weight, train.consistency_from"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool is_bound = cases[i].bound[0] != '\0';
        config_t before = parsed_with(cases[i].override);
        before.optimizer.lr_schedule = parsed_with("optimizer.lr_schedule=1").optimizer.lr_schedule;
        config_t now = before;
        char bound[256];
        now.train.epochs = 40;
        now.evaluate.examples = 3;
        assert_int_equal(config_bound_to_epochs(&now, bound, sizeof bound) > 0, is_bound);
        assert_string_equal(bound, cases[i].bound);
        status_clear();
        assert_int_equal(config_differences(&before, &now), is_bound);
        assert_string_equal(status_message(), is_bound ? "train.epochs: 30 before, 40 now" : "");
        status_clear();
        assert_int_equal(config_free_differences(&before, &now), 2 - is_bound);
        assert_string_equal(status_message(), is_bound ? "evaluate.examples: 10 before, 3 now"
                                                       : "train.epochs: 30 before, 40 now\n"
                                                         "evaluate.examples: 10 before, 3 now");
        assert_int_equal(config_bound_to_epochs(&now, bound, 6) > 0, is_bound);
        assert_string_equal(bound, is_bound ? "train" : "");
    }
}

static void differences_are_named_with_both_values(void **state) {
    (void)state;
    config_t config = parsed(example);
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
        config_t other = parsed_with(deciding[i].override);
        status_clear();
        assert_int_equal(config_differences(&config, &other), 1);
        assert_string_equal(status_message(), deciding[i].difference);
    }
}

static void all_differences_follow_the_message_before(void **state) {
    (void)state;
    config_t before = parsed(example), now = parsed(example);
    now.seed = 2;
    now.train.epochs = 3;
    status_fail(STATUS_CHECKPOINT, "another configuration");
    assert_int_equal(config_differences(&before, &now), 2);
    assert_string_equal(status_message(), "another configuration\nseed: 1 before, 2 now\n"
                                          "train.epochs: 30 before, 3 now");
}

static void a_long_difference_is_cut_between_letters(void **state) {
    (void)state;
    config_t before = parsed(example), now = parsed(example);
    for (int i = 0; i < 300; i++) {
        memcpy(now.data.alphabet + 2 * i, "é", 2);
    }
    status_clear();
    assert_int_equal(config_differences(&before, &now), 1);
    // The quote and 149 letters are 299 bytes; one more letter would be 301.
    size_t length = strlen(status_message());
    assert_int_equal(length, strlen("data.alphabet: a-z before, ") + 299 + strlen("... now"));
    assert_string_equal(status_message() + length - 9, "é... now");
    // Letters of one byte reach the 300 bytes.
    memset(now.data.alphabet, 'b', 600);
    status_clear();
    assert_int_equal(config_differences(&before, &now), 1);
    length = strlen(status_message());
    assert_int_equal(length, strlen("data.alphabet: a-z before, ") + 300 + strlen("... now"));
}

static bool is_conditional(const char *path) {
    return strcmp(path, "evaluate.every") == 0 || strcmp(path, "evaluate.corrections") == 0 ||
           strcmp(path, "evaluate.draws") == 0 || strcmp(path, "checkpoint.best") == 0 ||
           strcmp(path, "checkpoint.every") == 0 || strcmp(path, "checkpoint.every_steps") == 0 ||
           strcmp(path, "train.go_back_factor") == 0;
}

static void the_help_names_every_key(void **state) {
    (void)state;
    char *help = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&help, &size);
    assert_non_null(stream);
    config_print_help(stream);
    fclose(stream);
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding + sizeof undeciding / sizeof *undeciding; i++) {
        bool decides = i < sizeof deciding / sizeof *deciding;
        const char *text =
            decides ? deciding[i].override : undeciding[i - sizeof deciding / sizeof *deciding];
        char path[64], line[80];
        snprintf(path, sizeof path, "%.*s", (int)strcspn(text, "="), text);
        // An override of a schedule's part stands for the schedule.
        char *part = strchr(path, '.') ? strchr(strchr(path, '.') + 1, '.') : NULL;
        if (part) {
            *part = '\0';
        }
        snprintf(line, sizeof line, "\n%s%s\n    ", path,
            decides                ? ""
            : is_conditional(path) ? " (*)"
                                   : " *");
        assert_non_null(strstr(help, line));
    }
    assert_non_null(strstr(help, "\ndata.train *\n    a path, required\n    the training words\n"));
    assert_non_null(strstr(help, "\ntrain.epochs\n    a whole number (1 to 1000000), default 30\n"));
    assert_non_null(strstr(help, "\ntrain.kl_weight\n    a number (at least 0) or a schedule, default "
                                 "{schedule: linear, from: 0, to:\n      0.1, over: 0.7}\n"));
    assert_non_null(
        strstr(help, "\nover\n    of linear and cosine: a number (greater than 0, at most 1), default 1\n"));
    assert_non_null(strstr(help, "\nto\n    of linear, cosine and sigmoid: a number, required\n"));
    assert_non_null(strstr(help, "\nfrom\n    of every kind: a number\n"));
    assert_non_null(
        strstr(help, "\nby\n    of linear, cosine and sigmoid: one of step, epoch, default step\n"));
    assert_non_null(
        strstr(help, "\ncycles\n    of linear, step, cosine and sigmoid: a whole number (1 to 1000000), "
                     "default\n      1\n"));
    assert_non_null(
        strstr(help, "\nceiling\n    of linear, step, cosine and sigmoid: a number, default 0\n"));
    assert_non_null(
        strstr(help, "\nwarmup_steps\n    of every kind: a whole number (0 to 2147483647), default 0\n"));
    assert_non_null(strstr(help, "\ntrain.teacher_forcing\n    default of \"from\": 1\n"));
    free(help);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_configuration_is_written_in_full),
        cmocka_unit_test(the_example_reads_back),
        cmocka_unit_test(what_overrides_take_as_it_stands_reads_back),
        cmocka_unit_test(random_configurations_read_back),
        cmocka_unit_test(words_that_mean_something_in_yaml_are_quoted),
        cmocka_unit_test(unprintable_letters_are_escaped),
        cmocka_unit_test(the_largest_configuration_fits),
        cmocka_unit_test(no_more_is_written_than_there_is_room_for),
        cmocka_unit_test(the_identity_is_what_decides_the_numbers),
        cmocka_unit_test(with_patience_evaluations_decide),
        cmocka_unit_test(with_go_back_checkpoints_decide),
        cmocka_unit_test(epochs_decide_where_something_goes_by_them),
        cmocka_unit_test(differences_are_named_with_both_values),
        cmocka_unit_test(all_differences_follow_the_message_before),
        cmocka_unit_test(a_long_difference_is_cut_between_letters),
        cmocka_unit_test(the_help_names_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
