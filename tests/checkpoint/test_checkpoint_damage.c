#include "sample.h"

#include <sys/stat.h>
#include <unistd.h>

/** Must fail with one line, "PATH: WHAT", and leave nothing in the struct. */
static void assert_refused(const char *path, status_t expected, const char *message) {
    checkpoint_t checkpoint;
    memset(&checkpoint, 0xff, sizeof checkpoint);
    char start[PATH_SIZE + 2];
    snprintf(start, sizeof start, "%s: ", path);
    assert_fails(checkpoint_read(path, &checkpoint), expected, message);
    assert_memory_equal(status_message(), start, strlen(start));
    assert_null(strchr(status_message(), '\n'));
    assert_null(checkpoint.arrays);
    assert_null(checkpoint.storage);
    assert_null(checkpoint.file);
    assert_int_equal(checkpoint.count, 0);
}

static void no_flipped_bit_passes(void **state) {
    (void)state;
    const char *path = path_in(folder, "a.h5");
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    size_t size;
    unsigned char *bytes = load(path, &size);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        unsigned char flipped = bytes[bit / 8] ^ (unsigned char)(1u << bit % 8);
        assert_int_equal(pwrite(fileno(file), &flipped, 1, (off_t)(bit / 8)), 1);
        // Only the start is parsed before the hash is known, so only there the message varies.
        assert_refused(
            path, STATUS_CHECKPOINT, bit / 8 < 512 ? "" : ": damaged: its bytes do not have the hash");
        assert_int_equal(pwrite(fileno(file), &bytes[bit / 8], 1, (off_t)(bit / 8)), 1);
    }
    fclose(file);
    free(bytes);
    assert_ok(checkpoint_read(path, &checkpoint));
    checkpoint_destroy(&checkpoint);
}

static void no_other_length_passes(void **state) {
    (void)state;
    const char *path = path_in(folder, "a.h5");
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    size_t size;
    unsigned char *bytes = load(path, &size);
    char message[128];
    for (size_t more = 1; more <= 512; more *= 2) {
        assert_int_equal(truncate(path, (off_t)(size + more)), 0);
        snprintf(message, sizeof message, ": damaged: it has %zu bytes, %zu were written", size + more, size);
        assert_refused(path, STATUS_CHECKPOINT, message);
    }
    for (size_t length = size; length-- > 0;) {
        assert_int_equal(truncate(path, (off_t)length), 0);
        snprintf(message, sizeof message, ": cut off: it has %zu bytes, %zu were written", length, size);
        if (length < 512) {
            snprintf(message, sizeof message, ": cut off: it ends after %zu bytes", length);
        }
        if (length < strlen("cvae_mpi checkpoint\nformat ")) {
            snprintf(message, sizeof message, ": not a checkpoint of cvae_mpi");
        }
        assert_refused(path, STATUS_CHECKPOINT, length == 0 ? ": the file is empty" : message);
    }
    free(bytes);
}

/** The start of a file as it should be, with a text in it replaced by another of the same length. */
static void seals_that_lie_are_refused(void **state) {
    (void)state;
    const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"cvae_mpi checkpoint", "cvae_mpi Checkpoint", "a.h5: not a checkpoint of cvae_mpi"},
        {"format 1\n", "format 2\n", "a.h5: written in format 2, this program reads format 1"},
        {"format 1\nb", "format 12\n", "damaged"},
        {"format 1\n", "format x\n", "damaged"},
        {"format 1\n", "format -\n", "damaged"},
        {"format 1\n", "format 1 ", "damaged"},
        {"bytes ", "bytes-", "damaged"},
        {"bytes ", "bytes 9", "cut off: it has "},
        {"bytes ", "bytes x", "damaged"},
        {"xxh3-128 ", "xxh3-128  ", "damaged"},
        {"xxh3-128 ", "xxh3-128 x", "damaged"},
        {"there.\n  ", "there.\n !", "damaged"},
    };
    const char *path = path_in(folder, "a.h5");
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    size_t size;
    unsigned char *bytes = load(path, &size);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char *changed = malloc(size);
        assert_non_null(changed);
        memcpy(changed, bytes, size);
        unsigned char *place = memmem(changed, 512, cases[i].from, strlen(cases[i].from));
        assert_non_null(place);
        memcpy(place, cases[i].to, strlen(cases[i].to));
        save(path, changed, size);
        assert_refused(path, STATUS_CHECKPOINT, cases[i].message);
        free(changed);
    }
    free(bytes);
}

static void a_huge_foreign_file_is_not_read_into_memory(void **state) {
    (void)state;
    const char *path = path_in(folder, "huge");
    save(path, "x", 1);
    if (truncate(path, (off_t)1 << 42) != 0) {
        skip();
    }
    assert_refused(path, STATUS_CHECKPOINT, "huge: not a checkpoint of cvae_mpi");
    unlink(path);
}

static void what_is_no_file_is_no_input(void **state) {
    (void)state;
    assert_refused(
        path_in(folder, "none.h5"), STATUS_NO_INPUT, "none.h5: cannot be read: No such file or directory");
    assert_refused(folder, STATUS_NO_INPUT, ": cannot be read: not a regular file");
    const char *pipe = path_in(folder, "pipe");
    assert_int_equal(mkfifo(pipe, 0666), 0);
    assert_refused(pipe, STATUS_NO_INPUT, "pipe: cannot be read: not a regular file");
    save(path_in(folder, "file"), "x", 1);
    assert_refused(path_in(folder, "file/a.h5"), STATUS_NO_INPUT, "cannot be read: Not a directory");
}

/** Files of make_fixtures.py: their seals are right, what HDF5 finds behind them is not. */
static void wrong_content_behind_a_right_seal_is_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"foreign", "an HDF5 file, but not a checkpoint of cvae_mpi"},
        {"not_hdf5_inside", "HDF5 cannot make sense of the file: file signature not found"},
        {"no_program", "its attribute 'program' is missing"},
        {"other_program", "not a checkpoint of cvae_mpi, but of 'another'"},
        {"no_format", "its attribute 'format' is missing"},
        {"format_2", "written in format 2, this program reads format 1"},
        {"format_float", "its attribute 'format' is not an int64"},
        {"format_list", "its attribute 'format' is not one value"},
        {"no_hash", "its attribute 'hash_content' is missing"},
        {"long_hash", "its attribute 'hash_file' is not a text of the right length"},
        {"variable_hash", "its attribute 'hash_file' is not a text of the right length"},
        {"wrong_hash_file", "its content has the hash_file "},
        {"wrong_hash_content", "its content has the hash_content "},
        {"wrong_hash_parameter", "its content has the hash_parameter "},
        {"no_index", "array 'config': its attribute 'index' is missing"},
        {"no_state", "array 'config': its attribute 'state' is missing"},
        {"unknown_state", "array 'config': its state 'frozen' is unknown"},
        {"negative_index", "array 'config': its index is -1"},
        {"large_index", "array 'config': its index is 3, another array's or too large"},
        {"same_index", "its index is 1, another array's or too large"},
        {"array_gone", "array 'config': its index is 2, another array's or too large"},
        {"other_order", "its content has the hash_file "},
        {"int32", "array 'extra': of a type that no checkpoint has"},
        {"big_endian", "array 'extra': of a type that no checkpoint has"},
        {"compound", "array 'extra': of a type that no checkpoint has"},
        {"variable_text", "array 'extra': of a type that no checkpoint has"},
        {"text_list", "array 'extra': of a shape that no checkpoint has"},
        {"text_with_zero", "array 'config': the text contains a zero byte"},
        {"null_space", "array 'extra': of a shape that no checkpoint has"},
        {"five_dimensions", "array 'extra': it has 5 dimensions, at most 4 are known"},
        {"overflow", "array 'extra': it is stored in a way that no checkpoint uses"},
        {"terabytes", "array 'extra': it claims to be larger than the file"},
        {"not_stored", "array 'extra': its data is not in the file"},
        {"empty_chunked", "array 'extra': it is stored in a way that no checkpoint uses"},
        {"chunked", "array 'extra': it is stored in a way that no checkpoint uses"},
        {"compressed", "array 'extra': it is stored in a way that no checkpoint uses"},
        {"external_storage", "array 'extra': it is stored in a way that no checkpoint uses"},
        {"half_outside", "array 'extra': its data is not in the file"},
        {"outside", "array 'extra': its data is not in the file"},
        {"far_outside", "array 'extra': its data is not in the file"},
        {"soft_link", "'extra' is a link"},
        {"external_link", "'extra' is a link"},
        {"hard_link", "array 'twice': its index is 1, another array's or too large"},
        {"named_type", "'extra' is neither an array nor a group"},
        {"long_name", "it holds something whose name no checkpoint has"},
        {"umlaut_name", "it holds something whose name no checkpoint has"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, TEST_SOURCE_DIR "/checkpoint/fixtures/%s.h5", cases[i][0]);
        assert_refused(path, STATUS_CHECKPOINT, cases[i][1]);
    }
}

static void who_writes_it_does_not_matter(void **state) {
    (void)state;
    // cycle.h5 is by_h5py.h5 with a group that contains itself: each array is found once.
    static const char *const names[] = {"by_h5py", "cycle"};
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_SIZE];
        checkpoint_t checkpoint;
        snprintf(path, sizeof path, TEST_SOURCE_DIR "/checkpoint/fixtures/%s.h5", names[i]);
        assert_ok(checkpoint_read(path, &checkpoint));
        assert_int_equal(checkpoint.count, 3);
        const checkpoint_array_t *weight = checkpoint_find(&checkpoint, "parameters/weight");
        assert_non_null(weight);
        for (int k = 0; k < 6; k++) {
            assert_true(((const float *)weight->data)[k] == (float)k);
        }
        assert_string_equal(checkpoint_find(&checkpoint, "config")->data, "name: x");
        assert_int_equal(*(const int64_t *)checkpoint_find(&checkpoint, "position/epoch")->data, 7);
        checkpoint_destroy(&checkpoint);
    }
}

static void reading_needs_no_right_to_write(void **state) {
    (void)state;
    const char *path = path_in(folder, "read_only.h5");
    checkpoint_t checkpoint;
    assert_ok(checkpoint_write(path, sample, SAMPLE_COUNT, NULL));
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    status_t status = checkpoint_read(path, &checkpoint);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_ok(status);
    checkpoint_destroy(&checkpoint);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_flipped_bit_passes),
        cmocka_unit_test(no_other_length_passes),
        cmocka_unit_test(seals_that_lie_are_refused),
        cmocka_unit_test(a_huge_foreign_file_is_not_read_into_memory),
        cmocka_unit_test(what_is_no_file_is_no_input),
        cmocka_unit_test(wrong_content_behind_a_right_seal_is_refused),
        cmocka_unit_test(who_writes_it_does_not_matter),
        cmocka_unit_test(reading_needs_no_right_to_write),
    };
    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
