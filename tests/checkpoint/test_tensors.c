// Weights in files of other programs: what is written is read back bit by bit, the same bytes come of the
// same checkpoint, and a file with any fault is refused with a line that names it.
#include "checkpoint/tensors.h"
#include "sample.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "../../src/checkpoint/npz.h"
#include "../../src/checkpoint/safetensors.h"

static const checkpoint_array_t model[] = {
    {"parameters/encoder.lstm.weight_hh_l0", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 2, {2, 3},
        sample_weight},
    {"optimizer/first_moment/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_TRAINING, 1, {1}, sample_cube},
    {"parameters/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {1}, sample_cube},
    {"parameters/cube", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 4, {2, 2, 2, 2}, sample_cube},
    {"position/step", CHECKPOINT_INT64, CHECKPOINT_STATE_TRAINING, 0, {0}, &sample_epoch},
    {"config/text", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {18},
        "name: \"\xc3\xa4\\/\xf0\x9f\x98\x80\"\n\t#"},
    {"config/identity", CHECKPOINT_TEXT, CHECKPOINT_STATE_TRAINING, 1, {1}, "i"},
    {"data/alphabet", CHECKPOINT_TEXT, CHECKPOINT_STATE_TRAINING, 1, {5}, " a\xcc\x81z"},
    {"data/hash", CHECKPOINT_TEXT, CHECKPOINT_STATE_TRAINING, 1, {0}, ""},
    {"versions/program", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {1}, "0"},
};
static const checkpoint_t whole = {
    .arrays = (checkpoint_array_t *)model, .count = sizeof model / sizeof *model};
static const char *const kept[] = {"parameters/encoder.lstm.weight_hh_l0", "parameters/a", "parameters/cube",
    "config/text", "data/alphabet", "data/hash"};
enum { KEPT = sizeof kept / sizeof *kept };
static const char *const names[] = {"model.safetensors", "model.npz"};

/** Whether a file holds the model, to the bit. */
static bool is_model(const checkpoint_t *read) {
    bool is_same = read->count == KEPT;
    for (int i = 0; is_same && i < KEPT; i++) {
        const checkpoint_array_t *expected = checkpoint_find(&whole, kept[i]),
                                 *found = checkpoint_find(read, kept[i]);
        size_t size = 0, found_size = 1;
        is_same =
            found && found->type == expected->type && found->dimensions == expected->dimensions &&
            array_bytes(expected, &size) && array_bytes(found, &found_size) && size == found_size &&
            memcmp(found->dimension, expected->dimension, (size_t)found->dimensions * sizeof(size_t)) == 0 &&
            memcmp(found->data, expected->data, size) == 0 && (uintptr_t)found->data % 64 == 0 &&
            ((const char *)found->data)[size] == '\0';
    }
    return is_same;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        checkpoint_t read;
        assert_ok(tensors_write(path_in(folder, names[i]), &whole));
        assert_ok(tensors_read(path_in(folder, names[i]), &read));
        assert_true(is_model(&read));
        checkpoint_destroy(&read);
    }
}

static void equal_models_give_equal_bytes(void **state) {
    (void)state;
    static const char *const zones[] = {
        "UTC", "Asia/Kathmandu", "America/Los_Angeles", "Africa/Monrovia", "XYZ-13"};
    for (int i = 0; i < 2; i++) {
        char other[64];
        snprintf(other, sizeof other, "other%s", names[i]);
        assert_ok(tensors_write(path_in(folder, names[i]), &whole));
        for (size_t zone = 0; zone < sizeof zones / sizeof *zones; zone++) {
            setenv("TZ", zones[zone], 1);
            tzset();
            assert_ok(tensors_write(path_in(folder, other), &whole));
            assert_same_files(path_in(folder, names[i]), path_in(folder, other));
        }
        unsetenv("TZ");
        tzset();
    }
}

static void a_checkpoint_is_read_by_its_name(void **state) {
    (void)state;
    checkpoint_t read;
    assert_ok(checkpoint_write(path_in(folder, "sample.h5"), sample, SAMPLE_COUNT, NULL));
    assert_ok(tensors_read(path_in(folder, "sample.h5"), &read));
    assert_int_equal(read.count, SAMPLE_COUNT);
    checkpoint_destroy(&read);
    assert_false(tensors_has_name("a.h5") || tensors_has_name(".npz") || tensors_has_name("npz"));
    assert_true(tensors_has_name("a.npz") && tensors_has_name("a/b.safetensors"));
}

static void what_is_there_is_kept(void **state) {
    (void)state;
    assert_fails(tensors_write(path_in(folder, "a.h5"), &whole), STATUS_USAGE,
        "its name says no format: .safetensors or .npz was expected at its end");
    for (int i = 0; i < 2; i++) {
        const char *path = path_in(folder, names[i]);
        size_t size;
        save(path, "mine", 4);
        assert_fails(
            tensors_write(path, &whole), STATUS_OUTPUT, "this file is there and is no model of cvae_mpi");
        unsigned char *bytes = load(path, &size);
        assert_int_equal(size, 4);
        free(bytes);
        save(path, "", 0);
        assert_ok(tensors_write(path, &whole));
        // Tensors, but none of a model.
        const checkpoint_t other = {.arrays = (checkpoint_array_t *)model + 2, .count = 2};
        unlink(path);
        assert_ok(tensors_write(path, &other));
        assert_fails(
            tensors_write(path, &whole), STATUS_OUTPUT, "this file is there and is no model of cvae_mpi");
        unlink(path);
        assert_ok(tensors_write(path, &whole));
    }
    assert_fails(tensors_write(path_in(folder, "none/a.npz"), &whole), STATUS_OUTPUT, "cannot be written");
    assert_fails(
        tensors_read(path_in(folder, "none.npz"), &(checkpoint_t){0}), STATUS_NO_INPUT, "No such file");
}

/** A file of that content is refused with those words, behind its path. */
static void refuses(const char *name, const void *bytes, size_t size, const char *message) {
    const char *path = path_in(folder, name);
    char expected[512];
    checkpoint_t read;
    save(path, bytes, size);
    snprintf(expected, sizeof expected, "%s: %s", path, message);
    assert_fails(tensors_read(path, &read), STATUS_CHECKPOINT, expected);
    assert_null(strchr(status_message(), '\n'));
    assert_null(read.arrays);
}

/** A safetensors file with that header and `data` bytes behind it. */
static void refuses_header(const char *header, size_t data, const char *message) {
    unsigned char file[1024] = {0};
    const uint64_t length = strlen(header);
    memcpy(file, &length, 8);
    memcpy(file + 8, header, length);
    refuses("a.safetensors", file, 8 + length + data, message);
}

static void faults_of_safetensors_are_named(void **state) {
    (void)state;
    static const struct {
        const char *header;
        size_t data;
        const char *message;
    } faults[] = {
        {"", 0, "no safetensors file: its header is no JSON object: "},
        {"{\"a\":", 0, "no safetensors file: its header is no JSON object: "},
        {"[]", 0, "no safetensors file: its header is no JSON object"},
        {"{} x", 0, "no safetensors file: its header is no JSON object: end of file expected"},
        {"{\"a\":1,\"a\":2}", 0, "no safetensors file: its header is no JSON object: duplicate object key"},
        {"{\"__metadata__\":[]}", 0, "its __metadata__ is no object of texts"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ 'a': it is no text"},
        {"{\"__metadata__\":{\"a\":\"b\\u0000\"}}", 0,
            "no safetensors file: its header is no JSON object: \\u0000"},
        {"{\"a\":1}", 0, "tensor 'a': its dtype is missing, F32 was expected"},
        {"{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its dtype is BF16, F32 was expected"},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its shape is no list of at most 4 numbers"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its shape is no list of at most 4 numbers"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its shape is no list of whole numbers from 0"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its shape is no list of whole numbers from 0"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4,
            "tensor 'a': its data_offsets are no two numbers in order"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4,
            "tensor 'a': its data_offsets are no two numbers in order"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4,
            "tensor 'a': its data_offsets are no two numbers in order"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3,
            "tensor 'a': its data end at byte 4, the file has 3 bytes of data: it is cut off"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its data have 4 bytes, not those of its shape [2]"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a': its data have 4 bytes, not those of its shape [4611686018427387905]"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5,
            "its tensors have 4 bytes of data, the file has 5"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
            "tensor 'a': its data begin at byte 4, those before them end at byte 0"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":"
         "[2],"
         "\"data_offsets\":[4,12]}}",
            12, "tensor 'b': its data begin at byte 4, those before them end at byte 8"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":"
         "[2],"
         "\"data_offsets\":[0,8]}}",
            8, "tensor 'b': its data begin at byte 0, those before them end at byte 8"},
        {"{\"a/\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
            "tensor 'a/': no tensor of a checkpoint has such a name"},
        {"{\"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\":"
         "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            4, "tensor '0123456789"},
        {"{\"__metadata__\":{\"a\":\"\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
            "'a' is there twice"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        refuses_header(faults[i].header, faults[i].data, faults[i].message);
    }
    refuses("a.safetensors", "", 0, "no safetensors file: it has 0 bytes");
    refuses("a.safetensors", "1234567", 7, "no safetensors file: it has 7 bytes");
    refuses("a.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10,
        "cut off, or no safetensors file: its header should have 18446744073709551615 bytes, 2 are "
        "there");
    refuses("a.safetensors", "\3\0\0\0\0\0\0\0{}", 10,
        "cut off, or no safetensors file: its header should have 3 bytes, 2 are there");
}

static void what_other_writers_do_is_read(void **state) {
    (void)state;
    // Blanks at the header's end, data in another order than the header's, an empty tensor, metadata of
    // others.
    static const char header[] =
        "{\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},\"e\":{\"shape\":[0,3],"
        "\"dtype\":\"F32\",\"data_offsets\":[4,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
        "\"data_offsets\":[0,4]},\"__metadata__\":{\"format\":\"pt\",\"\xc3\xa4\":\"\"}}   ";
    const float numbers[] = {1, 2};
    const uint64_t length = strlen(header);
    unsigned char file[1024];
    checkpoint_t read;
    memcpy(file, &length, 8);
    memcpy(file + 8, header, length);
    memcpy(file + 8 + length, numbers, sizeof numbers);
    save(path_in(folder, "a.safetensors"), file, 8 + length + sizeof numbers);
    assert_ok(tensors_read(path_in(folder, "a.safetensors"), &read));
    assert_int_equal(read.count, 4);
    assert_true(*(const float *)checkpoint_find(&read, "parameters/a")->data == 1);
    assert_true(*(const float *)checkpoint_find(&read, "parameters/b")->data == 2);
    assert_int_equal(checkpoint_find(&read, "parameters/e")->dimension[0], 0);
    assert_string_equal(checkpoint_find(&read, "format")->data, "pt");
    checkpoint_destroy(&read);
}

/** An .npz file with one member. */
static void write_member(const char *name, const void *bytes, size_t size, int method) {
    int error;
    unlink(path_in(folder, "a.npz"));
    zip_t *zip = zip_open(path_in(folder, "a.npz"), ZIP_CREATE, &error);
    assert_non_null(zip);
    const zip_int64_t index = zip_file_add(zip, name, zip_source_buffer(zip, bytes, size, 0), 0);
    assert_true(index >= 0);
    assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)index, method, 0), 0);
    assert_int_equal(zip_close(zip), 0);
}

/** The member a.npy with that header, of version `version`, and `data` bytes behind it. */
static void write_array(int version, const char *header, const void *data, size_t size) {
    unsigned char member[512] = "\x93NUMPY";
    const uint32_t length = (uint32_t)strlen(header);
    const size_t start = version > 1 ? 12 : 10;
    member[6] = (unsigned char)version;
    memcpy(member + 8, &length, start - 8);
    memcpy(member + start, header, length);
    memcpy(member + start + length, data, size);
    write_member("a.npy", member, start + length + size, ZIP_CM_STORE);
}

static void faults_of_npz_are_named(void **state) {
    (void)state;
    static const char bytes[64] = "";
    static const struct {
        const char *header;
        size_t data;
        const char *message;
    } faults[] = {
        {"", 0, "'a': its header is none that numpy writes"},
        {"{'descr': '<f4', 'shape': (1,), }", 4, "'a': its header is none that numpy writes"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 8,
            "'a': its type is '<f8', '<f4' (float32) was expected"},
        {"{'descr': '|S3', 'fortran_order': False, 'shape': (), }", 3,
            "'a': its type is '|S3', '<f4' (float32) was expected"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", 8,
            "'a': it is stored by columns: numpy.ascontiguousarray() helps"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }", 4,
            "'a': its shape is not of at most 4 numbers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4,
            "'a': its shape is not of at most 4 numbers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1", 4,
            "'a': its shape is not of at most 4 numbers"},
        {"{'descr': '<f4', 'fortran_order': False, }", 4, "'a': its shape is not of at most 4 numbers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8,
            "'a': its data have 8 bytes, which does not match its type and shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905,), }", 4,
            "'a': its shape is not of at most 4 numbers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (461168601842738790, 40), }", 4,
            "'a': its data have 4 bytes, which does not match its type and shape"},
        {"{'descr': '<U2', 'fortran_order': False, 'shape': (), }", 4,
            "'a': its data have 4 bytes, which does not match its type and shape"},
        {"{'descr': '<U461168601842738790', 'fortran_order': False, 'shape': (), }", 4,
            "'a': its data have 4 bytes, which does not match its type and shape"},
        {"{'descr': '<U1', 'fortran_order': False, 'shape': (2,), }", 8,
            "'a': it holds several texts, one was expected"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        size_t size;
        write_array(1, faults[i].header, bytes, faults[i].data);
        unsigned char *file = load(path_in(folder, "a.npz"), &size);
        refuses("a.npz", file, size, faults[i].message);
        free(file);
    }
    static const struct {
        const char *name, *bytes, *message;
        int method;
    } members[] = {
        {"a", "", "'a': no array of a checkpoint has such a name", ZIP_CM_STORE},
        {".npy", "", "'.npy': no array of a checkpoint has such a name", ZIP_CM_STORE},
        {"../.npy", "", "'../.npy': no array of a checkpoint has such a name", ZIP_CM_STORE},
        {"a.npy", "", "'a': no array of numpy's", ZIP_CM_STORE},
        {"a.npy", "\x93NUMPX\1xxxxxxxxx", "'a': no array of numpy's", ZIP_CM_STORE},
        {"a.npy", "\x93NUMPY\1\1\1\1{", "'a': its header should have 257 bytes, which are not there",
            ZIP_CM_STORE},
        {"a.npy", "0000000000000000000000000000000000000000000000", "'a': compressed or encrypted",
            ZIP_CM_DEFLATE},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        size_t size;
        write_member(members[i].name, members[i].bytes, strlen(members[i].bytes), members[i].method);
        unsigned char *file = load(path_in(folder, "a.npz"), &size);
        refuses("a.npz", file, size, members[i].message);
        free(file);
    }
    refuses("a.npz", "PK", 2, "cut off, damaged, or no .npz file: ");
    const uint32_t texts[][2] = {{0xD800, 'a'}, {0x110000, 'a'}, {0, 'a'}};
    for (int i = 0; i < 3; i++) {
        checkpoint_t read;
        write_array(1, "{'descr': '<U2', 'fortran_order': False, 'shape': (), }", texts[i], 8);
        assert_fails(
            tensors_read(path_in(folder, "a.npz"), &read), STATUS_CHECKPOINT, "which is no character");
    }
}

static void later_versions_of_numpy_are_read(void **state) {
    (void)state;
    const float number = 3;
    checkpoint_t read;
    for (int version = 1; version <= 3; version++) {
        write_array(
            version, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", &number, sizeof number);
        assert_ok(tensors_read(path_in(folder, "a.npz"), &read));
        assert_true(*(const float *)read.arrays[0].data == 3);
        checkpoint_destroy(&read);
    }
}

/** Cut off anywhere: refused. A byte changed: refused, or what is read is whole; the sanitizers see the rest.
 */
static void no_damage_is_read_as_something_else(void **state) {
    (void)state;
    static status_t (*const parse[])(const unsigned char *, size_t, checkpoint_t *) = {
        safetensors_parse, npz_parse};
    for (int i = 0; i < 2; i++) {
        size_t size;
        unlink(path_in(folder, names[i]));
        assert_ok(tensors_write(path_in(folder, names[i]), &whole));
        unsigned char *bytes = load(path_in(folder, names[i]), &size);
        for (size_t length = 0; length < size; length++) {
            checkpoint_t read = {0};
            unsigned char *cut = malloc(length + 1);
            memcpy(cut, bytes, length);
            assert_int_equal(parse[i](cut, length, &read), STATUS_CHECKPOINT);
            checkpoint_destroy(&read);
            free(cut);
        }
        for (size_t place = 0; place < size; place++) {
            for (int bit = 0; bit < 8; bit++) {
                checkpoint_t read = {0};
                bytes[place] ^= (unsigned char)(1 << bit);
                const status_t status = parse[i](bytes, size, &read);
                assert_true(status == STATUS_OK || status == STATUS_CHECKPOINT);
                bytes[place] ^= (unsigned char)(1 << bit);
                checkpoint_destroy(&read);
            }
        }
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(equal_models_give_equal_bytes),
        cmocka_unit_test(a_checkpoint_is_read_by_its_name),
        cmocka_unit_test(what_is_there_is_kept),
        cmocka_unit_test(faults_of_safetensors_are_named),
        cmocka_unit_test(what_other_writers_do_is_read),
        cmocka_unit_test(faults_of_npz_are_named),
        cmocka_unit_test(later_versions_of_numpy_are_read),
        cmocka_unit_test(no_damage_is_read_as_something_else),
    };
    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
