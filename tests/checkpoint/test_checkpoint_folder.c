#include "sample.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_file(const char *name) {
    save(path_in(folder, name), "x", 1);
}

static bool is_there(const char *name) {
    struct stat properties;
    return lstat(path_in(folder, name), &properties) == 0;
}

static void assert_link(const char *name, const char *target) {
    char text[256] = "";
    assert_true(readlink(path_in(folder, name), text, sizeof text - 1) > 0);
    assert_string_equal(text, target);
}

/** Steps 1 to 5, and much that looks similar. */
static const char *const strangers[] = {"step-000000001.h5", "step-0000000001.h5x", "step-0000000001.hdf5",
    "xstep-0000000001.h5", "step-+000000001.h5", "step-00000000012.h5", "step-99999999999999999999.h5",
    "step-184467440737095516160.h5", "step-.h5", "step-00000000a1.h5", "step- 000000001.h5",
    "STEP-0000000001.h5", "last.txt"};

static void make_steps(void) {
    for (uint64_t step = 1; step <= 5; step++) {
        char name[32];
        checkpoint_file_name(step, name);
        make_file(name);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        make_file(strangers[i]);
    }
    assert_int_equal(mkdir(path_in(folder, "step-0000000077.h5"), 0777), 0);
    assert_int_equal(symlink("step-0000000001.h5", path_in(folder, "step-0000000078.h5")), 0);
    assert_int_equal(unlink(path_in(folder, "step-0000000078.h5")), 0);
    assert_int_equal(symlink("nothing", path_in(folder, "step-0000000079.h5")), 0);
}

static void assert_steps(const uint64_t *expected, size_t expected_count) {
    uint64_t steps[16];
    size_t count;
    assert_ok(checkpoint_list(folder, steps, 16, &count));
    assert_int_equal(count, expected_count);
    assert_memory_equal(steps, expected, expected_count * sizeof *steps);
}

static void names_have_ten_digits_or_more(void **state) {
    (void)state;
    char name[32];
    checkpoint_file_name(1234, name);
    assert_string_equal(name, "step-0000001234.h5");
    checkpoint_file_name(UINT64_MAX, name);
    assert_string_equal(name, "step-18446744073709551615.h5");
}

static void the_newest_comes_first_and_strangers_are_not_listed(void **state) {
    (void)state;
    make_steps();
    make_file("step-18446744073709551615.h5");
    make_file("step-10000000000.h5");
    assert_steps((const uint64_t[]){UINT64_MAX, 10000000000, 5, 4, 3, 2, 1}, 7);
    uint64_t steps[3] = {0, 0, 99};
    size_t count;
    assert_ok(checkpoint_list(folder, steps, 2, &count));
    assert_int_equal(count, 2);
    assert_true(steps[0] == UINT64_MAX && steps[1] == 10000000000 && steps[2] == 99);
}

static void a_folder_that_is_not_there_is_empty(void **state) {
    (void)state;
    uint64_t step;
    size_t count = 9;
    assert_ok(checkpoint_list(path_in(folder, "none"), &step, 1, &count));
    assert_int_equal(count, 0);
    assert_ok(checkpoint_prune(path_in(folder, "none"), 1, 0, NULL));
    make_file("file");
    assert_fails(checkpoint_list(path_in(folder, "file"), &step, 1, &count), STATUS_NO_INPUT,
        "/file: cannot be read: Not a directory");
    assert_fails(checkpoint_prune(path_in(folder, "file"), 1, 0, NULL), STATUS_NO_INPUT,
        "/file: cannot be read: Not a dir");
}

static void pruning_keeps_the_newest_and_whatever_is_not_ours(void **state) {
    (void)state;
    make_steps();
    assert_ok(checkpoint_prune(folder, 0, 0, NULL));
    assert_steps((const uint64_t[]){5, 4, 3, 2, 1}, 5);
    assert_ok(checkpoint_prune(folder, 9, 0, NULL));
    assert_steps((const uint64_t[]){5, 4, 3, 2, 1}, 5);
    assert_ok(checkpoint_prune(folder, 2, 0, NULL));
    assert_steps((const uint64_t[]){5, 4}, 2);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        assert_true(is_there(strangers[i]));
    }
    assert_true(is_there("step-0000000077.h5") && is_there("step-0000000079.h5"));
}

static checkpoint_claim_t claim(void *context, uint64_t step, const char *path) {
    (void)context;
    assert_non_null(strstr(path, "/step-000000000"));
    return step == 5 || step == 2 ? CHECKPOINT_FOREIGN : step == 1 ? CHECKPOINT_KEPT : CHECKPOINT_OWN;
}

static void what_is_not_the_owners_is_neither_deleted_nor_counted(void **state) {
    (void)state;
    const checkpoint_owner_t owner = {.claim = claim};
    make_steps();
    assert_ok(checkpoint_prune(folder, 1, 0, &owner));
    assert_steps((const uint64_t[]){5, 4, 2, 1}, 4);
    assert_ok(checkpoint_remove_newer(folder, 1, &owner));
    assert_steps((const uint64_t[]){5, 2, 1}, 3);
    assert_ok(checkpoint_remove_all(folder, &owner));
    assert_steps((const uint64_t[]){5, 2, 1}, 3);
}

static void pruning_keeps_multiples(void **state) {
    (void)state;
    make_steps();
    assert_ok(checkpoint_prune(folder, 1, 2, NULL));
    assert_steps((const uint64_t[]){5, 4, 2}, 3);
    assert_ok(checkpoint_prune(folder, 1, 4, NULL));
    assert_steps((const uint64_t[]){5, 4}, 2);
    assert_ok(checkpoint_prune(folder, 1, 0, NULL));
    assert_steps((const uint64_t[]){5}, 1);
}

static void pruning_keeps_what_a_link_points_to(void **state) {
    (void)state;
    make_steps();
    char target[PATH_SIZE];
    snprintf(target, sizeof target, "%s", path_in(folder, "step-0000000001.h5"));
    assert_ok(checkpoint_link(folder, "last.h5", "step-0000000003.h5"));
    assert_ok(checkpoint_link(folder, "best.h5", "./step-0000000002.h5"));
    assert_int_equal(symlink(target, path_in(folder, "mine")), 0);
    assert_ok(checkpoint_prune(folder, 1, 0, NULL));
    assert_steps((const uint64_t[]){5, 3, 2, 1}, 4);
    assert_ok(checkpoint_link(folder, "last.h5", "step-0000000005.h5"));
    assert_ok(checkpoint_prune(folder, 1, 0, NULL));
    assert_steps((const uint64_t[]){5, 2, 1}, 3);
}

static void what_is_newer_is_removed_linked_or_not(void **state) {
    (void)state;
    make_steps();
    assert_ok(checkpoint_link(folder, "last.h5", "step-0000000005.h5"));
    assert_ok(checkpoint_remove_newer(folder, 5, NULL));
    assert_steps((const uint64_t[]){5, 4, 3, 2, 1}, 5);
    assert_ok(checkpoint_remove_newer(folder, 2, NULL));
    assert_steps((const uint64_t[]){2, 1}, 2);
    assert_link("last.h5", "step-0000000005.h5");
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        assert_true(is_there(strangers[i]));
    }
    assert_true(is_there("step-0000000077.h5") && is_there("step-0000000079.h5"));
    assert_ok(checkpoint_remove_newer(folder, 0, NULL));
    assert_steps(NULL, 0);
    assert_ok(checkpoint_remove_newer(path_in(folder, "none"), 0, NULL));
}

static void pruning_deletes_what_a_killed_run_left(void **state) {
    (void)state;
    static const char *const others[] = {".step-0000000001.h5.tmp-", ".step-0000000001.h5.tmp-1x",
        ".step-001.h5.tmp-1", "step-0000000001.h5.tmp-1", ".last.h5.tmp-1", ".step-0000000001.h5"};
    make_file(".step-0000000001.h5.tmp-1");
    make_file(".step-0000000002.h5.tmp-4194303");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        make_file(others[i]);
    }
    assert_int_equal(mkdir(path_in(folder, ".step-0000000003.h5.tmp-1"), 0777), 0);
    // A writer that lives holds the lock; which process it is, and on which machine, plays no part.
    make_file(".step-0000000004.h5.tmp-1");
    int writer = open(path_in(folder, ".step-0000000004.h5.tmp-1"), O_WRONLY);
    assert_true(writer >= 0);
    assert_int_equal(flock(writer, LOCK_EX | LOCK_NB), 0);
    assert_ok(checkpoint_prune(folder, 0, 0, NULL));
    assert_false(is_there(".step-0000000001.h5.tmp-1"));
    assert_false(is_there(".step-0000000002.h5.tmp-4194303"));
    assert_true(is_there(".step-0000000003.h5.tmp-1"));
    assert_true(is_there(".step-0000000004.h5.tmp-1"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(is_there(others[i]));
    }
    close(writer);
    assert_ok(checkpoint_prune(folder, 3, 0, NULL));
    assert_false(is_there(".step-0000000004.h5.tmp-1"));
}

static void a_link_is_made_and_moved(void **state) {
    (void)state;
    assert_ok(checkpoint_link(folder, "last.h5", "step-0000000001.h5"));
    assert_link("last.h5", "step-0000000001.h5");
    // Left behind by a run that was killed between the two steps.
    assert_int_equal(symlink("old", path_in(folder, ".last.h5.tmp-link")), 0);
    assert_ok(checkpoint_link(folder, "last.h5", "step-0000000002.h5"));
    assert_link("last.h5", "step-0000000002.h5");
    assert_false(is_there(".last.h5.tmp-link"));
}

static void a_link_that_cannot_be_made_changes_nothing(void **state) {
    (void)state;
    assert_fails(checkpoint_link(path_in(folder, "none"), "last.h5", "a"), STATUS_OUTPUT,
        "/none/last.h5: cannot be linked to a: No such file or directory");
    assert_int_equal(mkdir(path_in(folder, "last.h5"), 0777), 0);
    assert_fails(
        checkpoint_link(folder, "last.h5", "a"), STATUS_OUTPUT, "/last.h5: cannot be linked to a: Is a dir");
    assert_false(is_there(".last.h5.tmp-link"));
    assert_ok(checkpoint_link(folder, "best.h5", "a"));
    assert_fails(
        checkpoint_link(folder, "best.h5", ""), STATUS_OUTPUT, "/best.h5: cannot be linked to : No such");
    assert_link("best.h5", "a");
}

static void folders_are_made_with_their_parents(void **state) {
    (void)state;
    static const char *const names[] = {"a", "a", "b/c/d", "b/c/d/", "e//f", "./g/../h/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stat properties;
        assert_ok(checkpoint_make_directory(path_in(folder, names[i])));
        assert_int_equal(stat(path_in(folder, names[i]), &properties), 0);
        assert_true(S_ISDIR(properties.st_mode));
    }
    assert_int_equal(symlink("a", path_in(folder, "link")), 0);
    assert_ok(checkpoint_make_directory(path_in(folder, "link/inside")));
    assert_true(is_there("a/inside"));
    char before[PATH_SIZE];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    status_t status = checkpoint_make_directory("relative/x");
    assert_int_equal(chdir(before), 0);
    assert_ok(status);
    assert_true(is_there("relative/x"));
    assert_ok(checkpoint_make_directory("/"));
}

static void folders_that_cannot_be_made_are_told(void **state) {
    (void)state;
    make_file("file");
    assert_fails(checkpoint_make_directory(path_in(folder, "file")), STATUS_OUTPUT,
        "/file: cannot be created: Not a directory");
    assert_fails(checkpoint_make_directory(path_in(folder, "file/a/b")), STATUS_OUTPUT,
        "/file: cannot be created: Not a directory");
    assert_int_equal(symlink("nowhere", path_in(folder, "link")), 0);
    assert_int_equal(symlink("link", path_in(folder, "dangling")), 0);
    assert_fails(checkpoint_make_directory(path_in(folder, "dangling/a")), STATUS_OUTPUT,
        "/dangling: cannot be used: a dangling link, ");
    assert_non_null(strstr(status_message(), "/nowhere is not there"));
    assert_int_equal(symlink("circle", path_in(folder, "circle")), 0);
    assert_fails(checkpoint_make_directory(path_in(folder, "circle")), STATUS_OUTPUT,
        "/circle: cannot be used: this link leads round in a circle");
    assert_fails(checkpoint_make_directory("/proc/none"), STATUS_OUTPUT, "/proc/none: cannot be created: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_ten_digits_or_more),
        cmocka_unit_test_setup_teardown(
            the_newest_comes_first_and_strangers_are_not_listed, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_empty, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            pruning_keeps_the_newest_and_whatever_is_not_ours, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_not_the_owners_is_neither_deleted_nor_counted, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(pruning_keeps_multiples, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(pruning_keeps_what_a_link_points_to, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_newer_is_removed_linked_or_not, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            pruning_deletes_what_a_killed_run_left, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_link_is_made_and_moved, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            a_link_that_cannot_be_made_changes_nothing, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(folders_that_cannot_be_made_are_told, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
