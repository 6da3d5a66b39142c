#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONG_HELP = 256,
    LONG_HELP_CONFIG,
    LONG_VERSION,
    LONG_RESUME,
    LONG_OVERWRITE,
    LONG_SET,
    LONG_STOP_AFTER,
    LONG_JSON,
    LONG_DRAWS,
    LONG_SEED,
    LONG_LIKELIHOOD,
    LONG_CONVERSIONS,
    LONG_OUTPUT,
    LONG_FROM,
    LONG_TO,
    LONG_SAMPLE,
    LONG_BEAM,
    LONG_TOP,
    LONG_PLAIN,
    LONG_BETWEEN,
    LONG_STEPS,
    LONG_DATA
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, LONG_HELP},
    {"help-config", no_argument, NULL, LONG_HELP_CONFIG},
    {"version", no_argument, NULL, LONG_VERSION},
    {"resume", no_argument, NULL, LONG_RESUME},
    {"overwrite", no_argument, NULL, LONG_OVERWRITE},
    {"set", required_argument, NULL, LONG_SET},
    {"stop-after", required_argument, NULL, LONG_STOP_AFTER},
    {"json", no_argument, NULL, LONG_JSON},
    {"draws", required_argument, NULL, LONG_DRAWS},
    {"seed", required_argument, NULL, LONG_SEED},
    {"likelihood", required_argument, NULL, LONG_LIKELIHOOD},
    {"conversions", required_argument, NULL, LONG_CONVERSIONS},
    {"output", required_argument, NULL, LONG_OUTPUT},
    {"from", required_argument, NULL, LONG_FROM},
    {"to", required_argument, NULL, LONG_TO},
    {"sample", no_argument, NULL, LONG_SAMPLE},
    {"beam", required_argument, NULL, LONG_BEAM},
    {"top", required_argument, NULL, LONG_TOP},
    {"plain", no_argument, NULL, LONG_PLAIN},
    {"between", no_argument, NULL, LONG_BETWEEN},
    {"steps", required_argument, NULL, LONG_STEPS},
    {"data", required_argument, NULL, LONG_DATA},
    {0},
};

/** Which commands an option belongs to. */
enum {
    FOR_TRAIN = 1 << OPTIONS_TRAIN,
    FOR_EVAL = 1 << OPTIONS_EVAL,
    FOR_CONVERT = 1 << OPTIONS_CONVERT,
    FOR_GENERATE = 1 << OPTIONS_GENERATE,
    FOR_INSPECT = 1 << OPTIONS_INSPECT,
    FOR_SCHEDULE = 1 << OPTIONS_SCHEDULE,
    FOR_REPORT = 1 << OPTIONS_REPORT
};

static const struct {
    const char *name;
    int option;
    unsigned commands;
} belongs[] = {
    {"--resume", LONG_RESUME, FOR_TRAIN},
    {"--overwrite", LONG_OVERWRITE, FOR_TRAIN},
    {"--stop-after", LONG_STOP_AFTER, FOR_TRAIN},
    {"--set", LONG_SET, FOR_TRAIN | FOR_EVAL | FOR_SCHEDULE},
    {"--draws", LONG_DRAWS, FOR_EVAL},
    {"--seed", LONG_SEED, FOR_EVAL | FOR_CONVERT | FOR_GENERATE},
    {"--likelihood", LONG_LIKELIHOOD, FOR_EVAL},
    {"--conversions", LONG_CONVERSIONS, FOR_EVAL},
    {"--json", LONG_JSON, FOR_EVAL | FOR_CONVERT | FOR_GENERATE | FOR_INSPECT | FOR_SCHEDULE},
    {"--output", LONG_OUTPUT, FOR_REPORT},
    {"--from", LONG_FROM, FOR_CONVERT | FOR_GENERATE},
    {"--to", LONG_TO, FOR_CONVERT},
    {"--sample", LONG_SAMPLE, FOR_CONVERT},
    {"--beam", LONG_BEAM, FOR_CONVERT},
    {"--top", LONG_TOP, FOR_CONVERT},
    {"-n", 'n', FOR_GENERATE},
    {"--plain", LONG_PLAIN, FOR_GENERATE},
    {"--between", LONG_BETWEEN, FOR_GENERATE},
    {"--steps", LONG_STEPS, FOR_GENERATE},
    {"--data", LONG_DATA, FOR_GENERATE},
};

enum { BELONGS = sizeof belongs / sizeof belongs[0] };

static status_t parse_number(
    const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *number) {
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || *number < least || *number > most) {
        return status_fail(STATUS_USAGE, "%s: \"%s\" is not a whole number from %llu to %llu", name, text,
            (unsigned long long)least, (unsigned long long)most);
    }
    return STATUS_OK;
}

/** The options of convert and generate. */
static status_t take_model_option(options_t *options, int option) {
    uint64_t number = 0;
    status_t status = STATUS_OK;
    switch (option) {
    case LONG_FROM:
        options->from = optarg;
        break;
    case LONG_TO:
        options->to = optarg;
        break;
    case LONG_SAMPLE:
        options->sample = true;
        break;
    case LONG_BEAM:
        status = parse_number("--beam", optarg, 1, OPTIONS_BEAM_MAX, &number);
        options->beam = (int)number;
        break;
    case LONG_TOP:
        status = parse_number("--top", optarg, 1, OPTIONS_BEAM_MAX, &number);
        options->top = (int)number;
        break;
    case LONG_PLAIN:
        options->plain = true;
        break;
    case LONG_BETWEEN:
        options->between = true;
        break;
    case LONG_DATA:
        options->data = optarg;
        break;
    case 'n':
        options->has_count = true;
        status = parse_number("-n", optarg, 1, OPTIONS_COUNT_MAX, &options->count);
        break;
    case LONG_STEPS:
        options->has_steps = true;
        status = parse_number("--steps", optarg, 2, OPTIONS_COUNT_MAX, &options->steps);
        break;
    }
    return status;
}

static status_t take_option(options_t *options, int option) {
    uint64_t number = 0;
    status_t status = STATUS_OK;
    switch (option) {
    case LONG_HELP:
        options->command = OPTIONS_HELP;
        break;
    case LONG_HELP_CONFIG:
        options->command = OPTIONS_HELP_CONFIG;
        break;
    case LONG_VERSION:
        options->command = OPTIONS_VERSION;
        break;
    case LONG_RESUME:
        options->resume = true;
        break;
    case LONG_OVERWRITE:
        options->overwrite = true;
        break;
    case LONG_JSON:
        options->json = true;
        break;
    case LONG_SET:
        if (options->override_count == OPTIONS_OVERRIDES_MAX) {
            return status_fail(STATUS_USAGE, "--set: at most %d of them", OPTIONS_OVERRIDES_MAX);
        }
        options->overrides[options->override_count++] = optarg;
        break;
    case LONG_STOP_AFTER:
        status = parse_number("--stop-after", optarg, 1, INT64_MAX, &options->stop_after);
        break;
    case LONG_DRAWS:
        status = parse_number("--draws", optarg, 0, 10000000, &number);
        options->draws = (int)number;
        break;
    case LONG_CONVERSIONS:
        status = parse_number("--conversions", optarg, 0, 100000, &number);
        options->conversion_samples = (int)number;
        break;
    case LONG_LIKELIHOOD:
        status = parse_number("--likelihood", optarg, 1, 1000000, &number);
        options->likelihood_samples = (int)number;
        break;
    case LONG_SEED:
        options->has_seed = true;
        status = parse_number("--seed", optarg, 0, UINT64_MAX, &options->seed);
        break;
    case LONG_OUTPUT:
        options->output = optarg;
        break;
    default:
        status = take_model_option(options, option);
    }
    return status;
}

static const struct {
    const char *name, *file;
} commands[] = {
    [OPTIONS_TRAIN] = {"train", "configuration file"},
    [OPTIONS_EVAL] = {"eval", "checkpoint file"},
    [OPTIONS_CONVERT] = {"convert", "checkpoint file"},
    [OPTIONS_GENERATE] = {"generate", "checkpoint file"},
    [OPTIONS_INSPECT] = {"inspect", "checkpoint file"},
    [OPTIONS_SCHEDULE] = {"schedule", "configuration file"},
    [OPTIONS_REPORT] = {"report", "folder"},
};

/** What convert and generate need, and what excludes what. */
static status_t check_convert(const options_t *options) {
    if (!options->from) {
        return status_fail(
            STATUS_USAGE, "convert: --from TENSE is needed, the words' tense; see cvae_mpi --help");
    }
    if (options->beam > 0 && options->top > options->beam) {
        return status_fail(
            STATUS_USAGE, "--top %d is more than --beam %d keeps", options->top, options->beam);
    }
    return STATUS_OK;
}

static status_t check_generate(const options_t *options) {
    if (options->between && options->word_count != 2) {
        return status_fail(
            STATUS_USAGE, "generate --between: two words are needed, %d were given", options->word_count);
    }
    if (!options->between && options->word_count > 0) {
        return status_fail(
            STATUS_USAGE, "generate: \"%s\" is one word too many; see cvae_mpi --help", options->words[0]);
    }
    if (options->between && options->has_count) {
        return status_fail(STATUS_USAGE, "-n and --between exclude each other");
    }
    if (!options->between && (options->has_steps || options->from)) {
        return status_fail(STATUS_USAGE, "%s goes with --between only", options->from ? "--from" : "--steps");
    }
    if (options->plain && options->json) {
        return status_fail(STATUS_USAGE, "--plain and --json exclude each other");
    }
    return STATUS_OK;
}

/** An option must belong to the command. given: bit i for belongs[i]. */
static status_t check_given(const options_t *options, unsigned given) {
    for (int i = 0; i < BELONGS; i++) {
        if (given & 1u << i && !(belongs[i].commands & 1u << options->command)) {
            return status_fail(STATUS_USAGE, "%s does not go with %s; see cvae_mpi --help", belongs[i].name,
                commands[options->command].name);
        }
    }
    return STATUS_OK;
}

static status_t check_together(const options_t *options) {
    if (options->resume && options->overwrite) {
        return status_fail(STATUS_USAGE, "--resume and --overwrite exclude each other");
    }
    switch (options->command) {
    case OPTIONS_CONVERT:
        return check_convert(options);
    case OPTIONS_GENERATE:
        return check_generate(options);
    default:
        return STATUS_OK;
    }
}

/** The command that the words begin with (train when there is none). Returns how many words name it. */
static int choose_command(options_t *options, int count, char **words) {
    options->command = OPTIONS_TRAIN;
    for (options_command_t command = OPTIONS_TRAIN; count > 0 && command <= OPTIONS_REPORT; command++) {
        if (strcmp(words[0], commands[command].name) == 0) {
            options->command = command;
            return 1;
        }
    }
    return 0;
}

/** The words behind the command: its file or folders, and what is to be converted. */
static status_t take_words(options_t *options, int count, char **words) {
    const bool takes_words = options->command == OPTIONS_CONVERT || options->command == OPTIONS_GENERATE;
    if (options->command == OPTIONS_REPORT) {
        options->folders = (const char *const *)words;
        options->folder_count = count;
        return count > 0 ? STATUS_OK
                         : status_fail(STATUS_USAGE,
                               "report: the folder of a run is needed, or of several; see cvae_mpi --help");
    }
    if (count < 1 || (count > 1 && !takes_words)) {
        return status_fail(STATUS_USAGE, "%s: one %s is needed, %d words were given; see cvae_mpi --help",
            commands[options->command].name, commands[options->command].file, count);
    }
    options->file = words[0];
    options->words = words + 1;
    options->word_count = count - 1;
    return STATUS_OK;
}

/** An option does not belong here, words are missing, options exclude each other: said in this order. */
static status_t take_command(options_t *options, unsigned given, int count, char **words) {
    const int taken = choose_command(options, count, words);
    status_t status = check_given(options, given);
    if (status == STATUS_OK) {
        status = take_words(options, count - taken, words + taken);
    }
    return status == STATUS_OK ? check_together(options) : status;
}

/** getopt's complaint about the word before optind, or about a letter of it. */
static status_t refuse_option(int complaint, char **arguments) {
    const char *word = arguments[optind - 1];
    char letter[] = {'-', (char)optopt, '\0'};
    if (complaint == '?' && optopt > 0 && optopt < LONG_HELP) {
        return status_fail(STATUS_USAGE, "unknown option %s; see cvae_mpi --help", letter);
    }
    if (complaint == ':') {
        return status_fail(STATUS_USAGE, "%s needs a value; see cvae_mpi --help", word);
    }
    return status_fail(STATUS_USAGE,
        optopt >= LONG_HELP ? "%s: it takes no value; see cvae_mpi --help"
                            : "unknown option %s; see cvae_mpi --help",
        word);
}

/** getopt takes --over for --overwrite; an option that removes something must be written out. */
static bool is_written_out(const char *name, int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++) {
        const size_t length = strcspn(arguments[i], "=");
        if (strncmp(arguments[i], "--", 2) == 0 && length == strlen(name) + 2 &&
            strncmp(arguments[i] + 2, name, length - 2) == 0) {
            return true;
        }
    }
    return false;
}

status_t options_parse(options_t *options, int argument_count, char **arguments) {
    unsigned given = 0;
    int option, index = -1;
    status_t taken = STATUS_OK;
    *options = (options_t){.command = OPTIONS_TRAIN,
        .draws = -1,
        .conversion_samples = -1,
        .output = "report.html",
        .count = 10,
        .steps = 8};
    opterr = 0;
    optind = 0;
    while ((option = getopt_long(argument_count, arguments, ":hn:", long_options, &index)) != -1) {
        if (option == ':' || option == '?') {
            return refuse_option(option, arguments);
        }
        if (option >= LONG_HELP && !is_written_out(long_options[index].name, argument_count, arguments)) {
            return status_fail(
                STATUS_USAGE, "--%s has to be written out; see cvae_mpi --help", long_options[index].name);
        }
        for (int i = 0; i < BELONGS; i++) {
            given |= (unsigned)(belongs[i].option == option) << i;
        }
        if (taken == STATUS_OK) {
            taken = take_option(options, option == 'h' ? LONG_HELP : option);
        }
    }
    if (taken == STATUS_OK && options->command != OPTIONS_TRAIN) {
        return STATUS_OK;
    }
    // What is wrong with the value of an option comes last: it may not even belong here.
    status_t status = take_command(options, given, argument_count - optind, arguments + optind);
    return status == STATUS_OK ? taken : status;
}

void options_print_help(FILE *stream) {
    fputs(
        "usage: cvae_mpi [train] CONFIG.yaml [--resume | --overwrite] [--set KEY=VALUE]... [--stop-after "
        "STEPS]\n"
        "       cvae_mpi eval CHECKPOINT [--json] [--draws N] [--seed N] [--likelihood SAMPLES]\n"
        "                           [--conversions SAMPLES] [--set KEY=VALUE]...\n"
        "       cvae_mpi convert CHECKPOINT --from TENSE [--to TENSE] [--beam N] [--top K] [--sample "
        "[--seed N]] "
        "[--json]\n"
        "                [WORD...]\n"
        "       cvae_mpi generate CHECKPOINT [-n N] [--seed N] [--plain | --json] [--data FILE]\n"
        "       cvae_mpi generate CHECKPOINT --between WORD WORD [--from TENSE] [--steps K] [--plain | "
        "--json]\n"
        "       cvae_mpi inspect CHECKPOINT [--json]\n"
        "       cvae_mpi schedule CONFIG.yaml [--json] [--set KEY=VALUE]...\n"
        "       cvae_mpi report RUN_FOLDER... [--output FILE]\n"
        "\n"
        "Trains a conditional sequence-to-sequence VAE on verb forms, data-parallel over the ranks that "
        "mpirun\n"
        "starts: mpirun -np 4 cvae_mpi train.yaml. Without mpirun it is one rank. Any number of ranks "
        "gives the\n"
        "same bits.\n"
        "\n"
        "  train     trains as CONFIG.yaml says, into checkpoint.directory/name\n"
        "  eval      evaluates a checkpoint: BLEU-4, exact match, Gaussian score, cross-entropy, KL\n"
        "  convert   puts words, or the lines of standard input, into another tense, or into every one: a "
        "line of\n"
        "            output for each word, in their order, empty (and status 65 at the end) where it is no "
        "word of\n"
        "            the model's alphabet and length\n"
        "  generate  invents verbs: draws z from a Gaussian and spells it in every tense\n"
        "  inspect   prints what a checkpoint holds\n"
        "  schedule  prints and draws learning rate, KL weight and teacher forcing, without training\n"
        "  report    draws the curves, conversions and samples of one or more runs into one HTML page\n"
        "\n"
        "  --resume            go on from the newest checkpoint of the run, or begin where there is none\n"
        "  --overwrite         begin anew although the folder holds a run, whose checkpoints are removed\n"
        "  --set KEY=VALUE     a configuration key, as --set train.epochs=5; the last one wins\n"
        "  --stop-after STEPS  write a checkpoint after that many optimizer steps and stop with status 75\n"
        "  --json              print JSON on standard output: one object, or one a line\n"
        "  --draws N           draws of the Gaussian score instead of the configuration's\n"
        "  --likelihood SAMPLES  also how probable held-back words are: ELBO, importance-weighted bound with "
        "so many\n"
        "                      samples a word (500 is usual; of 1,000 words), active units, mutual "
        "information\n"
        "  --conversions SAMPLES  also conversions in detail: by direction, whole paradigms, regular and "
        "irregular\n"
        "                      pasts, and from so many samples of z (20 is usual; 0: the mean alone)\n"
        "  --seed N            seed of the draws instead of the configuration's\n"
        "  --output FILE       where the page goes instead of report.html\n"
        "  --from TENSE        the tense the words are in (generate: the model's first tense where it is "
        "left "
        "out)\n"
        "  --to TENSE          the tense to put them into; without it every tense, tabs between them\n"
        "  --beam N            search among the N likeliest beginnings (1 to 100) instead of greedily\n"
        "  --top K             print the K likeliest spellings, a line each: word, tense, spelling, "
        "probability given z\n"
        "  --sample            draw z from what the encoder says, instead of taking its mean\n"
        "  -n N                how many draws (10); the first are those of eval's Gaussian score\n"
        "  --plain             the forms alone, tabs between them, without what marks them as a training "
        "row, "
        "a\n"
        "                      held-back row or new\n"
        "  --between           go from one word's z to the other's instead of drawing, in --steps K steps "
        "(8)\n"
        "  --data FILE         the training data, where they are no longer in the checkpoint's place\n"
        "  --help, --version, --help-config (every configuration key with its range and default)\n"
        "\n"
        "environment: CVAE_ISA=avx512|avx2|portable chooses the kernels (the results are the same)\n"
        "\n"
        "exit status: 0 done; 64 wrong command line; 65 invalid data; 66 a file cannot be read; 70 "
        "internal error;\n"
        "71 out of memory; 73 a file cannot be written; 75 stopped early, --resume goes on; 76 training "
        "diverged;\n"
        "77 unusable checkpoint; 78 invalid configuration. A killed or interrupted training ends as mpirun "
        "or the signal\n"
        "says (137 for a killed rank, 130 or 1 for Ctrl-C, 143 for TERM): --resume goes on from its last "
        "checkpoint\n",
        stream);
}
