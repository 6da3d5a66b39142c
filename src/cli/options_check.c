#include "options_check.h"

#include <string.h>

static status_t check_train(const options_t *options) {
    if (options->has_warmup && !options->timing) {
        return status_fail(STATUS_USAGE, "--warmup goes with --timing only");
    }
    if (options->trace_steps.first > 0 && !options->trace) {
        return status_fail(STATUS_USAGE, "--trace-steps goes with --trace only");
    }
    if (options->timing && options->trace && strcmp(options->timing, options->trace) == 0) {
        return status_fail(
            STATUS_USAGE, "--timing and --trace need a file each, not both %s", options->trace);
    }
    return STATUS_OK;
}

static status_t check_eval(const options_t *options) {
    if (options->course && options->draws >= 0 && options->draws < OPTIONS_COURSE_DRAWS) {
        return status_fail(STATUS_USAGE, "--course takes %d draws, --draws %d is fewer", OPTIONS_COURSE_DRAWS,
            options->draws);
    }
    return STATUS_OK;
}

/** What convert and generate need, and what excludes what. */
static status_t check_convert(const options_t *options) {
    if (!options->from) {
        return status_fail(
            STATUS_USAGE, "convert: --from TENSE is needed, the words' tense; see cvae_mpi --help");
    }
    if (options->has_seed && !options->sample) {
        return status_fail(STATUS_USAGE, "--seed goes with --sample only: without it nothing is drawn");
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

status_t options_check(const options_t *options) {
    if (options->resume && options->overwrite) {
        return status_fail(STATUS_USAGE, "--resume and --overwrite exclude each other");
    }
    if (options->force && !options->resume) {
        return status_fail(STATUS_USAGE, "--force goes with --resume only");
    }
    switch (options->command) {
    case OPTIONS_TRAIN:
        return check_train(options);
    case OPTIONS_EVAL:
        return check_eval(options);
    case OPTIONS_CONVERT:
        return check_convert(options);
    case OPTIONS_GENERATE:
        return check_generate(options);
    default:
        return STATUS_OK;
    }
}
