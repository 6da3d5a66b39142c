#include "tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "npz.h"
#include "safetensors.h"

#define FOLDER "parameters/"

static const struct {
    const char *ending;
    status_t (*build)(const checkpoint_array_t *arrays, size_t count, unsigned char **bytes, size_t *size);
    status_t (*parse)(const unsigned char *bytes, size_t size, checkpoint_t *checkpoint);
} formats[] = {
    {".safetensors", safetensors_build, safetensors_parse},
    {".npz", npz_build, npz_parse},
};

enum { FORMATS = sizeof formats / sizeof *formats };

/** The format of a name; FORMATS: none. */
static int format_of(const char *path) {
    int format = 0;
    for (; format < FORMATS; format++) {
        const size_t length = strlen(path), ending = strlen(formats[format].ending);
        if (length > ending && strcmp(path + length - ending, formats[format].ending) == 0) {
            break;
        }
    }
    return format;
}

bool tensors_has_name(const char *path) {
    return format_of(path) < FORMATS;
}

/** Whether a file of this name may be replaced. */
static status_t check_replaced(const char *path) {
    struct stat file;
    checkpoint_t there;
    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0) {
        return STATUS_OK;
    }
    const status_t status = tensors_read(path, &there);
    const bool is_own = status == STATUS_OK && checkpoint_find(&there, "config/text");
    checkpoint_destroy(&there);
    if (status == STATUS_MEMORY) {
        return status;
    }
    status_clear();
    return is_own
               ? STATUS_OK
               : status_fail(STATUS_OUTPUT,
                     "%s: this file is there and is no model of cvae_mpi: it is not replaced; name another "
                     "file, or delete this one",
                     path);
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

status_t tensors_write(const char *path, const checkpoint_t *checkpoint) {
    const int format = format_of(path);
    unsigned char *bytes = NULL;
    size_t count = 0, size;
    if (format == FORMATS) {
        return status_fail(
            STATUS_USAGE, "%s: its name says no format: .safetensors or .npz was expected at its end", path);
    }
    checkpoint_array_t *arrays = calloc(checkpoint->count + 1, sizeof *arrays);
    if (!arrays) {
        return status_fail(STATUS_MEMORY, "%s: out of memory for the list of tensors", path);
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        const checkpoint_array_t *array = &checkpoint->arrays[i];
        const char *name = array->name;
        const bool is_tensor = starts_with(name, FOLDER) && array->type == CHECKPOINT_FLOAT32;
        const bool is_text = array->type == CHECKPOINT_TEXT &&
                             (starts_with(name, "data/") || strcmp(name, "config/text") == 0);
        if (is_tensor || is_text) {
            arrays[count] = *array;
            strcpy(arrays[count++].name, name + (is_tensor ? strlen(FOLDER) : 0));
        }
    }
    status_t status = check_replaced(path);
    if (status == STATUS_OK && (status = formats[format].build(arrays, count, &bytes, &size)) != STATUS_OK) {
        status_prefix(status, "%s", path);
    }
    if (status == STATUS_OK) {
        status = file_replace(path, (const char *)bytes, size);
    }
    free(bytes);
    free(arrays);
    return status;
}

/** Gives the weights the names that they have in a checkpoint. */
static status_t name_weights(checkpoint_t *checkpoint) {
    for (size_t i = 0; i < checkpoint->count; i++) {
        checkpoint_array_t *array = &checkpoint->arrays[i];
        char name[CHECKPOINT_NAME_SIZE + sizeof FOLDER];
        if (array->type != CHECKPOINT_TEXT) {
            snprintf(name, sizeof name, FOLDER "%s", array->name);
            if (!array_name_is_valid(name)) {
                return status_fail(
                    STATUS_CHECKPOINT, "tensor '%s': its name is too long for a checkpoint", array->name);
            }
            strcpy(array->name, name);
        }
    }
    return STATUS_OK;
}

status_t tensors_read(const char *path, checkpoint_t *checkpoint) {
    const int format = format_of(path);
    file_content_t file;
    if (format == FORMATS) {
        return checkpoint_read(path, checkpoint);
    }
    *checkpoint = (checkpoint_t){0};
    status_t status = file_read(path, &file);
    if (status != STATUS_OK) {
        return status;
    }
    status = formats[format].parse((const unsigned char *)file.text, file.length, checkpoint);
    if (status == STATUS_OK) {
        status = name_weights(checkpoint);
    }
    if (status != STATUS_OK) {
        checkpoint_destroy(checkpoint);
        status_prefix(status, "%s", path);
    }
    file_release(&file);
    return status;
}
