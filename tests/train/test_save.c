// The checkpoints of a training: the same in the background as in the training's own time, thinned out as
// asked, and what a disk that fails means for the training.
#include "training.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "train/trainer.h"

enum { EPOCHS = 4, EPOCH_STEPS = 3, STEPS = EPOCHS * EPOCH_STEPS, NOTHING = 0 };

/** The disk, in front of the C library: it is slow, gives a step's file no name, or has no space. */
static int unnamed_step;
static bool is_full;

int rename(const char *from, const char *to) {
    char name[32];
    checkpoint_file_name((uint64_t)unnamed_step, name);
    if (unnamed_step != NOTHING && strstr(to, name)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_rename, from, to);
}

int fsync(int descriptor) {
    usleep(2000);
    return (int)syscall(SYS_fsync, descriptor);
}

int statvfs(const char *path, struct statvfs *system) {
    (void)path;
    *system = (struct statvfs){.f_frsize = 4096, .f_blocks = 1000000, .f_bavail = is_full ? 10 : 500000};
    return 0;
}

static comm_t *comm;
static char config[4200], runs[4200];

static void write_config(const char *folder) {
    snprintf(config, sizeof config, "%s/train.yaml", folder);
    snprintf(runs, sizeof runs, "%s/runs", folder);
    training_write_config(config,
        "train: {epochs: %d, batch_size: 128, micro_batch: 16}\n"
        "evaluate: {every: 0, draws: 0, examples: 0}\n"
        "checkpoint: {directory: %s, every: 0, every_steps: 1, keep: 0}\n",
        EPOCHS, runs);
}

typedef struct {
    const char *name, *setting, *other;
    bool resume;
    uint64_t stop_after;
} training_t;

static status_t train(training_t training) {
    char name[100];
    snprintf(name, sizeof name, "name=%s", training.name);
    const char *const overrides[] = {name, training.setting, training.other};
    return trainer_run(comm, &(trainer_options_t){.config_file = config,
                                 .overrides = overrides,
                                 .override_count = training.other     ? 3
                                                   : training.setting ? 2
                                                                      : 1,
                                 .resume = training.resume,
                                 .stop_after = training.stop_after});
}

static void content_of(const char *run, uint64_t step, char content[HASH_TEXT_SIZE]) {
    char path[4400], name[32];
    checkpoint_t checkpoint;
    checkpoint_file_name(step, name);
    snprintf(path, sizeof path, "%s/%s/%s", runs, run, name);
    assert_ok(checkpoint_read(path, &checkpoint));
    memcpy(content, checkpoint.hashes.content, HASH_TEXT_SIZE);
    checkpoint_destroy(&checkpoint);
}

static void assert_same_content(const char *first, const char *second, uint64_t step) {
    char expected[HASH_TEXT_SIZE], content[HASH_TEXT_SIZE];
    content_of(first, step, expected);
    content_of(second, step, content);
    assert_string_equal(content, expected);
}

/** The steps of a run's checkpoints, as "12 11 3". */
static const char *steps_of(const char *run) {
    static char text[200];
    char path[4400];
    uint64_t steps[STEPS + 1];
    size_t count, used = 0;
    snprintf(path, sizeof path, "%s/%s", runs, run);
    assert_ok(checkpoint_list(path, steps, STEPS + 1, &count));
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 0 ? " " : "", (int)steps[i]);
    }
    return text;
}

static const char *last_of(const char *run) {
    static char target[64];
    char path[4400];
    snprintf(path, sizeof path, "%s/%s/last.h5", runs, run);
    const ssize_t length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return target;
}

static int set_up(void **state) {
    (void)state;
    unnamed_step = NOTHING;
    is_full = false;
    return 0;
}

static void a_copy_is_written_while_the_training_changes_the_original(void **state) {
    (void)state;
    assert_ok(train((training_t){.name = "own-time", .setting = "checkpoint.background=false"}));
    assert_ok(train((training_t){.name = "background"}));
    assert_string_equal(steps_of("background"), "12 11 10 9 8 7 6 5 4 3 2 1");
    for (uint64_t step = 1; step <= STEPS; step++) {
        assert_same_content("own-time", "background", step);
    }
    assert_string_equal(last_of("background"), "step-0000000012.h5");
}

static void epochs_are_kept_for_good(void **state) {
    (void)state;
    assert_ok(train(
        (training_t){.name = "kept", .setting = "checkpoint.keep=2", .other = "checkpoint.keep_every=2"}));
    assert_string_equal(steps_of("kept"), "12 11 6");
}

static void without_space_it_does_not_begin(void **state) {
    (void)state;
    is_full = true;
    assert_fails(train((training_t){.name = "full"}), STATUS_OUTPUT, "/full: two checkpoints need ");
    assert_non_null(strstr(status_message(), " bytes there, 40960 are available"));
    // What is complete needs none.
    assert_ok(train((training_t){.name = "background", .resume = true}));
}

static void a_failure_is_passed_over(void **state) {
    (void)state;
    static const char *const settings[] = {"checkpoint.background=true", "checkpoint.background=false"};
    static const char *const names[] = {"over", "over-own-time"};
    for (int i = 0; i < 2; i++) {
        unnamed_step = 5;
        assert_ok(train((training_t){.name = names[i], .setting = settings[i]}));
        assert_string_equal(steps_of(names[i]), "12 11 10 9 8 7 6 4 3 2 1");
        assert_same_content("background", names[i], STEPS);
    }
}

static void the_last_one_must_be_written(void **state) {
    (void)state;
    static const char *const settings[] = {"checkpoint.background=true", "checkpoint.background=false"};
    static const char *const names[] = {"end", "end-own-time"};
    for (int i = 0; i < 2; i++) {
        const training_t training = {.name = names[i], .setting = settings[i], .resume = true};
        training_t stopping = training;
        stopping.stop_after = 5;
        unnamed_step = 5;
        assert_fails(train(stopping), STATUS_OUTPUT, "step-0000000005.h5: cannot be written: Input/output");
        assert_string_equal(last_of(names[i]), "step-0000000004.h5");
        unnamed_step = STEPS;
        assert_fails(train(training), STATUS_OUTPUT, "step-0000000012.h5: cannot be written: Input/output");
        assert_string_equal(last_of(names[i]), "step-0000000011.h5");
        unnamed_step = NOTHING;
        assert_ok(train(training));
        assert_same_content("background", names[i], STEPS);
    }
}

static void a_failure_stops_where_that_is_wanted(void **state) {
    (void)state;
    unnamed_step = 5;
    assert_fails(train((training_t){.name = "stop", .setting = "checkpoint.on_error=stop"}), STATUS_OUTPUT,
        "step-0000000005.h5: cannot be written: Input/output");
    assert_string_equal(steps_of("stop"), "4 3 2 1");
    assert_fails(train((training_t){.name = "stop-own-time",
                     .setting = "checkpoint.on_error=stop",
                     .other = "checkpoint.background=false"}),
        STATUS_OUTPUT, "step-0000000005.h5: cannot be written: Input/output");
    assert_string_equal(steps_of("stop-own-time"), "4 3 2 1");
}

/** Lines of a run's metrics.jsonl. */
static int epochs_of(const char *run) {
    char path[4400];
    int count = 0;
    snprintf(path, sizeof path, "%s/%s/metrics.jsonl", runs, run);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int letter = getc(file); letter != EOF; letter = getc(file)) {
        count += letter == '\n';
    }
    fclose(file);
    return count;
}

static void a_failure_is_noticed_at_an_epochs_end(void **state) {
    (void)state;
    // Step 900 fails, and 300 epochs end before the next checkpoint is due.
    unnamed_step = 900;
    const char *const overrides[] = {
        "name=noticed", "train.epochs=900", "checkpoint.every_steps=900", "checkpoint.on_error=stop"};
    assert_fails(
        trainer_run(
            comm, &(trainer_options_t){.config_file = config, .overrides = overrides, .override_count = 4}),
        STATUS_OUTPUT, "step-0000000900.h5: cannot be written: Input/output error");
    assert_string_equal(steps_of("noticed"), "");
    assert_in_range(epochs_of("noticed"), 300, 599);
}

int main(void) {
    // The first one's run is what the others compare with.
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_copy_is_written_while_the_training_changes_the_original, set_up),
        cmocka_unit_test_setup(epochs_are_kept_for_good, set_up),
        cmocka_unit_test_setup(without_space_it_does_not_begin, set_up),
        cmocka_unit_test_setup(a_failure_is_passed_over, set_up),
        cmocka_unit_test_setup(the_last_one_must_be_written, set_up),
        cmocka_unit_test_setup(a_failure_stops_where_that_is_wanted, set_up),
        cmocka_unit_test_setup(a_failure_is_noticed_at_an_epochs_end, set_up),
    };
    if (training_start(&comm) != STATUS_OK) {
        return 1;
    }
    write_config(test_folder_create());
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_folder_remove();
    comm_finish(comm);
    return failed;
}
