#include "options_table.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/** Which commands an option belongs to. */
enum {
    FOR_TRAIN = 1 << OPTIONS_TRAIN,
    FOR_EVAL = 1 << OPTIONS_EVAL,
    FOR_CONVERT = 1 << OPTIONS_CONVERT,
    FOR_GENERATE = 1 << OPTIONS_GENERATE,
    FOR_INSPECT = 1 << OPTIONS_INSPECT,
    FOR_SCHEDULE = 1 << OPTIONS_SCHEDULE,
    FOR_REPORT = 1 << OPTIONS_REPORT,
    FOR_VERIFY = 1 << OPTIONS_VERIFY,
    FOR_FOLDER = 1 << OPTIONS_FOLDER,
    FOR_ANY = -1
};

/** What becomes of an option. */
typedef enum {
    TO_COMMAND,  /**< it is a command itself, from */
    TO_FLAG,     /**< a bool becomes true */
    TO_TEXT,     /**< the value, as it is */
    TO_INT,      /**< the value, a whole number in from...to */
    TO_UINT64,   /**< the same, of another type */
    TO_RANGE,    /**< two whole numbers, FIRST:LAST, from 1, which are at most `to` numbers */
    TO_OVERRIDES /**< the value is one more override */
} way_t;

typedef struct {
    const char *name;
    int commands;
    way_t way;
    size_t member;     /**< offset in options_t of what it sets */
    size_t has_member; /**< offset of the bool that says it was given; 0: there is none */
    uint64_t from, to;
} row_t;

#define MEMBER(name) .member = offsetof(options_t, name)
#define HAS_MEMBER(name) .has_member = offsetof(options_t, name)
#define COMMAND(command) FOR_ANY, TO_COMMAND, .from = command
#define FLAG(name) TO_FLAG, MEMBER(name)
#define TEXT(name) TO_TEXT, MEMBER(name)
#define INT(name, least, most) TO_INT, MEMBER(name), .from = least, .to = most
#define RANGE(name, most) TO_RANGE, MEMBER(name), .to = most
#define UINT64(name, least, most) TO_UINT64, MEMBER(name), .from = least, .to = most

/** Those that do not belong to the command are complained of in this order. */
static const row_t rows[] = {
    {"--help", COMMAND(OPTIONS_HELP)},
    {"--help-config", COMMAND(OPTIONS_HELP_CONFIG)},
    {"--version", COMMAND(OPTIONS_VERSION)},
    {"--resume", FOR_TRAIN, FLAG(resume)},
    {"--force", FOR_TRAIN, FLAG(force)},
    {"--overwrite", FOR_TRAIN, FLAG(overwrite)},
    {"--stop-after", FOR_TRAIN, UINT64(stop_after, 1, INT64_MAX)},
    {"--timing", FOR_TRAIN, TEXT(timing)},
    {"--warmup", FOR_TRAIN, UINT64(warmup, 0, OPTIONS_COUNT_MAX), HAS_MEMBER(has_warmup)},
    {"--trace", FOR_TRAIN, TEXT(trace)},
    {"--trace-steps", FOR_TRAIN, RANGE(trace_steps, OPTIONS_TRACE_MAX)},
    {"--set", FOR_TRAIN | FOR_EVAL | FOR_SCHEDULE | FOR_FOLDER, TO_OVERRIDES, MEMBER(overrides)},
    {"--draws", FOR_EVAL, INT(draws, 0, 10000000)},
    {"--seed", FOR_EVAL | FOR_CONVERT | FOR_GENERATE, UINT64(seed, 0, UINT64_MAX), HAS_MEMBER(has_seed)},
    {"--likelihood", FOR_EVAL, INT(likelihood_samples, 1, 1000000)},
    {"--conversions", FOR_EVAL, INT(conversion_samples, 0, 100000)},
    {"--course", FOR_EVAL, FLAG(course)},
    {"--repeats", FOR_EVAL, INT(repeats, 2, 1000)},
    {"--json", FOR_EVAL | FOR_CONVERT | FOR_GENERATE | FOR_INSPECT | FOR_SCHEDULE | FOR_VERIFY, FLAG(json)},
    {"--output", FOR_REPORT, TEXT(output)},
    {"--ranks", FOR_FOLDER, FLAG(ranks)},
    {"--from", FOR_CONVERT | FOR_GENERATE, TEXT(from)},
    {"--to", FOR_CONVERT, TEXT(to)},
    {"--sample", FOR_CONVERT, FLAG(sample)},
    {"--beam", FOR_CONVERT, INT(beam, 1, OPTIONS_BEAM_MAX)},
    {"--top", FOR_CONVERT, INT(top, 1, OPTIONS_BEAM_MAX)},
    {"-n", FOR_GENERATE, UINT64(count, 1, OPTIONS_COUNT_MAX), HAS_MEMBER(has_count)},
    {"--plain", FOR_GENERATE, FLAG(plain)},
    {"--between", FOR_GENERATE, FLAG(between)},
    {"--steps", FOR_GENERATE, UINT64(steps, 2, OPTIONS_COUNT_MAX), HAS_MEMBER(has_steps)},
    {"--data", FOR_GENERATE, TEXT(data)},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

_Static_assert(
    sizeof rows / sizeof rows[0] <= OPTIONS_TABLE_MAX, "options_table.h counts on at most so many");

/** Takes a number off the beginning of a text. Returns whether there is one. */
static bool take_number(const char **text, uint64_t *number) {
    char *end;
    const bool has_digit = **text >= '0' && **text <= '9';
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return has_digit && errno == 0;
}

static status_t parse_number(const row_t *row, const char *text, uint64_t *number) {
    const char *end = text;
    if (!take_number(&end, number) || *end || *number < row->from || *number > row->to) {
        return status_fail(STATUS_USAGE, "%s: \"%s\" is not a whole number from %llu to %llu", row->name,
            text, (unsigned long long)row->from, (unsigned long long)row->to);
    }
    return STATUS_OK;
}

static status_t parse_range(const row_t *row, const char *text, options_range_t *range) {
    const char *end = text;
    const bool has_numbers =
        take_number(&end, &range->first) && *end++ == ':' && take_number(&end, &range->last) && !*end;
    if (!has_numbers || range->first < 1 || range->last < range->first || range->last > INT64_MAX ||
        range->last - range->first >= row->to) {
        return status_fail(STATUS_USAGE,
            "%s: \"%s\" is not FIRST:LAST, two whole numbers from 1, for at most %llu steps", row->name, text,
            (unsigned long long)row->to);
    }
    return STATUS_OK;
}

static status_t add_override(options_t *options, const char *text) {
    if (options->override_count == OPTIONS_OVERRIDES_MAX) {
        return status_fail(STATUS_USAGE, "--set: at most %d of them", OPTIONS_OVERRIDES_MAX);
    }
    options->overrides[options->override_count++] = text;
    return STATUS_OK;
}

int options_table_size(void) {
    return ROWS;
}

const char *options_table_name(int row) {
    return rows[row].name;
}

bool options_table_has_value(int row) {
    return rows[row].way != TO_COMMAND && rows[row].way != TO_FLAG;
}

bool options_table_belongs(int row, options_command_t command) {
    return rows[row].commands & 1 << command;
}

status_t options_table_take(options_t *options, int index, const char *text) {
    const row_t *row = &rows[index];
    void *member = (char *)options + row->member;
    uint64_t number = 0;
    status_t status = STATUS_OK;
    if (row->has_member) {
        *(bool *)((char *)options + row->has_member) = true;
    }
    switch (row->way) {
    case TO_COMMAND:
        options->command = (options_command_t)row->from;
        break;
    case TO_FLAG:
        *(bool *)member = true;
        break;
    case TO_TEXT:
        *(const char **)member = text;
        break;
    case TO_INT:
        status = parse_number(row, text, &number);
        *(int *)member = (int)number;
        break;
    case TO_UINT64:
        status = parse_number(row, text, member);
        break;
    case TO_RANGE:
        status = parse_range(row, text, member);
        break;
    case TO_OVERRIDES:
        status = add_override(options, text);
        break;
    }
    return status;
}
