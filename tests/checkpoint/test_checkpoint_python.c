#include "sample.h"

#include <sys/stat.h>

/**
 * What others make of a file: h5py, h5dump, and the Python of checkpoints/README.md. Skipped where they are
 * not installed.
 */
static int create_folder(void **state) {
    folder_setup(state);
    assert_int_equal(mkdir(path_in(folder, "checkpoints"), 0777), 0);
    assert_int_equal(mkdir(path_in(folder, "checkpoints/verbs"), 0777), 0);
    assert_ok(checkpoint_write(
        path_in(folder, "checkpoints/verbs/step-0000000001.h5"), sample, SAMPLE_COUNT, NULL));
    assert_ok(checkpoint_link(path_in(folder, "checkpoints/verbs"), "last.h5", "step-0000000001.h5"));
    return 0;
}

/** Runs a shell command in the folder; its output goes to the file `output`. */
static int run(const char *command) {
    char line[3 * PATH_SIZE];
    snprintf(line, sizeof line, "cd '%s' && (%s) > output 2>&1", folder, command);
    return system(line);
}

static void assert_prints(const char *command, const char *expected) {
    int status = run(command);
    size_t size;
    char *output = (char *)load(path_in(folder, "output"), &size);
    output[size] = '\0';
    if (status != 0 || !strstr(output, expected)) {
        fail_msg("'%s' is not in the output: %s", expected, output);
    }
    free(output);
}

static void python_computes_the_same_hashes(void **state) {
    (void)state;
    if (run("/usr/bin/python3 -c 'import h5py, numpy, xxhash'") != 0) {
        skip();
    }
    checkpoint_hashes_t hashes;
    char expected[256];
    assert_ok(checkpoint_hash(sample, SAMPLE_COUNT, &hashes));
    snprintf(expected, sizeof expected, "hash_file %s\nhash_content %s\nhash_parameter %s\n", hashes.file,
        hashes.content, hashes.parameter);
    assert_prints("/usr/bin/python3 -B " TEST_SOURCE_DIR "/checkpoint/recompute.py checkpoints/verbs/last.h5",
        expected);
}

static void the_example_of_the_readme_works(void **state) {
    (void)state;
    if (run("/usr/bin/python3 -c 'import h5py'") != 0) {
        skip();
    }
    assert_prints("sed -n '/^```python$/,/^```$/{/^```/!p}' " TEST_SOURCE_DIR
                  "/../checkpoints/README.md > example.py"
                  " && /usr/bin/python3 -B example.py",
        "(2, 3) -12 name: \xc3\xa4\n");
}

static void h5dump_reads_it(void **state) {
    (void)state;
    if (run("command -v h5dump") != 0) {
        skip();
    }
    assert_prints("h5dump -d position/epoch checkpoints/verbs/last.h5", "(0): -12");
    assert_prints("h5dump -d config/text checkpoints/verbs/last.h5", "(0): \"name: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python_computes_the_same_hashes),
        cmocka_unit_test(the_example_of_the_readme_works),
        cmocka_unit_test(h5dump_reads_it),
    };
    return cmocka_run_group_tests(tests, create_folder, folder_teardown);
}
