#include "keys.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/** A key's path is its member's name in config_t: "train.epochs". */
#define KEY(member, kind) .path = #member, .type = KEY_##kind, .offset = offsetof(config_t, member)
#define PART(name, kind, member)                                                                             \
    .path = name, .type = KEY_##kind, .offset = offsetof(config_schedule_t, member)
#define RANGE(lowest, highest) .low = lowest, .high = highest
#define AT_LEAST(lowest) .low = lowest, .high = INFINITY
#define GREATER_THAN(lowest) .low = lowest, .above_low = true, .high = INFINITY
#define BELOW_ONE .low = 0, .high = 1, .below_high = true
#define DECIDES .decides = KEY_DECIDES_ALWAYS
#define BETWEEN_0_AND_1 .low = 0, .above_low = true, .high = 1, .below_high = true
#define DECIDES_WITH_PATIENCE .decides = KEY_DECIDES_WITH_PATIENCE
#define DECIDES_WITH_PATIENCE_BY_DRAWS .decides = KEY_DECIDES_WITH_PATIENCE_BY_DRAWS
#define DECIDES_WITH_GO_BACK .decides = KEY_DECIDES_WITH_GO_BACK
#define KIND(kind) (1u << CONFIG_SCHEDULE_##kind)
#define FOR_A_SHARE (KIND(LINEAR) | KIND(COSINE))
#define TO_AN_END (FOR_A_SHARE | KIND(SIGMOID))
#define MOVING (TO_AN_END | KIND(STEP))
#define ALL_KINDS (MOVING | KIND(CONSTANT))

// The words stand in the order of the enums in config/config.h.
static const char *const formats[] = {"rows", "pairs", NULL};
static const char *const pairings[] = {"same", "cross", "all", "random", NULL};
static const char *const treatments[] = {"refuse", "skip", NULL};
static const char *const cells[] = {"lstm", "gru", NULL};
static const char *const losses[] = {"sum", "mean", "mean_kl", NULL};
static const char *const metrics[] = {"none", "cross_entropy", "exact_match", "bleu4", "gaussian", NULL};
static const char *const failures[] = {"continue", "stop", NULL};
static const char *const optimizers[] = {"sgd", "adam", NULL};
static const char *const multipliers[] = {"native", "openblas", NULL};
static const char *const sums[] = {"exact", "float", NULL};
static const char *const reductions[] = {"shared", "allreduce", NULL};
static const char *const schedule_kinds[] = {"constant", "linear", "step", "cosine", "sigmoid", NULL};
static const char *const clocks[] = {"step", "epoch", NULL};
static const char *const places[] = {"hidden", "cell", "steps", NULL};

// One key takes two or three lines here; a formatted table would take six.
// clang-format off
static const config_key_t table[] = {
    {KEY(name, NAME), .fallback = "run",
     .help = "name of the run"},
    {KEY(seed, SEED), .fallback = "1", DECIDES,
     .help = "of every random number: weights, order, noise"},

    {KEY(data.train, PATH),
     .help = "the training words"},
    {KEY(data.format, CHOICE), .choices = formats, .fallback = "rows", DECIDES,
     .help = "a word in every condition a line (rows), or one pair of words a line (pairs)"},
    {KEY(data.conditions, CONDITIONS),
     .fallback = "[simple-present, third-person, progressive, past]", DECIDES,
     .help = "names of the conditions, in the order of a row's columns"},
    {KEY(data.pair_conditions, PAIRS), .fallback = "[]", DECIDES,
     .help = "the conditions of a pairs file's lines, in turn; the lines must be a multiple of the list"},
    {KEY(data.pairs, CHOICE), .choices = pairings, .fallback = "random", DECIDES,
     .help = "a row's pairs to train on: a word with itself, with the others, with all, with one at random"},
    {KEY(data.holdout, REAL), BELOW_ONE, .fallback = "0", DECIDES,
     .help = "share of the rows kept from training, by a hash of the row's first form (of a pair: its source)"},
    {KEY(data.alphabet, TEXT), .fallback = "a-z", DECIDES,
     .help = "a-z, data (the letters found in the training words), or the letters themselves"},
    {KEY(data.max_length, INTEGER), RANGE(1, 255), .fallback = "32", DECIDES,
     .help = "letters of the longest word"},
    // Decides nothing: a file that both accept is the same data with either, and the data have a hash of their own.
    {KEY(data.missing, CHOICE), .choices = treatments, .fallback = "refuse",
     .help = "a row or pair (of evaluate.test, too) with a missing form, which is an empty column between tabs or "
             "dashes, * or ? alone: refuse the file, or skip the row or pair and say how many"},

    {KEY(model.hidden, INTEGER), RANGE(1, 8192), .fallback = "256", DECIDES,
     .help = "size of a recurrent layer's state"},
    {KEY(model.latent, INTEGER), RANGE(1, 4096), .fallback = "32", DECIDES,
     .help = "size of the latent vector"},
    {KEY(model.embedding, INTEGER), RANGE(1, 4096), .fallback = "64", DECIDES,
     .help = "size of a letter's embedding"},
    {KEY(model.condition, INTEGER), RANGE(1, 4096), .word = "onehot", .fallback = "8", DECIDES,
     .help = "size of a condition's embedding"},
    {KEY(model.layers, INTEGER), RANGE(1, 8), .fallback = "1", DECIDES,
     .help = "recurrent layers of the encoder, and of the decoder"},
    {KEY(model.cell, CHOICE), .choices = cells, .fallback = "lstm", DECIDES,
     .help = "kind of the recurrent layers; a gru has no cell state, and what would enter it there does not"},
    {KEY(model.bidirectional, FLAG), .fallback = "false", DECIDES,
     .help = "the encoder also reads a word from its end, with weights of their own"},
    {KEY(model.encoder_markers, FLAG), .fallback = "false", DECIDES,
     .help = "the encoder reads the start and end symbols, too"},
    {KEY(model.encoder_condition, PLACES), .choices = places, .may_be_empty = true,
     .fallback = "[hidden]", DECIDES,
     .help = "where the source's condition enters the encoder"},
    {KEY(model.decoder_latent, PLACES), .choices = places, .fallback = "[hidden, cell, steps]", DECIDES,
     .help = "where the latent vector enters the decoder"},
    {KEY(model.decoder_condition, PLACES), .choices = places, .may_be_empty = true,
     .fallback = "[hidden, cell, steps]", DECIDES,
     .help = "where the target's condition enters the decoder"},
    {KEY(model.decoder_relu, FLAG), .fallback = "false", DECIDES,
     .help = "a ReLU behind the decoder's embedding"},
    {KEY(model.dropout, REAL), BELOW_ONE, .fallback = "0", DECIDES,
     .help = "share of the numbers between recurrent layers that training drops; needs two layers or more"},

    {KEY(train.epochs, INTEGER), RANGE(1, 1000000), .fallback = "30", DECIDES,
     .help = "passes over the training pairs"},
    {KEY(train.batch_size, INTEGER), RANGE(1, 1048576), .fallback = "256", DECIDES,
     .help = "words of an optimizer step, over all ranks"},
    {KEY(train.micro_batch, INTEGER), RANGE(1, 4096), .fallback = "32", DECIDES,
     .help = "words of a shard on average, the piece of a batch that a rank works on"},
    {KEY(train.patience, INTEGER), RANGE(0, 1000000), .fallback = "0", DECIDES,
     .help = "evaluations without a better one (checkpoint.best, or cross_entropy) that end it; 0 = never"},
    {KEY(train.stall_seconds, INTEGER), RANGE(0, 1000000), .fallback = "300",
     .help = "until a rank that does not go on is named; after twice that the job ends (69); 0 = never"},
    {KEY(train.loss, CHOICE), .choices = losses, .fallback = "sum", DECIDES,
     .help = "a word's: its letters' cross-entropy + KL (sum), its mean + KL (mean), mean + KL / letters (mean_kl)"},
    {KEY(train.kl_weight, SCHEDULE), AT_LEAST(0), .start = 0,
     .fallback = "{schedule: linear, from: 0, to: 0.1, over: 0.7}", DECIDES,
     .help = "weight of the KL divergence in the loss"},
    {KEY(train.kl_target, SCHEDULE), AT_LEAST(0), .start = 0, .fallback = "0", DECIDES,
     .help = "nats: the loss weighs a word's distance from this KL divergence; 0 = the divergence itself"},
    {KEY(train.free_bits, REAL), AT_LEAST(0), .fallback = "0", DECIDES,
     .help = "nats of a word's each latent number that cost no more if fewer; 0 = none; not with kl_target"},
    {KEY(train.teacher_forcing, SCHEDULE), RANGE(0, 1), .start = 1, .fallback = "1", DECIDES,
     .help = "share of words whose decoder is given the right letters, not its own"},
    {KEY(train.word_dropout, SCHEDULE), RANGE(0, 1), .start = 0, .fallback = "0", DECIDES,
     .help = "share of the given letters that the decoder does not get to read"},
    {KEY(train.max_gradient_norm, REAL), AT_LEAST(0), .fallback = "0", DECIDES,
     .help = "a step whose gradient is larger, before clipping, has diverged and is skipped; 0 = no such limit"},
    {KEY(train.diverged_steps, INTEGER), RANGE(1, 1000000), .fallback = "3", DECIDES,
     .help = "diverged steps in a row that are too many: the run goes back, or ends with status 76"},
    {KEY(train.go_back, INTEGER), RANGE(0, 1000000), .fallback = "0", DECIDES,
     .help = "how often it may go back to its last good checkpoint, at a smaller learning rate; 0 = never"},
    {KEY(train.go_back_factor, REAL), BETWEEN_0_AND_1, .fallback = "0.5", DECIDES_WITH_GO_BACK,
     .help = "what the learning rate is multiplied by each time the run goes back"},

    {KEY(optimizer.name, CHOICE), .choices = optimizers, .fallback = "adam", DECIDES,
     .help = "how gradients change the parameters"},
    {KEY(optimizer.lr, REAL), GREATER_THAN(0), .fallback = "0.002", DECIDES,
     .help = "learning rate"},
    {KEY(optimizer.momentum, REAL), BELOW_ONE, .fallback = "0", DECIDES,
     .help = "of sgd"},
    {KEY(optimizer.beta1, REAL), BELOW_ONE, .fallback = "0.9", DECIDES,
     .help = "of adam: decay of the mean gradient"},
    {KEY(optimizer.beta2, REAL), BELOW_ONE, .fallback = "0.999", DECIDES,
     .help = "of adam: decay of the mean squared gradient"},
    {KEY(optimizer.epsilon, REAL), GREATER_THAN(0), .fallback = "1e-8", DECIDES,
     .help = "of adam: added to the root of the mean square"},
    {KEY(optimizer.clip, REAL), AT_LEAST(0), .fallback = "1", DECIDES,
     .help = "largest norm of the whole gradient; 0 = no clipping"},
    {KEY(optimizer.weight_decay, REAL), AT_LEAST(0), .fallback = "0", DECIDES,
     .help = "what every parameter loses a step, times the learning rate (decoupled, as AdamW's)"},
    {KEY(optimizer.lr_schedule, SCHEDULE), AT_LEAST(0), .start = 1, .fallback = "1", DECIDES,
     .help = "factor of the learning rate"},

    {KEY(evaluate.every, INTEGER), RANGE(0, 1000000), .fallback = "5", DECIDES_WITH_PATIENCE,
     .help = "epochs between evaluations; 0 = only at the end"},
    {KEY(evaluate.test, PATH), .word = "null", .fallback = "null",
     .help = "pairs of words to convert and compare"},
    {KEY(evaluate.test_pairs, PAIRS), .fallback = "[]",
     .help = "the conditions of the test file's lines, in turn; the lines must be a multiple of the list"},
    {KEY(evaluate.draws, INTEGER), RANGE(0, 10000000), .fallback = "1000", DECIDES_WITH_PATIENCE_BY_DRAWS,
     .help = "draws from the Gaussian, each spelled in all conditions, for the Gaussian score"},
    {KEY(evaluate.examples, INTEGER), RANGE(0, 1000), .fallback = "10",
     .help = "conversions shown at the end of a training and by eval"},

    {KEY(checkpoint.directory, PATH), .fallback = "checkpoints",
     .help = "folder of the checkpoints"},
    {KEY(checkpoint.every, INTEGER), RANGE(0, 1000000), .fallback = "5", DECIDES_WITH_GO_BACK,
     .help = "epochs between checkpoints; 0 = only at the end"},
    {KEY(checkpoint.every_steps, INTEGER), RANGE(0, INT_MAX), .fallback = "0", DECIDES_WITH_GO_BACK,
     .help = "optimizer steps between checkpoints; 0 = at ends of epochs only"},
    {KEY(checkpoint.keep, INTEGER), RANGE(0, 1000000), .fallback = "3",
     .help = "how many of the newest to keep; 0 = all"},
    {KEY(checkpoint.keep_every, INTEGER), RANGE(0, 1000000), .fallback = "0",
     .help = "epochs between checkpoints that are kept for good, if they are written; 0 = none is"},
    {KEY(checkpoint.best, CHOICE), .choices = metrics, .fallback = "none", DECIDES_WITH_PATIENCE,
     .help = "what the checkpoint that best.h5 leads to is chosen by, on the held-back rows"},
    {KEY(checkpoint.background, FLAG), .fallback = "true",
     .help = "a thread writes them while the training goes on; false: the training waits"},
    {KEY(checkpoint.on_error, CHOICE), .choices = failures, .fallback = "continue",
     .help = "when a file of the run cannot be written: go on with a warning, or stop; the last one must be"},

    {KEY(compute.gemm, CHOICE), .choices = multipliers, .fallback = "native", DECIDES,
     .help = "who multiplies matrices; openblas has other bits on other kinds of CPU"},
    {KEY(compute.sum, CHOICE), .choices = sums, .fallback = "exact", DECIDES,
     .help = "how gradients are added up; float has other bits for other rank counts"},
    {KEY(compute.reduction, CHOICE), .choices = reductions, .fallback = "shared",
     .help = "exact sums over the ranks: in memory that a host's ranks share and MPI_Allreduce between hosts, or "
             "one MPI_Allreduce of all ranks"},
    {KEY(compute.bucket, INTEGER), RANGE(0, INT_MAX), .fallback = "65536",
     .help = "exact sums: numbers of one MPI_Allreduce at most; 0 = all of them in one"},
};

// Parts that a kind does not use keep their defaults in the struct, so that equal schedules have equal bytes.
static const config_key_t parts[KEYS_PARTS] = {
    [KEYS_PART_KIND] = {PART("schedule", CHOICE, kind), .choices = schedule_kinds, .kinds = ALL_KINDS,
     .needed = ALL_KINDS,
     .help = "its kind"},
    [KEYS_PART_FROM] = {PART("from", REAL, from), .takes_range = true, .kinds = ALL_KINDS,
     .help = "the value at the start; of constant, the value"},
    {PART("to", REAL, to), .takes_range = true, .kinds = TO_AN_END, .start = 0, .needed = TO_AN_END,
     .help = "the value at the end"},
    {PART("over", REAL, over), .low = 0, .above_low = true, .high = 1, .start = 1, .kinds = FOR_A_SHARE,
     .help = "share of the run, or of a cycle, until the end is reached; then the value holds"},
    {PART("centre", REAL, centre), AT_LEAST(0), .kinds = KIND(SIGMOID), .start = 0, .needed = KIND(SIGMOID),
     .help = "epoch of the run, or of a cycle, in which the value is half way"},
    {PART("width", REAL, width), GREATER_THAN(0), .kinds = KIND(SIGMOID), .start = 1,
     .needed = KIND(SIGMOID),
     .help = "epochs: to + (from - to) / (1 + exp((epoch - centre) / width))"},
    {PART("factor", REAL, factor), AT_LEAST(0), .kinds = KIND(STEP), .start = 1, .needed = KIND(STEP),
     .help = "what each stair multiplies the value by"},
    {PART("every", INTEGER, every), RANGE(1, INT_MAX), .kinds = KIND(STEP), .start = 1, .needed = KIND(STEP),
     .help = "epochs from stair to stair"},
    {PART("since", INTEGER, since), RANGE(0, INT_MAX), .kinds = KIND(STEP), .start = 0, .is_quiet = true,
     .help = "epoch of the first stair, as first counts them; 0 = every"},
    {PART("by", CHOICE, by), .choices = clocks, .kinds = TO_AN_END, .start = CONFIG_BY_STEP,
     .is_quiet = true,
     .help = "when the value changes: at every optimizer step, or at an epoch's beginning only"},
    {PART("first", INTEGER, first), RANGE(0, INT_MAX), .kinds = MOVING, .start = 0, .is_quiet = true,
     .help = "number of the first epoch; 1 for formulas that count epochs from 1"},
    {PART("cycles", INTEGER, cycles), RANGE(1, 1000000), .kinds = MOVING, .start = 1, .is_quiet = true,
     .help = "equal parts of the run, in each of which the schedule begins anew at from"},
    {PART("reset", INTEGER, reset), RANGE(0, INT_MAX), .kinds = MOVING, .start = 0, .is_quiet = true,
     .help = "last epochs of the run, or of a cycle, in which the value is from"},
    {PART("floor", REAL, floor), .takes_range = true, .kinds = MOVING, .start = 0, .is_quiet = true,
     .help = "the value is never below it, but for the warm-up"},
    {PART("ceiling", REAL, ceiling), .takes_range = true, .kinds = MOVING, .start = 0, .is_quiet = true,
     .help = "the value is never above it; 0 = none"},
    {PART("warmup_steps", INTEGER, warmup_steps), RANGE(0, INT_MAX), .kinds = ALL_KINDS, .start = 0,
     .help = "optimizer steps over which the value rises from 0; 0 = none"},
};
// clang-format on

enum { KEY_COUNT = sizeof table / sizeof *table };
_Static_assert((int)KEY_COUNT <= KEYS_MAX, "KEYS_MAX is too small");

int keys_count(void) {
    return KEY_COUNT;
}

const config_key_t *keys_at(int index) {
    return &table[index];
}

int keys_find(const char *path) {
    for (int i = 0; i < KEY_COUNT; i++) {
        if (strcmp(table[i].path, path) == 0) {
            return i;
        }
    }
    return -1;
}

size_t keys_section_length(const char *path) {
    const char *dot = strchr(path, '.');
    return dot ? (size_t)(dot - path) : 0;
}

int keys_find_section(const char *name) {
    size_t length = strlen(name);
    for (int i = 0; i < KEY_COUNT && length > 0; i++) {
        if (keys_section_length(table[i].path) == length && strncmp(table[i].path, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

bool keys_is_text(const config_key_t *key) {
    return key->type == KEY_NAME || key->type == KEY_PATH || key->type == KEY_TEXT;
}

const config_key_t *keys_part(int index) {
    return &parts[index];
}

int keys_find_part(const char *name) {
    for (int i = 0; i < KEYS_PARTS; i++) {
        if (strcmp(parts[i].path, name) == 0) {
            return i;
        }
    }
    return -1;
}

config_key_t keys_part_of(const config_key_t *schedule, int index, char path[KEYS_PATH_SIZE]) {
    config_key_t part = parts[index];
    if (part.takes_range) {
        part.low = schedule->low;
        part.high = schedule->high;
    }
    if (part.offset == offsetof(config_schedule_t, from)) {
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

void keys_kinds(unsigned kinds, char text[KEYS_TEXT_SIZE]) {
    const char *const *words = keys_part(KEYS_PART_KIND)->choices;
    size_t used = 0;
    if (kinds == keys_part(KEYS_PART_KIND)->kinds) {
        snprintf(text, KEYS_TEXT_SIZE, "every kind");
        return;
    }
    text[0] = '\0';
    for (int kind = 0; words[kind]; kind++) {
        if (kinds & 1u << kind) {
            const char *comma = kinds >> kind == 1u ? " and " : ", ";
            used += (size_t)snprintf(
                text + used, KEYS_TEXT_SIZE - used, "%s%s", used > 0 ? comma : "", words[kind]);
        }
    }
}

void keys_range(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    if (key->type == KEY_SEED) {
        snprintf(text, KEYS_TEXT_SIZE, "0 to %llu", (unsigned long long)UINT64_MAX);
        return;
    }
    const char *above = key->above_low ? "greater than" : "at least";
    if (isinf(key->high)) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %.15g", above, key->low);
    } else if (key->above_low || key->below_high) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %.15g, %s %.15g", above, key->low,
            key->below_high ? "less than" : "at most", key->high);
    } else {
        snprintf(text, KEYS_TEXT_SIZE, "%.15g to %.15g", key->low, key->high);
    }
}

/** "INTRODUCTION rows, pairs" */
static void list_choices(const config_key_t *key, const char *introduction, char text[KEYS_TEXT_SIZE]) {
    size_t used = (size_t)snprintf(text, KEYS_TEXT_SIZE, "%s", introduction);
    for (int i = 0; key->choices[i]; i++) {
        used +=
            (size_t)snprintf(text + used, KEYS_TEXT_SIZE - used, "%s%s", i > 0 ? ", " : " ", key->choices[i]);
    }
}

void keys_expected(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    static const char *const nouns[] = {
        [KEY_NAME] = "a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' first",
        [KEY_SEED] = "a whole number (RANGE)",
        [KEY_INTEGER] = "a whole number (RANGE)",
        [KEY_REAL] = "a number (RANGE)",
        [KEY_FLAG] = "true or false",
        [KEY_PATH] = "a path",
        [KEY_TEXT] = "a text",
        [KEY_CONDITIONS] = "a list of 1 to 16 names",
        [KEY_PAIRS] = "a list of at most 256 pairs [source, target] of conditions",
        [KEY_SCHEDULE] = "a number (RANGE) or a schedule",
    };
    _Static_assert(CONFIG_NAME_SIZE == 64 && CONFIG_CONDITIONS_MAX == 16 && CONFIG_PAIRS_MAX == 256,
        "the nouns name these limits");
    if (key->choices) {
        const char *some = key->may_be_empty ? "a list of" : "a list of one or more of";
        list_choices(key, key->type == KEY_CHOICE ? "one of" : some, text);
        return;
    }
    const char *noun = nouns[key->type], *gap = strstr(noun, "RANGE");
    char range[KEYS_TEXT_SIZE];
    keys_range(key, range);
    int used = gap ? snprintf(text, KEYS_TEXT_SIZE, "%.*s%s%s", (int)(gap - noun), noun, range, gap + 5)
                   : snprintf(text, KEYS_TEXT_SIZE, "%s", noun);
    if (key->word) {
        snprintf(text + used, KEYS_TEXT_SIZE - (size_t)used, " or %s", key->word);
    }
}

/** Whether the key may change when a run is resumed; what print_key() puts behind it. */
static const char *mark(const config_key_t *key) {
    return key->decides == KEY_DECIDES_ALWAYS ? "" : key->decides == KEY_DECIDES_NEVER ? " *" : " (*)";
}

static void print_key(FILE *stream, const config_key_t *key) {
    char expected[KEYS_TEXT_SIZE];
    keys_expected(key, expected);
    fprintf(stream, "%s%s\n    %s, %s%s\n    %s\n", key->path, mark(key), expected,
        key->fallback ? "default " : "required", key->fallback ? key->fallback : "", key->help);
}

static void print_part(FILE *stream, const config_key_t *part) {
    char kinds[KEYS_TEXT_SIZE], expected[KEYS_TEXT_SIZE];
    keys_kinds(part->kinds, kinds);
    keys_expected(part, expected);
    // The range of its values, and where they start, are the schedule's own.
    fprintf(stream, "%s\n    of %s: %s", part->path, kinds, part->takes_range ? "a number" : expected);
    if (part->needed) {
        fprintf(stream, ", required\n");
    } else if (part == keys_part(KEYS_PART_FROM)) {
        fprintf(stream, "\n");
    } else if (part->type == KEY_CHOICE) {
        fprintf(stream, ", default %s\n", part->choices[(int)part->start]);
    } else {
        fprintf(stream, ", default %g\n", part->start);
    }
    fprintf(stream, "    %s\n", part->help);
}

void config_print_help(FILE *stream) {
    fprintf(stream, "Keys of the configuration. \"section.name\" is written as \"name\" inside \"section\".\n"
                    "Those with a * may change when a run is resumed, those with (*) unless train.patience "
                    "or\ntrain.go_back goes by them; "
                    "the others decide the numbers it computes.\n\n");
    for (int i = 0; i < keys_count(); i++) {
        print_key(stream, keys_at(i));
    }
    fprintf(stream, "\nKeys of a schedule, as in {schedule: linear, to: 0.1}:\n\n");
    for (int i = 0; i < KEYS_PARTS; i++) {
        print_part(stream, keys_part(i));
    }
    fprintf(stream, "\nA schedule starts at:\n\n");
    for (int i = 0; i < keys_count(); i++) {
        if (keys_at(i)->type == KEY_SCHEDULE) {
            fprintf(stream, "%s\n    default of \"from\": %g\n", keys_at(i)->path, keys_at(i)->start);
        }
    }
}
