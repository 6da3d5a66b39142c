#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "image.h"

/**
 * The seal, a file's first bytes: text that holds the format version, the file's length and the hash of every
 * byte behind the seal. Each byte of the seal itself is decided by these three, so no bit of a file can
 * change unnoticed.
 */
enum { SEAL_SIZE = IMAGE_START, START_SIZE = SEAL_SIZE + IMAGE_KIND_SIZE };

#define MAGIC "cvae_mpi checkpoint\nformat "

static const char damage[] = "damaged: its bytes do not have the hash that they were written with";

bool checkpoint_has_seal(const char *bytes, size_t length) {
    return length >= strlen(MAGIC) && memcmp(bytes, MAGIC, strlen(MAGIC)) == 0;
}

/** Makes the seal of a file from its `size` bytes. */
static void make_seal(const unsigned char *bytes, size_t size, unsigned char seal[SEAL_SIZE]) {
    char hash[HASH_TEXT_SIZE];
    hash_block(bytes + SEAL_SIZE, size - SEAL_SIZE, hash);
    memset(seal, ' ', SEAL_SIZE);
    const int length = snprintf((char *)seal, SEAL_SIZE,
        MAGIC "%d\nbytes %zu\nxxh3-128 %s\nHDF5 starts at byte %d; h5dump and h5py find it there.\n",
        CHECKPOINT_FORMAT, size, hash, SEAL_SIZE);
    seal[length] = ' ';
    seal[SEAL_SIZE - 1] = '\n';
}

/**
 * Judges a file by its start, the first `length` (at most START_SIZE) of its `size` bytes, before all of it
 * is read: ours, a format we know, the length right?
 */
static status_t check_start(const unsigned char *start, size_t length, size_t size) {
    static const char hdf5_signature[] = "\x89HDF\r\n\x1a\n";
    char text[SEAL_SIZE + 1] = "", format[16], digits[24], known[16];
    if (length == 0) {
        return status_fail(STATUS_CHECKPOINT, "the file is empty");
    }
    memcpy(text, start, length < SEAL_SIZE ? length : SEAL_SIZE);
    if (!checkpoint_has_seal(text, sizeof text)) {
        const bool is_hdf5 = memcmp(text, hdf5_signature, strlen(hdf5_signature)) == 0;
        return status_fail(
            STATUS_CHECKPOINT, "%snot a checkpoint of cvae_mpi", is_hdf5 ? "an HDF5 file, but " : "");
    }
    if (length < SEAL_SIZE || size < SEAL_SIZE) {
        return status_fail(STATUS_CHECKPOINT, "cut off: it ends after %zu bytes", size);
    }
    if (sscanf(text, MAGIC "%15[0-9]\nbytes %23[0-9]", format, digits) != 2) {
        return status_fail(STATUS_CHECKPOINT, "%s", damage);
    }
    snprintf(known, sizeof known, "%d", CHECKPOINT_FORMAT);
    if (strcmp(format, known) != 0) {
        return status_fail(
            STATUS_CHECKPOINT, "written in format %s, this program reads format %s", format, known);
    }
    const uintmax_t promised = strtoumax(digits, NULL, 10);
    if (promised != size && length == START_SIZE && image_is_of_others(start + SEAL_SIZE)) {
        return status_fail(STATUS_CHECKPOINT,
            "another program (such as h5repack) has written it anew, with %zu bytes for %ju: only the file "
            "as cvae_mpi wrote it is a checkpoint",
            size, promised);
    }
    return promised == size ? STATUS_OK
                            : status_fail(STATUS_CHECKPOINT, "%s: it has %zu bytes, %ju were written",
                                  size < promised ? "cut off" : "damaged", size, promised);
}

status_t checkpoint_hash(const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes) {
    status_t status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = array_check(&arrays[i]);
    }
    if (status == STATUS_OK &&
        (status = array_hash(arrays, count, CHECKPOINT_STATE_NONE, hashes->file)) == STATUS_OK &&
        (status = array_hash(arrays, count, CHECKPOINT_STATE_TRAINING, hashes->content)) == STATUS_OK) {
        status = array_hash(arrays, count, CHECKPOINT_STATE_PARAMETER, hashes->parameter);
    }
    return status;
}

status_t checkpoint_write(
    const char *path, const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes) {
    checkpoint_hashes_t made = {0};
    unsigned char *bytes;
    size_t size;
    status_t status = checkpoint_hash(arrays, count, &made);
    if (status != STATUS_OK || (status = image_build(arrays, count, &made, &bytes, &size)) != STATUS_OK) {
        return status_prefix(status, "%s: cannot be written", path);
    }
    make_seal(bytes, size, bytes);
    status = file_replace_compared(path, bytes, size);
    free(bytes);
    if (status == STATUS_OK && hashes) {
        *hashes = made;
    }
    return status;
}

static status_t refuse_input(void) {
    return status_fail(STATUS_NO_INPUT, "cannot be read: %s", strerror(errno));
}

/** Reads a file into *bytes, for free(), and checks its seal: what is read here is never read again. */
static status_t read_sealed(int file, size_t size, unsigned char **bytes) {
    unsigned char start[START_SIZE], seal[SEAL_SIZE];
    // The start is judged first: a huge file that is none of ours should not be read into memory.
    ssize_t length = file_read_at(file, 0, start, START_SIZE);
    status_t status = length < 0 ? refuse_input() : check_start(start, (size_t)length, size);
    if (status != STATUS_OK) {
        return status;
    }
    *bytes = memory_to_fill(size);
    if (!*bytes) {
        return status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", size);
    }
    length = file_read_at(file, 0, *bytes, size);
    if (length < 0) {
        return refuse_input();
    }
    make_seal(*bytes, size, seal);
    return (size_t)length == size && memcmp(seal, *bytes, SEAL_SIZE) == 0
               ? STATUS_OK
               : status_fail(STATUS_CHECKPOINT, "%s", damage);
}

/** Whether the arrays have the hashes that the file says they have. */
static status_t compare_hashes(const checkpoint_t *checkpoint) {
    const checkpoint_hashes_t *said = &checkpoint->hashes;
    checkpoint_hashes_t actual;
    status_t status = checkpoint_hash(checkpoint->arrays, checkpoint->count, &actual);
    if (status != STATUS_OK) {
        return status == STATUS_INTERNAL ? STATUS_CHECKPOINT : status;
    }
    const char *hashes[][3] = {
        {"file", said->file, actual.file},
        {"content", said->content, actual.content},
        {"parameter", said->parameter, actual.parameter},
    };
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        if (strcmp(hashes[i][1], hashes[i][2]) != 0) {
            return status_fail(STATUS_CHECKPOINT, "its content has the hash_%s %s, not %s as it says",
                hashes[i][0], hashes[i][2], hashes[i][1]);
        }
    }
    return STATUS_OK;
}

status_t checkpoint_read(const char *path, checkpoint_t *checkpoint) {
    unsigned char *bytes = NULL;
    struct stat properties;
    *checkpoint = (checkpoint_t){0};
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    const int file = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    status_t status = file < 0 || fstat(file, &properties) != 0 ? refuse_input()
                      : S_ISREG(properties.st_mode)
                          ? read_sealed(file, (size_t)properties.st_size, &bytes)
                          : status_fail(STATUS_NO_INPUT, "cannot be read: not a regular file");
    if (file >= 0) {
        close(file);
    }
    if (status != STATUS_OK) {
        free(bytes);
    } else if ((status = image_parse(bytes, (size_t)properties.st_size, checkpoint)) == STATUS_OK) {
        status = compare_hashes(checkpoint);
    }
    if (status != STATUS_OK) {
        checkpoint_destroy(checkpoint);
        status_prefix(status, "%s", path);
    }
    return status;
}

void checkpoint_destroy(checkpoint_t *checkpoint) {
    free(checkpoint->arrays);
    free(checkpoint->storage);
    free(checkpoint->file);
    *checkpoint = (checkpoint_t){0};
}

const checkpoint_array_t *checkpoint_find(const checkpoint_t *checkpoint, const char *name) {
    for (size_t i = 0; i < checkpoint->count; i++) {
        if (strcmp(checkpoint->arrays[i].name, name) == 0) {
            return &checkpoint->arrays[i];
        }
    }
    return NULL;
}

static bool shape_fits(const checkpoint_array_t *array, int dimensions, const size_t *dimension) {
    bool fits = array->dimensions == dimensions;
    for (int i = 0; fits && dimension && i < dimensions; i++) {
        fits = dimension[i] == CHECKPOINT_ANY_SIZE || dimension[i] == array->dimension[i];
    }
    return fits;
}

status_t checkpoint_expect(const checkpoint_t *checkpoint, const char *name, checkpoint_type_t type,
    int dimensions, const size_t *dimension, const checkpoint_array_t **array) {
    static const size_t any[CHECKPOINT_DIMENSIONS_MAX] = {
        CHECKPOINT_ANY_SIZE, CHECKPOINT_ANY_SIZE, CHECKPOINT_ANY_SIZE, CHECKPOINT_ANY_SIZE};
    const checkpoint_array_t *found = checkpoint_find(checkpoint, name);
    if (!found) {
        return status_fail(STATUS_CHECKPOINT, "array '%s' is missing", name);
    }
    if (found->type != type) {
        return status_fail(STATUS_CHECKPOINT, "array '%s' is %s, %s was expected", name,
            array_type_text(found->type), array_type_text(type));
    }
    if (!shape_fits(found, dimensions, dimension)) {
        char actual[ARRAY_SHAPE_SIZE], expected[ARRAY_SHAPE_SIZE];
        array_shape_text(found->dimension, found->dimensions, actual);
        array_shape_text(dimension ? dimension : any, dimensions, expected);
        return status_fail(
            STATUS_CHECKPOINT, "array '%s' has the shape %s, %s was expected", name, actual, expected);
    }
    *array = found;
    return STATUS_OK;
}

status_t checkpoint_copy(const checkpoint_t *checkpoint, const char *name, checkpoint_type_t type,
    int dimensions, const size_t *dimension, void *to) {
    const checkpoint_array_t *array = NULL;
    size_t bytes = 0;
    status_t status = checkpoint_expect(checkpoint, name, type, dimensions, dimension, &array);
    if (status == STATUS_OK && !array_bytes(array, &bytes)) {
        status = status_fail(STATUS_CHECKPOINT, "array '%s' is larger than memory can be", name);
    }
    if (status == STATUS_OK && bytes > 0) {
        memcpy(to, array->data, bytes);
    }
    return status;
}

status_t checkpoint_text(const checkpoint_t *checkpoint, const char *name, const char **text) {
    const checkpoint_array_t *array = NULL;
    status_t status = checkpoint_expect(checkpoint, name, CHECKPOINT_TEXT, 1, NULL, &array);
    *text = array ? array->data : "";
    return status;
}

void checkpoint_describe(const checkpoint_array_t *array, char *text, size_t size) {
    char shape[ARRAY_SHAPE_SIZE] = "";
    if (array->dimensions > 0) {
        array_shape_text(array->dimension, array->dimensions, shape);
    }
    snprintf(text, size, "%s%s%s", array_type_text(array->type), shape[0] ? " " : "", shape);
}
