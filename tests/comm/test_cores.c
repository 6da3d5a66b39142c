#include "test.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "comm/cores.h"

enum { CORE = 1000003 /**< of no machine */ };

/** Runs a process that announces a core and ends when *end is closed. */
static pid_t other_process(int core, uint64_t job, int *end) {
    int ready[2], over[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(over), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(over[1]);
        cores_announce(core, job);
        _exit(write(ready[1], "x", 1) != 1 || read(over[0], &byte, 1) != 0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    close(over[0]);
    *end = over[1];
    return child;
}

static void another_job_is_seen(void **state) {
    (void)state;
    int end;
    cores_announce(CORE, 1);
    assert_false(cores_is_shared(CORE, 1));
    const pid_t child = other_process(CORE, UINT64_MAX, &end);
    assert_true(cores_is_shared(CORE, 1));
    assert_false(cores_is_shared(CORE / 10, 1));
    assert_false(cores_is_shared(CORE + 1, 1));
    close(end);
    waitpid(child, NULL, 0);
    assert_false(cores_is_shared(CORE, 1));
    // This one is seen by others as long as it stays.
    assert_true(cores_is_shared(CORE, 2));
    cores_withdraw();
    assert_false(cores_is_shared(CORE, 2));
}

/** Ranks that somebody has put on one core by intent. */
static void ranks_of_the_same_job_share_silently(void **state) {
    (void)state;
    int end;
    const pid_t child = other_process(CORE, 7, &end);
    cores_announce(CORE, 7);
    assert_false(cores_is_shared(CORE, 7));
    close(end);
    waitpid(child, NULL, 0);
    cores_withdraw();
}

static void a_core_is_own_when_bound_to_it_alone(void **state) {
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    const bool is_bound = CPU_COUNT(&all) < sysconf(_SC_NPROCESSORS_ONLN);
    if (!is_bound) {
        assert_int_equal(cores_own(), -1);
    }
    for (int cpu = 0; cpu < CPU_SETSIZE && sysconf(_SC_NPROCESSORS_ONLN) > 1; cpu++) {
        if (CPU_ISSET(cpu, &all)) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
            assert_int_equal(cores_own(), cpu);
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_job_is_seen),
        cmocka_unit_test(ranks_of_the_same_job_share_silently),
        cmocka_unit_test(a_core_is_own_when_bound_to_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
