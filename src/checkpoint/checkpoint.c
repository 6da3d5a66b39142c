#include "checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "disk.h"
#include "image.h"
#include "seal.h"

/** Reads the temporary file back and compares it with what it was made from. */
static status_t verify(const disk_file_t *file, const checkpoint_hashes_t *hashes) {
    checkpoint_t copy = {0};
    status_t status = checkpoint_read(file->temporary, &copy);
    if (status == STATUS_MEMORY) {
        return status;
    }
    if (status != STATUS_OK) {
        return status_prefix(
            STATUS_OUTPUT, "%s: cannot be written: read back, it is not what was written", file->path);
    }
    if (memcmp(&copy.hashes, hashes, sizeof *hashes) != 0) {
        status = status_fail(
            STATUS_OUTPUT, "%s: cannot be written: read back, it is another checkpoint", file->path);
    }
    checkpoint_destroy(&copy);
    return status;
}

/** The bytes of the file, sealed. */
static status_t make_bytes(const char *path, const checkpoint_array_t *arrays, size_t count,
    const checkpoint_hashes_t *hashes, unsigned char **bytes, size_t *size) {
    status_t status = image_build(arrays, count, hashes, bytes, size);
    if (status == STATUS_OK) {
        status = seal_make(*bytes, *size);
    }
    return status == STATUS_OK ? status : status_prefix(status, "%s: cannot be written", path);
}

status_t checkpoint_write(
    const char *path, const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes) {
    checkpoint_hashes_t made = {0};
    disk_file_t file = DISK_FILE_NONE;
    unsigned char *bytes = NULL;
    size_t size = 0;
    status_t status = checkpoint_hash(arrays, count, &made);
    if (status != STATUS_OK) {
        return status_prefix(status, "%s: cannot be written", path);
    }
    // First the file, then the bytes: a folder that is not there should cost no work.
    if ((status = disk_create(&file, path)) != STATUS_OK ||
        (status = make_bytes(path, arrays, count, &made, &bytes, &size)) != STATUS_OK ||
        (status = disk_put(&file, bytes, size)) != STATUS_OK) {
        goto cleanup;
    }
    free(bytes);
    bytes = NULL;
    if ((status = verify(&file, &made)) != STATUS_OK || (status = disk_commit(&file)) != STATUS_OK) {
        goto cleanup;
    }
    if (hashes) {
        *hashes = made;
    }
cleanup:
    free(bytes);
    disk_close(&file);
    return status;
}

/** The whole file in memory, its seal checked: what is read here is never read again. */
static status_t read_sealed(const char *path, unsigned char **bytes, size_t *size) {
    unsigned char start[SEAL_SIZE];
    size_t length;
    int descriptor;
    *bytes = NULL;
    status_t status = disk_open(path, &descriptor, size);
    if (status != STATUS_OK) {
        return status;
    }
    // The start is judged first: a huge file that is none of ours should not be read into memory.
    if ((status = disk_get(descriptor, path, 0, start, sizeof start, &length)) != STATUS_OK) {
        goto cleanup;
    }
    if ((status = seal_check_start(start, length, *size)) != STATUS_OK) {
        status_prefix(status, "%s", path);
        goto cleanup;
    }
    *bytes = malloc(*size);
    if (!*bytes) {
        status = status_fail(STATUS_MEMORY, "%s: out of memory: %zu bytes were asked for", path, *size);
        goto cleanup;
    }
    if ((status = disk_get(descriptor, path, 0, *bytes, *size, &length)) == STATUS_OK &&
        (status = seal_check(*bytes, length)) != STATUS_OK) {
        status_prefix(status, "%s", path);
    }
cleanup:
    close(descriptor);
    return status;
}

status_t checkpoint_read(const char *path, checkpoint_t *checkpoint) {
    unsigned char *bytes;
    size_t size;
    *checkpoint = (checkpoint_t){0};
    status_t status = read_sealed(path, &bytes, &size);
    if (status == STATUS_OK && (status = image_parse(bytes, size, checkpoint)) != STATUS_OK) {
        status_prefix(status, "%s", path);
    }
    free(bytes);
    return status;
}

void checkpoint_destroy(checkpoint_t *checkpoint) {
    free(checkpoint->arrays);
    free(checkpoint->storage);
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
        char actual[128], expected[128];
        array_shape_text(found->dimension, found->dimensions, actual, sizeof actual);
        array_shape_text(dimension ? dimension : any, dimensions, expected, sizeof expected);
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
    char shape[128] = "";
    if (array->dimensions > 0) {
        array_shape_text(array->dimension, array->dimensions, shape, sizeof shape);
    }
    snprintf(text, size, "%s%s%s", array_type_text(array->type), shape[0] ? " " : "", shape);
}
