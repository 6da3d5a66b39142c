// A checkpoint whose history has other columns, or that knows nothing of diverged steps, as another version
// of the program writes it, is gone on from: to the same end, with the epochs before it kept. So is the
// config.yaml beside it.
#include "training.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "train/trainer.h"

#include "../../src/train/history.h"

enum { EPOCHS = 4, EPOCHS_BEFORE = 2 };

static const char older_columns[] = "epoch\nstep\nloss\nexact_match\nevaluation_cross_entropy\n";
enum { OLDER_COLUMNS = 5 };

static comm_t *comm;
static char config[4200], last[4200];

static void write_config(const char *folder) {
    snprintf(config, sizeof config, "%s/train.yaml", folder);
    snprintf(last, sizeof last, "%s/runs/small/last.h5", folder);
    training_write_config(config,
        "name: small\n"
        "train: {epochs: %d, batch_size: 64, micro_batch: 16, word_dropout: 0.25, kl_target: 3, patience: "
        "3}\n"
        "evaluate: {every: 1, draws: 0, examples: 0}\n"
        "checkpoint: {directory: %s/runs, every: 1, best: exact_match}\n",
        EPOCHS, folder);
}

static checkpoint_array_t *array_of(const checkpoint_t *checkpoint, const char *name) {
    return (checkpoint_array_t *)checkpoint_find(checkpoint, name);
}

static size_t steps_of_epoch(void) {
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(last, &checkpoint));
    const int64_t step = *(const int64_t *)array_of(&checkpoint, "position/step")->data;
    checkpoint_destroy(&checkpoint);
    return (size_t)step / EPOCHS;
}

/** Writes the checkpoint anew with the columns of another version. */
static void change_columns(const char *columns, size_t width, double values[EPOCHS_BEFORE][OLDER_COLUMNS]) {
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(last, &checkpoint));
    checkpoint_array_t *names = array_of(&checkpoint, "history/columns");
    checkpoint_array_t *rows = array_of(&checkpoint, "history/values");
    const double(*was)[HISTORY_COLUMNS] = rows->data;
    assert_int_equal(rows->dimension[0], EPOCHS_BEFORE);
    for (int i = 0; i < EPOCHS_BEFORE; i++) {
        const double row[OLDER_COLUMNS] = {was[i][HISTORY_EPOCH], was[i][HISTORY_STEP], was[i][HISTORY_LOSS],
            was[i][HISTORY_EXACT_MATCH], was[i][HISTORY_EVALUATION_CROSS_ENTROPY]};
        memcpy(values[i], row, sizeof row);
    }
    names->data = columns;
    names->dimension[0] = strlen(columns);
    rows->data = values;
    rows->dimension[1] = width;
    char *path = realpath(last, NULL);
    assert_ok(checkpoint_write(path, checkpoint.arrays, checkpoint.count, NULL));
    free(path);
    checkpoint_destroy(&checkpoint);
}

static void assert_history(double before[EPOCHS_BEFORE][OLDER_COLUMNS]) {
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(last, &checkpoint));
    const checkpoint_array_t *array = array_of(&checkpoint, "history/values");
    const double(*rows)[HISTORY_COLUMNS] = array->data;
    const char *columns;
    assert_ok(checkpoint_text(&checkpoint, "history/columns", &columns));
    assert_string_equal(columns, history_columns);
    assert_int_equal(array->dimension[0], EPOCHS);
    for (int i = 0; i < EPOCHS; i++) {
        assert_true(rows[i][HISTORY_EPOCH] == i + 1);
        assert_false(isnan(rows[i][HISTORY_LOSS]));
        if (i < EPOCHS_BEFORE) {
            assert_true(rows[i][HISTORY_LOSS] == before[i][2]);
            assert_true(rows[i][HISTORY_EXACT_MATCH] == before[i][3]);
            assert_true(isnan(rows[i][HISTORY_WORD_DROPOUT]) && isnan(rows[i][HISTORY_KL_TARGET]));
        } else {
            assert_true(rows[i][HISTORY_WORD_DROPOUT] == 0.25 && rows[i][HISTORY_KL_TARGET] == 3);
        }
    }
    checkpoint_destroy(&checkpoint);
}

static void content_of(char text[HASH_TEXT_SIZE]) {
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(last, &checkpoint));
    memcpy(text, checkpoint.hashes.content, HASH_TEXT_SIZE);
    checkpoint_destroy(&checkpoint);
}

static void an_older_history_is_gone_on_from(void **state) {
    (void)state;
    double values[EPOCHS_BEFORE][OLDER_COLUMNS];
    char expected[HASH_TEXT_SIZE], content[HASH_TEXT_SIZE];
    assert_ok(trainer_run(comm, &(trainer_options_t){.config_file = config}));
    content_of(expected);
    const uint64_t steps = EPOCHS_BEFORE * steps_of_epoch();
    assert_int_equal(trainer_run(comm,
                         &(trainer_options_t){.config_file = config, .overwrite = true, .stop_after = steps}),
        STATUS_STOPPED);
    change_columns(older_columns, OLDER_COLUMNS, values);
    assert_ok(trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true}));
    content_of(content);
    assert_string_equal(content, expected);
    assert_history(values);
}

static void a_broken_history_is_refused(void **state) {
    (void)state;
    double values[EPOCHS_BEFORE][OLDER_COLUMNS];
    char expected[HASH_TEXT_SIZE], content[HASH_TEXT_SIZE];
    content_of(expected);
    const uint64_t steps = EPOCHS_BEFORE * steps_of_epoch();
    assert_int_equal(trainer_run(comm,
                         &(trainer_options_t){.config_file = config, .overwrite = true, .stop_after = steps}),
        STATUS_STOPPED);
    change_columns("epoch\nstep\nloss\nkl\n", OLDER_COLUMNS, values);
    // The checkpoint of the epoch before serves, as long as it is there.
    char first[sizeof last];
    snprintf(first, sizeof first, "%.*s/step-%010zu.h5", (int)(strrchr(last, '/') - last), last,
        (size_t)steps / EPOCHS_BEFORE);
    assert_ok(trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true}));
    content_of(content);
    assert_string_equal(content, expected);
    assert_int_equal(trainer_run(comm,
                         &(trainer_options_t){.config_file = config, .overwrite = true, .stop_after = steps}),
        STATUS_STOPPED);
    change_columns("epoch\nstep\nloss\nkl\n", OLDER_COLUMNS, values);
    assert_int_equal(unlink(first), 0);
    assert_fails(trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true}),
        STATUS_CHECKPOINT, "its history has 5 columns, but names for 4");
}

static void stop_after(uint64_t steps) {
    assert_int_equal(trainer_run(comm,
                         &(trainer_options_t){.config_file = config, .overwrite = true, .stop_after = steps}),
        STATUS_STOPPED);
}

/** What programs before this one did not write. */
static bool is_new(const checkpoint_array_t *array) {
    return strncmp(array->name, "recovery/", 9) == 0 || strncmp(array->name, "position/consistency", 20) == 0;
}

static void a_checkpoint_of_an_older_program_is_gone_on_from(void **state) {
    (void)state;
    char expected[HASH_TEXT_SIZE], content[HASH_TEXT_SIZE];
    checkpoint_t checkpoint;
    size_t kept = 0;
    assert_ok(trainer_run(comm, &(trainer_options_t){.config_file = config, .overwrite = true}));
    content_of(expected);
    stop_after(EPOCHS_BEFORE * steps_of_epoch());
    assert_ok(checkpoint_read(last, &checkpoint));
    for (size_t i = 0; i < checkpoint.count; i++) {
        if (!is_new(&checkpoint.arrays[i])) {
            checkpoint.arrays[kept++] = checkpoint.arrays[i];
        }
    }
    assert_int_equal(checkpoint.count - kept, 9);
    char *path = realpath(last, NULL);
    assert_ok(checkpoint_write(path, checkpoint.arrays, kept, NULL));
    free(path);
    checkpoint_destroy(&checkpoint);
    assert_ok(trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true}));
    content_of(content);
    assert_string_equal(content, expected);
}

static void impossible_counts_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"recovery/skipped_in_epoch", "recovery/skipped",
        "recovery/skipped_in_a_row", "recovery/made_in_a_row", "recovery/good_step", "recovery/gone_back",
        "recovery/learning_rate_factor"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        checkpoint_t checkpoint;
        stop_after(2);
        assert_ok(checkpoint_read(last, &checkpoint));
        checkpoint_array_t *array = array_of(&checkpoint, names[i]);
        const double factor = NAN;
        const int64_t count = -1;
        array->data = array->type == CHECKPOINT_INT64 ? (const void *)&count : &factor;
        char *path = realpath(last, NULL);
        assert_ok(checkpoint_write(path, checkpoint.arrays, checkpoint.count, NULL));
        free(path);
        checkpoint_destroy(&checkpoint);
        assert_fails(trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true}),
            STATUS_CHECKPOINT, "its counts of skipped steps and going back are not possible");
    }
}

/** Writes config.yaml of the run's folder, as another version of the program or a person would. */
static void write_config_yaml(const char *text) {
    char path[4200];
    snprintf(path, sizeof path, "%.*s/config.yaml", (int)(strrchr(last, '/') - last), last);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/** How often config.yaml was set aside: as config.yaml.replaced, config.yaml.replaced-2 and so on. */
static int count_set_aside(void) {
    char pattern[4300];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%.*s/config.yaml.replaced*", (int)(strrchr(last, '/') - last), last);
    const int count = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
    globfree(&found);
    return count;
}

static void resume(uint64_t steps) {
    assert_int_equal(
        trainer_run(comm, &(trainer_options_t){.config_file = config, .resume = true, .stop_after = steps}),
        STATUS_STOPPED);
}

/** A config.yaml without one line, its first one being another where `first` is not "". To be freed. */
static char *config_without(const char *line, const char *first) {
    checkpoint_t checkpoint;
    const char *text;
    assert_ok(checkpoint_read(last, &checkpoint));
    assert_ok(checkpoint_text(&checkpoint, "config/text", &text));
    const char *found = strstr(text, line);
    assert_non_null(found);
    const char *rest = found + strcspn(found, "\n") + 1;
    char *changed = calloc(1, strlen(text) + strlen(first) + 1);
    assert_non_null(changed);
    sprintf(changed, "%s%.*s%s", first, (int)(found - text), text, rest);
    checkpoint_destroy(&checkpoint);
    return changed;
}

static void an_older_programs_config_is_the_runs_own(void **state) {
    (void)state;
    checkpoint_t checkpoint;
    stop_after(1);
    // Without a key that has been added since.
    char *text = config_without("  max_gradient_norm:", "");
    write_config_yaml(text);
    resume(2);
    assert_int_equal(count_set_aside(), 0);
    free(text);
    // The same of another training, and with a remark.
    text = config_without("  word_dropout:", "");
    write_config_yaml(text);
    resume(3);
    assert_int_equal(count_set_aside(), 1);
    free(text);
    text = config_without("  max_gradient_norm:", "# mine\n");
    write_config_yaml(text);
    resume(4);
    assert_int_equal(count_set_aside(), 2);
    // To the last byte what the checkpoint has.
    assert_ok(checkpoint_read(last, &checkpoint));
    checkpoint_array_t *array = array_of(&checkpoint, "config/text");
    array->data = text;
    array->dimension[0] = strlen(text);
    char *path = realpath(last, NULL);
    assert_ok(checkpoint_write(path, checkpoint.arrays, checkpoint.count, NULL));
    free(path);
    checkpoint_destroy(&checkpoint);
    write_config_yaml(text);
    free(text);
    resume(5);
    assert_int_equal(count_set_aside(), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_older_history_is_gone_on_from),
        cmocka_unit_test(a_broken_history_is_refused),
        cmocka_unit_test(a_checkpoint_of_an_older_program_is_gone_on_from),
        cmocka_unit_test(impossible_counts_are_refused),
        cmocka_unit_test(an_older_programs_config_is_the_runs_own),
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
