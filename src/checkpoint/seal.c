#include "seal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "checkpoint.h"
#include "base/hash.h"

#define MAGIC "cvae_mpi checkpoint\nformat "

static const unsigned char hdf5_signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

/** The seal of a file of `size` bytes of which all behind the seal have the hash `hash`. */
static void write_seal(unsigned char seal[SEAL_SIZE], size_t size, const char *hash) {
    char text[SEAL_SIZE];
    int length = snprintf(text, sizeof text,
        MAGIC "%d\nbytes %zu\nxxh3-128 %s\nHDF5 starts at byte %d; h5dump and h5py find it there.\n",
        CHECKPOINT_FORMAT, size, hash, SEAL_SIZE);
    memset(seal, ' ', SEAL_SIZE);
    memcpy(seal, text, (size_t)length);
    seal[SEAL_SIZE - 1] = '\n';
}

static status_t hash_rest(const unsigned char *bytes, size_t size, char text[HASH_TEXT_SIZE]) {
    hash_t *hash;
    status_t status = hash_create(&hash);
    if (status != STATUS_OK) {
        return status;
    }
    hash_add(hash, bytes + SEAL_SIZE, size - SEAL_SIZE);
    hash_text(hash, text);
    hash_destroy(hash);
    return STATUS_OK;
}

status_t seal_make(unsigned char *bytes, size_t size) {
    char hash[HASH_TEXT_SIZE];
    status_t status = hash_rest(bytes, size, hash);
    if (status == STATUS_OK) {
        write_seal(bytes, size, hash);
    }
    return status;
}

static status_t refuse_stranger(const unsigned char *start, size_t length) {
    if (length == 0) {
        return status_fail(STATUS_CHECKPOINT, "the file is empty");
    }
    if (length >= sizeof hdf5_signature && memcmp(start, hdf5_signature, sizeof hdf5_signature) == 0) {
        return status_fail(STATUS_CHECKPOINT, "an HDF5 file, but not a checkpoint of cvae_mpi");
    }
    return status_fail(STATUS_CHECKPOINT, "not a checkpoint of cvae_mpi");
}

static status_t refuse_damage(void) {
    return status_fail(
        STATUS_CHECKPOINT, "damaged: its bytes do not have the hash that they were written with");
}

/** The length in the text behind the format's number, and nothing that scanf() would be generous about. */
static bool parse_length(const char *text, uintmax_t *length) {
    static const char label[] = "\nbytes ";
    const char *digits = text + strlen(label);
    if (strncmp(text, label, strlen(label)) != 0 || *digits < '0' || *digits > '9') {
        return false;
    }
    *length = strtoumax(digits, NULL, 10);
    return true;
}

status_t seal_check_start(const unsigned char *start, size_t length, size_t size) {
    size_t magic_length = strlen(MAGIC);
    if (length < magic_length || memcmp(start, MAGIC, magic_length) != 0) {
        return refuse_stranger(start, length);
    }
    if (length < SEAL_SIZE) {
        return status_fail(STATUS_CHECKPOINT, "cut off: it ends after %zu bytes", size);
    }
    char text[SEAL_SIZE + 1] = {0}, known[16];
    memcpy(text, start, SEAL_SIZE);
    const char *format = text + magic_length;
    int digits = (int)strspn(format, "0123456789");
    int known_digits = snprintf(known, sizeof known, "%d", CHECKPOINT_FORMAT);
    uintmax_t promised;
    if (digits == 0 || !parse_length(format + digits, &promised)) {
        return refuse_damage();
    }
    if (digits != known_digits || memcmp(format, known, (size_t)digits) != 0) {
        return status_fail(
            STATUS_CHECKPOINT, "written in format %.*s, this program reads format %s", digits, format, known);
    }
    if (promised != size) {
        return status_fail(STATUS_CHECKPOINT, "%s: it has %zu bytes, %ju were written",
            size < promised ? "cut off" : "damaged", size, promised);
    }
    return STATUS_OK;
}

status_t seal_check(const unsigned char *bytes, size_t size) {
    unsigned char expected[SEAL_SIZE];
    char hash[HASH_TEXT_SIZE];
    status_t status = seal_check_start(bytes, size < SEAL_SIZE ? size : SEAL_SIZE, size);
    if (status != STATUS_OK || (status = hash_rest(bytes, size, hash)) != STATUS_OK) {
        return status;
    }
    write_seal(expected, size, hash);
    if (memcmp(bytes, expected, SEAL_SIZE) != 0) {
        return refuse_damage();
    }
    return STATUS_OK;
}

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
