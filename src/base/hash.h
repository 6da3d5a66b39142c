/**
 * Content hashes: XXH3, 128 bits, over a stream of bytes. The same bytes give the same hash on every machine.
 */
#ifndef CVAE_HASH_H
#define CVAE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/** 32 hexadecimal digits and the terminating zero. */
#define HASH_TEXT_SIZE 33

typedef struct XXH3_state_s hash_t;

/** A new, empty hash in *hash, owned by the caller. STATUS_MEMORY. */
status_t hash_create(hash_t **hash);

/** Adds `size` bytes. */
void hash_add(hash_t *hash, const void *bytes, size_t size);

/** The hash of all that was added so far, as hexadecimal text. */
void hash_text(const hash_t *hash, char text[HASH_TEXT_SIZE]);

/** Frees the hash. NULL is fine. */
void hash_destroy(hash_t *hash);

/** The hash of `size` bytes in one call. */
void hash_block(const void *bytes, size_t size, char text[HASH_TEXT_SIZE]);

/** The 64-bit hash of `size` bytes in one call. */
uint64_t hash_bytes(const void *bytes, size_t size);

#endif
