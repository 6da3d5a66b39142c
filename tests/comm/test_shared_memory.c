#include "test.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/comm/shared_memory.h"

enum { SIZE = 10000 };

/** What another process makes of it: 0, or what was wrong. */
static int use(const shared_memory_name_t *name) {
    shared_memory_t memory;
    if (!shared_memory_open(&memory, name) || !shared_memory_reserve(&memory, 4096, SIZE - 4096)) {
        return 1;
    }
    const int status = memory.bytes[0] == 7 && memory.bytes[SIZE - 1] == 0 ? 0 : 2;
    memory.bytes[SIZE - 1] = 8;
    shared_memory_release(&memory);
    return status;
}

/** Some containers forbid it; then nothing is shared, which the program can do without. */
static void skip_without_memory(void) {
    const int file = memfd_create("probe", 0);
    if (file < 0) {
        print_message("no memory without a name here\n");
        skip();
    }
    close(file);
}

static void another_process_sees_it(void **state) {
    (void)state;
    skip_without_memory();
    shared_memory_name_t name;
    shared_memory_t memory, other;
    assert_true(shared_memory_create(&memory, SIZE, &name));
    assert_true(shared_memory_reserve(&memory, 0, 4096));
    memory.bytes[0] = 7;
    const pid_t child = fork();
    if (child == 0) {
        _exit(use(&name));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(memory.bytes[SIZE - 1], 8);
    shared_memory_close(&memory);
    assert_false(shared_memory_open(&other, &name));
    assert_null(other.bytes);
    assert_int_equal(memory.bytes[0], 7);
    shared_memory_release(&memory);
    shared_memory_release(&memory);
}

static void what_there_is_no_room_for_is_refused(void **state) {
    (void)state;
    shared_memory_name_t name;
    shared_memory_t memory;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const bool created = shared_memory_create(&memory, SIZE, &name);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(created);
    assert_null(memory.bytes);
    assert_false(
        shared_memory_open(&memory, &(shared_memory_name_t){.path = "/proc/self/fd/-1", .size = SIZE}));
}

/** In another container the same path is another process's file. */
static void another_file_is_left_alone(void **state) {
    (void)state;
    skip_without_memory();
    shared_memory_name_t name, wrong;
    shared_memory_t memory, other;
    assert_true(shared_memory_create(&memory, SIZE, &name));
    assert_true(shared_memory_open(&other, &name));
    shared_memory_release(&other);
    for (int i = 0; i < 3; i++) {
        wrong = name;
        wrong.device += i == 0;
        wrong.inode += i == 1;
        wrong.size += i == 2;
        assert_false(shared_memory_open(&other, &wrong));
        assert_null(other.bytes);
        assert_int_equal(other.file, -1);
    }
    shared_memory_release(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_sees_it),
        cmocka_unit_test(what_there_is_no_room_for_is_refused),
        cmocka_unit_test(another_file_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
