#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "options_split.h"

/**
 * What argp calls an option by: its letter, or a number above all letters, by the field of options_t that it
 * sets or the command that it is itself.
 */
enum { KEY_HELP = 'h', KEY_COUNT = 'n', KEY_FIELD = 256, KEY_COMMAND = KEY_FIELD + sizeof(options_t) };
#define FIELD(name) offsetof(options_t, name)
#define NUMBER(name) FIELD(name), sizeof(((options_t *)NULL)->name)
#define KEY(name) (KEY_FIELD + (int)FIELD(name))
#define NOT_GIVEN UINT64_MAX /**< of --warmup */

enum { GIVEN_SIZE = 64 /**< of given_words() */ };

/** Rows of a command's table, which argp sorts by name; END has the options that belong to every command. */
#define VALUE(name, field, value, text)                                                                      \
    { name, KEY(field), value, 0, text, 0 }
#define FLAG(name, field, text) VALUE(name, field, NULL, text)
#define SET                                                                                                  \
    VALUE("set", overrides, "KEY=VALUE", "set a key of the configuration; cvae_mpi train --help says more")
#define COMMAND(name, command)                                                                               \
    { name, KEY_COMMAND + command, NULL, OPTION_HIDDEN, NULL, 0 }
#define END                                                                                                  \
    {"help", KEY_HELP, NULL, 0, "print this help", -1}, COMMAND("help-config", OPTIONS_HELP_CONFIG),         \
        {"verbose", KEY(verbose), NULL, OPTION_HIDDEN, NULL, 0}, COMMAND("version", OPTIONS_VERSION), {      \
        NULL, 0, NULL, 0, NULL, 0                                                                            \
    }

static const struct argp_option train_options[] = {
    FLAG("resume", train.resume, "go on from the run's newest good checkpoint, or begin if it has none"),
    FLAG("force", train.force,
        "with --resume: although the configuration or the data give other numbers than before, if the shapes "
        "fit; the differences are shown"),
    FLAG("dry-run", train.dry_run, "say what would be trained; write nothing"),
    FLAG("dump-config", dump_config, "print the configuration in force, as YAML"),
    FLAG("overwrite", train.overwrite,
        "begin anew although the folder holds a run, which is set aside, and removed once this one has a "
        "checkpoint"),
    VALUE("init", train.init, "FILE",
        "start from the parameters of another model of the same shape, alphabet and conditions: a "
        "checkpoint, "
        "a run's folder for the newest one in it, or a file that export wrote. Step and optimizer begin "
        "anew. "
        "With --resume FILE is read only where there is no checkpoint to go on from"),
    VALUE("set", overrides, "KEY=VALUE",
        "set a key of the configuration, as --set train.epochs=5; the last one wins. A path, name or text is "
        "all behind the first =, letter by letter (quotes, # and ~ too; nothing or null: no evaluate.test). "
        "All else is YAML without comments. Blanks and brackets need the shell's quotes: "
        "--set 'train.kl_weight={schedule: linear, to: 1}'"),
    VALUE("stop-after", train.stop_after, "STEPS",
        "after that many optimizer steps write a checkpoint and stop with status 75"),
    VALUE("timing", train.timing.timing_file, "FILE",
        "write words a second and the seconds that each rank spent computing, summing, waiting and so on to "
        "FILE, as JSON; the bits stay the same"),
    VALUE("warmup", train.timing.warmup, "STEPS", "of --timing: leave out the first STEPS steps (5)"),
    VALUE("trace", train.timing.trace_file, "FILE",
        "write a timeline of a few steps of all ranks to FILE, for Perfetto or chrome://tracing"),
    VALUE("trace-steps", train.timing.trace_first, "FIRST:LAST",
        "of --trace: which steps of the whole run (the five after the warm-up)"),
    END,
};

static const struct argp_option eval_options[] = {
    FLAG("json", json, "print one JSON object"),
    VALUE("draws", draws, "N", "draws of the Gaussian score instead of the configuration's"),
    VALUE("seed", seed, "N", "seed of the draws instead of the configuration's"),
    VALUE("refine", refine, "N",
        "rounds of encode and decode (1) after which the draws are scored once more, on a line of its own; "
        "0: no such line"),
    VALUE("likelihood", likelihood_samples, "SAMPLES",
        "also how probable up to 1,000 held-back words are: ELBO, importance-weighted bound with SAMPLES "
        "samples a word (500 is usual), active units, mutual information"),
    VALUE("conversions", conversion_samples, "SAMPLES",
        "also details of conversions, the test's if there is one: paradigms, edits, directions, errors by "
        "length and kind, pasts, and exact match from SAMPLES samples of z (20 is usual; 0: none)"),
    FLAG("rule", rule,
        "also what has to be beaten: the longest-suffix rule, learned from the training rows, and copying, "
        "on the conversions of --conversions"),
    VALUE("output", output, "FILE",
        "write every conversion to FILE: as CSV, or as JSON lines if its name ends in .jsonl"),
    VALUE("compare", compare, "OTHER",
        "also another checkpoint on the same conversions: how many each has right, the difference with its "
        "standard error, a sign test over rows; both must hold back the same words or read the same test"),
    FLAG("course", course,
        "also the course's scores beside the strict ones: the test's pairs, 100 draws, and the Gaussian "
        "score as the course's script counts it"),
    VALUE("repeats", repeats, "N",
        "also mean and standard deviation over N (2 to 1000): of the Gaussian score, with other draws each "
        "time, and of BLEU-4 and exact match from a sample of z each"),
    SET,
    END,
};

static const struct argp_option convert_options[] = {
    VALUE("from", from, "CONDITION",
        "the condition (tense) the words are in (each line says it in its second column)"),
    VALUE("to", to, "CONDITION",
        "the condition to put them into (each line's third column, or every condition, tabs between them)"),
    VALUE("beam", beam, "N", "search among the N likeliest beginnings (1 to 100) instead of greedily"),
    VALUE("top", top, "K",
        "print the K likeliest spellings (1 to 100), a line each: word, condition, spelling, probability "
        "given z"),
    VALUE("corrections", corrections, "N",
        "correct z in at most N rounds, until the model spells the word itself from it (as "
        "evaluate.corrections says; not with --sample)"),
    FLAG("sample", sample, "draw z from the posterior instead of taking its mean"),
    VALUE("seed", seed, "N", "of --sample: seed of the draws instead of the configuration's"),
    FLAG("json", json, "print a JSON object for each word, one a line"),
    END,
};

static const struct argp_option generate_options[] = {
    {NULL, KEY_COUNT, "N", 0, "how many draws (10); the first are those of eval's Gaussian score", 0},
    VALUE("seed", seed, "N", "seed of the draws instead of the configuration's"),
    VALUE("refine", refine, "N",
        "first N rounds of encode and decode (0): each spells a draw in the model's first condition, encodes "
        "that word and takes the posterior's mean as z, so that the forms agree more often"),
    FLAG("between", between, "go from the z of one word to that of the other instead of drawing"),
    VALUE("from", from, "CONDITION", "of --between: the condition the words are in (the model's first)"),
    VALUE("steps", steps, "K", "of --between: in K steps (8)"),
    FLAG("plain", plain,
        "the forms alone, tabs between them, without the mark of a training row, a held-back row or a new "
        "one"),
    VALUE("data", data, "FILE", "the training data, if they are no longer where the checkpoint says"),
    FLAG("json", json, "print a JSON object for each draw, one a line"),
    END,
};

static const struct argp_option no_options[] = {END};

static const struct argp_option inspect_options[] = {
    FLAG("json", json, "print one JSON object"),
    END,
};

static const struct argp_option schedule_options[] = {
    FLAG("json", json, "print one JSON object"),
    SET,
    END,
};

static const struct argp_option invent_options[] = {
    {NULL, KEY_COUNT, "N", 0, "how many rows (10)", 0},
    FLAG("json", json, "print a JSON object for each row, one a line"),
    SET,
    END,
};

static const struct argp_option report_options[] = {
    FLAG("csv", csv, "print instead the runs' metrics as CSV, a line an epoch, the run's name in front"),
    VALUE("output", output, "FILE",
        "where the page goes (report.html), or with --csv the table (standard output)"),
    END,
};

static const struct argp_option verify_options[] = {
    FLAG("json", json, "print a JSON object for each checkpoint, one a line"),
    END,
};

static const struct argp_option folder_options[] = {
    FLAG("ranks", ranks, "print instead how many ranks the training can use at most"),
    SET,
    END,
};

/** Whole numbers, int or uint64_t: the field, from...to. */
static const struct {
    size_t field, size;
    uint64_t from, to;
} numbers[] = {
    {NUMBER(train.stop_after), 1, INT64_MAX},
    {NUMBER(train.timing.warmup), 0, OPTIONS_COUNT_MAX},
    {NUMBER(draws), 0, 10000000},
    {NUMBER(seed), 0, UINT64_MAX},
    {NUMBER(likelihood_samples), 1, 1000000},
    {NUMBER(conversion_samples), 0, 100000},
    {NUMBER(repeats), 2, 1000},
    {NUMBER(refine), 0, 1000},
    {NUMBER(corrections), 0, 1000},
    {NUMBER(beam), 1, OPTIONS_BEAM_MAX},
    {NUMBER(top), 1, OPTIONS_BEAM_MAX},
    {NUMBER(count), 1, OPTIONS_COUNT_MAX},
    {NUMBER(steps), 2, OPTIONS_COUNT_MAX},
};

/** "none was given", "1 word was given", "3 words were given". */
static const char *given_words(int count, char text[GIVEN_SIZE]) {
    snprintf(text, GIVEN_SIZE, "%d word%s given", count, count == 1 ? " was" : "s were");
    return count > 0 ? text : "none was given";
}

/** What an option needs, and what excludes it. What a command does not have is not given. */
static status_t check(const options_t *options) {
    const trainer_options_t *train = &options->train;
    const bool converts = options->command == OPTIONS_CONVERT, between = options->between;
    const bool generates = options->command == OPTIONS_GENERATE;
    const timing_options_t *timing = &train->timing;
    const struct {
        bool is_wrong;
        const char *text;
    } rules[] = {
        {train->resume && train->overwrite, "--resume and --overwrite exclude each other"},
        {train->dry_run && (timing->timing_file || timing->trace_file || train->stop_after > 0),
            "--timing, --trace and --stop-after do not go with --dry-run: it makes no run"},
        {train->force && !train->resume, "--force goes with --resume only"},
        {timing->warmup != NOT_GIVEN && !timing->timing_file, "--warmup goes with --timing only"},
        {timing->trace_first > 0 && !timing->trace_file, "--trace-steps goes with --trace only"},
        {converts && !options->from && options->word_count > 0,
            "convert: --from CONDITION is needed, the words' condition; see cvae_mpi convert --help"},
        {converts && options->has_seed && !options->sample,
            "--seed goes with --sample only: without it nothing is drawn"},
        {between && options->count > 0, "-n and --between exclude each other"},
        {generates && !between && options->from, "--from goes with --between only"},
        {!between && options->steps > 0, "--steps goes with --between only"},
        {options->verbose, "--verbose goes with --version only"},
        {options->plain && options->json, "--plain and --json exclude each other"},
    };
    char given[GIVEN_SIZE];
    if (between && options->word_count != 2) {
        return status_fail(STATUS_USAGE, "generate --between: two words are needed, %s",
            given_words(options->word_count, given));
    }
    if (generates && !between && options->word_count > 0) {
        const bool is_count =
            options->words[0][0] && !options->words[0][strspn(options->words[0], "0123456789")];
        return status_fail(STATUS_USAGE, "generate: \"%s\" is one word too many%s%s%s", options->words[0],
            is_count ? ": did you mean -n " : "; see cvae_mpi generate --help",
            is_count ? options->words[0] : "", is_count ? "?" : "");
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].is_wrong) {
            return status_fail(STATUS_USAGE, "%s", rules[i].text);
        }
    }
    if (timing->timing_file && timing->trace_file && strcmp(timing->timing_file, timing->trace_file) == 0) {
        return status_fail(
            STATUS_USAGE, "--timing and --trace need a file each, not both %s", timing->trace_file);
    }
    if (options->course && options->draws >= 0 && options->draws < OPTIONS_COURSE_DRAWS) {
        return status_fail(STATUS_USAGE, "--course takes %d draws, --draws %d is fewer", OPTIONS_COURSE_DRAWS,
            options->draws);
    }
    if (options->beam > 0 && options->top > options->beam) {
        return status_fail(
            STATUS_USAGE, "--top %d is more than --beam %d keeps", options->top, options->beam);
    }
    return STATUS_OK;
}

static error_t take(int key, char *text, struct argp_state *state);

#define ARGP(table, words, text)                                                                             \
    { .options = table, .parser = take, .args_doc = words, .doc = text }
#define CHECKPOINT "\nCHECKPOINT is a file, or a run's folder for the newest one in it."

/** The subcommands. The first line of an argp's text says in the overview what the command does. */
static const struct {
    const char *name;
    enum { ONE_FILE, TWO_FILES, FILE_AND_WORDS, SEVERAL_FILES } words;
    const char *file; /**< what its first word is */
    struct argp argp;
} commands[] = {
    [OPTIONS_TRAIN] = {"train", ONE_FILE, "configuration file",
        ARGP(train_options, "CONFIG.yaml",
            "Trains as CONFIG.yaml says. The word \"train\" may be left out.\n"
            "The run goes into checkpoint.directory/name. mpirun -np 4 starts four ranks; any number of "
            "ranks gives the same bits. cvae_mpi --help-config prints every key of the configuration, "
            "cvae_mpi --help the signals to a training.")},
    [OPTIONS_EVAL] = {"eval", ONE_FILE, "checkpoint file",
        ARGP(eval_options, "CHECKPOINT",
            "Measures BLEU-4, exact match, Gaussian score, cross-entropy and KL." CHECKPOINT
            " BLEU-4 is NLTK's: a word of two letters that is right has 0.316, of one 0.178, any longer one "
            "1; words with fewer than four are counted.")},
    [OPTIONS_CONVERT] = {"convert", FILE_AND_WORDS, "checkpoint file",
        ARGP(convert_options, "CHECKPOINT --from CONDITION [WORD...]\nCHECKPOINT [--to CONDITION] <LINES",
            "Puts words, or the lines of standard input, into other conditions." CHECKPOINT
            " Conditions (tenses) are the names that `cvae_mpi inspect` lists; without --to the columns are "
            "in that order, and standard error names them once."
            " Without --from a line has columns separated by tabs: a word, its condition, the condition to "
            "put it into (none: every condition); so one process serves any direction."
            " Prints a line for each word, in their order. The line is empty, and the status at the end 65, "
            "if it is no word of the model's alphabet and length. A model of data.unknown_letters keeps "
            "letters that its alphabet lacks.")},
    [OPTIONS_GENERATE] = {"generate", FILE_AND_WORDS, "checkpoint file",
        ARGP(generate_options, "CHECKPOINT\nCHECKPOINT --between WORD WORD",
            "Invents words: spells z drawn from a Gaussian in every condition." CHECKPOINT)},
    [OPTIONS_INSPECT] = {"inspect", ONE_FILE, "checkpoint file",
        ARGP(inspect_options, "CHECKPOINT", "Prints what a checkpoint holds." CHECKPOINT)},
    [OPTIONS_EXPORT] = {"export", TWO_FILES, "CHECKPOINT and FILE",
        ARGP(no_options, "CHECKPOINT FILE",
            "Writes a model to a .safetensors or .npz file, for other programs." CHECKPOINT
            " FILE's name says the format. It has the weights, under PyTorch's names, configuration, "
            "alphabet and conditions; checkpoints/README.md describes it, checkpoints/read_in_pytorch.py "
            "reads it.")},
    [OPTIONS_IMPORT] = {"import", TWO_FILES, "FILE and CHECKPOINT",
        ARGP(no_options, "FILE CHECKPOINT",
            "Makes a checkpoint of a file that export has written.\n"
            "Another program may have written it likewise. The checkpoint has made no step; it can be "
            "converted with and evaluated, and cvae_mpi CONFIG.yaml --init CHECKPOINT trains on from it. A "
            "CHECKPOINT that is there is not replaced.")},
    [OPTIONS_SCHEDULE] = {"schedule", ONE_FILE, "configuration file",
        ARGP(schedule_options, "CONFIG.yaml",
            "Prints and draws learning rate, KL weight and the other schedules.\nNothing is trained.")},
    [OPTIONS_INVENT] = {"invent", ONE_FILE, "configuration file",
        ARGP(invent_options, "CONFIG.yaml",
            "Prints rows that data.invent makes for a training.\n"
            "A line has the forms and the row whose endings they have.")},
    [OPTIONS_REPORT] = {"report", SEVERAL_FILES, "the folder of a run",
        ARGP(report_options, "RUN_FOLDER...",
            "Writes runs into one HTML page, or their metrics as CSV.\n"
            "A file of a run, such as last.h5, stands for its folder.")},
    [OPTIONS_VERIFY] = {"verify", SEVERAL_FILES, "a checkpoint or a folder",
        ARGP(verify_options, "CHECKPOINT_OR_FOLDER...",
            "Reads checkpoints whole and says of each whether it is good.\n"
            "The status is 0 if all are good, 77 if one is not, 66 if one cannot be read.")},
    [OPTIONS_FOLDER] = {"folder", ONE_FILE, "configuration file",
        ARGP(folder_options, "CONFIG.yaml", "Prints the folder of the run that CONFIG.yaml describes.")},
};

/** A command line that is being parsed. */
typedef struct {
    options_t *options;
    options_command_t command;
    char help[64];   /**< how its help is asked for */
    int place;       /**< of the word that comes next */
    int word_count;  /**< that are no options; they go to the front of the arguments */
    status_t status; /**< of what has been taken */
} command_line_t;

/** How many bytes of an option, as it stands on the command line, are its name, with the dashes. */
static size_t name_length(const char *word) {
    return word[1] == '-' ? strcspn(word, "=") : 2;
}

static bool is_option(const struct argp_option *option, const char *word) {
    if (word[1] != '-') {
        return option->key == word[1];
    }
    const size_t length = name_length(word) - 2;
    return option->name && strlen(option->name) == length && strncmp(option->name, word + 2, length) == 0;
}

/** The command's option; NULL: it has none of this name. */
static const struct argp_option *find_option(options_command_t command, const char *word) {
    const struct argp_option *option = commands[command].argp.options;
    while (option->key && !is_option(option, word)) {
        option++;
    }
    return option->key ? option : NULL;
}

/** The same of any command. */
static const struct argp_option *find_anywhere(const char *word) {
    const struct argp_option *option = NULL;
    for (options_command_t command = OPTIONS_TRAIN; !option && command <= OPTIONS_FOLDER; command++) {
        option = find_option(command, word);
    }
    return option;
}

/** The first word that is no option and no value of one; NULL: there is none. */
static const char *find_word(int argument_count, char *const *arguments) {
    for (int i = 1; i < argument_count; i++) {
        const char *word = arguments[i];
        if (strcmp(word, "--") == 0) {
            return arguments[i + 1];
        }
        if (word[0] != '-' || !word[1]) {
            return word;
        }
        const struct argp_option *option = find_anywhere(word);
        const bool has_value = word[1] == '-' ? strchr(word, '=') != NULL : word[2] != '\0';
        i += option && option->arg && !has_value;
    }
    return NULL;
}

/** The command of that name; OPTIONS_HELP: there is none. */
static options_command_t find_command(const char *name) {
    options_command_t command = OPTIONS_FOLDER;
    while (command > OPTIONS_HELP && !(commands[command].name && strcmp(name, commands[command].name) == 0)) {
        command--;
    }
    return command;
}

/** A first word that is no command's name may be a configuration's; not so where it is near to a name. */
static status_t refuse_command(const char *word) {
    const char *candidates[OPTIONS_FOLDER + 2] = {"help"};
    int count = 1;
    for (options_command_t command = OPTIONS_TRAIN; command <= OPTIONS_FOLDER; command++) {
        candidates[count++] = commands[command].name;
    }
    // Also without the ending, but for "train", which is a command.
    static const char *const scripts[] = {
        "scaling.py", "sweep.py", "predict.py", "train.sh", "hosts.sh", "supervise.sh", "train.sbatch"};
    const size_t length = strlen(word);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        if (strncmp(word, scripts[i], length) == 0 && (scripts[i][length] == '.' || !scripts[i][length])) {
            return status_fail(
                STATUS_USAGE, "unknown command \"%s\": did you mean the script launch/%s?", word, scripts[i]);
        }
    }
    char option[64];
    snprintf(option, sizeof option, "--%s", word);
    const char *meant = text_nearest(word, candidates, count);
    if (strpbrk(word, "./=") || (!meant && !find_anywhere(option))) {
        return STATUS_OK;
    }
    return status_fail(STATUS_USAGE,
        "unknown command \"%s\": did you mean \"%s\"? (A configuration file of that name is given as ./%s)",
        word, meant ? meant : option, word);
}

/** Chooses the command that the first word names, or train. STATUS_USAGE where it was meant for another. */
static status_t choose_command(command_line_t *parse, const char *first_word) {
    parse->command = first_word ? find_command(first_word) : OPTIONS_HELP;
    const bool is_none = parse->command == OPTIONS_HELP;
    parse->command = is_none ? OPTIONS_TRAIN : parse->command;
    snprintf(parse->help, sizeof parse->help, "cvae_mpi %s%s--help",
        first_word ? commands[parse->command].name : "", first_word ? " " : "");
    return is_none && first_word ? refuse_command(first_word) : STATUS_OK;
}

/** Takes a number off the beginning of a text. Returns whether there is one. */
static bool take_number(const char **text, uint64_t *number) {
    char *end;
    const bool has_digit = **text >= '0' && **text <= '9';
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return has_digit && errno == 0;
}

static status_t take_range(const char *name, const char *text, timing_options_t *timing) {
    uint64_t *first = &timing->trace_first, *last = &timing->trace_last;
    const char *end = text;
    const bool has_numbers = take_number(&end, first) && *end++ == ':' && take_number(&end, last) && !*end;
    if (!has_numbers || *first < 1 || *last < *first || *last > INT64_MAX ||
        *last - *first >= OPTIONS_TRACE_MAX) {
        return status_fail(STATUS_USAGE,
            "%s: \"%s\" is not FIRST:LAST, two whole numbers from 1, for at most %d steps", name, text,
            OPTIONS_TRACE_MAX);
    }
    return STATUS_OK;
}

/** Sets the field that holds a text, or a number in its range. name: of the option, for a message. */
static status_t take_value(options_t *options, size_t field, const char *name, const char *text) {
    char *place = (char *)options + field;
    size_t i = 0;
    while (i < sizeof numbers / sizeof numbers[0] && numbers[i].field != field) {
        i++;
    }
    if (i == sizeof numbers / sizeof numbers[0]) {
        *(const char **)place = text;
        return STATUS_OK;
    }
    const char *end = text;
    uint64_t number;
    if (!take_number(&end, &number) || *end || number < numbers[i].from || number > numbers[i].to) {
        return status_fail(STATUS_USAGE, "%s: \"%s\" is not a whole number from %llu to %llu", name, text,
            (unsigned long long)numbers[i].from, (unsigned long long)numbers[i].to);
    }
    if (numbers[i].size == sizeof(int)) {
        *(int *)place = (int)number;
    } else {
        *(uint64_t *)place = number;
    }
    options->has_seed |= field == FIELD(seed);
    return STATUS_OK;
}

/** Takes an option of the command, which stands as `word` in the arguments; text: its value or NULL. */
static status_t take_option(command_line_t *parse, int key, const char *word, const char *text) {
    options_t *options = parse->options;
    const struct argp_option *option = commands[parse->command].argp.options;
    while (option->key != key) {
        option++;
    }
    if (word[1] == '-' && !is_option(option, word)) {
        return status_fail(STATUS_USAGE, "--%s has to be written out; see %s", option->name, parse->help);
    }
    const size_t field = key == KEY_COUNT ? FIELD(count) : (size_t)(key - KEY_FIELD);
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)name_length(word), word);
    if (key == KEY_HELP) {
        options->command = OPTIONS_HELP;
    } else if (key >= KEY_COMMAND) {
        options->command = (options_command_t)(key - KEY_COMMAND);
    } else if (!option->arg) {
        *(bool *)((char *)options + field) = true;
    } else if (field == FIELD(train.timing.trace_first)) {
        return take_range(name, text, &options->train.timing);
    } else if (field != FIELD(overrides)) {
        return take_value(options, field, name, text);
    } else if (options->override_count == OPTIONS_OVERRIDES_MAX) {
        return status_fail(STATUS_USAGE, "--set: at most %d of them", OPTIONS_OVERRIDES_MAX);
    } else {
        options->overrides[options->override_count++] = text;
    }
    return STATUS_OK;
}

/** The parser of all commands, as argp calls it for each word and option, in the order of the arguments. */
static error_t take(int key, char *text, struct argp_state *state) {
    command_line_t *parse = state->input;
    if (key == ARGP_KEY_ARG) {
        state->argv[++parse->word_count] = text;
    } else if (key > 0 && key <= KEY_COMMAND + OPTIONS_VERSION) {
        parse->status = take_option(parse, key, state->argv[parse->place], text);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    parse->place = state->next;
    return parse->status == STATUS_OK ? 0 : EINVAL;
}

enum { MEANT_SIZE = 128 };

/** What an option that the command does not have was likely meant for; "": nothing comes to mind. */
static const char *find_meant(const command_line_t *parse, const char *name, char meant[MEANT_SIZE]) {
    enum { OPTIONS_MAX = 32 };
    static const char *const starters[] = {"-n", "--np", "--n", "--ranks", "--nproc", "--ntasks"};
    static const char *const launchers[] = {
        "--hostfile", "--answering", "--restarts", "--fewer-ranks", "--pause", "--on-stop"};
    char names[OPTIONS_MAX][64], key[64];
    const char *candidates[OPTIONS_MAX];
    int count = 0;
    for (size_t i = 0; parse->command == OPTIONS_TRAIN && i < sizeof starters / sizeof *starters; i++) {
        if (strcmp(name, starters[i]) == 0) {
            return "mpirun -np N cvae_mpi CONFIG.yaml";
        }
    }
    // A key of the configuration, as other programs have options for them.
    snprintf(key, sizeof key, "%s", name + strspn(name, "-"));
    for (char *dash = key; (dash = strchr(dash, '-'));) {
        *dash = '_';
    }
    const char *path = name[1] == '-' && find_option(parse->command, "--set") ? config_find_key(key) : NULL;
    if (path) {
        snprintf(meant, MEANT_SIZE, "--set %s=VALUE", path);
        return meant;
    }
    for (const struct argp_option *option = commands[parse->command].argp.options; option->key; option++) {
        if (option->name && count < OPTIONS_MAX) {
            snprintf(names[count], sizeof *names, "--%s", option->name);
            candidates[count] = names[count];
            count++;
        }
    }
    const int own = count;
    for (size_t i = 0; parse->command == OPTIONS_TRAIN && i < sizeof launchers / sizeof *launchers; i++) {
        candidates[count++] = launchers[i];
    }
    const char *nearest = find_anywhere(name) ? NULL : text_nearest(name, candidates, count);
    bool is_launchers = false;
    for (int i = own; i < count; i++) {
        is_launchers |= nearest == candidates[i];
    }
    snprintf(meant, MEANT_SIZE, "%s%s", is_launchers ? "launch/train.sh " : "", nearest ? nearest : "");
    return meant;
}

/** argp does not know the word as an option, or not like this. */
static status_t refuse_option(const command_line_t *parse, const char *word) {
    const struct argp_option *option = find_option(parse->command, word);
    char name[64], meant[MEANT_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)name_length(word), word);
    if (option) {
        return status_fail(STATUS_USAGE,
            option->arg ? "%s needs a value; see %s" : "%s: it takes no value; see %s", word, parse->help);
    }
    const bool is_known = find_anywhere(word) != NULL;
    const char *instead = find_meant(parse, name, meant);
    return status_fail(STATUS_USAGE, "%s%s%s%s%s%s%s", is_known ? "" : "unknown option ",
        is_known ? name : word, is_known ? " does not go with " : "",
        is_known ? commands[parse->command].name : "", instead[0] ? ": did you mean " : "; see ",
        instead[0] ? instead : parse->help, instead[0] ? "?" : "");
}

/** The words that are no options: the command's name, its file or files, and what is to be converted. */
static status_t take_words(const command_line_t *parse, const options_split_t *split, char **words) {
    options_t *options = parse->options;
    const char *name = commands[parse->command].name, *file = commands[parse->command].file;
    int count = parse->word_count;
    if (count > 0 && strcmp(words[0], name) == 0) {
        words++;
        count--;
    }
    if (commands[parse->command].words == SEVERAL_FILES) {
        options->words = words;
        options->word_count = count;
        return count > 0 ? STATUS_OK
                         : status_fail(
                               STATUS_USAGE, "%s: %s is needed, or several; see %s", name, file, parse->help);
    }
    if (count > 1 && find_option(parse->command, "--set") &&
        options_split_suspect(split, count, words) != STATUS_OK) {
        return STATUS_USAGE;
    }
    char given[GIVEN_SIZE];
    if (commands[parse->command].words == TWO_FILES && count != 2) {
        return status_fail(STATUS_USAGE, "%s: %s are needed, %s; see %s", name, file,
            given_words(count, given), parse->help);
    }
    if (count < 1 || (count > 1 && commands[parse->command].words == ONE_FILE)) {
        return status_fail(STATUS_USAGE, "%s: one %s is needed, %s; see %s", name, file,
            given_words(count, given), parse->help);
    }
    options->file = words[0];
    options->words = words + 1;
    options->word_count = count - 1;
    return STATUS_OK;
}

status_t options_parse(options_t *options, int argument_count, char **arguments) {
    options_split_t split;
    status_t status = options_split_check(&split, argument_count, arguments);
    if (status != STATUS_OK) {
        return status;
    }
    command_line_t parse = {.options = options, .place = 1};
    const char *first_word = find_word(argument_count, arguments);
    if (first_word && strcmp(first_word, "help") == 0) {
        // The command that stands behind it, if any.
        const char *about = find_word(argument_count - 1, arguments + 1);
        about = about && strcmp(about, "help") == 0 ? NULL : about;
        status = choose_command(&parse, about);
        if (status == STATUS_OK && about && find_command(about) == OPTIONS_HELP) {
            return status_fail(STATUS_USAGE, "help: \"%s\" is no command; cvae_mpi --help lists them", about);
        }
        *options = (options_t){.command = OPTIONS_HELP, .about = about ? parse.command : OPTIONS_HELP};
        return status;
    }
    status = choose_command(&parse, first_word);
    if (status != STATUS_OK) {
        return status;
    }
    *options = (options_t){.command = parse.command,
        .about = first_word ? parse.command : OPTIONS_HELP,
        .draws = -1,
        .refine = parse.command == OPTIONS_EVAL,
        .conversion_samples = -1,
        .corrections = -1,
        .train.timing.warmup = NOT_GIVEN};
    const error_t error = argp_parse(
        &commands[parse.command].argp, argument_count, arguments, ARGP_SILENT | ARGP_IN_ORDER, NULL, &parse);
    if (error == ENOMEM) {
        return status_fail(STATUS_MEMORY, "out of memory for the command line");
    }
    if (options->command != parse.command) {
        return STATUS_OK; // what stands behind --help or --version does not matter
    }
    if (error && parse.status == STATUS_OK) {
        return split.next && split.next[0] == '-' ? options_split_suspect(&split, 0, NULL)
                                                  : refuse_option(&parse, arguments[parse.place]);
    }
    if (error) {
        return parse.status;
    }
    status = take_words(&parse, &split, arguments + 1);
    if (status == STATUS_OK) {
        status = check(options);
    }
    if (options->dump_config) {
        options->command = OPTIONS_DUMP_CONFIG;
    }
    options->count = options->count > 0 ? options->count : 10;
    options->steps = options->steps > 0 ? options->steps : 8;
    options->train.timing.warmup =
        options->train.timing.warmup != NOT_GIVEN ? options->train.timing.warmup : 5;
    return status;
}

static void print_overview(FILE *stream) {
    fputs("Usage: cvae_mpi [train] CONFIG.yaml [OPTION...]\n"
          "  or:  cvae_mpi COMMAND [OPTION...] FILE...\n"
          "Trains a conditional sequence-to-sequence VAE on word forms, data-parallel over\n"
          "the ranks that mpirun starts: mpirun -np 4 cvae_mpi train.yaml.\n\n",
        stream);
    for (options_command_t command = OPTIONS_TRAIN; command <= OPTIONS_FOLDER; command++) {
        const char *text = commands[command].argp.doc;
        fprintf(stream, "  %-9s %.*s\n", commands[command].name, (int)strcspn(text, "\n"), text);
    }
    fputs("\n"
          "  COMMAND --help   prints the options of a command, or help COMMAND\n"
          "  --help-config    prints the configuration's keys: range, default, meaning\n"
          "  --version        prints the version; --verbose: also of its libraries\n"
          "\n"
          "Environment: CVAE_ISA=avx512bf16|avx512|avx2|portable chooses the kernels; the\n"
          "results are the same.\n"
          "\n"
          "Signals to a training: USR1 writes a checkpoint; USR2, TERM, INT, HUP and XCPU\n"
          "write one and stop with status 75; a second INT ends at once. mpirun passes\n"
          "USR1 and USR2 on. TERM or Ctrl-C to mpirun reach the ranks as TERM, and mpirun\n"
          "ends with 1.\n"
          "\n"
          "Exit status:\n"
          "   0 done                        71 out of memory\n"
          "  64 wrong command line          73 a file cannot be written\n"
          "  65 invalid data                75 stopped early; --resume goes on\n"
          "  66 a file cannot be read       76 training diverged\n"
          "  69 a rank did not go on        77 unusable checkpoint\n"
          "     (train.stall_seconds)       78 invalid configuration\n"
          "  70 internal error\n"
          "A killed training ends as mpirun says (137 for a killed rank): --resume goes on\n"
          "from its last checkpoint.\n",
        stream);
}

void options_print_help(options_command_t about, FILE *stream) {
    if (about == OPTIONS_HELP) {
        print_overview(stream);
        return;
    }
    char name[64];
    snprintf(name, sizeof name, "cvae_mpi %s", commands[about].name);
    argp_help(&commands[about].argp, stream, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}
