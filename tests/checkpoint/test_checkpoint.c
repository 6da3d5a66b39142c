#include "sample.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "checkpoint/image.h"

static const char *program;

static size_t bytes_of(const checkpoint_array_t *array) {
    static const size_t sizes[] = {4, 8, 8, 1};
    size_t bytes = sizes[array->type];
    for (int i = 0; i < array->dimensions; i++) {
        bytes *= array->dimension[i];
    }
    return bytes;
}

static void assert_same_arrays(
    const checkpoint_t *checkpoint, const checkpoint_array_t *arrays, size_t count) {
    assert_int_equal(checkpoint->count, count);
    for (size_t i = 0; i < count; i++) {
        const checkpoint_array_t *array = &checkpoint->arrays[i];
        assert_string_equal(array->name, arrays[i].name);
        assert_int_equal(array->type, arrays[i].type);
        assert_int_equal(array->state, arrays[i].state);
        assert_int_equal(array->dimensions, arrays[i].dimensions);
        assert_memory_equal(array->dimension, arrays[i].dimension, sizeof array->dimension);
        assert_int_equal((uintptr_t)array->data % 64, 0);
        if (bytes_of(array) > 0) {
            assert_memory_equal(array->data, arrays[i].data, bytes_of(array));
        }
        if (array->type == CHECKPOINT_TEXT) {
            assert_int_equal(((const char *)array->data)[array->dimension[0]], 0);
        }
    }
}

static void everything_comes_back_in_the_order_of_writing(void **state) {
    (void)state;
    const char *path = path_in(folder, "a.h5");
    checkpoint_hashes_t hashes;
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, &hashes));
    assert_ok(checkpoint_read(path, &checkpoint));
    assert_same_arrays(&checkpoint, sample, SAMPLE_COUNT);
    assert_memory_equal(&checkpoint.hashes, &hashes, sizeof hashes);
    checkpoint_destroy(&checkpoint);
    assert_null(checkpoint.arrays);
    checkpoint_destroy(&checkpoint);
}

static void the_hashes_never_change(void **state) {
    (void)state;
    checkpoint_hashes_t hashes;
    assert_ok(checkpoint_hash(sample, SAMPLE_COUNT, &hashes));
    assert_string_equal(hashes.file, "a006add931b8f48be017401aff4a2741");
    assert_string_equal(hashes.content, "a79793650decd9efd3041c23bb7c9256");
    assert_string_equal(hashes.parameter, "aa04f36e17eb308b647a0b9fb1e31ceb");
    assert_ok(checkpoint_hash(NULL, 0, &hashes));
    assert_string_equal(hashes.file, "99aa06d3014798d86001c324468d497f");
}

static void a_file_of_the_first_version_stays_readable(void **state) {
    (void)state;
    const char *golden = TEST_SOURCE_DIR "/checkpoint/fixtures/format_1.h5", *path = path_in(folder, "a.h5");
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(golden, &checkpoint));
    assert_same_arrays(&checkpoint, sample, SAMPLE_COUNT);
    checkpoint_destroy(&checkpoint);
    // It was written by HDF5 1.10.8; another version may lay out the same arrays in another way.
    if (strcmp(image_hdf5_version(), "1.10.8") == 0) {
        assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
        assert_same_files(golden, path);
    }
}

static void each_hash_covers_what_it_should(void **state) {
    (void)state;
    float other = 5;
    int64_t number = 1;
    const struct {
        size_t index;
        checkpoint_array_t array;
        bool file, content, parameter;
    } cases[] = {
        {0, {"parameters/b", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 2, {2, 3}, sample_weight}, 1, 1,
            1},
        {0,
            {"parameters/encoder.lstm.weight_hh_l0", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 2,
                {3, 2}, sample_weight},
            1, 1, 1},
        {9, {"parameters/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {1}, &other}, 1, 1, 1},
        {9, {"parameters/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 0, {0}, sample_cube}, 1, 1, 1},
        {9, {"parameters/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_TRAINING, 1, {1}, sample_cube}, 1, 1, 1},
        {1, {"position/epoch", CHECKPOINT_INT64, CHECKPOINT_STATE_TRAINING, 0, {0}, &number}, 1, 1, 0},
        {5, {"history/none", CHECKPOINT_INT64, CHECKPOINT_STATE_NONE, 2, {0, 4}, NULL}, 1, 0, 0},
        {2, {"config/text", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {8}, "name: \xc3\xa4\n"}, 1, 0, 0},
    };
    checkpoint_hashes_t before, after;
    assert_ok(checkpoint_hash(sample, SAMPLE_COUNT, &before));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        checkpoint_array_t arrays[SAMPLE_COUNT];
        memcpy(arrays, sample, sizeof sample);
        arrays[cases[i].index] = cases[i].array;
        assert_ok(checkpoint_hash(arrays, SAMPLE_COUNT, &after));
        assert_int_equal(strcmp(before.file, after.file) != 0, cases[i].file);
        assert_int_equal(strcmp(before.content, after.content) != 0, cases[i].content);
        assert_int_equal(strcmp(before.parameter, after.parameter) != 0, cases[i].parameter);
    }
    checkpoint_array_t arrays[SAMPLE_COUNT];
    memcpy(arrays, sample, sizeof sample);
    arrays[0] = sample[9];
    arrays[9] = sample[0];
    assert_ok(checkpoint_hash(arrays, SAMPLE_COUNT, &after));
    assert_string_not_equal(before.parameter, after.parameter);
}

/** Writes the sample in a process that has never used HDF5: this program, started anew. */
static void write_in_another_process(const char *path) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl(program, program, "write", path, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void equal_arrays_give_equal_bytes(void **state) {
    (void)state;
    const char *first = path_in(folder, "a.h5"), *second = path_in(folder, "b.h5"),
               *third = path_in(folder, "c.h5");
    checkpoint_t checkpoint;
    mallopt(M_PERTURB, 0x55);
    assert_ok(checkpoint_write(first, sample, SAMPLE_COUNT, NULL));
    // Other use of HDF5 in between, a failing one too, other rubbish in fresh memory, and a time that has
    // gone on.
    assert_ok(checkpoint_read(first, &checkpoint));
    checkpoint_destroy(&checkpoint);
    assert_fails(checkpoint_read(TEST_SOURCE_DIR "/checkpoint/fixtures/chunked.h5", &checkpoint),
        STATUS_CHECKPOINT, "stored in a way");
    mallopt(M_PERTURB, 0xaa);
    usleep(1100000);
    assert_ok(checkpoint_write(second, sample, SAMPLE_COUNT, NULL));
    mallopt(M_PERTURB, 0);
    write_in_another_process(third);
    assert_same_files(first, second);
    assert_same_files(first, third);
}

static void many_arrays_and_deep_folders_too(void **state) {
    (void)state;
    enum { COUNT = 300 };
    static checkpoint_array_t arrays[COUNT];
    for (int i = 0; i < COUNT; i++) {
        arrays[i] = (checkpoint_array_t){
            .type = CHECKPOINT_INT64, .state = (checkpoint_state_t)(i % 3), .data = &sample_epoch};
        snprintf(arrays[i].name, sizeof arrays[i].name, i % 2 ? "many/%d" : "a/b/c/d/e/f/%d/x", 1000 - i);
    }
    const char *first = path_in(folder, "a.h5"), *second = path_in(folder, "b.h5");
    checkpoint_t checkpoint;
    mallopt(M_PERTURB, 0x33);
    assert_ok(checkpoint_write(first, arrays, COUNT, NULL));
    mallopt(M_PERTURB, 0xcc);
    assert_ok(checkpoint_write(second, arrays, COUNT, NULL));
    mallopt(M_PERTURB, 0);
    assert_same_files(first, second);
    assert_ok(checkpoint_read(first, &checkpoint));
    assert_same_arrays(&checkpoint, arrays, COUNT);
    checkpoint_destroy(&checkpoint);
}

static void a_file_without_arrays_and_a_large_one_are_fine(void **state) {
    (void)state;
    enum { COUNT = 3000001 };
    const char *path = path_in(folder, "a.h5");
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, NULL, 0, NULL));
    assert_ok(checkpoint_read(path, &checkpoint));
    assert_int_equal(checkpoint.count, 0);
    checkpoint_destroy(&checkpoint);
    float *values = malloc(COUNT * sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < COUNT; i++) {
        values[i] = (float)i;
    }
    checkpoint_array_t array = {"large", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {COUNT}, values};
    assert_ok(checkpoint_write(path, &array, 1, NULL));
    assert_ok(checkpoint_read(path, &checkpoint));
    assert_same_arrays(&checkpoint, &array, 1);
    checkpoint_destroy(&checkpoint);
    free(values);
}

/** Large arrays of numbers stay where they stand in the file, aligned there. */
static void large_arrays_of_numbers_are_not_copied(void **state) {
    (void)state;
    static const float floats[2000] = {1, [1023] = 2, [1999] = 3};
    static const double doubles[512] = {4, [511] = 5};
    static char text[5000];
    memset(text, 'x', sizeof text);
    const checkpoint_array_t arrays[] = {
        {"text", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {sizeof text - 1}, text},
        {"odd", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {3}, "odd"},
        {"small", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {1023}, floats},
        {"large", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {1024}, floats},
        {"odd too", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {1}, "o"},
        {"larger", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_TRAINING, 2, {2, 1000}, floats},
        {"doubles", CHECKPOINT_FLOAT64, CHECKPOINT_STATE_NONE, 1, {512}, doubles},
    };
    enum { COUNT = sizeof arrays / sizeof *arrays };
    static const bool is_copied[COUNT] = {true, true, true, false, true, false, false};
    const char *path = path_in(folder, "a.h5");
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, arrays, COUNT, NULL));
    assert_ok(checkpoint_read(path, &checkpoint));
    assert_same_arrays(&checkpoint, arrays, COUNT);
    size_t size;
    free(load(path, &size));
    for (size_t i = 0; i < COUNT; i++) {
        const uintptr_t offset = (uintptr_t)checkpoint.arrays[i].data - (uintptr_t)checkpoint.file;
        assert_int_equal(offset >= size, is_copied[i]);
    }
    checkpoint_destroy(&checkpoint);
}

/** In a file whose large arrays are not aligned, and in one that has none, nothing stays. */
static void what_is_not_aligned_is_copied(void **state) {
    (void)state;
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(TEST_SOURCE_DIR "/checkpoint/fixtures/unaligned.h5", &checkpoint));
    assert_null(checkpoint.file);
    const checkpoint_array_t *array = checkpoint_find(&checkpoint, "extra");
    assert_non_null(array);
    assert_int_equal((uintptr_t)array->data % 64, 0);
    for (int i = 0; i < 1024; i++) {
        assert_true(((const float *)array->data)[i] == (float)i);
    }
    checkpoint_destroy(&checkpoint);
}

static void arrays_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const size_t huge = SIZE_MAX / 2;
    const struct {
        checkpoint_array_t array;
        const char *message;
    } cases[] = {
        {{"", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "'' cannot be the name of an array"},
        {{"/a", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "'/a' cannot be the name"},
        {{"a/", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "'a/' cannot be the name"},
        {{"a//b", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "'a//b' cannot be the name"},
        {{"a/./b", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "'a/./b' cannot be the name"},
        {{"a\n", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "cannot be the name"},
        {{"\xc3\xa4", CHECKPOINT_INT64, 0, 0, {0}, &sample_epoch}, "cannot be the name"},
        {{"a", (checkpoint_type_t)4, 0, 0, {0}, &sample_epoch},
            "array 'a' has a type, state or rank that does"},
        {{"a", CHECKPOINT_INT64, (checkpoint_state_t)3, 0, {0}, &sample_epoch}, "type, state or rank"},
        {{"a", CHECKPOINT_INT64, 0, 5, {0}, &sample_epoch}, "type, state or rank"},
        {{"a", CHECKPOINT_INT64, 0, -1, {0}, &sample_epoch}, "type, state or rank"},
        {{"a", CHECKPOINT_TEXT, 0, 0, {0}, "x"}, "type, state or rank"},
        {{"a", CHECKPOINT_INT64, 0, 0, {0}, NULL}, "array 'a' has no data or too much"},
        {{"a", CHECKPOINT_INT64, 0, 2, {huge, 3}, &sample_epoch}, "no data or too much"},
        {{"a", CHECKPOINT_INT64, 0, 1, {huge}, &sample_epoch}, "no data or too much"},
        {{"a", CHECKPOINT_TEXT, 0, 1, {3}, "x\0y"}, "text 'a' contains a zero byte"},
    };
    const char *path = path_in(folder, "refused.h5");
    checkpoint_hashes_t hashes;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_fails(checkpoint_hash(&cases[i].array, 1, &hashes), STATUS_INTERNAL, cases[i].message);
        assert_fails(checkpoint_write(path, &cases[i].array, 1, NULL), STATUS_INTERNAL, cases[i].message);
        assert_non_null(strstr(status_message(), "refused.h5: cannot be written: "));
    }
    checkpoint_array_t long_name = {.type = CHECKPOINT_INT64, .data = &sample_epoch};
    memset(long_name.name, 'n', sizeof long_name.name);
    assert_fails(
        checkpoint_hash(&long_name, 1, &hashes), STATUS_INTERNAL, "nnn' cannot be the name of an array");
    assert_int_not_equal(access(path, F_OK), 0);
}

static void names_that_collide_are_refused(void **state) {
    (void)state;
    const char *path = path_in(folder, "collide.h5");
    checkpoint_array_t twice[] = {sample[1], sample[1]};
    assert_fails(checkpoint_write(path, twice, 2, NULL), STATUS_OUTPUT,
        "collide.h5: cannot be written: array 'position/epoch': HDF5 cannot create the data: ");
    checkpoint_array_t folder_too[] = {sample[3], sample[1]};
    strcpy(folder_too[1].name, "alphabet/x");
    assert_fails(
        checkpoint_write(path, folder_too, 2, NULL), STATUS_OUTPUT, "array 'alphabet/x': HDF5 cannot ");
    checkpoint_array_t array_too[] = {sample[1], sample[3]};
    strcpy(array_too[1].name, "position");
    assert_fails(checkpoint_write(path, array_too, 2, NULL), STATUS_OUTPUT, "array 'position': HDF5 cannot ");
    assert_int_not_equal(access(path, F_OK), 0);
}

static void an_array_is_found_and_checked(void **state) {
    (void)state;
    const char *path = path_in(folder, "a.h5"), *name = "parameters/encoder.lstm.weight_hh_l0";
    checkpoint_t checkpoint;
    const checkpoint_array_t *array = NULL;
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    assert_ok(checkpoint_read(path, &checkpoint));
    assert_ptr_equal(checkpoint_find(&checkpoint, name), &checkpoint.arrays[0]);
    assert_null(checkpoint_find(&checkpoint, "parameters"));
    const size_t right[] = {2, 3}, any[] = {2, CHECKPOINT_ANY_SIZE}, wrong[] = {2, 4};
    assert_ok(checkpoint_expect(&checkpoint, name, CHECKPOINT_FLOAT32, 2, right, &array));
    assert_ptr_equal(array, &checkpoint.arrays[0]);
    assert_ok(checkpoint_expect(&checkpoint, name, CHECKPOINT_FLOAT32, 2, any, &array));
    assert_ok(checkpoint_expect(&checkpoint, name, CHECKPOINT_FLOAT32, 2, NULL, &array));
    assert_ok(checkpoint_expect(&checkpoint, "position/epoch", CHECKPOINT_INT64, 0, NULL, &array));
    uint32_t copy[7] = {[6] = 77};
    assert_ok(checkpoint_copy(&checkpoint, name, CHECKPOINT_FLOAT32, 2, right, copy));
    assert_memory_equal(copy, sample_weight, sizeof sample_weight);
    assert_int_equal(copy[6], 77);
    assert_fails(checkpoint_copy(&checkpoint, name, CHECKPOINT_FLOAT32, 2, wrong, copy), STATUS_CHECKPOINT,
        "was expected");
    const char *text;
    assert_ok(checkpoint_text(&checkpoint, "config/text", &text));
    assert_string_equal(text, "name: \xc3\xa4\n");
    assert_fails(checkpoint_text(&checkpoint, name, &text), STATUS_CHECKPOINT, "text was expected");
    assert_string_equal(text, "");
    assert_fails(checkpoint_expect(&checkpoint, "b", CHECKPOINT_FLOAT32, 2, right, &array), STATUS_CHECKPOINT,
        "array 'b' is missing");
    assert_fails(checkpoint_expect(&checkpoint, name, CHECKPOINT_INT64, 2, right, &array), STATUS_CHECKPOINT,
        "array 'parameters/encoder.lstm.weight_hh_l0' is float32, int64 was expected");
    assert_fails(checkpoint_expect(&checkpoint, name, CHECKPOINT_FLOAT32, 2, wrong, &array),
        STATUS_CHECKPOINT, "weight_hh_l0' has the shape [2, 3], [2, 4] was expected");
    assert_fails(checkpoint_expect(&checkpoint, name, CHECKPOINT_FLOAT32, 1, NULL, &array), STATUS_CHECKPOINT,
        "has the shape [2, 3], [any] was expected");
    assert_fails(checkpoint_expect(&checkpoint, "position/epoch", CHECKPOINT_INT64, 1, right, &array),
        STATUS_CHECKPOINT, "has the shape [], [2] was expected");
    checkpoint_destroy(&checkpoint);
}

/** One use of everything, the failing ways too. */
static void use_everything(void) {
    static const char *const refused[] = {"not_hdf5_inside", "no_state", "no_hash", "format_list",
        "long_hash", "int32", "null_space", "chunked", "not_stored", "same_index", "soft_link", "named_type",
        "text_with_zero", "wrong_hash_file"};
    const char *path = path_in(folder, "a.h5");
    checkpoint_array_t twice[] = {sample[1], sample[2], sample[2]};
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    assert_ok(checkpoint_read(path, &checkpoint));
    checkpoint_destroy(&checkpoint);
    assert_int_equal(checkpoint_write(path, twice, 3, NULL), STATUS_OUTPUT);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char fixture[PATH_SIZE];
        snprintf(fixture, sizeof fixture, TEST_SOURCE_DIR "/checkpoint/fixtures/%s.h5", refused[i]);
        assert_int_equal(checkpoint_read(fixture, &checkpoint), STATUS_CHECKPOINT);
    }
}

static void nothing_is_left_behind_in_memory(void **state) {
    (void)state;
    // A lost handle of HDF5 is freed at the program's end, so no leak checker finds it; but it adds up.
    for (int i = 0; i < 20; i++) {
        use_everything();
    }
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 100; i++) {
        use_everything();
    }
    size_t after = mallinfo2().uordblks;
    assert_in_range(after, 0, before + 4096);
}

static void hdf5_prints_nothing(void **state) {
    (void)state;
    const char *path = path_in(folder, "stderr");
    fflush(stderr);
    int saved = dup(2), redirected = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(saved >= 0 && redirected >= 0 && dup2(redirected, 2) == 2);
    use_everything();
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    close(redirected);
    size_t size;
    free(load(path, &size));
    assert_int_equal(size, 0);
}

static void the_version_of_hdf5_is_known(void **state) {
    (void)state;
    int major, minor, release;
    assert_int_equal(sscanf(image_hdf5_version(), "%d.%d.%d", &major, &minor, &release), 3);
    assert_int_equal(major, 1);
}

int main(int count, char **arguments) {
    program = arguments[0];
    if (count == 3 && strcmp(arguments[1], "write") == 0) {
        return checkpoint_write(arguments[2], sample, SAMPLE_COUNT, NULL) == STATUS_OK ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back_in_the_order_of_writing),
        cmocka_unit_test(the_hashes_never_change),
        cmocka_unit_test(a_file_of_the_first_version_stays_readable),
        cmocka_unit_test(each_hash_covers_what_it_should),
        cmocka_unit_test(equal_arrays_give_equal_bytes),
        cmocka_unit_test(many_arrays_and_deep_folders_too),
        cmocka_unit_test(a_file_without_arrays_and_a_large_one_are_fine),
        cmocka_unit_test(large_arrays_of_numbers_are_not_copied),
        cmocka_unit_test(what_is_not_aligned_is_copied),
        cmocka_unit_test(arrays_that_cannot_be_are_refused),
        cmocka_unit_test(names_that_collide_are_refused),
        cmocka_unit_test(an_array_is_found_and_checked),
        cmocka_unit_test(nothing_is_left_behind_in_memory),
        cmocka_unit_test(hdf5_prints_nothing),
        cmocka_unit_test(the_version_of_hdf5_is_known),
    };
    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
