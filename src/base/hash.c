#include "hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

struct hash {
    XXH3_state_t *state;
};

status_t hash_create(hash_t **hash) {
    hash_t *created = malloc(sizeof *created);
    XXH3_state_t *state = XXH3_createState();
    if (!created || !state || XXH3_128bits_reset(state) != XXH_OK) {
        free(created);
        XXH3_freeState(state);
        return status_fail(STATUS_MEMORY, "out of memory for a content hash");
    }
    created->state = state;
    *hash = created;
    return STATUS_OK;
}

void hash_add(hash_t *hash, const void *bytes, size_t size) {
    if (size > 0) {
        XXH3_128bits_update(hash->state, bytes, size);
    }
}

void hash_text(const hash_t *hash, char text[HASH_TEXT_SIZE]) {
    XXH128_hash_t value = XXH3_128bits_digest(hash->state);
    snprintf(text, HASH_TEXT_SIZE, "%016llx%016llx", (unsigned long long)value.high64,
        (unsigned long long)value.low64);
}

void hash_destroy(hash_t *hash) {
    if (hash) {
        XXH3_freeState(hash->state);
        free(hash);
    }
}

uint64_t hash_bytes(const void *bytes, size_t size) {
    return XXH3_64bits(bytes, size);
}
