#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "train/input.h"

static const char *write_file(const char *folder, const char *content, size_t size) {
    static char path[4200];
    snprintf(path, sizeof path, "%s/input", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void reads_every_byte(void **state) {
    (void)state;
    static char large[300000];
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 7 % 251);
    }
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, sizeof large};
    const char *folder = test_folder_create();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        input_t input;
        assert_ok(input_read(write_file(folder, large, sizes[i]), &input));
        assert_int_equal(input.length, sizes[i]);
        assert_memory_equal(input.text, large, sizes[i]);
        assert_int_equal(input.text[input.length], 0);
        input_release(&input);
    }
    test_folder_remove();
}

static void reads_a_pipe(void **state) {
    (void)state;
    char path[4200];
    input_t input;
    snprintf(path, sizeof path, "%s/pipe", test_folder_create());
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        FILE *file = fopen(path, "w");
        for (int i = 0; i < 50000; i++) {
            fprintf(file, "%05d\n", i);
        }
        fclose(file);
        _exit(0);
    }
    assert_ok(input_read(path, &input));
    assert_int_equal(input.length, 300000);
    assert_memory_equal(input.text + input.length - 6, "49999\n", 6);
    input_release(&input);
    test_folder_remove();
}

static void names_what_cannot_be_read(void **state) {
    (void)state;
    input_t input;
    assert_fails(
        input_read("/nowhere/file", &input), STATUS_NO_INPUT, "/nowhere/file: No such file or directory");
    assert_null(input.text);
    assert_fails(input_read("/", &input), STATUS_NO_INPUT, "/: Is a directory");
    input_release(&input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_byte),
        cmocka_unit_test(reads_a_pipe),
        cmocka_unit_test(names_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
