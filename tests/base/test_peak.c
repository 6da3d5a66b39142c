#include "base/peak.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

// What the system counts for each CPU on its own is not quite exact.
enum { MANY = 64 << 20, ABOUT = 4 << 20 };

static void it_grows_with_what_is_used_and_stays(void **state) {
    (void)state;
    const int64_t before = peak_memory();
    assert_true(before > 0);
    char *memory = malloc(MANY);
    assert_non_null(memory);
    memset(memory, 1, MANY);
    const int64_t used = peak_memory();
    // What the compiler may not leave out.
    assert_int_equal(memory[before % MANY], 1);
    free(memory);
    assert_true(used >= before + MANY - ABOUT);
    assert_true(peak_memory() >= used - ABOUT);
    assert_int_equal(used % 1024, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_grows_with_what_is_used_and_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
