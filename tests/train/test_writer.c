// The writer: one piece of work at a time, waited for, its failure carried to whoever waits.
#include "test.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "../../src/train/writer.h"

enum { ROUNDS = 500 };

/** What the work is to do, and what it did. */
static struct {
    sem_t started, go;
    bool is_held; // tells that it started and waits until it may go on
    bool is_slow;
    bool fails;
    int given, taken[ROUNDS], count;
    atomic_bool is_done;
    pthread_t thread;
    sigset_t blocked;
} job;

static bool has_threads = true;

/** In front of the C library. */
int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    return has_threads ? create(thread, attributes, start, argument) : EAGAIN;
}

static status_t work(void *context) {
    assert_ptr_equal(context, &job);
    job.thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &job.blocked);
    if (job.is_held) {
        sem_post(&job.started);
        sem_wait(&job.go);
    }
    if (job.is_slow) {
        usleep(30000);
    }
    if (job.count < ROUNDS) {
        job.taken[job.count++] = job.given;
    }
    job.is_done = true;
    return job.fails ? status_fail(STATUS_OUTPUT, "no space for %d", job.given) : STATUS_OK;
}

static int set_up(void **state) {
    (void)state;
    memset(&job, 0, sizeof job);
    sem_init(&job.started, 0, 0);
    sem_init(&job.go, 0, 0);
    status_clear();
    return 0;
}

static void all_work_is_done_in_order(void **state) {
    (void)state;
    for (int background = 0; background < 2; background++) {
        writer_t writer = {.work = work, .context = &job, .background = background};
        job.count = 0;
        for (int i = 0; i < ROUNDS; i++) {
            job.given = i;
            writer_begin(&writer);
            assert_ok(writer_wait(&writer));
            job.given = -1;
        }
        assert_int_equal(job.count, ROUNDS);
        for (int i = 0; i < ROUNDS; i++) {
            assert_int_equal(job.taken[i], i);
        }
    }
}

static void the_caller_goes_on_meanwhile(void **state) {
    (void)state;
    writer_t writer = {.work = work, .context = &job, .background = true};
    job.is_held = true;
    assert_false(writer.is_busy);
    writer_begin(&writer);
    sem_wait(&job.started);
    assert_true(writer.is_busy);
    assert_false(job.is_done);
    assert_false(pthread_equal(job.thread, pthread_self()));
    sem_post(&job.go);
    assert_ok(writer_wait(&writer));
    assert_true(job.is_done);
    assert_false(writer.is_busy);
}

static void waiting_is_until_the_work_is_done(void **state) {
    (void)state;
    writer_t writer = {.work = work, .context = &job, .background = true};
    job.is_slow = true;
    for (int i = 0; i < 3; i++) {
        job.is_done = false;
        writer_begin(&writer);
        assert_ok(writer_wait(&writer));
        assert_true(job.is_done);
    }
}

static void what_was_begun_is_done_before_the_end(void **state) {
    (void)state;
    writer_t writer = {.work = work, .context = &job, .background = true};
    job.is_slow = true;
    writer_begin(&writer);
    writer_finish(&writer);
    assert_true(job.is_done);
}

static void a_failure_is_carried_over_once(void **state) {
    (void)state;
    for (int background = 0; background < 2; background++) {
        writer_t writer = {.work = work, .context = &job, .background = background};
        assert_ok(writer_wait(&writer));
        job.fails = true;
        job.given = 7;
        writer_begin(&writer);
        while (writer.is_busy) {
            usleep(100);
        }
        status_fail(STATUS_INTERNAL, "the caller's own");
        assert_fails(writer_wait(&writer), STATUS_OUTPUT, "no space for 7");
        status_clear();
        assert_ok(writer_wait(&writer));
        assert_string_equal(status_message(), "");
        job.fails = false;
        writer_begin(&writer);
        assert_ok(writer_wait(&writer));
    }
}

/** Without a thread: because none is wanted, and because none can be started. */
static void without_a_thread_it_is_done_at_once(void **state) {
    (void)state;
    for (int background = 0; background < 2; background++) {
        writer_t writer = {.work = work, .context = &job, .background = background};
        job.is_done = false;
        has_threads = false;
        writer_begin(&writer);
        has_threads = true;
        assert_true(job.is_done);
        assert_false(writer.is_busy);
        assert_true(pthread_equal(job.thread, pthread_self()));
        assert_ok(writer_wait(&writer));
    }
}

static void signals_are_left_to_the_caller(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGALRM};
    writer_t writer = {.work = work, .context = &job, .background = true};
    sigset_t own;
    writer_begin(&writer);
    assert_ok(writer_wait(&writer));
    pthread_sigmask(SIG_SETMASK, NULL, &own);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_true(sigismember(&job.blocked, signals[i]));
        assert_false(sigismember(&own, signals[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_work_is_done_in_order, set_up),
        cmocka_unit_test_setup(the_caller_goes_on_meanwhile, set_up),
        cmocka_unit_test_setup(waiting_is_until_the_work_is_done, set_up),
        cmocka_unit_test_setup(what_was_begun_is_done_before_the_end, set_up),
        cmocka_unit_test_setup(a_failure_is_carried_over_once, set_up),
        cmocka_unit_test_setup(without_a_thread_it_is_done_at_once, set_up),
        cmocka_unit_test_setup(signals_are_left_to_the_caller, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
