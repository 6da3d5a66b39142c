#include "report/replace.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
    assert_ok(replace_file(path, "first", 5));
    assert_content("first");
    assert_ok(replace_file(path, "2nd", 3));
    assert_content("2nd");
}

static void a_link_stays(void **state) {
    (void)state;
    char link[4300];
    struct stat there;
    snprintf(link, sizeof link, "%s.link", path);
    assert_ok(replace_file(path, "first", 5));
    assert_int_equal(symlink("file", link), 0);
    assert_ok(replace_check(link));
    assert_ok(replace_file(link, "2nd", 3));
    assert_content("2nd");
    assert_int_equal(lstat(link, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
}

static void a_check_leaves_no_trace(void **state) {
    (void)state;
    assert_ok(replace_check(path));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(temporary, F_OK), -1);
    assert_ok(replace_file(path, "kept", 4));
    assert_ok(replace_check(path));
    assert_content("kept");
    assert_ok(replace_check("/dev/null"));
}

/** A check says what the writing would. */
static void assert_both_refuse(const char *where, const char *why) {
    assert_fails(replace_check(where), STATUS_OUTPUT, where);
    assert_non_null(strstr(status_message(), why));
    assert_fails(replace_file(where, "x", 1), STATUS_OUTPUT, where);
    assert_non_null(strstr(status_message(), why));
}

static void what_cannot_be_written_is_known_before(void **state) {
    (void)state;
    char below[4300];
    assert_both_refuse(folder, "Is a directory");
    snprintf(below, sizeof below, "%s/none/file", folder);
    assert_both_refuse(below, "No such file or directory");
    assert_ok(replace_file(path, "kept", 4));
    snprintf(below, sizeof below, "%s/file/below", folder);
    assert_both_refuse(below, "Not a directory");
    assert_content("kept");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_content_takes_the_place_of_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_check_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_known_before, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
