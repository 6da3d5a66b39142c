// Promise 6: nothing is allocated inside a training step. Every allocation of the process is counted, those
// of the libraries too: a training of many steps must make exactly as many as one of few.
#include "training.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/trainer.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static atomic_long allocations;

#ifndef SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    atomic_fetch_add(&allocations, 1);
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : 12;
}
#endif

static void write_config(const char *folder, const char *sum, char *path, size_t size) {
    snprintf(path, size, "%s/train.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
        "name: counted\n"
        "data: {train: %s/../data/verbs.txt, holdout: 0.1}\n"
        "model: {hidden: 16, latent: 4, embedding: 8, condition: 4, layers: 2, dropout: 0.2}\n"
        "train: {epochs: 1, batch_size: 64, micro_batch: 16, teacher_forcing: 0.5, word_dropout: 0.2, "
        "free_bits: 0.1, consistency: 0.5, consistency_from: 0}\n"
        "evaluate: {draws: 10}\n"
        "compute: {sum: %s}\n"
        "checkpoint: {directory: %s/runs}\n",
        TEST_SOURCE_DIR, sum, folder);
    assert_int_equal(fclose(file), 0);
}

/**
 * Allocations of a training that stops after so many steps, all within its first epoch. file: where to
 * measure to, in steps that are the same ones for any number of them from 3; NULL: nothing is measured.
 */
static long count_allocations(comm_t *comm, const char *config, uint64_t steps, const char *file) {
    const long before = atomic_load(&allocations);
    const status_t status = trainer_run(comm,
        &(trainer_options_t){.config_file = config,
            .overwrite = true,
            .stop_after = steps,
            .timing = {
                .timing_file = file, .warmup = 1, .trace_file = file, .trace_first = 2, .trace_last = 2}});
    if (status != STATUS_STOPPED) {
        fail_msg("%s: %s", status_text(status), status_message());
    }
    return atomic_load(&allocations) - before;
}

static void check_sum(comm_t *comm, const char *folder, const char *sum) {
    char config[4200];
    write_config(folder, sum, config, sizeof config);
    // The first trainings let the libraries set themselves up: one writes, the next reads what it overwrites.
    count_allocations(comm, config, 2, NULL);
    count_allocations(comm, config, 2, NULL);
    const long few = count_allocations(comm, config, 3, NULL),
               many = count_allocations(comm, config, 43, NULL);
    assert_true(few > 0);
    // Names of files and numbers in texts are as long in both.
    assert_int_equal(many, few);
    const long few_measured = count_allocations(comm, config, 3, "/dev/null"),
               many_measured = count_allocations(comm, config, 43, "/dev/null");
    assert_true(few_measured > few);
    assert_int_equal(many_measured, few_measured);
}

static void steps_allocate_nothing(void **state) {
    (void)state;
#ifdef SANITIZED
    skip();
#endif
    comm_t *comm;
    assert_ok(training_start(&comm));
    const char *folder = test_folder_create();
    check_sum(comm, folder, "exact");
    check_sum(comm, folder, "exact32");
    test_folder_remove();
    comm_finish(comm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_allocate_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
