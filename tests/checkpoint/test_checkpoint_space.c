// How large a checkpoint will be, and how much space there is for it.
#include "sample.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/** What the file system tells. */
static struct statvfs told;
static int failure;

int statvfs(const char *path, struct statvfs *system) {
    (void)path;
    *system = told;
    errno = failure;
    return failure ? -1 : 0;
}

static size_t written_size(const char *path, const checkpoint_array_t *arrays, size_t count) {
    struct stat properties;
    assert_ok(checkpoint_write(path, arrays, count, NULL));
    assert_int_equal(stat(path, &properties), 0);
    return (size_t)properties.st_size;
}

static void a_file_is_hardly_smaller_than_foretold(void **state) {
    (void)state;
    enum { MANY = 400, LENGTH = 1026 }; // just large enough to be aligned, with a gap in front
    static checkpoint_array_t many[MANY];
    static float numbers[LENGTH];
    for (int i = 0; i < MANY; i++) {
        many[i] = (checkpoint_array_t){
            .type = CHECKPOINT_FLOAT32, .dimensions = 2, .dimension = {2, LENGTH / 2}, .data = numbers};
        // Folders of their own and the longest of names: what takes the most space besides the data.
        snprintf(many[i].name, sizeof many[i].name, "folder-%03d/%070d", i, i);
    }
    const char *path = path_in(test_folder_create(), "a.h5");
    const struct {
        const checkpoint_array_t *arrays;
        size_t count, most; // that it may be larger
    } cases[] = {{sample, SAMPLE_COUNT, 16000}, {many, 1, 9000}, {many, MANY, 200000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t size = checkpoint_size(cases[i].arrays, cases[i].count);
        const size_t written = written_size(path, cases[i].arrays, cases[i].count);
        if (size < written || size > cases[i].most + written) {
            fail_msg("%zu bytes were foretold for a file of %zu", size, written);
        }
    }
    test_folder_remove();
}

static void space_is_what_the_file_system_says(void **state) {
    (void)state;
    uint64_t bytes;
    told = (struct statvfs){
        .f_bsize = 1 << 20, .f_frsize = 4096, .f_blocks = 1000, .f_bfree = 500, .f_bavail = 300};
    assert_ok(checkpoint_space("/folder", &bytes));
    assert_true(bytes == 300 * 4096);
    told.f_frsize = 0;
    assert_ok(checkpoint_space("/folder", &bytes));
    assert_true(bytes == 300u << 20);
    // Without blocks there is no end.
    told = (struct statvfs){.f_bsize = 4096, .f_frsize = 4096};
    assert_ok(checkpoint_space("/folder", &bytes));
    assert_true(bytes == UINT64_MAX);
    failure = EIO;
    assert_fails(checkpoint_space("/folder", &bytes), STATUS_OUTPUT,
        "/folder: its free space cannot be told: Input/output error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_hardly_smaller_than_foretold),
        cmocka_unit_test(space_is_what_the_file_system_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
