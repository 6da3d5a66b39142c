// Reads what --timing and --trace have written, and says what is wrong with it: started by test_timing.sh.
//   mpi_measured timing FILE RANKS STEPS
//   mpi_measured trace FILE RANKS FIRST LAST
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A microsecond's last digit, of the nanosecond, is still exact after sums of doubles. */
static const double HALF_NANOSECOND = 0.0005;

static const char *const phases[] = {"prepare", "compute", "exact_sum", "waiting", "allreduce", "optimizer",
    "evaluation", "checkpoint", "other"};
enum { PHASES = sizeof phases / sizeof *phases, STEPS_MAX = 100, RANKS_MAX = 16, SHARDS_MAX = 64 };

static void check(bool condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static json_t *read_object(const char *path) {
    json_error_t error;
    json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column, error.text);
        exit(1);
    }
    return object;
}

static int64_t integer(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    check(json_is_integer(value), key);
    return json_integer_value(value);
}

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    check(json_is_number(value), key);
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    check(json_is_string(value), key);
    return json_string_value(value);
}

static double second(const json_t *rank, int phase) {
    const json_t *value = json_array_get(json_object_get(rank, "seconds"), (size_t)phase);
    check(json_is_real(value) && json_real_value(value) >= 0, "a phase has no seconds");
    return json_real_value(value);
}

/** Returns the words that the rank worked on. */
static int64_t check_rank(const json_t *rank, int index, double seconds) {
    double total = 0;
    check(integer(rank, "rank") == index, "the ranks are not in order");
    check(text(rank, "host")[0] != '\0', "a host has no name");
    check(integer(rank, "peak_memory") > 1 << 20, "a rank used no memory");
    check(json_array_size(json_object_get(rank, "seconds")) == PHASES, "not every phase has its seconds");
    for (int phase = 0; phase < PHASES; phase++) {
        total += second(rank, phase);
    }
    check(second(rank, 1) > 0 && second(rank, 2) > 0 && second(rank, 5) > 0, "a rank did nothing");
    check(index > 0 || fabs(total - seconds) < 1e-8, "the phases do not add up to the time");
    return integer(rank, "words");
}

static void check_timing(const json_t *timing, int ranks, int64_t steps) {
    static const char *const texts[] = {
        "version", "name", "kernels", "library", "gemm", "reduction", "training_hash"};
    static const char *const integers[] = {
        "hosts", "batch_size", "micro_batch", "hidden", "layers", "parameters"};
    const json_t *names = json_object_get(timing, "phases"), *list = json_object_get(timing, "per_rank");
    const double seconds = number(timing, "seconds");
    int64_t words = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        check(text(timing, texts[i])[0] != '\0', texts[i]);
    }
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        check(integer(timing, integers[i]) > 0, integers[i]);
    }
    check(
        strcmp(text(timing, "sum"), "exact") == 0 && strcmp(text(timing, "cell"), "lstm") == 0, "sum, cell");
    check(strlen(text(timing, "parameter_hash")) == 32, "parameter_hash");
    check(integer(timing, "ranks") == ranks && json_array_size(list) == (size_t)ranks, "not so many ranks");
    check(integer(timing, "steps") == steps, "not so many steps");
    check(json_array_size(names) == PHASES, "not so many phases");
    for (int i = 0; i < PHASES; i++) {
        check(strcmp(json_string_value(json_array_get(names, (size_t)i)), phases[i]) == 0, phases[i]);
    }
    for (int rank = 0; rank < ranks; rank++) {
        words += check_rank(json_array_get(list, (size_t)rank), rank, seconds);
    }
    check(words == integer(timing, "words") && words > 0, "the ranks' words do not add up");
    const json_t *first = json_array_get(list, 0);
    const double in_steps = seconds - second(first, 6) - second(first, 7);
    check(fabs(number(timing, "words_per_second") * in_steps / (double)words - 1) < 1e-6, "words_per_second");
    check(number(timing, "startup_seconds") > 0, "startup_seconds");
}

/** What is known of the steps that were traced. */
typedef struct {
    int ranks;
    int64_t first, last;
    unsigned seen[RANKS_MAX][STEPS_MAX]; // phases, a bit each
    int shards[STEPS_MAX][SHARDS_MAX];   // how often each was computed
    double came[STEPS_MAX],
        left[STEPS_MAX];      // when the last rank came to the barrier, and the first one left it
    double end[RANKS_MAX][2]; // of a thread's last event
    bool is_named[RANKS_MAX];
} seen_t;

static unsigned phase_bit(const char *name) {
    for (unsigned i = 0; i < PHASES; i++) {
        if (strcmp(name, phases[i]) == 0) {
            return 1U << i;
        }
    }
    check(false, name);
    return 0;
}

/** Of a thread, events stand in the order of their time, and none overlaps the one before. */
static void check_order(seen_t *seen, const json_t *event, int64_t rank, int64_t thread) {
    const double from = number(event, "ts"), duration = number(event, "dur");
    check(from >= 0 && duration >= 0, "an event before the first step, or one that ends before it begins");
    check(from > seen->end[rank][thread] - HALF_NANOSECOND, "two events of a thread overlap");
    seen->end[rank][thread] = from + duration;
}

static void take_shard(seen_t *seen, int64_t step, const json_t *arguments) {
    const int64_t shard = integer(arguments, "shard");
    check(shard >= 0 && shard < SHARDS_MAX, "a shard has a strange number");
    check(integer(arguments, "words") > 0, "a shard has no words");
    seen->shards[step][shard]++;
}

static void take_event(seen_t *seen, const json_t *event) {
    const int64_t rank = integer(event, "pid"), thread = integer(event, "tid");
    const json_t *arguments = json_object_get(event, "args");
    const unsigned phase = phase_bit(text(event, "name"));
    const int64_t step = integer(arguments, "step") - seen->first;
    check(rank >= 0 && rank < seen->ranks && (thread == 0 || (thread == 1 && rank == 0)), "a strange thread");
    check(step >= 0 && step <= seen->last - seen->first, "a step was not to be traced");
    check_order(seen, event, rank, thread);
    if (thread == 1) {
        check(phase == phase_bit("checkpoint"), "the other thread does something else");
        return;
    }
    seen->seen[rank][step] |= phase;
    if (phase == phase_bit("compute")) {
        take_shard(seen, step, arguments);
    }
    if (phase == phase_bit("waiting")) {
        seen->came[step] = fmax(seen->came[step], number(event, "ts"));
    }
    if (phase == phase_bit("allreduce")) {
        seen->left[step] = fmin(seen->left[step], number(event, "ts"));
    }
}

static void take_metadata(seen_t *seen, const json_t *event) {
    char expected[32];
    const int64_t rank = integer(event, "pid");
    check(rank >= 0 && rank < seen->ranks, "a rank that there is not");
    if (strcmp(text(event, "name"), "process_name") == 0) {
        snprintf(expected, sizeof expected, "rank %d on ", (int)rank);
        const char *name = text(json_object_get(event, "args"), "name");
        check(strncmp(name, expected, strlen(expected)) == 0, "a rank has another name");
        seen->is_named[rank] = true;
    }
}

static void check_step(const seen_t *seen, int64_t step) {
    // A small batch may have fewer shards to compute than there are ranks.
    const unsigned always = 0x3f & ~phase_bit("compute");
    for (int rank = 0; rank < seen->ranks; rank++) {
        check((seen->seen[rank][step] & always) == always, "a rank lacks a phase of a step");
    }
    for (int shard = 0; shard + 1 < SHARDS_MAX; shard++) {
        check(seen->shards[step][shard] <= 1, "a shard was computed twice");
        check(seen->shards[step][shard] >= seen->shards[step][shard + 1], "a shard is missing");
    }
    check(seen->shards[step][0] == 1, "no shard was computed");
    // So the ranks' clocks are one.
    check(
        seen->came[step] <= seen->left[step] + HALF_NANOSECOND, "a rank left a barrier before all had come");
}

static void check_trace(const json_t *trace, seen_t *seen) {
    const json_t *events = json_object_get(trace, "traceEvents"), *event;
    size_t index;
    check(json_is_array(events), "traceEvents");
    for (int step = 0; step < STEPS_MAX; step++) {
        seen->left[step] = INFINITY;
    }
    json_array_foreach(events, index, event) {
        const char *kind = text(event, "ph");
        if (strcmp(kind, "M") == 0) {
            take_metadata(seen, event);
        } else {
            check(strcmp(kind, "X") == 0, "an event of another kind");
            take_event(seen, event);
        }
    }
    for (int64_t step = 0; step <= seen->last - seen->first; step++) {
        check_step(seen, step);
    }
    for (int rank = 0; rank < seen->ranks; rank++) {
        check(seen->is_named[rank], "a rank has no name");
    }
}

int main(int argument_count, char **arguments) {
    static seen_t seen;
    const bool is_trace = argument_count == 6 && strcmp(arguments[1], "trace") == 0;
    check(is_trace || (argument_count == 5 && strcmp(arguments[1], "timing") == 0), "bad use");
    json_t *object = read_object(arguments[2]);
    const int ranks = atoi(arguments[3]);
    check(ranks >= 1 && ranks <= RANKS_MAX, "bad use");
    if (is_trace) {
        seen.ranks = ranks;
        seen.first = atoi(arguments[4]);
        seen.last = atoi(arguments[5]);
        check(seen.last - seen.first < STEPS_MAX, "bad use");
        check_trace(object, &seen);
    } else {
        check_timing(object, ranks, atoi(arguments[4]));
    }
    json_decref(object);
    return 0;
}
