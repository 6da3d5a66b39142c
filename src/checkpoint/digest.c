#include "checkpoint.h"

#include <stdint.h>
#include <string.h>

#include "array.h"

static void add_number(hash_t *hash, size_t number) {
    uint64_t bytes = number;
    hash_add(hash, &bytes, sizeof bytes);
}

/** The record of one array, as checkpoints/README.md describes it. */
static void add_array(hash_t *hash, const checkpoint_array_t *array, size_t bytes) {
    size_t name_length = strlen(array->name);
    add_number(hash, name_length);
    hash_add(hash, array->name, name_length);
    add_number(hash, (size_t)array->type);
    add_number(hash, (size_t)array->state);
    add_number(hash, (size_t)array->dimensions);
    for (int i = 0; i < array->dimensions; i++) {
        add_number(hash, array->dimension[i]);
    }
    hash_add(hash, array->data, bytes);
}

/** The hash of all arrays whose state is at least `least`. */
static status_t hash_arrays(
    const checkpoint_array_t *arrays, size_t count, checkpoint_state_t least, char text[HASH_TEXT_SIZE]) {
    hash_t *hash;
    status_t status = hash_create(&hash);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        size_t bytes;
        if (arrays[i].state >= least && array_bytes(&arrays[i], &bytes)) {
            add_array(hash, &arrays[i], bytes);
        }
    }
    hash_text(hash, text);
    hash_destroy(hash);
    return STATUS_OK;
}

status_t checkpoint_hash(const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes) {
    status_t status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = array_check(&arrays[i]);
    }
    if (status == STATUS_OK) {
        status = hash_arrays(arrays, count, CHECKPOINT_STATE_NONE, hashes->file);
    }
    if (status == STATUS_OK) {
        status = hash_arrays(arrays, count, CHECKPOINT_STATE_TRAINING, hashes->content);
    }
    if (status == STATUS_OK) {
        status = hash_arrays(arrays, count, CHECKPOINT_STATE_PARAMETER, hashes->parameter);
    }
    return status;
}
