#include "report/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "test.h"

/** Stands in front of the C library's fdatasync(): counts the calls, and fails on request. */
static int syncs;
static bool sync_fails;

int fdatasync(int file) {
    (void)file;
    syncs++;
    errno = EIO;
    return sync_fails ? -1 : 0;
}

static char folder[4096], path[4200], other[4200];

static int create_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", test_folder_create());
    snprintf(path, sizeof path, "%s/metrics.jsonl", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    test_folder_remove();
    return 0;
}

static void write_text(const char *file_path, const char *text, size_t size) {
    FILE *file = fopen(file_path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *file_path, const char *expected) {
    char text[16384];
    FILE *file = fopen(file_path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

/** No temporary file is left. */
static void assert_clean(void) {
    char temporary[4300];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    assert_int_equal(access(temporary, F_OK), -1);
}

static status_t append(const char *file_path, int step) {
    return metrics_append(file_path, json_pack("{s:i, s:f}", "step", step, "loss", step / 4.0));
}

static void test_append_makes_the_file_and_adds_lines(void **state) {
    (void)state;
    assert_ok(append(path, 1));
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n");
    assert_ok(append(path, 2));
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n{\"step\": 2, \"loss\": 0.5}\n");
}

static void test_append_after_a_cut_off_line(void **state) {
    (void)state;
    write_text(path, "{\"step\": 1}\n{\"st", 16);
    assert_ok(append(path, 2));
    assert_content(path, "{\"step\": 1}\n{\"st\n{\"step\": 2, \"loss\": 0.5}\n");
}

static void assert_append_fails(const char *file_path, const char *reason) {
    char message[8192];
    snprintf(message, sizeof message, "%s: cannot be appended to: %s", file_path, reason);
    assert_fails(append(file_path, 1), STATUS_OUTPUT, message);
    assert_int_equal(strncmp(status_message(), message, sizeof message), 0);
}

static void test_append_errors(void **state) {
    (void)state;
    char missing[5000];
    snprintf(missing, sizeof missing, "%s/none/metrics.jsonl", folder);
    assert_append_fails(missing, "No such file or directory");
    assert_append_fails(folder, "Is a directory");
    if (access("/dev/full", W_OK) == 0) {
        assert_append_fails("/dev/full", "No space left on device");
    }
}

/** A file that must not grow beyond a size takes half a line. */
static void test_half_a_line_is_taken_back(void **state) {
    (void)state;
    assert_ok(append(path, 1));
    const struct rlimit limit = {40, RLIM_INFINITY};
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const status_t status = append(path, 2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_fails(status, STATUS_OUTPUT, "metrics.jsonl: cannot be appended to: File too large");
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n");
    assert_ok(append(path, 3));
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n{\"step\": 3, \"loss\": 0.75}\n");
}

static void test_lines_are_synced(void **state) {
    (void)state;
    syncs = 0;
    assert_ok(append(path, 1));
    assert_int_equal(syncs, 1);
    sync_fails = true;
    const status_t status = append(path, 2);
    sync_fails = false;
    assert_fails(status, STATUS_OUTPUT, "metrics.jsonl: cannot be appended to: Input/output error");
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n");
}

static void test_append_without_memory_writes_nothing(void **state) {
    (void)state;
    char message[4300];
    snprintf(message, sizeof message, "%s: out of memory for a record", path);
    assert_fails(metrics_append(path, NULL), STATUS_MEMORY, message);
    assert_int_equal(access(path, F_OK), -1);
}

/** Runs with the rights of a user who may not write into a folder that is read-only, and becomes root again.
 */
static int give_up_root(void) {
    return geteuid() == 0 && seteuid(65534) ? -1 : 0;
}

static void take_root_back(void) {
    if (getuid() == 0) {
        assert_int_equal(seteuid(0), 0);
    }
}

static void test_read_only_folder(void **state) {
    (void)state;
    char message[4300];
    const char *lines = "{\"step\": 1}\n{\"step\": 2}\n";
    write_text(path, lines, strlen(lines));
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    if (give_up_root()) {
        skip();
    }
    status_t appended = append(path, 3);
    snprintf(message, sizeof message, "%s", status_message());
    status_t created = append(other, 3);
    char message_created[8192];
    snprintf(message_created, sizeof message_created, "%s", status_message());
    status_t unchanged = metrics_rewind(path, 2);
    status_t rewound = metrics_rewind(path, 1);
    take_root_back();
    assert_int_equal(chmod(folder, 0755), 0);

    char expected[5000];
    assert_int_equal(appended, STATUS_OUTPUT);
    snprintf(expected, sizeof expected, "%s: cannot be appended to: Permission denied", path);
    assert_string_equal(message, expected);
    assert_int_equal(created, STATUS_OUTPUT);
    snprintf(expected, sizeof expected, "%s: cannot be appended to: Permission denied", other);
    assert_string_equal(message_created, expected);
    // Nothing is written where nothing changes.
    assert_int_equal(unchanged, STATUS_OK);
    snprintf(expected, sizeof expected, "%s: cannot be written: Permission denied", path);
    assert_fails(rewound, STATUS_OUTPUT, expected);
    assert_content(path, lines);
    assert_clean();
}

static const struct {
    const char *before;
    uint64_t step;
    const char *after;
    const char *warning; /**< after the path; "" for none */
} cases[] = {
    // The usual resume: a checkpoint older than the last lines.
    {"{\"step\": 1}\n{\"step\": 2, \"x\": [1]}\n{\"step\": 3}\n", 2,
        "{\"step\": 1}\n{\"step\": 2, \"x\": [1]}\n", ""},
    {"{\"step\": 1}\n", 0, "", ""},
    {"", 5, "", ""},
    // Kept lines keep their bytes, digits and spaces too.
    {"{ \"loss\":0.10, \"step\" : 7 }\n{\"step\": 9}\n", 8, "{ \"loss\":0.10, \"step\" : 7 }\n", ""},
    // Order is not looked at: an earlier crash may have left a later line in front.
    {"{\"step\": 5}\n{\"step\": 2}\n", 3, "{\"step\": 2}\n", ""},
    // Cut off: nowhere, within, before the newline alone.
    {"{\"step\": 1}\n{\"step\": 2}\n{\"step\": 3, \"lo", 3, "{\"step\": 1}\n{\"step\": 2}\n", ""},
    {"{\"step\": 1}\n{", 3, "{\"step\": 1}\n", ""},
    {"{\"step\": 1}\n{\"step\": 2}", 3, "{\"step\": 1}\n{\"step\": 2}\n", ""},
    {"{\"step\": 1}\n{\"step\": 4}", 3, "{\"step\": 1}\n", ""},
    // No metrics: not JSON, no object, no step, a step that is no count.
    {"{\"step\": 1}\nhello\n{\"step\": 2}\n", 3, "{\"step\": 1}\n{\"step\": 2}\n", ":2: left out"},
    {"{\"st\n{\"step\": 2}\n", 3, "{\"step\": 2}\n", ":1: left out"},
    {"[1]\n{\"step\": 2}\n", 3, "{\"step\": 2}\n", ":1: left out"},
    {"{\"step\": 2}\n{\"epoch\": 1}\n", 3, "{\"step\": 2}\n",
        ":2: left out, a JSON object with a whole \"step\" was expected\n"},
    {"{\"step\": 2}\n{\"step\": 1.5}\n", 3, "{\"step\": 2}\n", ":2: left out"},
    {"{\"step\": 2}\n{\"step\": -1}\n", 3, "{\"step\": 2}\n", ":2: left out"},
    {"{\"step\": 2}\n{\"step\": \"1\"}\n", 3, "{\"step\": 2}\n", ":2: left out"},
    {"{\"step\": 2}\n\n{\"step\": 3}\n", 3, "{\"step\": 2}\n{\"step\": 3}\n", ":2: left out"},
    {"{\"step\": 2}\n{\"x\": \"\xFF\", \"step\": 3}\n", 3, "{\"step\": 2}\n", ":2: left out"},
    {"{\"step\": 2}\n{\"step\": 99999999999999999999}\n", UINT64_MAX, "{\"step\": 2}\n", ":2: left out"},
    {"{\"step\": 9223372036854775807}\n", UINT64_MAX, "{\"step\": 9223372036854775807}\n", ""},
};

static void test_rewind(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(path, cases[i].before, strlen(cases[i].before));
        capture_start();
        status_t status = metrics_rewind(path, cases[i].step);
        const char *printed = capture_end();
        assert_ok(status);
        assert_content(path, cases[i].after);
        assert_clean();
        char warning[5000] = "";
        if (cases[i].warning[0]) {
            snprintf(warning, sizeof warning, "warning: %s%s", path, cases[i].warning);
        }
        assert_int_equal(strncmp(printed, warning, strlen(warning)), 0);
        assert_int_equal(printed[0] == '\0', warning[0] == '\0');
    }
}

static void test_rewind_with_zero_bytes(void **state) {
    (void)state;
    // What some file systems leave of the last write when the power goes.
    write_text(path, "{\"step\": 1}\n{\"step\": 2\0\0\0\0\0\0", 28);
    assert_ok(metrics_rewind(path, 9));
    assert_content(path, "{\"step\": 1}\n");
}

static void test_rewind_then_append(void **state) {
    (void)state;
    for (int step = 1; step <= 5; step++) {
        assert_ok(append(path, step));
    }
    assert_ok(metrics_rewind(path, 3));
    assert_ok(append(path, 4));
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n{\"step\": 2, \"loss\": 0.5}\n"
                         "{\"step\": 3, \"loss\": 0.75}\n{\"step\": 4, \"loss\": 1.0}\n");
}

static void test_rewind_of_no_file(void **state) {
    (void)state;
    assert_ok(metrics_rewind(path, 3));
    assert_int_equal(access(path, F_OK), -1);
}

static void test_rewind_replaces_the_file_as_a_whole(void **state) {
    (void)state;
    const char *lines = "{\"step\": 1}\n{\"step\": 2}\n";
    write_text(path, lines, strlen(lines));
    assert_int_equal(link(path, other), 0);
    // Nothing to change: the file is not touched.
    assert_ok(metrics_rewind(path, 2));
    struct stat now, before;
    assert_int_equal(stat(path, &now), 0);
    assert_int_equal(stat(other, &before), 0);
    assert_int_equal(now.st_ino, before.st_ino);
    // Something to change: a new file has the name, and the old one was never written to.
    assert_ok(metrics_rewind(path, 1));
    assert_content(path, "{\"step\": 1}\n");
    assert_content(other, lines);
}

static void test_rewind_that_cannot_write_changes_nothing(void **state) {
    (void)state;
    const char *lines = "{\"step\": 1, \"x\": \"0123456789\"}\n{\"step\": 2}\n";
    write_text(path, lines, strlen(lines));
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 8, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status_t status = metrics_rewind(path, 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    char message[5000];
    snprintf(message, sizeof message, "%s: cannot be written: File too large", path);
    assert_fails(status, STATUS_OUTPUT, message);
    assert_content(path, lines);
    assert_clean();
}

static void test_rewind_of_something_unreadable(void **state) {
    (void)state;
    char message[5000];
    snprintf(message, sizeof message, "%s: cannot be read: Is a directory", folder);
    assert_fails(metrics_rewind(folder, 1), STATUS_OUTPUT, message);
    write_text(path, "", 0);
    char below[5000];
    snprintf(below, sizeof below, "%s/x", path);
    assert_fails(metrics_rewind(below, 1), STATUS_OUTPUT, "metrics.jsonl/x: cannot be read: Not a directory");
}

static void test_rewind_in_the_working_directory(void **state) {
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_ok(append(path, 1));
    assert_ok(append(path, 2));
    assert_int_equal(chdir(folder), 0);
    status_t status = metrics_rewind("metrics.jsonl", 1);
    assert_int_equal(chdir(before), 0);
    assert_ok(status);
    assert_content(path, "{\"step\": 1, \"loss\": 0.25}\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_append_makes_the_file_and_adds_lines),
        TEST(test_append_after_a_cut_off_line),
        TEST(test_append_errors),
        TEST(test_half_a_line_is_taken_back),
        TEST(test_lines_are_synced),
        TEST(test_append_without_memory_writes_nothing),
        TEST(test_read_only_folder),
        TEST(test_rewind),
        TEST(test_rewind_with_zero_bytes),
        TEST(test_rewind_then_append),
        TEST(test_rewind_of_no_file),
        TEST(test_rewind_replaces_the_file_as_a_whole),
        TEST(test_rewind_that_cannot_write_changes_nothing),
        TEST(test_rewind_of_something_unreadable),
        TEST(test_rewind_in_the_working_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
