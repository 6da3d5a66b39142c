// The events of a few steps: which steps, how many, and those of the thread that writes.
#include "test.h"

#include <pthread.h>

#include "../../src/train/timing.h"

enum { STEPS = 3, SHARDS = 4 };

static timing_trace_t traced, *const trace = &traced;

static int set_up(void **state) {
    (void)state;
    return timing_trace_create(trace, STEPS, SHARDS) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    timing_trace_destroy(trace);
    return 0;
}

/** Begins a step and notes an event of it. */
static void make_step(int64_t step) {
    timing_trace_begin_step(trace, step, 100 * step);
    timing_trace_note(trace, &(timing_event_t){.from = 100 * step, .to = 100 * step + 50, .step = step});
}

static void assert_steps(int count, const int64_t *steps) {
    assert_int_equal(trace->count, count);
    assert_int_equal(trace->begun, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(trace->events[i].step, steps[i]);
    }
}

static void the_steps_that_are_asked_for_are_noted(void **state) {
    (void)state;
    trace->first = 4;
    for (int64_t step = 1; step < 10; step++) {
        assert_int_equal(timing_trace_is_due(trace, step), step == 4);
        make_step(step);
    }
    assert_steps(3, (int64_t[]){4, 5, 6});
    assert_int_equal(trace->zero, 400);
    assert_false(trace->is_active);
}

static void a_training_that_begins_among_them_has_the_rest(void **state) {
    (void)state;
    trace->first = 4;
    for (int64_t step = 5; step < 10; step++) {
        assert_int_equal(timing_trace_is_due(trace, step), step == 5);
        make_step(step);
    }
    assert_steps(2, (int64_t[]){5, 6});
    assert_int_equal(trace->zero, 500);
}

static void a_training_that_begins_behind_them_has_none(void **state) {
    (void)state;
    trace->first = 4;
    for (int64_t step = 7; step < 10; step++) {
        assert_false(timing_trace_is_due(trace, step));
        make_step(step);
    }
    assert_steps(0, NULL);
}

static void a_training_that_goes_back_has_no_more_steps_than_that(void **state) {
    (void)state;
    static const int64_t made[] = {3, 4, 5, 2, 3, 4, 5, 6, 7, 4};
    trace->first = 4;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        make_step(made[i]);
    }
    assert_steps(3, (int64_t[]){4, 5, 2});
}

/** What is noted beyond the memory would be lost, or worse. */
static void the_memory_is_never_gone_beyond(void **state) {
    (void)state;
    const size_t capacity = trace->capacity;
    assert_true(capacity >= STEPS * SHARDS * 4);
    trace->first = 1;
    timing_trace_begin_step(trace, 1, 0);
    for (size_t i = 0; i < 2 * capacity; i++) {
        timing_trace_note(trace, &(timing_event_t){.step = 1});
        timing_trace_note_write(trace, 1, 2, 3);
    }
    timing_trace_end(trace);
    assert_int_equal(trace->count, capacity + STEPS);
    assert_int_equal(trace->events[capacity - 1].thread, TIMING_TRAINING);
    assert_int_equal(trace->events[capacity].thread, TIMING_WRITER);
}

static void *write_checkpoint(void *context) {
    (void)context;
    timing_trace_note_write(trace, 1, 130, 170);
    return NULL;
}

static void another_thread_s_writing_is_there_in_the_end(void **state) {
    (void)state;
    pthread_t thread;
    trace->first = 1;
    make_step(1);
    assert_int_equal(pthread_create(&thread, NULL, write_checkpoint, NULL), 0);
    make_step(2);
    assert_int_equal(pthread_join(thread, NULL), 0);
    timing_trace_note_write(NULL, 1, 0, 1);
    assert_int_equal(trace->count, 2);
    timing_trace_end(trace);
    assert_int_equal(trace->count, 3);
    const timing_event_t *event = &trace->events[2];
    assert_int_equal(event->from, 130);
    assert_int_equal(event->to, 170);
    assert_int_equal(event->step, 1);
    assert_int_equal(event->phase, PHASE_CHECKPOINT);
    assert_int_equal(event->thread, TIMING_WRITER);
    assert_int_equal(event->shard, -1);
    timing_trace_destroy(&(timing_trace_t){0});
}

static void every_phase_has_a_name(void **state) {
    (void)state;
    for (int i = 0; i < PHASE_COUNT; i++) {
        assert_non_null(timing_phase_names[i]);
    }
    assert_string_equal(timing_phase_names[PHASE_PREPARE], "prepare");
    assert_string_equal(timing_phase_names[PHASE_OTHER], "other");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_steps_that_are_asked_for_are_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_training_that_begins_among_them_has_the_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_training_that_begins_behind_them_has_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_training_that_goes_back_has_no_more_steps_than_that, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_memory_is_never_gone_beyond, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_thread_s_writing_is_there_in_the_end, set_up, tear_down),
        cmocka_unit_test(every_phase_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
