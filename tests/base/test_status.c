#include "test.h"

#include <pthread.h>
#include <string.h>

static const struct {
    status_t code;
    int exit_status;
    const char *text;
} codes[] = {
#define CODE(code, exit_status, text) {code, exit_status, text},
    STATUS_LIST(CODE)
#undef CODE
};

enum { CODES = sizeof codes / sizeof codes[0] };

static int forget_message(void **state) {
    (void)state;
    status_clear();
    return 0;
}

static void test_every_code_has_its_own_text_and_exit_status(void **state) {
    (void)state;
    assert_int_equal(STATUS_OK, 0);
    assert_int_equal(status_exit(STATUS_OK), 0);
    for (int i = 0; i < CODES; i++) {
        assert_int_equal(status_exit(codes[i].code), codes[i].exit_status);
        assert_string_equal(status_text(codes[i].code), codes[i].text);
        assert_true(strlen(codes[i].text) > 0);
        // From 128 on a shell takes the status for a signal.
        assert_in_range(codes[i].exit_status, 0, 127);
        for (int j = 0; j < i; j++) {
            assert_int_not_equal(codes[i].exit_status, codes[j].exit_status);
            assert_string_not_equal(codes[i].text, codes[j].text);
        }
    }
}

/** What scripts depend on: these numbers may not change. */
static void test_exit_statuses_are_these(void **state) {
    (void)state;
    assert_int_equal(status_exit(STATUS_USAGE), 64);
    assert_int_equal(status_exit(STATUS_DATA), 65);
    assert_int_equal(status_exit(STATUS_NO_INPUT), 66);
    assert_int_equal(status_exit(STATUS_STALLED), 69);
    assert_int_equal(status_exit(STATUS_INTERNAL), 70);
    assert_int_equal(status_exit(STATUS_MEMORY), 71);
    assert_int_equal(status_exit(STATUS_OUTPUT), 73);
    assert_int_equal(status_exit(STATUS_STOPPED), 75);
    assert_int_equal(status_exit(STATUS_DIVERGED), 76);
    assert_int_equal(status_exit(STATUS_CHECKPOINT), 77);
    assert_int_equal(status_exit(STATUS_CONFIG), 78);
}

static void test_fail_records_in_place_of_the_last_message(void **state) {
    (void)state;
    assert_string_equal(status_message(), "");
    assert_int_equal(status_fail(STATUS_DATA, "%s:%d: %s", "verbs.txt", 12, "no tab"), STATUS_DATA);
    assert_string_equal(status_message(), "verbs.txt:12: no tab");
    assert_int_equal(status_fail(STATUS_OUTPUT, "disk full"), STATUS_OUTPUT);
    assert_string_equal(status_message(), "disk full");
    status_clear();
    assert_string_equal(status_message(), "");
}

static void test_append_adds_lines(void **state) {
    (void)state;
    assert_int_equal(status_append(STATUS_CONFIG, "line %d", 1), STATUS_CONFIG);
    assert_string_equal(status_message(), "line 1");
    status_append(STATUS_CONFIG, "line %d", 2);
    assert_int_equal(status_append(STATUS_DATA, "line %d", 3), STATUS_DATA);
    assert_string_equal(status_message(), "line 1\nline 2\nline 3");
}

static void test_prefix_goes_in_front(void **state) {
    (void)state;
    status_fail(STATUS_DATA, "no tab");
    assert_int_equal(status_prefix(STATUS_CHECKPOINT, "line %d", 12), STATUS_CHECKPOINT);
    assert_string_equal(status_message(), "line 12: no tab");
    status_prefix(STATUS_CHECKPOINT, "%s", "verbs.txt");
    assert_string_equal(status_message(), "verbs.txt: line 12: no tab");
    // The recorded message itself may be an argument.
    status_prefix(STATUS_DATA, "[%s]", status_message());
    assert_string_equal(status_message(), "[verbs.txt: line 12: no tab]: verbs.txt: line 12: no tab");
}

/** A text of `length` letters. */
static const char *letters(char letter, size_t length) {
    static char text[2 * STATUS_MESSAGE_SIZE];
    assert_true(length < sizeof text);
    memset(text, letter, length);
    text[length] = '\0';
    return text;
}

static void assert_letters(const char *text, char letter, size_t length) {
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(text[i], letter);
    }
}

static void test_fail_cuts_at_the_end_of_the_space(void **state) {
    (void)state;
    status_fail(STATUS_DATA, "%s", letters('a', STATUS_MESSAGE_SIZE - 1));
    assert_int_equal(strlen(status_message()), STATUS_MESSAGE_SIZE - 1);
    status_fail(STATUS_DATA, "%s", letters('b', STATUS_MESSAGE_SIZE + 5));
    assert_int_equal(strlen(status_message()), STATUS_MESSAGE_SIZE - 1);
    assert_letters(status_message(), 'b', STATUS_MESSAGE_SIZE - 1);
}

static void test_append_cuts_at_the_end_of_the_space(void **state) {
    (void)state;
    // Every place at which the end can fall: in the added text, on its newline, before it.
    for (size_t room = 0; room < 6; room++) {
        const size_t length = STATUS_MESSAGE_SIZE - 1 - room;
        status_fail(STATUS_DATA, "%s", letters('a', length));
        status_append(STATUS_DATA, "bbb");
        assert_letters(status_message(), 'a', length);
        assert_memory_equal(status_message() + length, "\nbbb", room < 4 ? room : 4);
        assert_int_equal(strlen(status_message()), length + (room < 4 ? room : 4));
        status_append(STATUS_DATA, "%s", letters('c', STATUS_MESSAGE_SIZE));
        assert_int_equal(strlen(status_message()), STATUS_MESSAGE_SIZE - 1);
    }
}

static void test_prefix_cuts_at_the_end_of_the_space(void **state) {
    (void)state;
    for (size_t room = 0; room < 6; room++) {
        const size_t length = STATUS_MESSAGE_SIZE - 1 - room;
        status_fail(STATUS_DATA, "bbb");
        status_prefix(STATUS_DATA, "%s", letters('a', length));
        assert_letters(status_message(), 'a', length);
        assert_memory_equal(status_message() + length, ": bbb", room < 5 ? room : 5);
        assert_int_equal(strlen(status_message()), length + (room < 5 ? room : 5));
    }
    status_fail(STATUS_DATA, "%s", letters('b', STATUS_MESSAGE_SIZE - 1));
    status_prefix(STATUS_DATA, "a");
    assert_int_equal(strlen(status_message()), STATUS_MESSAGE_SIZE - 1);
    assert_memory_equal(status_message(), "a: b", 4);
    assert_letters(status_message() + 3, 'b', STATUS_MESSAGE_SIZE - 4);
}

static void *fail_in_another_thread(void *seen) {
    *(int *)seen = strlen(status_message()) > 0;
    status_fail(STATUS_INTERNAL, "the other thread's");
    return NULL;
}

static void test_each_thread_has_its_own_message(void **state) {
    (void)state;
    status_fail(STATUS_DATA, "this thread's");
    pthread_t thread;
    int seen = -1;
    assert_int_equal(pthread_create(&thread, NULL, fail_in_another_thread, &seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(seen, 0);
    assert_string_equal(status_message(), "this thread's");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_code_has_its_own_text_and_exit_status, forget_message),
        cmocka_unit_test_setup(test_exit_statuses_are_these, forget_message),
        cmocka_unit_test_setup(test_fail_records_in_place_of_the_last_message, forget_message),
        cmocka_unit_test_setup(test_append_adds_lines, forget_message),
        cmocka_unit_test_setup(test_prefix_goes_in_front, forget_message),
        cmocka_unit_test_setup(test_fail_cuts_at_the_end_of_the_space, forget_message),
        cmocka_unit_test_setup(test_append_cuts_at_the_end_of_the_space, forget_message),
        cmocka_unit_test_setup(test_prefix_cuts_at_the_end_of_the_space, forget_message),
        cmocka_unit_test_setup(test_each_thread_has_its_own_message, forget_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
