// What a checkpoint holds has to go together: a real one passes, and one in which a part was exchanged,
// written with a right seal and right hashes, is refused with one line.
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "train/state.h"
#include "train/trainer.h"

enum { STEP = 5 };

static comm_t *comm;
static char config[4200], file[4200];
static checkpoint_t good;

static void train(const char *folder) {
    snprintf(config, sizeof config, "%s/train.yaml", folder);
    snprintf(file, sizeof file, "%s/runs/small/last.h5", folder);
    training_write_config(config,
        "name: small\n"
        "train: {epochs: 3, batch_size: 100, micro_batch: 20}\n"
        "evaluate: {every: 1, draws: 0, examples: 0}\n"
        "compute: {sum: exact32}\n"
        "checkpoint: {directory: %s/runs, every: 0}\n",
        folder);
    assert_int_equal(
        trainer_run(comm, &(trainer_options_t){.config_file = config, .stop_after = STEP}), STATUS_STOPPED);
}

static int set_up(void **state) {
    (void)state;
    train(test_folder_create());
    return checkpoint_read(file, &good) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    checkpoint_destroy(&good);
    test_folder_remove();
    return 0;
}

static void a_trainings_checkpoint_is_consistent(void **state) {
    (void)state;
    state_content_t found;
    assert_ok(state_check_content(&good, &found));
    assert_int_equal(found.step, STEP);
    assert_true(found.epoch >= 1);
    assert_int_equal(found.config.model.hidden, 8);
}

/** One array is exchanged, renamed or left out. */
typedef struct {
    const char *array, *message;
    const void *data;
    size_t first_dimension; /**< 0: as it was */
    const char *name;       /**< NULL: as it was; "": the array is gone */
} change_t;

static void assert_refused(const change_t *change) {
    static checkpoint_array_t arrays[256];
    size_t count = 0;
    bool was_there = false;
    for (size_t i = 0; i < good.count; i++) {
        checkpoint_array_t array = good.arrays[i];
        if (strcmp(array.name, change->array) == 0) {
            was_there = true;
            array.data = change->data ? change->data : array.data;
            array.dimension[0] = change->first_dimension ? change->first_dimension : array.dimension[0];
            if (change->data && array.type == CHECKPOINT_TEXT) {
                array.dimension[0] = strlen(change->data);
            }
            if (change->name && change->name[0] == '\0') {
                continue;
            }
            if (change->name) {
                snprintf(array.name, sizeof array.name, "%s", change->name);
            }
        }
        arrays[count++] = array;
    }
    assert_true(was_there);
    char path[4300];
    checkpoint_t changed;
    state_content_t found;
    snprintf(path, sizeof path, "%s.changed", file);
    assert_ok(checkpoint_write(path, arrays, count, NULL));
    assert_ok(checkpoint_read(path, &changed));
    assert_fails(state_check_content(&changed, &found), STATUS_CHECKPOINT, change->message);
    assert_null(strchr(status_message(), '\n'));
    checkpoint_destroy(&changed);
}

static void what_does_not_go_together_is_refused(void **state) {
    (void)state;
    static const int64_t minus_one = -1, four = 4, much = 1000;
    static const int64_t many[PARAMETERS_MAX] = {3, 40, -1, 1000};
    static float numbers[100000];
    const change_t changes[] = {
        {"config/text", "array 'config/text' is missing", .name = ""},
        {"config/text", "its configuration cannot be read: config/text:1:1: unknown key", .data = "nmae: x"},
        {"config/text", "its configuration cannot be read: config/text:", .data = "[1"},
        {"data/hash", "array 'data/hash' is missing", .name = ""},
        {"data/conditions", "its conditions are not those of its configuration", .data = "past\n"},
        {"data/alphabet", "array 'data/alphabet' is missing", .name = ""},
        {"data/alphabet", "its alphabet cannot be read: ", .data = "a\xFF"},
        {"data/alphabet", " has the shape [28, 4], [5, 4] was expected", .data = "abc"},
        {"parameters/encoder.lstm.weight_hh_l0", " has the shape [31, 8], [32, 8] was expected",
            .first_dimension = 31},
        {"parameters/encoder.lstm.weight_hh_l0", "is missing", .name = "parameters/encoder.lstm.weight"},
        {"versions/mpi", "array 'parameters/of_mpi' is none of the model that its configuration makes",
            .name = "parameters/of_mpi"},
        {"optimizer/second_moment/encoder.lstm.weight_hh_l0", "is missing", .name = ""},
        {"position/epoch", "array 'position/epoch' is missing", .name = ""},
        {"position/epoch", "its position is outside its run: epoch -1", .data = &minus_one},
        {"position/epoch", "its position is outside its run: epoch 4", .data = &four},
        {"position/epoch_step", "its position is outside its run", .data = &minus_one},
        {"position/epoch_step", "its position is outside its run", .data = &much},
        {"position/step", "its position is outside its run", .data = &minus_one},
        {"recovery/skipped", "its counts of skipped steps and going back are not possible",
            .data = &minus_one},
        {"recovery/good_step", "its counts of skipped steps and going back are not possible", .data = &much},
        {"sum/fraction_bits", "array 'sum/fraction_bits' is missing", .name = ""},
        {"sum/fraction_bits", " has the shape [3], ", .first_dimension = 3},
        {"sum/fraction_bits", "its sum/fraction_bits are not possible: 1000 was found, -1 to 40 expected",
            .data = many},
        {"history/values", "history/values has 2 rows, ", .data = numbers, .first_dimension = 2},
        {"history/columns", "its history has ", .data = "epoch\nstep\n"},
        {"history/columns", "array 'history/columns' is missing", .name = ""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_refused(&changes[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trainings_checkpoint_is_consistent),
        cmocka_unit_test(what_does_not_go_together_is_refused),
    };
    if (training_start(&comm) != STATUS_OK) {
        return 1;
    }
    const int failed = cmocka_run_group_tests(tests, set_up, tear_down);
    comm_finish(comm);
    return failed;
}
