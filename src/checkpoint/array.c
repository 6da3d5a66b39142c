#include "array.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// Numbers are written, read and hashed as they lie in memory.
_Static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "checkpoints are little-endian, like the machines we know");
_Static_assert(sizeof(float) == 4 && sizeof(double) == 8, "float and double are IEEE single and double");

static const struct {
    const char *text;
    size_t size; /**< of an element */
} types[] = {
    [CHECKPOINT_FLOAT32] = {"float32", 4},
    [CHECKPOINT_FLOAT64] = {"float64", 8},
    [CHECKPOINT_INT64] = {"int64", 8},
    [CHECKPOINT_TEXT] = {"text", 1},
};

static const char *const state_texts[] = {
    [CHECKPOINT_STATE_NONE] = "none",
    [CHECKPOINT_STATE_TRAINING] = "training",
    [CHECKPOINT_STATE_PARAMETER] = "parameter",
};

enum {
    TYPES = sizeof types / sizeof *types,
    STATES = sizeof state_texts / sizeof *state_texts,
};

const char *array_type_text(checkpoint_type_t type) {
    return types[type].text;
}

const char *array_state_text(checkpoint_state_t state) {
    return state_texts[state];
}

bool array_state_parse(const char *text, checkpoint_state_t *state) {
    for (int i = 0; i < STATES; i++) {
        if (strcmp(text, state_texts[i]) == 0) {
            *state = (checkpoint_state_t)i;
            return true;
        }
    }
    return false;
}

bool array_bytes(const checkpoint_array_t *array, size_t *bytes) {
    *bytes = types[array->type].size;
    for (int i = 0; i < array->dimensions; i++) {
        if (__builtin_mul_overflow(*bytes, array->dimension[i], bytes)) {
            return false;
        }
    }
    return true;
}

void array_shape_text(const size_t *dimension, int dimensions, char text[ARRAY_SHAPE_SIZE]) {
    char *end = stpcpy(text, "[");
    for (int i = 0; i < dimensions; i++) {
        const char *separator = i > 0 ? ", " : "";
        end += dimension[i] == CHECKPOINT_ANY_SIZE ? sprintf(end, "%sany", separator)
                                                   : sprintf(end, "%s%zu", separator, dimension[i]);
    }
    strcpy(end, "]");
}

bool array_name_is_valid(const char *name) {
    if (strnlen(name, CHECKPOINT_NAME_SIZE) == CHECKPOINT_NAME_SIZE) {
        return false;
    }
    for (const char *byte = name; *byte; byte++) {
        if (*byte < ' ' || *byte > '~') {
            return false;
        }
    }
    for (const char *part = name;; part = strchr(part, '/') + 1) {
        const size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && *part == '.')) {
            return false;
        }
        if (part[length] == '\0') {
            return true;
        }
    }
}

status_t array_check(const checkpoint_array_t *array) {
    if (!array_name_is_valid(array->name)) {
        return status_fail(
            STATUS_INTERNAL, "'%.*s' cannot be the name of an array", CHECKPOINT_NAME_SIZE, array->name);
    }
    bool is_text = array->type == CHECKPOINT_TEXT;
    if ((unsigned)array->type >= TYPES || (unsigned)array->state >= STATES || array->dimensions < 0 ||
        array->dimensions > CHECKPOINT_DIMENSIONS_MAX || (is_text && array->dimensions != 1)) {
        return status_fail(
            STATUS_INTERNAL, "array '%s' has a type, state or rank that does not exist", array->name);
    }
    size_t bytes;
    if (!array_bytes(array, &bytes) || (bytes > 0 && !array->data)) {
        return status_fail(STATUS_INTERNAL, "array '%s' has no data or too much", array->name);
    }
    if (is_text && bytes > 0 && memchr(array->data, 0, bytes)) {
        return status_fail(STATUS_INTERNAL, "text '%s' contains a zero byte", array->name);
    }
    return STATUS_OK;
}

size_t array_room(size_t bytes) {
    // There is a zero behind the data.
    return (bytes / MEMORY_ALIGNMENT + 1) * MEMORY_ALIGNMENT;
}

status_t array_reserve(checkpoint_t *checkpoint, size_t count, size_t bytes) {
    const size_t size = array_room(bytes) + count * MEMORY_ALIGNMENT;
    checkpoint->storage = memory_to_fill(size);
    checkpoint->arrays = calloc(count + 1, sizeof *checkpoint->arrays);
    return checkpoint->storage && checkpoint->arrays
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", size);
}

status_t array_append(checkpoint_t *checkpoint, const checkpoint_array_t *array) {
    unsigned char *data = checkpoint->storage;
    size_t bytes = 0;
    if (array_check(array) != STATUS_OK) {
        return STATUS_CHECKPOINT;
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        if (strcmp(checkpoint->arrays[i].name, array->name) == 0) {
            return status_fail(STATUS_CHECKPOINT, "'%s' is there twice", array->name);
        }
    }
    if (checkpoint->count > 0) {
        const checkpoint_array_t *last = &checkpoint->arrays[checkpoint->count - 1];
        array_bytes(last, &bytes);
        data = (unsigned char *)last->data + array_room(bytes);
    }
    array_bytes(array, &bytes);
    if (bytes > 0) {
        memcpy(data, array->data, bytes);
    }
    data[bytes] = 0;
    checkpoint->arrays[checkpoint->count] = *array;
    checkpoint->arrays[checkpoint->count++].data = data;
    return STATUS_OK;
}

static void add_number(hash_t *hash, size_t number) {
    uint64_t bytes = number;
    hash_add(hash, &bytes, sizeof bytes);
}

/** The record of one array, as checkpoints/README.md describes it. */
static void add_array(hash_t *hash, const checkpoint_array_t *array) {
    size_t bytes = 0, length = strlen(array->name);
    add_number(hash, length);
    hash_add(hash, array->name, length);
    add_number(hash, (size_t)array->type);
    add_number(hash, (size_t)array->state);
    add_number(hash, (size_t)array->dimensions);
    for (int i = 0; i < array->dimensions; i++) {
        add_number(hash, array->dimension[i]);
    }
    array_bytes(array, &bytes);
    hash_add(hash, array->data, bytes);
}

status_t array_hash(
    const checkpoint_array_t *arrays, size_t count, checkpoint_state_t least, char text[HASH_TEXT_SIZE]) {
    hash_t *hash;
    status_t status = hash_create(&hash);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (arrays[i].state >= least) {
            add_array(hash, &arrays[i]);
        }
    }
    hash_text(hash, text);
    hash_destroy(hash);
    return STATUS_OK;
}
