/**
 * A small checkpoint with everything that can be in one, and helpers on files.
 */
#ifndef CHECKPOINT_SAMPLE_H
#define CHECKPOINT_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "test.h"

// 1.5, -0.0, a quiet NaN with a payload, a signalling NaN, the smallest subnormal, minus infinity.
static const uint32_t sample_weight[] = {
    0x3fc00000, 0x80000000, 0x7fc01234, 0x7f800001, 0x00000001, 0xff800000};
static const uint64_t sample_history[] = {
    0x3ff8000000000000, 0x8000000000000000, 0x7ff8000000abcdef, 0x0000000000000001};
static const int64_t sample_epoch = -12, sample_versions[] = {INT64_MIN, INT64_MAX, 0};
static const float sample_scalar = 0.25f, sample_cube[16] = {1, 2, 3, [15] = 16};

static const checkpoint_array_t sample[] = {
    {"parameters/encoder.lstm.weight_hh_l0", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 2, {2, 3},
        sample_weight},
    {"position/epoch", CHECKPOINT_INT64, CHECKPOINT_STATE_TRAINING, 0, {0}, &sample_epoch},
    {"config/text", CHECKPOINT_TEXT, CHECKPOINT_STATE_NONE, 1, {9}, "name: \xc3\xa4\n"},
    {"alphabet", CHECKPOINT_TEXT, CHECKPOINT_STATE_TRAINING, 1, {0}, ""},
    {"history/values", CHECKPOINT_FLOAT64, CHECKPOINT_STATE_TRAINING, 2, {1, 4}, sample_history},
    {"history/none", CHECKPOINT_FLOAT64, CHECKPOINT_STATE_NONE, 2, {0, 4}, NULL},
    {"versions/numbers", CHECKPOINT_INT64, CHECKPOINT_STATE_NONE, 1, {3}, sample_versions},
    {"optimizer/scalar", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_TRAINING, 0, {0}, &sample_scalar},
    {"optimizer/cube", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_TRAINING, 4, {2, 2, 2, 2}, sample_cube},
    {"parameters/a", CHECKPOINT_FLOAT32, CHECKPOINT_STATE_PARAMETER, 1, {1}, sample_cube},
};
enum { SAMPLE_COUNT = sizeof sample / sizeof *sample, PATH_SIZE = 4200 };

/** The test's folder, between folder_setup() and folder_teardown(). */
static const char *folder;

/** For cmocka: a fresh folder for a test, and the end of it. */
static inline int folder_setup(void **state) {
    (void)state;
    folder = test_folder_create();
    return 0;
}

static inline int folder_teardown(void **state) {
    (void)state;
    test_folder_remove();
    return 0;
}

/** folder/name in a buffer of its own for each of the last four calls. */
static inline const char *path_in(const char *folder, const char *name) {
    static char paths[4][PATH_SIZE];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return path;
}

/** A file's bytes, to be freed. */
static inline unsigned char *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    unsigned char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static inline void save(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_same_files(const char *first, const char *second) {
    size_t first_size, second_size;
    unsigned char *a = load(first, &first_size), *b = load(second, &second_size);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(a, b, first_size);
    free(a);
    free(b);
}

#endif
