#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test.h"

static char folder[4096], path[4200], temporary[4300];

static int set_up(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", test_folder_create());
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_folder_remove();
    return 0;
}

static void save(const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *expected) {
    char text[64];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
    assert_int_equal(access(temporary, F_OK), -1);
}

static void a_content_takes_the_place_of_another(void **state) {
    (void)state;
    assert_ok(file_replace(path, "first", 5));
    assert_content("first");
    assert_ok(file_replace(path, "2nd", 3));
    assert_content("2nd");
}

static void a_link_stays(void **state) {
    (void)state;
    char link[4300];
    struct stat there;
    snprintf(link, sizeof link, "%s.link", path);
    assert_ok(file_replace(path, "first", 5));
    assert_int_equal(symlink("file", link), 0);
    assert_ok(file_check(link));
    assert_ok(file_replace(link, "2nd", 3));
    assert_content("2nd");
    assert_int_equal(lstat(link, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
}

static void a_check_leaves_no_trace(void **state) {
    (void)state;
    assert_ok(file_check(path));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(temporary, F_OK), -1);
    assert_ok(file_replace(path, "kept", 4));
    assert_ok(file_check(path));
    assert_content("kept");
    assert_ok(file_check("/dev/null"));
}

/** A check says what the writing would. */
static void assert_both_refuse(const char *where, const char *why) {
    assert_fails(file_check(where), STATUS_OUTPUT, where);
    assert_non_null(strstr(status_message(), why));
    assert_fails(file_replace(where, "x", 1), STATUS_OUTPUT, where);
    assert_non_null(strstr(status_message(), why));
}

static void what_cannot_be_written_is_known_before(void **state) {
    (void)state;
    char below[4300];
    assert_both_refuse(folder, "Is a directory");
    snprintf(below, sizeof below, "%s/none/file", folder);
    assert_both_refuse(below, "No such file or directory");
    assert_ok(file_replace(path, "kept", 4));
    snprintf(below, sizeof below, "%s/file/below", folder);
    assert_both_refuse(below, "Not a directory");
    assert_content("kept");
}

/** The name that a temporary file of this process for `path` has first. */
static const char *own_temporary(void) {
    static char name[4300];
    snprintf(name, sizeof name, "%s/.file.tmp-%ld", folder, (long)getpid());
    return name;
}

static bool is_file(const char *name) {
    return strcmp(name, "file") == 0;
}

static bool is_other(const char *name) {
    return strcmp(name, "other") == 0;
}

static void what_lies_under_a_temporary_name_stays(void **state) {
    (void)state;
    char aside[4300];
    struct stat there;
    // A second name of the file: written to, the file would be neither the old nor the new one.
    assert_ok(file_replace(path, "first", 5));
    snprintf(aside, sizeof aside, "%s/aside", folder);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(link(aside, own_temporary()), 0);
    assert_ok(file_check(path));
    assert_ok(file_replace(path, "2nd", 3));
    assert_content("2nd");
    assert_int_equal(stat(own_temporary(), &there), 0);
    assert_int_equal(there.st_size, 5);
    // Nobody holds its lock: it is tidied up. Those for other names stay, and so do a living writer's.
    assert_ok(file_tidy(folder, is_other));
    assert_int_equal(access(own_temporary(), F_OK), 0);
    int writer = open(own_temporary(), O_WRONLY);
    assert_int_equal(flock(writer, LOCK_EX), 0);
    assert_ok(file_tidy(folder, is_file));
    assert_int_equal(access(own_temporary(), F_OK), 0);
    close(writer);
    assert_ok(file_tidy(folder, is_file));
    assert_int_equal(access(own_temporary(), F_OK), -1);
    // What nobody writes to is no leftover, and a folder that is not there holds none.
    assert_int_equal(mkfifo(own_temporary(), 0600), 0);
    assert_ok(file_tidy(folder, is_file));
    assert_int_equal(access(own_temporary(), F_OK), 0);
    assert_ok(file_tidy("/nowhere", is_file));
    assert_fails(file_tidy(path, is_file), STATUS_NO_INPUT, "/file: cannot be read: Not a directory");
}

/** The byte that the disk gives back changed, and by how much it makes the file longer; SIZE_MAX and 0: as it
 * was. */
static size_t changed_byte = SIZE_MAX;
static int longer;

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
    const ssize_t got = syscall(SYS_pread64, descriptor, bytes, size, offset);
    if (got > 0 && changed_byte >= (size_t)offset && changed_byte < (size_t)offset + (size_t)got) {
        ((char *)bytes)[changed_byte - (size_t)offset] ^= 1;
    }
    return got;
}

int fsync(int descriptor) {
    struct stat file;
    if (longer != 0 && fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode)) {
        assert_int_equal(ftruncate(descriptor, file.st_size + longer), 0);
    }
    return (int)syscall(SYS_fsync, descriptor);
}

static void what_is_not_what_was_written_gets_no_name(void **state) {
    (void)state;
    static char bytes[200000];
    for (size_t size = 65535; size <= sizeof bytes; size += size < 65537 ? 1 : 65536) {
        memset(bytes, 1, sizeof bytes);
        const struct {
            size_t byte;
            int longer;
        } faults[] = {{size - 1, 0}, {0, 0}, {SIZE_MAX, -1}, {SIZE_MAX, 1}};
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
            changed_byte = faults[i].byte;
            longer = faults[i].longer;
            assert_fails(file_replace_compared(path, bytes, size), STATUS_OUTPUT,
                "read back, it is not what was written: ");
            changed_byte = SIZE_MAX;
            longer = 0;
            assert_int_equal(access(path, F_OK), -1);
            assert_int_equal(access(own_temporary(), F_OK), -1);
        }
        assert_ok(file_replace_compared(path, bytes, size));
        assert_int_equal(unlink(path), 0);
    }
}

static void temporary_names_are_known(void **state) {
    (void)state;
    assert_int_equal(file_temporary_name(".a.tmp-1"), 1);
    assert_int_equal(file_temporary_name(".a.tmp-1-2"), 1);
    assert_int_equal(file_temporary_name(".a.tmp-1.tmp-2"), 7);
    static const char *const others[] = {
        "", ".", "a.tmp-1", ".a.tmp-", ".a.tmp-x", ".a.tmp-1x", ".tmp-1", ".a"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(file_temporary_name(others[i]), 0);
    }
}

static void reads_every_byte(void **state) {
    (void)state;
    static char large[300000];
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 7 % 251);
    }
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, sizeof large};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        file_content_t input;
        save(large, sizes[i]);
        assert_ok(file_read(path, &input));
        assert_int_equal(input.length, sizes[i]);
        assert_memory_equal(input.text, large, sizes[i]);
        assert_int_equal(input.text[input.length], 0);
        file_release(&input);
    }
}

static void reads_a_pipe(void **state) {
    (void)state;
    file_content_t input;
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        FILE *file = fopen(path, "w");
        for (int i = 0; i < 50000; i++) {
            fprintf(file, "%05d\n", i);
        }
        fclose(file);
        _exit(0);
    }
    assert_ok(file_read(path, &input));
    assert_int_equal(input.length, 300000);
    assert_memory_equal(input.text + input.length - 6, "49999\n", 6);
    file_release(&input);
}

static void names_what_cannot_be_read(void **state) {
    (void)state;
    file_content_t input;
    assert_fails(
        file_read("/nowhere/file", &input), STATUS_NO_INPUT, "/nowhere/file: No such file or directory");
    assert_null(input.text);
    assert_fails(file_read("/", &input), STATUS_NO_INPUT, "/: Is a directory");
    file_release(&input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_every_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_a_pipe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_what_cannot_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_content_takes_the_place_of_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_check_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_known_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_lies_under_a_temporary_name_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_what_was_written_gets_no_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(temporary_names_are_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
