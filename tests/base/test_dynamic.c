#include "test.h"

#include <string.h>

#include "base/dynamic.h"

static void test_a_function_is_found(void **state) {
    (void)state;
    double (*cosine)(double) = NULL;
    const dynamic_function_t functions[] = {{"cos", &cosine}};
    assert_ok(dynamic_load("libm.so.6", "libc6", functions, 1));
    assert_non_null(cosine);
    assert_float_equal(cosine(0), 1, 0);
}

static void test_what_is_missing_is_named(void **state) {
    (void)state;
    void (*nothing)(void) = NULL;
    const dynamic_function_t functions[] = {{"no_such_function", &nothing}};
    assert_fails(dynamic_load("libm.so.6", "libc6", functions, 1), STATUS_INTERNAL,
        "libm.so.6 cannot be loaded, which this command needs: ");
    assert_non_null(strstr(status_message(), "no_such_function"));
    assert_fails(dynamic_load("libno_such.so.7", "libno-such7", functions, 1), STATUS_INTERNAL,
        "libno_such.so.7: cannot open shared object file: No such file or directory (Debian: apt-get install "
        "libno-such7)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_function_is_found),
        cmocka_unit_test(test_what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
