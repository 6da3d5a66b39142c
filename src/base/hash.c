#include "hash.h"

#include <stdio.h>
#include <xxhash.h>

status_t hash_create(hash_t **hash) {
    *hash = XXH3_createState();
    return *hash && XXH3_128bits_reset(*hash) == XXH_OK
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory for a content hash");
}

void hash_add(hash_t *hash, const void *bytes, size_t size) {
    if (size > 0) {
        XXH3_128bits_update(hash, bytes, size);
    }
}

static void write_text(XXH128_hash_t value, char text[HASH_TEXT_SIZE]) {
    snprintf(text, HASH_TEXT_SIZE, "%016llx%016llx", (unsigned long long)value.high64,
        (unsigned long long)value.low64);
}

void hash_text(const hash_t *hash, char text[HASH_TEXT_SIZE]) {
    write_text(XXH3_128bits_digest(hash), text);
}

void hash_destroy(hash_t *hash) {
    XXH3_freeState(hash);
}

void hash_block(const void *bytes, size_t size, char text[HASH_TEXT_SIZE]) {
    write_text(XXH3_128bits(bytes, size), text);
}

uint64_t hash_bytes(const void *bytes, size_t size) {
    return XXH3_64bits(bytes, size);
}
