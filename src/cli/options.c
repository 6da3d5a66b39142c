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
    LONG_OUTPUT
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
    {0},
};

/** Which commands an option belongs to. */
enum {
    FOR_TRAIN = 1 << OPTIONS_TRAIN,
    FOR_EVAL = 1 << OPTIONS_EVAL,
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
    {"--seed", LONG_SEED, FOR_EVAL},
    {"--likelihood", LONG_LIKELIHOOD, FOR_EVAL},
    {"--conversions", LONG_CONVERSIONS, FOR_EVAL},
    {"--json", LONG_JSON, FOR_EVAL | FOR_INSPECT | FOR_SCHEDULE},
    {"--output", LONG_OUTPUT, FOR_REPORT},
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
    }
    return status;
}

static const struct {
    const char *name, *file;
} commands[] = {
    [OPTIONS_TRAIN] = {"train", "configuration file"},
    [OPTIONS_EVAL] = {"eval", "checkpoint file"},
    [OPTIONS_INSPECT] = {"inspect", "checkpoint file"},
    [OPTIONS_SCHEDULE] = {"schedule", "configuration file"},
    [OPTIONS_REPORT] = {"report", "folder"},
};

/** An option must belong to the command. given: bit i for belongs[i]. */
static status_t check_given(const options_t *options, unsigned given) {
    for (int i = 0; i < BELONGS; i++) {
        if (given & 1u << i && !(belongs[i].commands & 1u << options->command)) {
            return status_fail(STATUS_USAGE, "%s does not go with %s; see cvae_mpi --help", belongs[i].name,
                commands[options->command].name);
        }
    }
    if (options->resume && options->overwrite) {
        return status_fail(STATUS_USAGE, "--resume and --overwrite exclude each other");
    }
    return STATUS_OK;
}

/** The words that are no options: a command (train when there is none) and its file, or its folders. */
static status_t take_words(options_t *options, int count, char **words) {
    options->command = OPTIONS_TRAIN;
    for (options_command_t command = OPTIONS_TRAIN; count > 0 && command <= OPTIONS_REPORT; command++) {
        if (strcmp(words[0], commands[command].name) == 0) {
            options->command = command;
            words++;
            count--;
            break;
        }
    }
    if (options->command == OPTIONS_REPORT) {
        options->folders = (const char *const *)words;
        options->folder_count = count;
        return count > 0 ? STATUS_OK
                         : status_fail(STATUS_USAGE,
                               "report: the folder of a run is needed, or of several; see cvae_mpi --help");
    }
    if (count != 1) {
        return status_fail(STATUS_USAGE, "%s: one %s is needed, %d words were given; see cvae_mpi --help",
            commands[options->command].name, commands[options->command].file, count);
    }
    options->file = words[0];
    return STATUS_OK;
}

/** getopt's complaint about the word before optind, or about a letter of it. */
static status_t refuse_option(int complaint, char **arguments) {
    const char *word = arguments[optind - 1];
    char letter[] = {'-', (char)optopt, '\0'};
    if (optopt > 0 && optopt < LONG_HELP) {
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
    *options =
        (options_t){.command = OPTIONS_TRAIN, .draws = -1, .conversion_samples = -1, .output = "report.html"};
    opterr = 0;
    optind = 0;
    while ((option = getopt_long(argument_count, arguments, ":h", long_options, &index)) != -1) {
        if (option == ':' || option == '?') {
            return refuse_option(option, arguments);
        }
        if (option != 'h' && !is_written_out(long_options[index].name, argument_count, arguments)) {
            return status_fail(
                STATUS_USAGE, "--%s has to be written out; see cvae_mpi --help", long_options[index].name);
        }
        for (int i = 0; i < BELONGS; i++) {
            given |= (unsigned)(belongs[i].option == option) << i;
        }
        status_t status = take_option(options, option == 'h' ? LONG_HELP : option);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (options->command != OPTIONS_TRAIN) {
        return STATUS_OK;
    }
    status_t status = take_words(options, argument_count - optind, arguments + optind);
    return status == STATUS_OK ? check_given(options, given) : status;
}

void options_print_help(FILE *stream) {
    fputs(
        "usage: cvae_mpi [train] CONFIG.yaml [--resume | --overwrite] [--set KEY=VALUE]... [--stop-after "
        "STEPS]\n"
        "       cvae_mpi eval CHECKPOINT [--json] [--draws N] [--seed N] [--likelihood SAMPLES]\n"
        "                           [--conversions SAMPLES] [--set KEY=VALUE]...\n"
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
        "  inspect   prints what a checkpoint holds\n"
        "  schedule  prints and draws learning rate, KL weight and teacher forcing, without training\n"
        "  report    draws the curves, conversions and samples of one or more runs into one HTML page\n"
        "\n"
        "  --resume            go on from the newest checkpoint of the run, or begin where there is none\n"
        "  --overwrite         begin anew although the folder holds a run, whose checkpoints are removed\n"
        "  --set KEY=VALUE     a configuration key, as --set train.epochs=5; the last one wins\n"
        "  --stop-after STEPS  write a checkpoint after that many optimizer steps and stop with status 75\n"
        "  --json              print one JSON object on standard output\n"
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
