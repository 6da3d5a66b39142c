// What a rank spends its time on, by a clock that goes as the test likes.
#include "test.h"

#include "../../src/train/timing.h"

enum { SHARDS = 3 };

static int64_t clock_time;

static int64_t now(void) {
    return clock_time;
}

static int set_up(void **state) {
    (void)state;
    clock_time = 1000;
    return 0;
}

/** Enters a phase when `duration` has gone by in the one before. */
static void enter_after(timing_t *timing, int64_t duration, timing_phase_t phase) {
    clock_time += duration;
    timing_enter(timing, phase);
}

static void time_goes_to_the_phase_under_way(void **state) {
    (void)state;
    timing_t timing;
    timing_start(&timing, now);
    enter_after(&timing, 1, PHASE_PREPARE);
    enter_after(&timing, 20, PHASE_COMPUTE);
    enter_after(&timing, 300, PHASE_PREPARE);
    enter_after(&timing, 4000, PHASE_PREPARE);
    enter_after(&timing, 50000, PHASE_CHECKPOINT);
    enter_after(&timing, 600000, PHASE_OTHER);
    assert_int_equal(timing.spent[PHASE_OTHER], 1);
    assert_int_equal(timing.spent[PHASE_PREPARE], 54020);
    assert_int_equal(timing.spent[PHASE_COMPUTE], 300);
    assert_int_equal(timing.spent[PHASE_CHECKPOINT], 600000);
    assert_int_equal(timing.spent[PHASE_ALLREDUCE], 0);
}

/** Goes through two steps of so many shards, all of them this rank's, and in each through every phase. */
static void make_steps(timing_t *timing, int shards) {
    for (int64_t step = 1; step <= 2; step++) {
        clock_time += 3;
        timing_begin_step(timing, step);
        for (int shard = 0; shard < shards; shard++) {
            clock_time += 7;
            timing_enter_shard(timing, PHASE_PREPARE, shard, 10);
            enter_after(timing, 11, PHASE_EXACT_SUM);
            enter_after(timing, 2, PHASE_COMPUTE);
            enter_after(timing, 101, PHASE_EXACT_SUM);
        }
        clock_time += 13;
        timing_enter_shard(timing, PHASE_OTHER, -1, 0);
        for (int phase = PHASE_PREPARE; phase < PHASE_COUNT; phase++) {
            enter_after(timing, 17, (timing_phase_t)phase);
        }
        clock_time += 5;
        timing_end_step(timing, 90);
    }
}

static void phases_add_up(void **state) {
    (void)state;
    timing_t timing;
    timing_start(&timing, now);
    make_steps(&timing, SHARDS);
    assert_int_equal(timing_total(&timing), clock_time - 1000);
    assert_int_equal(timing.spent[PHASE_COMPUTE], 2 * SHARDS * 101 + 2 * 17);
    assert_int_equal(timing.steps, 2);
    assert_int_equal(timing.words, 180);
    assert_int_equal(timing.own_words, 60);
}

static void what_was_before_is_forgotten(void **state) {
    (void)state;
    timing_t timing;
    timing_start(&timing, now);
    make_steps(&timing, SHARDS);
    enter_after(&timing, 5, PHASE_COMPUTE);
    clock_time += 1000000;
    const int64_t cleared = clock_time;
    timing_clear(&timing);
    assert_int_equal(timing_total(&timing), 0);
    assert_int_equal(timing.steps + timing.words + timing.own_words, 0);
    make_steps(&timing, SHARDS);
    assert_int_equal(timing_total(&timing), clock_time - cleared);
    assert_int_equal(timing.steps, 2);
    assert_int_equal(timing.own_words, 60);
}

static void a_step_that_is_given_up_counts_as_none(void **state) {
    (void)state;
    timing_t timing;
    timing_start(&timing, now);
    timing_begin_step(&timing, 1);
    const int64_t before = timing_total(&timing);
    timing_enter_shard(&timing, PHASE_PREPARE, 0, 10);
    timing_enter_shard(&timing, PHASE_OTHER, -1, 0);
    timing_end_step(&timing, 0);
    assert_int_equal(timing.steps + timing.words + timing.own_words, 0);
    assert_true(timing_total(&timing) <= before);
    timing_begin_step(&timing, 1);
    timing_enter_shard(&timing, PHASE_PREPARE, 0, 20);
    timing_enter_shard(&timing, PHASE_OTHER, -1, 0);
    timing_end_step(&timing, 50);
    assert_int_equal(timing.steps, 1);
    assert_int_equal(timing.words, 50);
    assert_int_equal(timing.own_words, 20);
    // What was before the step that was to count first does not come back with it.
    clock_time += 7;
    timing_begin_step(&timing, 2);
    timing_clear(&timing);
    clock_time += 7;
    timing_end_step(&timing, 0);
    assert_int_equal(timing_total(&timing), 0);
}

/** Many shards: that the trace has room for few says little. */
static void the_trace_has_all_of_it_without_gaps(void **state) {
    (void)state;
    enum { MANY = 100 };
    timing_t timing;
    timing_trace_t *trace = &timing.trace;
    int64_t spent[PHASE_COUNT] = {0};
    timing_start(&timing, now);
    assert_ok(timing_trace_create(trace, 2, MANY));
    trace->first = 1;
    assert_null(timing_active_trace(&timing));
    timing_trace_begin_step(trace, 1, clock_time);
    assert_ptr_equal(timing_active_trace(&timing), trace);
    make_steps(&timing, MANY);
    int64_t end = 1000;
    for (size_t i = 0; i < trace->count; i++) {
        const timing_event_t *event = &trace->events[i];
        assert_int_equal(event->from, end);
        assert_true(event->to >= event->from);
        assert_int_equal(event->thread, TIMING_TRAINING);
        spent[event->phase] += event->to - event->from;
        end = event->to;
    }
    assert_int_equal(end, clock_time);
    assert_memory_equal(spent, timing.spent, sizeof spent);
    timing_trace_destroy(trace);
}

static void events_know_their_step_and_shard(void **state) {
    (void)state;
    timing_t timing;
    timing_trace_t *trace = &timing.trace;
    int computed = 0;
    timing_start(&timing, now);
    assert_ok(timing_trace_create(trace, 2, SHARDS));
    trace->first = 1;
    timing_trace_begin_step(trace, 1, clock_time);
    make_steps(&timing, SHARDS);
    for (size_t i = 0; i < trace->count; i++) {
        const timing_event_t *event = &trace->events[i];
        const bool is_of_shard = event->shard >= 0;
        assert_int_equal(event->words, is_of_shard ? 10 : 0);
        if (event->phase == PHASE_COMPUTE && is_of_shard) {
            assert_int_equal(event->step, 1 + computed / SHARDS);
            assert_int_equal(event->shard, computed++ % SHARDS);
        } else if (event->phase > PHASE_EXACT_SUM) {
            assert_false(is_of_shard);
        }
    }
    assert_int_equal(computed, 2 * SHARDS);
    timing_trace_destroy(trace);
}

static void what_is_not_timed_costs_nothing(void **state) {
    (void)state;
    timing_enter(NULL, PHASE_COMPUTE);
    timing_begin_step(NULL, 1);
    timing_enter_shard(NULL, PHASE_PREPARE, 0, 10);
    timing_enter_shard(NULL, PHASE_OTHER, -1, 0);
    timing_end_step(NULL, 10);
    assert_null(timing_active_trace(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(time_goes_to_the_phase_under_way, set_up),
        cmocka_unit_test_setup(phases_add_up, set_up),
        cmocka_unit_test_setup(what_was_before_is_forgotten, set_up),
        cmocka_unit_test_setup(a_step_that_is_given_up_counts_as_none, set_up),
        cmocka_unit_test_setup(the_trace_has_all_of_it_without_gaps, set_up),
        cmocka_unit_test_setup(events_know_their_step_and_shard, set_up),
        cmocka_unit_test(what_is_not_timed_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
