#include "report/bars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static const bars_part_t parts[] = {{"compute", 0}, {"wait <", 1}, {"none", 9}};

/** Bars as text, until the next. */
static const char *draw(const bar_t *all, size_t count) {
    static char *text;
    size_t size;
    free(text);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    bars_print(
        &(bars_t){
            .id = "bars", .title = "T & U", .part_count = 3, .parts = parts, .bar_count = count, .bars = all},
        stream);
    fclose(stream);
    return text;
}

static int occurrences(const char *text, const char *part) {
    int count = 0;
    for (; (text = strstr(text, part)); text++) {
        count++;
    }
    return count;
}

static void parts_stand_one_behind_another(void **state) {
    (void)state;
    const double shares[] = {0.75, 0.25, 0};
    const char *text = draw(&(bar_t){.name = "<1>", .note = "75%", .shares = shares}, 1);
    assert_non_null(strstr(text, "<path class=\"line stripes\" d=\"M4 24.5L262 24.5\"/>"));
    assert_non_null(strstr(text, "<path class=\"line stripes\" d=\"M262 24.5L348 24.5\"/>"));
    // What has no share is not drawn, but said.
    assert_int_equal(occurrences(text, "line stripes"), 2);
    assert_non_null(strstr(text, "&lt;1&gt;: compute 75.0%, wait &lt; 25.0%, none 0.0%. </desc>"));
    assert_non_null(strstr(text, ">&lt;1&gt;</text>"));
    assert_non_null(strstr(text, "T &amp; U</title>"));
    assert_non_null(strstr(text, "viewBox=\"0 0 360 65\""));
}

static void a_heading_takes_a_line(void **state) {
    (void)state;
    const double shares[] = {0, 0, 1};
    const bar_t all[] = {{.heading = "A", .name = "1", .note = "", .shares = shares},
        {.name = "2", .note = "", .shares = shares}};
    const char *text = draw(all, 2);
    assert_int_equal(occurrences(text, "class=\"heading\""), 1);
    assert_non_null(strstr(text, "viewBox=\"0 0 360 122\""));
    assert_non_null(strstr(text, "<path class=\"line stripes\" d=\"M4 44.5L348 44.5\"/>"));
    assert_non_null(strstr(text, "<path class=\"line stripes\" d=\"M4 81.5L348 81.5\"/>"));
    // Beyond the eighth style, another combination of colour and stripes.
    assert_int_equal(occurrences(text, "class=\"colour1 dash2\""), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_stand_one_behind_another),
        cmocka_unit_test(a_heading_takes_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
