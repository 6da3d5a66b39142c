#include "sample.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * The system calls of the writer, in front of the C library's: each can be made to fail, once a number of
 * calls of its kind has passed, and the process can be killed before any of them.
 */
typedef enum {
    CALL_NONE,
    CALL_WRITE,
    CALL_FSYNC,
    CALL_RENAME,
    CALL_PREAD,
    CALL_FLOCK,
    CALL_FTRUNCATE
} call_t;
static call_t failing_call;
static int calls_before_failure, failure_reason, calls_before_death = -1;
static size_t largest_write;
static const char *unlinked_by_flock;
static bool flips_bits, returns_zero;

static bool must_fail(call_t call) {
    if (calls_before_death >= 0 && call != CALL_PREAD && calls_before_death-- == 0) {
        raise(SIGKILL);
    }
    if (call != failing_call || calls_before_failure-- > 0) {
        return false;
    }
    errno = failure_reason;
    return true;
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    if (must_fail(CALL_WRITE)) {
        return returns_zero ? 0 : -1;
    }
    return syscall(
        SYS_write, descriptor, bytes, largest_write > 0 && size > largest_write ? largest_write : size);
}

int fsync(int descriptor) {
    return must_fail(CALL_FSYNC) ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int rename(const char *from, const char *to) {
    return must_fail(CALL_RENAME) ? -1 : (int)syscall(SYS_rename, from, to);
}

int ftruncate(int descriptor, off_t size) {
    return must_fail(CALL_FTRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
    if (must_fail(CALL_PREAD)) {
        return -1;
    }
    ssize_t got = syscall(SYS_pread64, descriptor, bytes, size, offset);
    if (flips_bits && got > 2000) {
        ((unsigned char *)bytes)[2000] ^= 4;
    }
    return got;
}

int flock(int descriptor, int operation) {
    if (unlinked_by_flock) {
        unlink(unlinked_by_flock);
        unlinked_by_flock = NULL;
    }
    return must_fail(CALL_FLOCK) ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}

static const checkpoint_array_t old_array = {
    "old", CHECKPOINT_INT64, CHECKPOINT_STATE_TRAINING, 0, {0}, &sample_epoch};

static void forget_faults(void) {
    failing_call = CALL_NONE;
    calls_before_failure = 0;
    calls_before_death = -1;
    largest_write = 0;
    unlinked_by_flock = NULL;
    flips_bits = returns_zero = false;
}

static int create_folder(void **state) {
    forget_faults();
    return folder_setup(state);
}

static int remove_folder(void **state) {
    forget_faults();
    return folder_teardown(state);
}

static void own_temporary(const char *name, char text[PATH_SIZE]) {
    snprintf(text, PATH_SIZE, "%s/.%s.tmp-%ld", folder, name, (long)getpid());
}

static size_t entries(const char *directory) {
    DIR *stream = opendir(directory);
    size_t count = 0;
    while (stream && readdir(stream)) {
        count++;
    }
    if (stream) {
        closedir(stream);
    }
    return count - 2;
}

/** Is there exactly the one file, with `count` arrays in it? */
static bool is_whole(const char *directory, const char *path, size_t count) {
    checkpoint_t checkpoint;
    bool whole = checkpoint_read(path, &checkpoint) == STATUS_OK && checkpoint.count == count;
    checkpoint_destroy(&checkpoint);
    return whole && entries(directory) == 1;
}

/** Writing over an old file fails with `message`, and the old file is there, alone and whole. */
static void assert_write_fails(const char *message) {
    const char *path = path_in(folder, "a.h5");
    checkpoint_hashes_t hashes, untouched;
    memset(&hashes, 7, sizeof hashes);
    untouched = hashes;
    assert_fails(checkpoint_write(path, sample, SAMPLE_COUNT, &hashes), STATUS_OUTPUT, message);
    assert_memory_equal(status_message(), path, strlen(path));
    assert_null(strchr(status_message(), '\n'));
    assert_memory_equal(&hashes, &untouched, sizeof hashes);
    forget_faults();
    assert_true(is_whole(folder, path, 1));
}

static void every_call_that_fails_is_told_with_its_reason(void **state) {
    (void)state;
    static const struct {
        call_t call;
        int before, reason;
        const char *message;
    } cases[] = {
        {CALL_WRITE, 0, ENOSPC, "/a.h5: cannot be written: No space left on device"},
        {CALL_WRITE, 3, ENOSPC, "/a.h5: cannot be written: No space left on device"},
        {CALL_WRITE, 1, EIO, "/a.h5: cannot be written: Input/output error"},
        {CALL_WRITE, 0, EDQUOT, "/a.h5: cannot be written: Disk quota exceeded"},
        {CALL_FTRUNCATE, 0, EIO, "/a.h5: cannot be written: Input/output error"},
        {CALL_FSYNC, 0, EIO, "/a.h5: cannot be written: Input/output error"},
        {CALL_RENAME, 0, EACCES, "/a.h5: cannot be written: Permission denied"},
        {CALL_PREAD, 0, EIO, "/a.h5: cannot be written: read back, it is not what was written: "},
        {CALL_PREAD, 1, EIO, ": cannot be read: Input/output error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
        largest_write = 1000;
        failing_call = cases[i].call;
        calls_before_failure = cases[i].before;
        failure_reason = cases[i].reason;
        assert_write_fails(cases[i].message);
    }
}

static void a_disk_that_takes_nothing_is_full(void **state) {
    (void)state;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
    failing_call = CALL_WRITE;
    returns_zero = true;
    assert_write_fails("/a.h5: cannot be written: No space left on device");
}

static void a_disk_that_keeps_other_bytes_is_found_out(void **state) {
    (void)state;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
    flips_bits = true;
    assert_write_fails("read back, it is not what was written: ");
}

static void short_writes_are_continued(void **state) {
    (void)state;
    largest_write = 7;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL));
    assert_true(is_whole(folder, path_in(folder, "a.h5"), SAMPLE_COUNT));
}

static void a_folder_that_is_not_synced_is_an_error_but_the_file_is_whole(void **state) {
    (void)state;
    failing_call = CALL_FSYNC;
    calls_before_failure = 1;
    failure_reason = EIO;
    assert_fails(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/a.h5: cannot be written: Input/output error");
    forget_faults();
    assert_true(is_whole(folder, path_in(folder, "a.h5"), SAMPLE_COUNT));
    // Some file systems have no fsync for folders, and need none.
    failing_call = CALL_FSYNC;
    calls_before_failure = 1;
    failure_reason = EINVAL;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL));
}

static void whenever_it_is_killed_a_whole_file_stays(void **state) {
    (void)state;
    const char *path = path_in(folder, "step-0000000001.h5");
    bool seen_old = false, seen_new = false;
    for (int calls = 0;; calls++) {
        assert_true(calls < 100);
        assert_ok(checkpoint_write(path, &old_array, 1, NULL));
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            largest_write = 1000;
            calls_before_death = calls;
            _exit(checkpoint_write(path, sample, SAMPLE_COUNT, NULL) == STATUS_OK ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_ok(checkpoint_prune(folder, 1, 0, NULL));
        bool is_old = is_whole(folder, path, 1), is_new = is_whole(folder, path, SAMPLE_COUNT);
        assert_true(is_old != is_new);
        assert_false(is_old && seen_new);
        seen_old = seen_old || is_old;
        seen_new = seen_new || is_new;
        if (!WIFSIGNALED(status)) {
            assert_int_equal(status, 0);
            break;
        }
    }
    assert_true(seen_old && seen_new);
}

static void a_leftover_of_the_same_process_number_is_taken_over(void **state) {
    (void)state;
    char temporary[PATH_SIZE], rubbish[100000] = {1};
    own_temporary("a.h5", temporary);
    save(temporary, rubbish, sizeof rubbish);
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL));
    assert_true(is_whole(folder, path_in(folder, "a.h5"), SAMPLE_COUNT));
}

static void the_file_of_another_living_writer_is_respected(void **state) {
    (void)state;
    char temporary[PATH_SIZE];
    own_temporary("a.h5", temporary);
    save(temporary, "other", 5);
    int writer = open(temporary, O_WRONLY);
    assert_true(writer >= 0);
    assert_int_equal(flock(writer, LOCK_EX), 0);
    assert_fails(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/a.h5: cannot be written: Device or resource busy");
    close(writer);
    size_t size;
    unsigned char *bytes = load(temporary, &size);
    assert_int_equal(size, 5);
    assert_memory_equal(bytes, "other", 5);
    free(bytes);
}

static void a_file_tidied_up_before_it_was_locked_is_made_again(void **state) {
    (void)state;
    char temporary[PATH_SIZE];
    own_temporary("a.h5", temporary);
    unlinked_by_flock = temporary;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL));
    assert_true(is_whole(folder, path_in(folder, "a.h5"), SAMPLE_COUNT));
}

static void without_locks_it_writes_and_tidies_nothing_up(void **state) {
    (void)state;
    failing_call = CALL_FLOCK;
    failure_reason = ENOLCK;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL));
    save(path_in(folder, ".step-0000000001.h5.tmp-1"), "x", 1);
    assert_ok(checkpoint_prune(folder, 1, 0, NULL));
    forget_faults();
    assert_int_equal(entries(folder), 2);
    assert_ok(checkpoint_prune(folder, 1, 0, NULL));
    assert_int_equal(entries(folder), 1);
}

static void places_that_cannot_be_written_are_told(void **state) {
    (void)state;
    assert_fails(checkpoint_write(path_in(folder, "none/a.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/none/a.h5: cannot be written: No such file or directory");
    save(path_in(folder, "file"), "x", 1);
    assert_fails(checkpoint_write(path_in(folder, "file/a.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/file/a.h5: cannot be written: Not a directory");
    assert_int_equal(mkdir(path_in(folder, "a.h5"), 0777), 0);
    assert_fails(checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/a.h5: cannot be written: Is a directory");
    assert_int_equal(entries(folder), 2);
    // A symbolic link in place of the temporary file would lead the writer somewhere else.
    char temporary[PATH_SIZE];
    own_temporary("b.h5", temporary);
    assert_int_equal(symlink("file", temporary), 0);
    assert_fails(checkpoint_write(path_in(folder, "b.h5"), sample, SAMPLE_COUNT, NULL), STATUS_OUTPUT,
        "/b.h5: cannot be written: Too many levels of symbolic links");
}

static void a_link_is_never_away(void **state) {
    (void)state;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
    assert_ok(checkpoint_link(folder, "last.h5", "a.h5"));
    failing_call = CALL_RENAME;
    failure_reason = EIO;
    assert_fails(checkpoint_link(folder, "last.h5", "b.h5"), STATUS_OUTPUT,
        "/last.h5: cannot be linked to b.h5: Input/output error");
    forget_faults();
    checkpoint_t checkpoint;
    assert_ok(checkpoint_read(path_in(folder, "last.h5"), &checkpoint));
    checkpoint_destroy(&checkpoint);
    assert_int_equal(entries(folder), 2);
}

static void a_relative_path_means_the_working_directory(void **state) {
    (void)state;
    char before[PATH_SIZE];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    status_t status = checkpoint_write("a.h5", sample, SAMPLE_COUNT, NULL);
    assert_int_equal(chdir(before), 0);
    assert_ok(status);
    assert_true(is_whole(folder, path_in(folder, "a.h5"), SAMPLE_COUNT));
}

static void a_file_that_grows_too_large_is_told(void **state) {
    (void)state;
    struct rlimit before, small;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 3000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status_t status = checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_fails(status, STATUS_OUTPUT, "/a.h5: cannot be written: File too large");
    assert_true(is_whole(folder, path_in(folder, "a.h5"), 1));
}

enum { CHILD_GOOD, CHILD_BAD, CHILD_SKIPS };

/** Runs a function in a process of its own, which may give up rights that nobody gets back. */
static void in_child(int (*function)(void)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int result = function();
        if (result == CHILD_BAD) {
            fprintf(stderr, "in the child: %s\n", status_message());
        }
        _exit(result);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_SKIPS) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), CHILD_GOOD);
}

static int write_without_permission(void) {
    if (geteuid() == 0 && setuid(65534) != 0) {
        return CHILD_SKIPS;
    }
    bool told = checkpoint_write(path_in(folder, "a.h5"), sample, SAMPLE_COUNT, NULL) == STATUS_OUTPUT &&
                strstr(status_message(), "/a.h5: cannot be written: Permission denied");
    return told && is_whole(folder, path_in(folder, "a.h5"), 1) ? CHILD_GOOD : CHILD_BAD;
}

static void a_folder_without_permission_is_told(void **state) {
    (void)state;
    assert_ok(checkpoint_write(path_in(folder, "a.h5"), &old_array, 1, NULL));
    assert_int_equal(chmod(folder, 0555), 0);
    in_child(write_without_permission);
    assert_int_equal(chmod(folder, 0755), 0);
}

static int prune_without_permission(void) {
    if (geteuid() == 0 && setuid(65534) != 0) {
        return CHILD_SKIPS;
    }
    bool told = checkpoint_prune(folder, 1, 0, NULL) == STATUS_OUTPUT &&
                strstr(status_message(), "/step-0000000001.h5: cannot be deleted: Permission denied");
    return told && entries(folder) == 3 ? CHILD_GOOD : CHILD_BAD;
}

static void what_cannot_be_deleted_is_told(void **state) {
    (void)state;
    for (uint64_t step = 1; step <= 3; step++) {
        char name[32];
        checkpoint_file_name(step, name);
        save(path_in(folder, name), "x", 1);
    }
    assert_int_equal(chmod(folder, 0555), 0);
    in_child(prune_without_permission);
    assert_int_equal(chmod(folder, 0755), 0);
}

static int write_to_a_full_disk(void) {
    // A mount of our own, which ends with this process.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", folder, "tmpfs", 0, "size=64k") != 0) {
        return CHILD_SKIPS;
    }
    static float values[100000];
    checkpoint_array_t large = {"large", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {100000}, values};
    const char *path = path_in(folder, "a.h5");
    bool told = checkpoint_write(path, &old_array, 1, NULL) == STATUS_OK &&
                checkpoint_write(path, &large, 1, NULL) == STATUS_OUTPUT &&
                strstr(status_message(), "/a.h5: cannot be written: No space left on device");
    return told && is_whole(folder, path, 1) ? CHILD_GOOD : CHILD_BAD;
}

static void a_full_disk_is_told(void **state) {
    (void)state;
    in_child(write_to_a_full_disk);
}

static int read_from_a_read_only_disk(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", folder, "tmpfs", 0, "") != 0) {
        return CHILD_SKIPS;
    }
    const char *path = path_in(folder, "a.h5");
    bool fine = checkpoint_write(path, &old_array, 1, NULL) == STATUS_OK &&
                mount("none", folder, "none", MS_REMOUNT | MS_RDONLY, "") == 0 && is_whole(folder, path, 1) &&
                checkpoint_write(path, sample, SAMPLE_COUNT, NULL) == STATUS_OUTPUT &&
                strstr(status_message(), "/a.h5: cannot be written: Read-only file system");
    return fine && is_whole(folder, path, 1) ? CHILD_GOOD : CHILD_BAD;
}

static void a_read_only_disk_is_read(void **state) {
    (void)state;
    in_child(read_from_a_read_only_disk);
}

#define FAULT_TEST(function) cmocka_unit_test_setup_teardown(function, create_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        FAULT_TEST(every_call_that_fails_is_told_with_its_reason),
        FAULT_TEST(a_disk_that_takes_nothing_is_full),
        FAULT_TEST(a_disk_that_keeps_other_bytes_is_found_out),
        FAULT_TEST(short_writes_are_continued),
        FAULT_TEST(a_folder_that_is_not_synced_is_an_error_but_the_file_is_whole),
        FAULT_TEST(whenever_it_is_killed_a_whole_file_stays),
        FAULT_TEST(a_leftover_of_the_same_process_number_is_taken_over),
        FAULT_TEST(the_file_of_another_living_writer_is_respected),
        FAULT_TEST(a_file_tidied_up_before_it_was_locked_is_made_again),
        FAULT_TEST(without_locks_it_writes_and_tidies_nothing_up),
        FAULT_TEST(places_that_cannot_be_written_are_told),
        FAULT_TEST(a_link_is_never_away),
        FAULT_TEST(a_relative_path_means_the_working_directory),
        FAULT_TEST(a_file_that_grows_too_large_is_told),
        FAULT_TEST(a_folder_without_permission_is_told),
        FAULT_TEST(what_cannot_be_deleted_is_told),
        FAULT_TEST(a_full_disk_is_told),
        FAULT_TEST(a_read_only_disk_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
