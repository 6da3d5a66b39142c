#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

/** The address sanitizer ends the program at a huge allocation, unless it is told to fail it as malloc does.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

enum { PIECES = 5 };
static const struct {
    size_t count, element_size;
} wanted[PIECES] = {{1, 1}, {3, 4}, {64, 1}, {0, 8}, {100, 8}};

static void layout(memory_t *memory, unsigned char *piece[PIECES]) {
    for (int i = 0; i < PIECES; i++) {
        piece[i] = memory_take(memory, wanted[i].count, wanted[i].element_size);
    }
}

static void test_counting_gives_nothing(void **state) {
    (void)state;
    memory_t memory = {0};
    unsigned char *piece[PIECES];
    layout(&memory, piece);
    for (int i = 0; i < PIECES; i++) {
        assert_null(piece[i]);
    }
    // Each piece is rounded up to the alignment: 1, 12, 64, 0 and 800 bytes.
    assert_int_equal(memory.used, 64 + 64 + 64 + 0 + 832);
    assert_int_equal(memory.size, 0);
}

static void test_giving_repeats_the_counted_layout(void **state) {
    (void)state;
    memory_t memory = {0};
    unsigned char *piece[PIECES];
    layout(&memory, piece);
    const size_t counted = memory.used;
    assert_ok(memory_reserve(&memory));
    assert_int_equal(memory.size, counted);
    assert_int_equal(memory.used, 0);
    layout(&memory, piece);
    assert_int_equal(memory.used, counted);
    for (int i = 0; i < PIECES; i++) {
        const size_t bytes = wanted[i].count * wanted[i].element_size;
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % MEMORY_ALIGNMENT, 0);
        assert_true(piece[i] + bytes <= memory.base + memory.size);
        for (size_t k = 0; k < bytes; k++) {
            assert_int_equal(piece[i][k], 0);
        }
        // What was written to a piece would show in the next one if they overlapped.
        memset(piece[i], 0xff, bytes);
    }
    memory_release(&memory);
}

static void test_an_empty_layout_is_fine(void **state) {
    (void)state;
    memory_t memory = {0};
    assert_ok(memory_reserve(&memory));
    assert_non_null(memory.base);
    assert_non_null(memory_take(&memory, 0, 4));
    memory_release(&memory);
}

static void test_release_makes_it_empty_again(void **state) {
    (void)state;
    memory_t memory = {0};
    memory_release(&memory);
    for (int round = 0; round < 2; round++) {
        assert_null(memory_take(&memory, 10, 4));
        assert_ok(memory_reserve(&memory));
        unsigned char *piece = memory_take(&memory, 10, 4);
        assert_non_null(piece);
        assert_int_equal(piece[39], 0);
        piece[39] = 1;
        memory_release(&memory);
        assert_null(memory.base);
        assert_int_equal(memory.size, 0);
        assert_int_equal(memory.used, 0);
    }
    memory_release(&memory);
}

/** In a child: takes what was counted, and then (count, element_size). */
static void take_beyond(size_t count, size_t element_size) {
    memory_t memory = {0};
    memory_take(&memory, 16, 4);
    if (memory_reserve(&memory) != STATUS_OK || !memory_take(&memory, 16, 4)) {
        _exit(2);
    }
    memory_take(&memory, count, element_size);
    memory_release(&memory);
    _exit(0);
}

/** The signal that ended a child which took too much, 0 when it was not ended; `said` is its standard error.
 */
static int signal_for_taking_beyond(size_t count, size_t element_size, char *said, size_t space) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        take_beyond(count, element_size);
    }
    close(ends[1]);
    size_t used = 0;
    ssize_t got;
    while (used + 1 < space && (got = read(ends[0], said + used, space - 1 - used)) > 0) {
        used += (size_t)got;
    }
    said[used] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return 0;
    }
    return WTERMSIG(status);
}

static void test_taking_more_than_was_counted_aborts(void **state) {
    (void)state;
    static const struct {
        size_t count, element_size;
    } beyond[] = {{1, 1}, {64, 1}, {SIZE_MAX, 1}, {SIZE_MAX - 63, 1}, {SIZE_MAX / 2 + 1, 2}};
    char said[8192];
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        assert_int_equal(
            signal_for_taking_beyond(beyond[i].count, beyond[i].element_size, said, sizeof said), SIGABRT);
        assert_non_null(strstr(said, "memory_take: the layout took more than it had counted\n"));
    }
    assert_int_equal(signal_for_taking_beyond(0, 4, said, sizeof said), 0);
}

/** Counts that no machine can serve; several wrap round to something small when they are multiplied or added.
 */
static const struct {
    size_t first_count, first_size, second_count, second_size;
    const char *message;
} absurd[] = {
    {SIZE_MAX, 1, 0, 0, "out of memory: more bytes were asked for than a program can address"},
    {SIZE_MAX, SIZE_MAX, 0, 0, "more bytes were asked for than a program can address"},
    {SIZE_MAX / 2 + 1, 2, 0, 0, "more bytes were asked for than a program can address"},
    {SIZE_MAX / 8 + 2, 8, 1, 1, "more bytes were asked for than a program can address"},
    {SIZE_MAX - 62, 1, 64, 1, "more bytes were asked for than a program can address"},
    {SIZE_MAX / 2 + 1, 1, SIZE_MAX / 2 + 1, 1, "more bytes were asked for than a program can address"},
    {PTRDIFF_MAX, 1, 0, 0, "more bytes were asked for than a program can address"},
    {(size_t)1 << 59, 8, 0, 0, "out of memory: 4611686018427387904 bytes were asked for"},
};

static void test_absurd_sizes_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof absurd / sizeof absurd[0]; i++) {
        memory_t memory = {0};
        assert_null(memory_take(&memory, absurd[i].first_count, absurd[i].first_size));
        assert_null(memory_take(&memory, absurd[i].second_count, absurd[i].second_size));
        assert_fails(memory_reserve(&memory), STATUS_MEMORY, absurd[i].message);
        assert_null(memory.base);
        memory_release(&memory);
        // A refusal leaves nothing behind.
        memory_take(&memory, 1, 1);
        assert_ok(memory_reserve(&memory));
        memory_release(&memory);
    }
}

static void test_bytes_to_fill(void **state) {
    (void)state;
    const size_t sizes[] = {0, 1, 4096, (size_t)5 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *bytes = memory_to_fill(sizes[i]);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % MEMORY_ALIGNMENT, 0);
        memset(bytes, 0xff, sizes[i]);
        free(bytes);
    }
    assert_null(memory_to_fill(SIZE_MAX));
    assert_null(memory_to_fill(PTRDIFF_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counting_gives_nothing),
        cmocka_unit_test(test_giving_repeats_the_counted_layout),
        cmocka_unit_test(test_an_empty_layout_is_fine),
        cmocka_unit_test(test_release_makes_it_empty_again),
        cmocka_unit_test(test_taking_more_than_was_counted_aborts),
        cmocka_unit_test(test_absurd_sizes_are_refused),
        cmocka_unit_test(test_bytes_to_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
