#include "report/timeline.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static char path[4200];

static int set_up(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s/trace.json", test_folder_create());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_folder_remove();
    return 0;
}

static void assert_content(const char *expected) {
    char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void an_empty_one_is_json(void **state) {
    (void)state;
    timeline_t *timeline;
    assert_ok(timeline_create(&timeline));
    assert_ok(timeline_write(timeline, path));
    timeline_destroy(timeline);
    assert_content("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n]}\n");
}

static void processes_threads_and_events(void **state) {
    (void)state;
    timeline_t *timeline;
    assert_ok(timeline_create(&timeline));
    timeline_name_process(timeline, 2, "rank 2 on \"host\"");
    timeline_name_thread(timeline, 2, 1, "writer");
    timeline_add(timeline, 2, 1, "compute", 1500, 4001750, json_pack("{s:i, s:i}", "step", 7, "words", 32));
    timeline_add(timeline, 2, 0, "none", 8000, 8000, json_object());
    assert_ok(timeline_write(timeline, path));
    timeline_destroy(timeline);
    assert_content("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n"
                   "{\"name\": \"process_name\", \"ph\": \"M\", \"pid\": 2, \"tid\": 0, "
                   "\"args\": {\"name\": \"rank 2 on \\\"host\\\"\"}},\n"
                   "{\"name\": \"process_sort_index\", \"ph\": \"M\", \"pid\": 2, \"tid\": 0, "
                   "\"args\": {\"sort_index\": 2}},\n"
                   "{\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": 2, \"tid\": 1, "
                   "\"args\": {\"name\": \"writer\"}},\n"
                   "{\"name\": \"compute\", \"ph\": \"X\", \"ts\": 1.5, \"dur\": 4000.25, \"pid\": 2, "
                   "\"tid\": 1, \"args\": {\"step\": 7, \"words\": 32}},\n"
                   "{\"name\": \"none\", \"ph\": \"X\", \"ts\": 8.0, \"dur\": 0.0, \"pid\": 2, \"tid\": 0, "
                   "\"args\": {}}\n"
                   "]}\n");
}

static void what_cannot_be_written_is_said(void **state) {
    (void)state;
    timeline_t *timeline;
    assert_ok(timeline_create(&timeline));
    strcat(path, "/none");
    assert_fails(timeline_write(timeline, path), STATUS_OUTPUT, "trace.json/none: cannot be written: ");
    timeline_destroy(timeline);
}

static void *no_memory(size_t size) {
    (void)size;
    return NULL;
}

static void a_lost_event_is_remembered(void **state) {
    (void)state;
    timeline_t *timeline;
    assert_ok(timeline_create(&timeline));
    timeline_add(timeline, 0, 0, "first", 0, 0, json_object());
    json_set_alloc_funcs(no_memory, free);
    timeline_add(timeline, 0, 0, "lost", 0, 0, json_object());
    json_set_alloc_funcs(malloc, free);
    timeline_add(timeline, 0, 0, "last", 0, 0, json_object());
    assert_fails(timeline_write(timeline, path), STATUS_MEMORY, "trace.json");
    assert_int_equal(access(path, F_OK), -1);
    timeline_destroy(timeline);
    timeline_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_one_is_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(processes_threads_and_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_event_is_remembered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
