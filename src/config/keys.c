#include "keys.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config.h"

// Formatted, the table would take three times the lines.
// clang-format off

/** A key's path is its member's name in config_t: "train.epochs". `values`: one of the macros below. */
#define KEY(kind, member, values, otherwise, when, text)                                                     \
    {.path = #member, .type = KEY_##kind, .offset = offsetof(config_t, member), values,                      \
     .fallback = otherwise, .decides = KEY_DECIDES_##when, .help = text}
/** A key with a default of its own where data.format is a table of forms. */
#define FORMS_KEY(kind, member, values, otherwise, of_forms, when, text)                                     \
    {.path = #member, .type = KEY_##kind, .offset = offsetof(config_t, member), values,                      \
     .fallback = otherwise, .forms_fallback = of_forms, .decides = KEY_DECIDES_##when, .help = text}
#define SECTION(name) {.path = #name, .type = KEY_SECTION}
#define ANY .word = NULL
#define ZERO(text) .word = text
#define OR_ZERO(text, values) .word = text, values
#define WORDS(...) .choices = (const char *const[]){__VA_ARGS__, NULL}
#define WORDS_OR_NONE(...) .may_be_empty = true, WORDS(__VA_ARGS__)
#define PLACES "hidden", "cell", "steps"
#define FROM(first, values) .start = first, values
#define RANGE(lowest, highest) .low = lowest, .high = highest
#define AT_LEAST(lowest) .low = lowest, .high = INFINITY
#define GREATER_THAN(lowest) .low = lowest, .above_low = true, .high = INFINITY
#define ZERO_TO_ONE .low = 0, .high = 1
#define BELOW_ONE .low = 0, .high = 1, .below_high = true
#define UP_TO_1 .low = 0, .above_low = true, .high = 1
#define BETWEEN_0_AND_1 .low = 0, .above_low = true, .high = 1, .below_high = true

/** A part of a schedule, with `first` as its default; `other`: NEEDED, OPTIONAL or QUIET. */
#define PART(kind, name, values, other, some, first, text)                                                   \
    {.path = #name, .type = KEY_##kind, .offset = offsetof(config_schedule_t, name), values, other,          \
     .kinds = some, .start = first, .help = text}
#define AS_ITS_VALUES .takes_range = true
#define NEEDED .is_needed = true
#define OPTIONAL .is_needed = false
#define QUIET .is_quiet = true
#define KIND(kind) (1u << CONFIG_SCHEDULE_##kind)
#define FOR_A_SHARE (KIND(LINEAR) | KIND(COSINE))
#define TO_AN_END (FOR_A_SHARE | KIND(SIGMOID))
#define MOVING (TO_AN_END | KIND(STEP))
#define ALL_KINDS (MOVING | KIND(CONSTANT))

// Words stand in the order of the enums in config.h.
const config_key_t keys_table[KEYS_MAX] = {
    KEY(NAME, name, ANY, "run", NEVER, "name of the run"),
    KEY(SEED, seed, ANY, "1", ALWAYS, "of every random number: weights, order, noise"),
    SECTION(data),
    KEY(PATH, data.train, ANY, NULL, NEVER, "the training words"),
    KEY(CHOICE, data.format, WORDS("rows", "pairs", "unimorph", "lemma-form-tags", "lemma-tags-form"), "rows",
        ALWAYS, "a word in every condition a line (rows), one pair of words a line (pairs), or a table of a lemma, "
        "a form and its tags a line, between tabs: unimorph finds the order of its columns, the others say it"),
    FORMS_KEY(CONDITIONS, data.conditions, ZERO("data"), "[simple-present, third-person, progressive, past]",
        "data", ALWAYS,
        "names of the conditions, of rows in the order of the columns; data: those found in the training words"),
    KEY(PAIRS, data.pair_conditions, ANY, "[]", ALWAYS,
        "the conditions of a pairs file's lines, in turn; the lines must be a multiple of the list"),
    FORMS_KEY(CHOICE, data.pairs, WORDS("same", "cross", "all", "random", "inflect", "lemmatize"), "random",
        "inflect", ALWAYS,
        "pairs to train on, of a row, or of a lemma and its forms: a word with itself, with the others, with "
        "all, with one at random; the first word (the lemma) with the others, or the others with it"),
    KEY(REAL, data.holdout, BELOW_ONE, "0", ALWAYS,
        "share of the rows kept from training, by a hash of the first form (of a pair: its source; of a table: "
        "the lemma)"),
    KEY(REAL, data.holdout_from, BELOW_ONE, "0", ALWAYS,
        "which share that is: 0.3 with data.holdout 0.1 is the fourth of ten parts, for a cross-validation"),
    KEY(REAL, data.invent, BELOW_ONE, "0", ALWAYS,
        "share of an epoch's pairs whose row is invented anew: a training row with another stem"),
    FORMS_KEY(REAL, data.invent_pieces, ZERO_TO_ONE, "0", "0.5", ALWAYS,
        "share of the invented rows whose stem is put together from pieces of several stems, not of one: where few "
        "lemmas are known"),
    FORMS_KEY(REAL, data.unknown_letters, ZERO_TO_ONE, "0", "0.05", ALWAYS,
        "share of the invented rows' new letters that become U+FFFD, which is then a letter of the alphabet: in its "
        "place the model learns to keep letters that it has never seen; needs data.invent"),
    FORMS_KEY(REAL, data.copies, ZERO_TO_ONE, "0", "0.1", ALWAYS,
        "share of an epoch's pairs whose target becomes the source itself, in its own condition"),
    FORMS_KEY(TEXT, data.alphabet, ANY, "a-z", "data", ALWAYS,
        "a-z, data (the letters found in the training words), or the letters themselves"),
    FORMS_KEY(INTEGER, data.max_length, RANGE(1, 255), "32", "100", ALWAYS, "letters of the longest word"),
    // Decides nothing: what a file holds with either is in the hash of the data.
    KEY(CHOICE, data.missing, WORDS("refuse", "skip"), "refuse", NEVER,
        "a row or pair (of evaluate.test, too) with a missing form, which is an empty column between tabs or "
        "dashes, _, * or ? alone: refuse the file, or skip the row or pair and say how many"),
    SECTION(model),
    KEY(INTEGER, model.hidden, RANGE(1, 8192), "256", ALWAYS, "size of a recurrent layer's state"),
    KEY(INTEGER, model.latent, RANGE(1, 4096), "32", ALWAYS, "size of the latent vector"),
    KEY(INTEGER, model.embedding, RANGE(1, 4096), "64", ALWAYS, "size of a letter's embedding"),
    KEY(INTEGER, model.condition, OR_ZERO("onehot", RANGE(1, 4096)), "8", ALWAYS,
        "size of a condition's embedding"),
    FORMS_KEY(FLAG, model.condition_parts, ANY, "false", "true", ALWAYS,
        "the parts of a condition's name (V, IND, PRS of V;IND;PRS) have embeddings, too, which are added to its own"),
    KEY(INTEGER, model.layers, RANGE(1, 8), "1", ALWAYS,
        "recurrent layers of the encoder, and of the decoder"),
    KEY(CHOICE, model.cell, WORDS("lstm", "gru"), "lstm", ALWAYS,
        "kind of the recurrent layers; a gru has no cell state, and what would enter it there does not"),
    KEY(FLAG, model.bidirectional, ANY, "false", ALWAYS,
        "the encoder also reads a word from its end, with weights of their own"),
    KEY(FLAG, model.encoder_markers, ANY, "false", ALWAYS,
        "the encoder reads the start and end symbols, too"),
    KEY(PLACES, model.encoder_condition, WORDS_OR_NONE(PLACES), "[hidden]", ALWAYS,
        "where the source's condition enters the encoder"),
    KEY(PLACES, model.decoder_latent, WORDS(PLACES), "[hidden, cell, steps]", ALWAYS,
        "where the latent vector enters the decoder"),
    KEY(PLACES, model.decoder_condition, WORDS_OR_NONE(PLACES), "[hidden, cell, steps]", ALWAYS,
        "where the target's condition enters the decoder"),
    KEY(FLAG, model.decoder_relu, ANY, "false", ALWAYS, "a ReLU behind the decoder's embedding"),
    KEY(REAL, model.dropout, BELOW_ONE, "0", ALWAYS,
        "share of the numbers between recurrent layers that training drops; needs two layers or more"),
    SECTION(train),
    KEY(INTEGER, train.epochs, RANGE(1, 1000000), "30", ALWAYS, "passes over the training pairs"),
    KEY(INTEGER, train.batch_size, RANGE(1, 1048576), "256", ALWAYS,
        "words of an optimizer step, over all ranks"),
    KEY(INTEGER, train.micro_batch, RANGE(1, 4096), "32", ALWAYS,
        "words of a shard on average, the piece of a batch that a rank works on"),
    KEY(INTEGER, train.patience, RANGE(0, 1000000), "0", ALWAYS,
        "evaluations without a better one (checkpoint.best, or cross_entropy) that end it; 0 = never"),
    KEY(INTEGER, train.stall_seconds, RANGE(0, 1000000), "300", NEVER,
        "until a rank that does not go on is named; after twice that the job ends (69); 0 = never"),
    KEY(CHOICE, train.loss, WORDS("sum", "mean", "mean_kl"), "sum", ALWAYS,
        "a word's: its letters' cross-entropy + KL (sum), its mean + KL (mean), mean + KL / letters (mean_kl)"),
    KEY(SCHEDULE, train.kl_weight, FROM(0, AT_LEAST(0)),
        "{schedule: linear, from: 0, to: 0.1, over: 0.7}", ALWAYS, "weight of the KL divergence in the loss"),
    KEY(SCHEDULE, train.kl_target, FROM(0, AT_LEAST(0)), "0", ALWAYS,
        "nats: the loss weighs a word's distance from this KL divergence; 0 = the divergence itself"),
    KEY(REAL, train.free_bits, AT_LEAST(0), "0", ALWAYS,
        "nats of a word's each latent number that cost no more if fewer; 0 = none; not with kl_target"),
    KEY(SCHEDULE, train.teacher_forcing, FROM(1, RANGE(0, 1)), "1", ALWAYS,
        "share of words whose decoder is given the right letters, not its own"),
    KEY(SCHEDULE, train.word_dropout, FROM(0, RANGE(0, 1)), "0", ALWAYS,
        "share of the given letters that the decoder does not get to read"),
    KEY(REAL, train.consistency, RANGE(0, 4), "0", ALWAYS,
        "words of draws z ~ N(0, I) for each word of a batch, of which the decoder learns to spell one stem in all "
        "conditions; 0 = none"),
    KEY(REAL, train.consistency_from, BELOW_ONE, "0.5", ALWAYS,
        "share of the run after which train.consistency begins"),
    KEY(REAL, train.max_gradient_norm, AT_LEAST(0), "0", ALWAYS,
        "a step whose gradient is larger, before clipping, has diverged and is skipped; 0 = no such limit"),
    KEY(INTEGER, train.diverged_steps, RANGE(1, 1000000), "3", ALWAYS,
        "diverged steps in a row that are too many: the run goes back, or ends with status 76"),
    KEY(INTEGER, train.go_back, RANGE(0, 1000000), "0", ALWAYS,
        "how often it may go back to its last good checkpoint, at a smaller learning rate; 0 = never"),
    KEY(REAL, train.go_back_factor, BETWEEN_0_AND_1, "0.5", WITH_GO_BACK,
        "what the learning rate is multiplied by each time the run goes back"),
    SECTION(optimizer),
    KEY(CHOICE, optimizer.name, WORDS("sgd", "adam"), "adam", ALWAYS, "how gradients change the parameters"),
    KEY(REAL, optimizer.lr, GREATER_THAN(0), "0.002", ALWAYS, "learning rate"),
    KEY(REAL, optimizer.momentum, BELOW_ONE, "0", ALWAYS, "of sgd"),
    KEY(REAL, optimizer.beta1, BELOW_ONE, "0.9", ALWAYS, "of adam: decay of the mean gradient"),
    KEY(REAL, optimizer.beta2, BELOW_ONE, "0.999", ALWAYS, "of adam: decay of the mean squared gradient"),
    KEY(REAL, optimizer.epsilon, GREATER_THAN(0), "1e-8", ALWAYS,
        "of adam: added to the root of the mean square"),
    KEY(REAL, optimizer.clip, AT_LEAST(0), "1", ALWAYS,
        "largest norm of the whole gradient; 0 = no clipping"),
    KEY(REAL, optimizer.weight_decay, AT_LEAST(0), "0", ALWAYS,
        "what every parameter loses a step, times the learning rate (decoupled, as AdamW's)"),
    KEY(SCHEDULE, optimizer.lr_schedule, FROM(1, AT_LEAST(0)), "1", ALWAYS, "factor of the learning rate"),
    SECTION(evaluate),
    KEY(INTEGER, evaluate.every, RANGE(0, 1000000), "5", WITH_PATIENCE,
        "epochs between evaluations; 0 = only at the end"),
    KEY(PATH, evaluate.test, ZERO("null"), "null", NEVER, "pairs of words to convert and compare"),
    KEY(PAIRS, evaluate.test_pairs, ANY, "[]", NEVER,
        "the conditions of the test file's lines, in turn; the lines must be a multiple of the list"),
    FORMS_KEY(INTEGER, evaluate.corrections, RANGE(0, 1000), "0", "30", WITH_PATIENCE,
        "most rounds by which the z of a conversion is corrected, until the model spells the word itself from it"),
    KEY(INTEGER, evaluate.draws, RANGE(0, 10000000), "1000", WITH_PATIENCE_BY_DRAWS,
        "draws from the Gaussian, each spelled in all conditions, for the Gaussian score"),
    KEY(INTEGER, evaluate.examples, RANGE(0, 1000), "10", NEVER,
        "conversions shown at the end of a training and by eval"),
    SECTION(checkpoint),
    KEY(PATH, checkpoint.directory, ANY, "checkpoints", NEVER, "folder of the checkpoints"),
    KEY(INTEGER, checkpoint.every, RANGE(0, 1000000), "5", WITH_GO_BACK,
        "epochs between checkpoints; 0 = only at the end"),
    KEY(INTEGER, checkpoint.every_steps, RANGE(0, INT_MAX), "0", WITH_GO_BACK,
        "optimizer steps between checkpoints; 0 = at ends of epochs only"),
    KEY(INTEGER, checkpoint.keep, RANGE(0, 1000000), "3", NEVER, "how many of the newest to keep; 0 = all"),
    KEY(INTEGER, checkpoint.keep_every, RANGE(0, 1000000), "0", NEVER,
        "epochs between checkpoints that are kept for good, if they are written; 0 = none is"),
    KEY(CHOICE, checkpoint.best, WORDS("none", "cross_entropy", "exact_match", "bleu4", "gaussian"),
        "none", WITH_PATIENCE, "what the checkpoint that best.h5 leads to is chosen by, on the held-back rows"),
    KEY(FLAG, checkpoint.background, ANY, "true", NEVER,
        "a thread writes them while the training goes on; false: the training waits"),
    KEY(CHOICE, checkpoint.on_error, WORDS("continue", "stop"), "continue", NEVER,
        "when a file of the run cannot be written: go on with a warning, or stop; the last one must be"),
    SECTION(compute),
    KEY(CHOICE, compute.gemm, WORDS("native", "openblas"), "native", ALWAYS,
        "who multiplies matrices; openblas has other bits on other kinds of CPU"),
    KEY(CHOICE, compute.precision, WORDS("fp32", "bf16"), "fp32", ALWAYS,
        "the numbers that matrices are multiplied in; bf16: rounded to bfloat16, with sums and all else in fp32"),
    KEY(CHOICE, compute.sum, WORDS("exact", "exact32", "float"), "exact", ALWAYS,
        "how gradients are added up: as integers of 64 bits, or of 32, which is half the bytes to send, or as "
        "floats, whose sum has other bits for other rank counts"),
    KEY(CHOICE, compute.reduction, WORDS("shared", "allreduce"), "shared", NEVER,
        "exact sums over the ranks: in memory that a host's ranks share and MPI_Allreduce between hosts, or "
        "one MPI_Allreduce of all ranks; parameters and moments: one copy a host, or one a rank"),
    KEY(INTEGER, compute.bucket, RANGE(0, INT_MAX), "65536", NEVER,
        "exact sums: numbers of one MPI_Allreduce at most; 0 = all of them in one"),
};

// Parts that a kind does not use keep their defaults in the struct, so that equal schedules have equal bytes.
const config_key_t keys_parts[KEYS_PARTS + 1] = {
    [KEYS_PART_KIND] = {.path = "schedule", .type = KEY_CHOICE, .offset = offsetof(config_schedule_t, kind),
        WORDS("constant", "linear", "step", "cosine", "sigmoid"), NEEDED, .kinds = ALL_KINDS,
        .help = "its kind"},
    [KEYS_PART_FROM] = PART(REAL, from, AS_ITS_VALUES, OPTIONAL, ALL_KINDS, 0,
        "the value at the start; of constant, the value"),
    PART(REAL, to, AS_ITS_VALUES, NEEDED, TO_AN_END, 0, "the value at the end"),
    PART(REAL, over, UP_TO_1, OPTIONAL, FOR_A_SHARE, 1,
        "share of the run, or of a cycle, until the end is reached; then the value holds"),
    PART(REAL, centre, AT_LEAST(0), NEEDED, KIND(SIGMOID), 0,
        "epoch of the run, or of a cycle, in which the value is half way"),
    PART(REAL, width, GREATER_THAN(0), NEEDED, KIND(SIGMOID), 1,
        "epochs: to + (from - to) / (1 + exp((epoch - centre) / width))"),
    PART(REAL, factor, AT_LEAST(0), NEEDED, KIND(STEP), 1, "what each stair multiplies the value by"),
    PART(INTEGER, every, RANGE(1, INT_MAX), NEEDED, KIND(STEP), 1, "epochs from stair to stair"),
    PART(INTEGER, since, RANGE(0, INT_MAX), QUIET, KIND(STEP), 0,
        "epoch of the first stair, as first counts them; 0 = every"),
    PART(CHOICE, by, WORDS("step", "epoch"), QUIET, TO_AN_END, CONFIG_BY_STEP,
        "when the value changes: at every optimizer step, or at an epoch's beginning only"),
    PART(INTEGER, first, RANGE(0, INT_MAX), QUIET, MOVING, 0,
        "number of the first epoch; 1 for formulas that count epochs from 1"),
    PART(INTEGER, cycles, RANGE(1, 1000000), QUIET, MOVING, 1,
        "equal parts of the run, in each of which the schedule begins anew at from"),
    PART(INTEGER, reset, RANGE(0, INT_MAX), QUIET, MOVING, 0,
        "last epochs of the run, or of a cycle, in which the value is from"),
    PART(REAL, floor, AS_ITS_VALUES, QUIET, MOVING, 0, "the value is never below it, but for the warm-up"),
    PART(REAL, ceiling, AS_ITS_VALUES, QUIET, MOVING, 0, "the value is never above it; 0 = none"),
    PART(INTEGER, warmup_steps, RANGE(0, INT_MAX), OPTIONAL, ALL_KINDS, 0,
        "optimizer steps over which the value rises from 0; 0 = none"),
};
// clang-format on

int keys_find(const config_key_t *table, const char *path) {
    for (int i = 0; table[i].path; i++) {
        if (strcmp(table[i].path, path) == 0) {
            return i;
        }
    }
    return -1;
}

config_key_t keys_part_of(const config_key_t *schedule, int index, char path[KEYS_PATH_SIZE]) {
    config_key_t part = keys_parts[index];
    if (part.takes_range) {
        part.low = schedule->low;
        part.high = schedule->high;
    }
    if (index == KEYS_PART_FROM) {
        part.start = schedule->start;
    }
    // Where values have an upper limit, stairs that rise would pass it sooner or later.
    if (part.offset == offsetof(config_schedule_t, factor) && isfinite(schedule->high)) {
        part.high = 1;
    }
    snprintf(path, KEYS_PATH_SIZE, "%s.%s", schedule->path, part.path);
    part.path = path;
    return part;
}

/** Appends the words of a bit mask, "linear, cosine and sigmoid". */
static void list_words(char text[KEYS_TEXT_SIZE], const char *const *words, unsigned set, const char *last) {
    bool is_first = true;
    for (int i = 0; words[i] && set >> i; i++) {
        if (set & 1u << i) {
            const size_t used = strlen(text);
            const char *comma = is_first ? "" : !words[i + 1] || set >> i == 1 ? last : ", ";
            snprintf(text + used, KEYS_TEXT_SIZE - used, "%s%s", comma, words[i]);
            is_first = false;
        }
    }
}

void keys_kinds(unsigned kinds, char text[KEYS_TEXT_SIZE]) {
    snprintf(text, KEYS_TEXT_SIZE, "%s", kinds == ALL_KINDS ? "every kind" : "");
    list_words(text, keys_parts[KEYS_PART_KIND].choices, kinds == ALL_KINDS ? 0 : kinds, " and ");
}

void keys_range(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    const char *above = key->above_low ? "greater than" : "at least";
    if (key->type == KEY_SEED) {
        snprintf(text, KEYS_TEXT_SIZE, "0 to %llu", (unsigned long long)UINT64_MAX);
    } else if (isinf(key->high)) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %.15g", above, key->low);
    } else if (key->above_low || key->below_high) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %.15g, %s %.15g", above, key->low,
            key->below_high ? "less than" : "at most", key->high);
    } else {
        snprintf(text, KEYS_TEXT_SIZE, "%.15g to %.15g", key->low, key->high);
    }
}

void keys_expected(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    // %s: the range.
    static const char *const nouns[] = {
        [KEY_NAME] = "a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' first",
        [KEY_SEED] = "a whole number (%s)",
        [KEY_INTEGER] = "a whole number (%s)",
        [KEY_REAL] = "a number (%s)",
        [KEY_FLAG] = "true or false",
        [KEY_CHOICE] = "one of ",
        [KEY_PLACES] = "a list of ",
        [KEY_PATH] = "a path",
        [KEY_TEXT] = "a text",
        [KEY_CONDITIONS] = "a list of 1 to 256 names",
        [KEY_PAIRS] = "a list of at most 256 pairs [source, target] of conditions",
        [KEY_SCHEDULE] = "a number (%s) or a schedule",
    };
    _Static_assert(CONFIG_NAME_SIZE == 64 && CONFIG_CONDITIONS_MAX == 256 && CONFIG_PAIRS_MAX == 256,
        "the nouns name these limits");
    char range[KEYS_TEXT_SIZE];
    keys_range(key, range);
    const size_t used = (size_t)snprintf(text, KEYS_TEXT_SIZE, nouns[key->type], range);
    if (key->choices) {
        const bool is_some = key->type == KEY_PLACES && !key->may_be_empty;
        snprintf(text + used, KEYS_TEXT_SIZE - used, "%s", is_some ? "one or more of " : "");
        list_words(text, key->choices, UINT_MAX, ", ");
    } else if (key->word) {
        snprintf(text + used, KEYS_TEXT_SIZE - used, " or %s", key->word);
    }
}

static void print_wrapped(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Prints lines, those too long for a terminal of 80 columns broken. */
static void print_wrapped(FILE *stream, const char *format, ...) {
    char text[2048], wrapped[2 * sizeof text], *rest = text;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *line; (line = strsep(&rest, "\n"));) {
        fprintf(stream, "%s%s", text_wrap(line, 80, wrapped, sizeof wrapped), rest ? "\n" : "");
    }
}

static void print_key(FILE *stream, const config_key_t *key) {
    const char *mark = key->decides == KEY_DECIDES_NEVER    ? " *"
                       : key->decides == KEY_DECIDES_ALWAYS ? ""
                                                            : " (*)";
    char expected[KEYS_TEXT_SIZE];
    keys_expected(key, expected);
    print_wrapped(stream, "%s%s\n    %s, %s%s%s%s%s\n    %s\n", key->path, mark, expected,
        key->fallback ? "default " : "required", key->fallback ? key->fallback : "",
        key->forms_fallback ? " (" : "", key->forms_fallback ? key->forms_fallback : "",
        key->forms_fallback ? " for a table of forms)" : "", key->help);
}

static void print_part(FILE *stream, const config_key_t *part) {
    char kinds[KEYS_TEXT_SIZE], expected[KEYS_TEXT_SIZE], start[32] = "";
    keys_kinds(part->kinds, kinds);
    keys_expected(part, expected);
    if (part->type == KEY_CHOICE) {
        snprintf(start, sizeof start, ", default %s", part->choices[(int)part->start]);
    } else if (part != &keys_parts[KEYS_PART_FROM]) { // which starts where the schedule says
        snprintf(start, sizeof start, ", default %g", part->start);
    }
    print_wrapped(stream, "%s\n    of %s: %s%s\n    %s\n", part->path, kinds,
        part->takes_range ? "a number" : expected, part->is_needed ? ", required" : start, part->help);
}

void config_print_help(FILE *stream) {
    fputs("Keys of the configuration. \"section.name\" is written as \"name\" inside\n"
          "\"section\". Those with a * may change when a run is resumed, those with (*)\n"
          "unless train.patience or train.go_back goes by them; the others decide the\n"
          "numbers it computes.\n\n",
        stream);
    for (const config_key_t *key = keys_table; key->path; key++) {
        if (key->type != KEY_SECTION) {
            print_key(stream, key);
        }
    }
    fprintf(stream, "\nKeys of a schedule, as in {schedule: linear, to: 0.1}:\n\n");
    for (const config_key_t *part = keys_parts; part->path; part++) {
        print_part(stream, part);
    }
    fprintf(stream, "\nA schedule starts at:\n\n");
    for (const config_key_t *key = keys_table; key->path; key++) {
        if (key->type == KEY_SCHEDULE) {
            fprintf(stream, "%s\n    default of \"from\": %g\n", key->path, key->start);
        }
    }
}
