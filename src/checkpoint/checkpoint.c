#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "base/file.h"
#include "image.h"
#include "seal.h"

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
    file_draft_t file = FILE_DRAFT_NONE;
    unsigned char *bytes = NULL;
    size_t size = 0;
    status_t status = checkpoint_hash(arrays, count, &made);
    if (status != STATUS_OK) {
        return status_prefix(status, "%s: cannot be written", path);
    }
    // First the file, then the bytes: a folder that is not there should cost no work.
    if ((status = file_begin(&file, path)) == STATUS_OK &&
        (status = make_bytes(path, arrays, count, &made, &bytes, &size)) == STATUS_OK &&
        (status = file_put(&file, bytes, size)) == STATUS_OK &&
        (status = file_compare(&file, bytes, size)) == STATUS_OK) {
        status = file_commit(&file);
    }
    if (status == STATUS_OK && hashes) {
        *hashes = made;
    }
    free(bytes);
    file_close(&file);
    return status;
}

static status_t refuse_input(const char *path) {
    return status_fail(STATUS_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
}

/** Opens a regular file, *descriptor to be closed by the caller (-1: none), and gives its size. */
static status_t open_regular(const char *path, int *descriptor, size_t *size) {
    struct stat properties;
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    *descriptor = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (*descriptor < 0 || fstat(*descriptor, &properties) != 0) {
        return refuse_input(path);
    }
    *size = (size_t)properties.st_size;
    return S_ISREG(properties.st_mode)
               ? STATUS_OK
               : status_fail(STATUS_NO_INPUT, "%s: cannot be read: not a regular file", path);
}

/** The whole file in memory, its seal checked: what is read here is never read again. */
static status_t read_sealed(const char *path, unsigned char **bytes, size_t *size) {
    unsigned char start[SEAL_SIZE];
    ssize_t length;
    int descriptor;
    *bytes = NULL;
    status_t status = open_regular(path, &descriptor, size);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    // The start is judged first: a huge file that is none of ours should not be read into memory.
    if ((length = file_read_at(descriptor, 0, start, sizeof start)) < 0) {
        status = refuse_input(path);
        goto cleanup;
    }
    if ((status = seal_check_start(start, (size_t)length, *size)) != STATUS_OK) {
        status_prefix(status, "%s", path);
        goto cleanup;
    }
    *bytes = malloc(*size);
    if (!*bytes) {
        status = status_fail(STATUS_MEMORY, "%s: out of memory: %zu bytes were asked for", path, *size);
    } else if ((length = file_read_at(descriptor, 0, *bytes, *size)) < 0) {
        status = refuse_input(path);
    } else if ((status = seal_check(*bytes, (size_t)length)) != STATUS_OK) {
        status_prefix(status, "%s", path);
    }
cleanup:
    if (descriptor >= 0) {
        close(descriptor);
    }
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
