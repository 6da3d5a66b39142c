#include "report/plot.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/axis.h"
#include "base/random.h"
#include "test.h"

/** All labels of an axis, a blank between them. */
static const char *labels(const axis_t *axis) {
    static char text[AXIS_TICKS_MAX * (AXIS_LABEL_SIZE + 1)];
    char label[AXIS_LABEL_SIZE];
    text[0] = '\0';
    for (int i = 0; i < axis->tick_count; i++) {
        axis_label(axis, i, label);
        sprintf(text + strlen(text), "%s%s", i > 0 ? " " : "", label);
    }
    return text;
}

static void assert_linear(double least, double most, const char *expected) {
    axis_t axis;
    axis_linear(&axis, least, most);
    assert_string_equal(labels(&axis), expected);
}

static void ticks_are_round(void **state) {
    (void)state;
    assert_linear(0, 1, "0 0.2 0.4 0.6 0.8 1.0");
    assert_linear(0, 0.3, "0 0.1 0.2 0.3");
    assert_linear(0, 22.119, "0 5 10 15 20 25");
    assert_linear(0, 119.7, "0 50 100 150");
    assert_linear(-3, 4.5, "-4 -2 0 2 4 6");
    assert_linear(0, 0.002, "0 5e-4 1e-3 1.5e-3 2e-3");
    assert_linear(0, 0.00002, "0 5e-6 1e-5 1.5e-5 2e-5");
    assert_linear(0, 1234567, "0 5e5 1e6 1.5e6");
    assert_linear(99.5, 100.5, "99.4 99.6 99.8 100.0 100.2 100.4 100.6");
}

static void whole_ticks_are_whole(void **state) {
    (void)state;
    axis_t axis;
    axis_whole(&axis, 1, 2);
    assert_string_equal(labels(&axis), "1 2");
    axis_whole(&axis, 1, 30);
    assert_string_equal(labels(&axis), "10 20 30");
    assert_near(axis_place(&axis, 1), 0, 1e-12);
    assert_near(axis_place(&axis, 30), 1, 1e-12);
    axis_whole(&axis, 7, 7);
    assert_string_equal(labels(&axis), "6 7 8");
    assert_near(axis_place(&axis, 7), 0.5, 1e-12);
    axis_whole(&axis, 1, 100000);
    assert_string_equal(labels(&axis), "2e4 4e4 6e4 8e4 1e5");
}

static void ratios_are_even_on_a_logarithmic_axis(void **state) {
    (void)state;
    axis_t axis;
    axis_logarithmic(&axis, 0.8, 25);
    assert_string_equal(labels(&axis), "1 2 5 10 20");
    assert_near(axis_place(&axis, 0.8), 0, 1e-12);
    assert_near(axis_place(&axis, 25), 1, 1e-12);
    assert_near(axis_place(&axis, sqrt(0.8 * 25)), 0.5, 1e-12);
    axis_logarithmic(&axis, 0.02, 3);
    assert_string_equal(labels(&axis), "0.02 0.05 0.1 0.2 0.5 1 2");
    axis_logarithmic(&axis, 1e-9, 30);
    assert_string_equal(labels(&axis), "1e-8 1e-6 1e-4 1e-2 1e0");
}

static void counts_double_on_a_doubling_axis(void **state) {
    (void)state;
    axis_t axis;
    axis_doubling(&axis, 1, 64);
    assert_string_equal(labels(&axis), "1 2 4 8 16 32 64");
    assert_near(axis_place(&axis, 8), 0.5, 1e-12);
    axis_doubling(&axis, 0.9, 20);
    assert_string_equal(labels(&axis), "1 2 4 8 16");
    axis_doubling(&axis, 1, 65536);
    assert_string_equal(labels(&axis), "1 4 16 64 256 1024 4096 16384 65536");
    axis_doubling(&axis, 1, 4096);
    assert_string_equal(labels(&axis), "1 4 16 64 256 1024 4096");
}

/** What holds for any axis, however odd the numbers. */
static void assert_sane(const axis_t *axis) {
    char last[AXIS_LABEL_SIZE] = "", label[AXIS_LABEL_SIZE];
    assert_true(isfinite(axis->low) && isfinite(axis->high) && axis->low < axis->high);
    assert_in_range(axis->tick_count, 0, AXIS_TICKS_MAX);
    for (int i = 0; i < axis->tick_count; i++) {
        const double place = axis_place(axis, axis->tick[i]);
        assert_true(place >= -0.001 && place <= 1.001);
        assert_true(i == 0 || axis->tick[i] > axis->tick[i - 1]);
        axis_label(axis, i, label);
        assert_string_not_equal(label, last);
        strcpy(last, label);
    }
}

static void any_range_has_an_axis(void **state) {
    (void)state;
    const double values[] = {0, -0.0, 1, -1, 1e-300, -1e-300, DBL_MIN, DBL_MAX, -DBL_MAX, INFINITY, -INFINITY,
        NAN, 5e-324, 1e15, 1e15 + 1, 0.1, 0.3, 1e300, 123456.789};
    const int count = sizeof values / sizeof values[0];
    for (int i = 0; i < count * count; i++) {
        axis_t axis;
        const double least = values[i / count], most = values[i % count];
        axis_linear(&axis, least, most);
        assert_sane(&axis);
        axis_logarithmic(&axis, least, most);
        assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
        axis_doubling(&axis, least, most);
        assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
        assert_in_range(axis.tick_count, 0, AXIS_TICKS_MAX);
    }
    random_stream_t stream = random_stream(1, RANDOM_GENERATION, 0, 0);
    for (int i = 0; i < 20000; i++) {
        axis_t axis;
        const double least = random_normal(&stream) * pow(10, 20 * random_normal(&stream));
        const double range = fabs(random_normal(&stream)) * pow(10, 3 * random_normal(&stream)) * fabs(least);
        axis_linear(&axis, least, least + range);
        assert_sane(&axis);
        assert_true(axis.tick_count >= 3);
        assert_true(axis_place(&axis, least) > -1e-5 && axis_place(&axis, least + range) < 1.00001);
    }
}

static void numbers_have_few_digits(void **state) {
    (void)state;
    const struct {
        double value;
        const char *text;
    } cases[] = {{0.893, "0.893"}, {22.11901, "22.12"}, {1, "1"}, {0, "0"}, {1234.6, "1235"},
        {1.94e-5, "1.94e-5"}, {0.002, "0.002"}, {NAN, "none"}, {-0.5, "-0.5"}, {3e9, "3e9"},
        {100000, "100000"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[AXIS_LABEL_SIZE];
        axis_value_text(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
}

/** A plot as text, until the next. */
static const char *draw(const plot_series_t *series, int count, bool may_be_logarithmic) {
    static char *text;
    size_t size;
    free(text);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    plot_print(&(plot_t){.id = "plot",
                   .title = "T<",
                   .unit = "nats & bits",
                   .x_title = "epoch",
                   .may_be_logarithmic = may_be_logarithmic,
                   .series_count = count,
                   .series = series},
        stream);
    fclose(stream);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    return text;
}

static int occurrences(const char *text, const char *part) {
    int count = 0;
    while ((text = strstr(text, part))) {
        count++;
        text++;
    }
    return count;
}

/** The d="..." of the first line. */
static const char *curve(const char *text) {
    static char path[512];
    const char *start = strstr(text, "<path class=\"line\" d=\"");
    assert_non_null(start);
    assert_int_equal(sscanf(start, "<path class=\"line\" d=\"%511[^\"]", path), 1);
    return path;
}

static plot_series_t series(size_t count, const double *x, const double *y) {
    return (plot_series_t){.name = "a <run>", .count = count, .x = x, .y = y};
}

static void a_line_goes_through_its_points(void **state) {
    (void)state;
    const plot_series_t line = series(3, (double[]){1, 2, 3}, (double[]){0, 0.5, 1});
    const char *text = draw(&line, 1, false);
    assert_string_equal(curve(text), "M46 188L197 107L348 26");
    assert_int_equal(occurrences(text, "class=\"marker\""), 3);
    assert_non_null(strstr(text, ">nats &amp; bits</text>"));
    assert_non_null(strstr(text, "T&lt; (nats &amp; bits) by epoch</title>"));
    assert_non_null(strstr(text, "a &lt;run&gt;: 3 values, first 0 at 1, last 1 at 3."));
}

static void what_is_no_number_leaves_a_gap(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6};
    const plot_series_t gaps = series(6, x, (double[]){NAN, 1, 1, INFINITY, 0, NAN});
    const char *text = draw(&gaps, 1, false);
    assert_string_equal(curve(text), "M106.4 26L166.8 26M287.6 188");
}

static void a_whisker_goes_from_low_to_high(void **state) {
    (void)state;
    const double x[] = {1, 2, 3}, y[] = {2, 3, NAN}, low[] = {1, NAN, 1}, high[] = {4, 4, 4};
    plot_series_t line = series(3, x, y);
    line.low = low;
    line.high = high;
    const char *text = draw(&line, 1, false);
    // The second has no low end, the third no value; the axis reaches to the first's high end.
    assert_int_equal(occurrences(text, "class=\"whisker\""), 1);
    assert_non_null(strstr(
        text, "<path class=\"whisker\" d=\"M46 147.5L46 26M42.6 147.5L49.4 147.5M42.6 26L49.4 26\"/>"));
    assert_string_equal(curve(text), "M46 107L197 66.5");
    // Two with whiskers stand side by side; one without stays where it is.
    plot_series_t three[] = {line, line, line};
    three[1].high = NULL;
    text = draw(three, 3, false);
    assert_int_equal(occurrences(text, "class=\"whisker\""), 2);
    assert_string_equal(curve(text), "M43 107L194 66.5");
    assert_non_null(strstr(text, "M46 107L197 66.5"));
    assert_non_null(strstr(text, "M49 107L200 66.5"));
    line.high = NULL;
    assert_int_equal(occurrences(draw(&line, 1, false), "class=\"whisker\""), 0);
}

/** A plot over 1...16 ranks. */
static const char *draw_ranks(bool may_be_doubling, double mark) {
    static char *text;
    size_t size;
    const double x[] = {1, 4, 16}, y[] = {1, 4, 16};
    const plot_series_t line = series(3, x, y);
    free(text);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    plot_print(&(plot_t){.id = "plot",
                   .title = "T",
                   .unit = "u",
                   .x_title = "ranks",
                   .may_be_logarithmic = true,
                   .may_be_doubling = may_be_doubling,
                   .mark = mark,
                   .mark_name = "4 <cores>",
                   .series_count = 1,
                   .series = &line},
        stream);
    fclose(stream);
    return text;
}

static void x_may_double(void **state) {
    (void)state;
    assert_string_equal(curve(draw_ranks(true, 0)), "M46 188L197 107L348 26");
    assert_string_not_equal(curve(draw_ranks(false, 0)), "M46 188L197 107L348 26");
}

static void a_place_of_x_is_marked(void **state) {
    (void)state;
    assert_non_null(strstr(draw_ranks(true, 4), "<path class=\"mark\" d=\"M197 26L197 188\"/>"));
    assert_non_null(strstr(draw_ranks(true, 4), ">4 &lt;cores&gt;</text>"));
    assert_null(strstr(draw_ranks(true, 0), "class=\"mark\""));
    assert_null(strstr(draw_ranks(true, 17), "class=\"mark\""));
}

static void nothing_and_little_can_be_drawn(void **state) {
    (void)state;
    const double x[] = {4, 5}, none[] = {NAN, NAN}, zeros[] = {0, 0}, one[] = {0.25};
    const plot_series_t empty = series(0, NULL, NULL), missing = series(2, x, none),
                        flat = series(2, x, zeros), point = series(1, x, one);
    assert_int_equal(occurrences(draw(NULL, 0, false), "class=\"line\""), 0);
    assert_non_null(strstr(draw(&empty, 1, true), "a &lt;run&gt;: no values."));
    assert_int_equal(occurrences(draw(&missing, 1, true), "class=\"marker\""), 0);
    assert_string_equal(curve(draw(&flat, 1, true)), "M46 188L348 188");
    assert_string_equal(curve(draw(&point, 1, false)), "M197 26");
    assert_int_equal(occurrences(draw(&point, 1, false), "class=\"marker\""), 1);
}

static void a_long_line_has_few_markers_but_lone_points_have_theirs(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    double x[COUNT], y[COUNT];
    for (int i = 0; i < COUNT; i++) {
        x[i] = i;
        y[i] = 1.0 + i;
    }
    const plot_series_t whole = series(COUNT, x, y);
    assert_in_range(occurrences(draw(&whole, 1, true), "class=\"marker\""), 5, 16);
    for (int i = 0; i < COUNT; i += 2) {
        y[i] = NAN;
    }
    assert_int_equal(occurrences(draw(&whole, 1, true), "class=\"marker\""), COUNT / 2);
}

static void only_a_wide_positive_range_is_logarithmic(void **state) {
    (void)state;
    const double x[] = {1, 2};
    const plot_series_t wide = series(2, x, (double[]){1, 100}), narrow = series(2, x, (double[]){1, 9}),
                        zero = series(2, x, (double[]){0, 100});
    assert_non_null(strstr(draw(&wide, 1, true), "nats &amp; bits, logarithmic"));
    assert_null(strstr(draw(&wide, 1, false), "logarithmic"));
    assert_null(strstr(draw(&narrow, 1, true), "logarithmic"));
    assert_null(strstr(draw(&zero, 1, true), "logarithmic"));
}

static void huge_values_stay_in_the_picture(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {-DBL_MAX, DBL_MAX, 0, 5e-324};
    const plot_series_t huge = series(4, x, y);
    assert_string_equal(curve(draw(&huge, 1, false)), "M46 188L146.7 26L247.3 107L348 107");
}

/** Which style's class a series has: what tells it from the others. */
static void styles_differ(void **state) {
    (void)state;
    static char seen[PLOT_STYLES * PLOT_STYLES][64];
    const double x[] = {1}, y[] = {1};
    for (int style = 0; style < PLOT_STYLES * PLOT_STYLES; style++) {
        plot_series_t one = series(1, x, y);
        one.style = style;
        const char *group = strstr(draw(&one, 1, false), "<g class=");
        assert_non_null(group);
        snprintf(seen[style], sizeof seen[style], "%.*s", (int)strcspn(group, ">"), group);
        for (int before = 0; before < style; before++) {
            assert_string_not_equal(seen[style], seen[before]);
        }
    }
}

static void the_locale_changes_nothing(void **state) {
    (void)state;
    const plot_series_t line = series(2, (double[]){1, 3}, (double[]){0.123, 0.456});
    char *before = strdup(draw(&line, 1, false));
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "de_DE")) {
        assert_string_equal(draw(&line, 1, false), before);
        setlocale(LC_ALL, "C");
    }
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round),
        cmocka_unit_test(whole_ticks_are_whole),
        cmocka_unit_test(ratios_are_even_on_a_logarithmic_axis),
        cmocka_unit_test(counts_double_on_a_doubling_axis),
        cmocka_unit_test(any_range_has_an_axis),
        cmocka_unit_test(numbers_have_few_digits),
        cmocka_unit_test(a_line_goes_through_its_points),
        cmocka_unit_test(what_is_no_number_leaves_a_gap),
        cmocka_unit_test(a_whisker_goes_from_low_to_high),
        cmocka_unit_test(x_may_double),
        cmocka_unit_test(a_place_of_x_is_marked),
        cmocka_unit_test(nothing_and_little_can_be_drawn),
        cmocka_unit_test(a_long_line_has_few_markers_but_lone_points_have_theirs),
        cmocka_unit_test(only_a_wide_positive_range_is_logarithmic),
        cmocka_unit_test(huge_values_stay_in_the_picture),
        cmocka_unit_test(styles_differ),
        cmocka_unit_test(the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
