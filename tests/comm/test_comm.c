// One rank, without mpirun; several are in tests/mpi.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "comm/comm.h"

static int set_up(void **state) {
    comm_t *comm;
    unsetenv("OMPI_COMM_WORLD_SIZE");
    unsetenv("PMIX_RANK");
    assert_ok(comm_start(&comm));
    *state = comm;
    return 0;
}

static int tear_down(void **state) {
    comm_finish(*state);
    return 0;
}

static void stands_alone(void **state) {
    assert_int_equal(comm_rank(*state), 0);
    assert_int_equal(comm_size(*state), 1);
    assert_int_equal(comm_hosts(*state), 1);
    assert_true(strlen(comm_host(*state)) > 0);
}

static void sum_and_broadcast_keep_what_is_there(void **state) {
    int64_t numbers[] = {1, -2, INT64_MAX};
    comm_sum(*state, numbers, 3);
    comm_broadcast(*state, numbers, sizeof numbers);
    comm_broadcast_to_hosts(*state, numbers, sizeof numbers);
    comm_broadcast_on_host(*state, numbers, sizeof numbers);
    assert_true(numbers[0] == 1 && numbers[1] == -2 && numbers[2] == INT64_MAX);
}

static void gathering_is_copying_and_nobody_is_waited_for(void **state) {
    const char own[] = "only me";
    char all[sizeof own] = "";
    comm_barrier(*state);
    comm_gather(*state, own, all, sizeof own);
    assert_string_equal(all, own);
}

static void agreeing_passes_the_own_status_on(void **state) {
    assert_ok(comm_agree(*state, STATUS_OK));
    assert_fails(
        comm_agree(*state, status_fail(STATUS_DATA, "verbs.txt:3: bad")), STATUS_DATA, "verbs.txt:3: bad");
    // Alone there is no other rank to be told from.
    assert_null(strstr(status_message(), "rank"));
}

static void library_has_a_version(void **state) {
    (void)state;
    char text[256], small[8];
    comm_library(text, sizeof text);
    assert_non_null(strstr(text, "Open MPI"));
    assert_null(strchr(text, '\n'));
    comm_library(small, sizeof small);
    assert_int_equal(strlen(small), 7);
}

static void finishing_nothing_is_fine(void **state) {
    (void)state;
    comm_finish(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stands_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sum_and_broadcast_keep_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gathering_is_copying_and_nobody_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agreeing_passes_the_own_status_on, set_up, tear_down),
        cmocka_unit_test(library_has_a_version),
        cmocka_unit_test(finishing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
