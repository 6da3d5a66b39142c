#include "safetensors.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LENGTH_SIZE = 8, HEADER_ALIGNMENT = 8 };

#define METADATA "__metadata__"

/** A tensor's entry in the header; NULL without memory. */
static json_t *describe(const checkpoint_array_t *array, size_t begin, size_t end) {
    json_t *shape = json_array();
    for (int i = 0; i < array->dimensions; i++) {
        json_array_append_new(shape, json_integer((json_int_t)array->dimension[i]));
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
        (json_int_t)begin, (json_int_t)end);
}

/** The header as text, for free(), NULL without memory; *end: how many bytes of data it describes. */
static char *make_header(const checkpoint_array_t *arrays, size_t count, size_t *end) {
    json_t *texts = json_object(), *header = json_pack("{s:O}", METADATA, texts);
    bool is_made = header != NULL;
    *end = 0;
    for (size_t i = 0; is_made && i < count; i++) {
        const checkpoint_array_t *array = &arrays[i];
        size_t size;
        array_bytes(array, &size);
        if (array->type == CHECKPOINT_TEXT) {
            is_made = json_object_set_new(texts, array->name, json_stringn(array->data, size)) == 0;
        } else {
            is_made = json_object_set_new(header, array->name, describe(array, *end, *end + size)) == 0;
            *end += size;
        }
    }
    char *text = is_made ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(texts);
    json_decref(header);
    return text;
}

status_t safetensors_build(
    const checkpoint_array_t *arrays, size_t count, unsigned char **bytes, size_t *size) {
    size_t data_size;
    char *header = make_header(arrays, count, &data_size);
    const size_t length = header ? strlen(header) : 0;
    // The numbers begin at a multiple of 8; the header may end in blanks.
    const uint64_t padded = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    *size = LENGTH_SIZE + padded + data_size;
    *bytes = header ? malloc(*size) : NULL;
    if (!*bytes) {
        free(header);
        return status_fail(STATUS_MEMORY, "out of memory for the file");
    }
    memcpy(*bytes, &padded, LENGTH_SIZE);
    memset(*bytes + LENGTH_SIZE, ' ', padded);
    memcpy(*bytes + LENGTH_SIZE, header, length);
    unsigned char *next = *bytes + LENGTH_SIZE + padded;
    for (size_t i = 0; i < count; i++) {
        size_t array_size;
        array_bytes(&arrays[i], &array_size);
        if (arrays[i].type != CHECKPOINT_TEXT) {
            memcpy(next, arrays[i].data, array_size);
            next += array_size;
        }
    }
    free(header);
    return STATUS_OK;
}

// From bytes to arrays.

/** A tensor of the header, and which bytes of the data are its own. */
typedef struct {
    checkpoint_array_t array;
    size_t begin, end;
} tensor_t;

static int compare_places(const void *one, const void *other) {
    const tensor_t *a = one, *b = other;
    return a->begin != b->begin ? (a->begin > b->begin) - (a->begin < b->begin)
                                : (a->end > b->end) - (a->end < b->end);
}

/** A whole number from 0. */
static bool read_size(const json_t *value, size_t *size) {
    const bool is_size = json_is_integer(value) && json_integer_value(value) >= 0;
    *size = is_size ? (size_t)json_integer_value(value) : 0;
    return is_size;
}

static status_t read_shape(const json_t *shape, checkpoint_array_t *array) {
    const size_t dimensions = json_array_size(shape);
    if (!json_is_array(shape) || dimensions > CHECKPOINT_DIMENSIONS_MAX) {
        return status_fail(STATUS_CHECKPOINT, "tensor '%s': its shape is no list of at most %d numbers",
            array->name, CHECKPOINT_DIMENSIONS_MAX);
    }
    array->dimensions = (int)dimensions;
    for (size_t i = 0; i < dimensions; i++) {
        if (!read_size(json_array_get(shape, i), &array->dimension[i])) {
            return status_fail(
                STATUS_CHECKPOINT, "tensor '%s': its shape is no list of whole numbers from 0", array->name);
        }
    }
    return STATUS_OK;
}

/** size: of the data. */
static status_t read_tensor(const char *name, const json_t *entry, size_t size, tensor_t *tensor) {
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *offsets = json_object_get(entry, "data_offsets");
    checkpoint_array_t *array = &tensor->array;
    size_t bytes;
    *array = (checkpoint_array_t){.type = CHECKPOINT_FLOAT32, .state = CHECKPOINT_STATE_PARAMETER};
    if (!array_name_is_valid(name)) {
        return status_fail(
            STATUS_CHECKPOINT, "tensor '%.100s': no tensor of a checkpoint has such a name", name);
    }
    strcpy(array->name, name);
    if (!type || strcmp(type, "F32") != 0) {
        return status_fail(STATUS_CHECKPOINT,
            "tensor '%s': its dtype is %.20s, F32 was expected; PyTorch's float() converts it", name,
            type ? type : "missing");
    }
    const status_t status = read_shape(json_object_get(entry, "shape"), array);
    if (status != STATUS_OK) {
        return status;
    }
    if (json_array_size(offsets) != 2 || !read_size(json_array_get(offsets, 0), &tensor->begin) ||
        !read_size(json_array_get(offsets, 1), &tensor->end) || tensor->begin > tensor->end) {
        return status_fail(
            STATUS_CHECKPOINT, "tensor '%s': its data_offsets are no two numbers in order", name);
    }
    if (tensor->end > size) {
        return status_fail(STATUS_CHECKPOINT,
            "tensor '%s': its data end at byte %zu, the file has %zu bytes of data: it is cut off", name,
            tensor->end, size);
    }
    if (!array_bytes(array, &bytes) || bytes != tensor->end - tensor->begin) {
        char shape[ARRAY_SHAPE_SIZE];
        array_shape_text(array->dimension, array->dimensions, shape);
        return status_fail(STATUS_CHECKPOINT,
            "tensor '%s': its data have %zu byte%s, not those of its shape %s", name,
            tensor->end - tensor->begin, text_plural(tensor->end - tensor->begin), shape);
    }
    return STATUS_OK;
}

/** Sorts tensors by their data. Checks that they have all of it, each byte once. */
static status_t check_places(tensor_t *tensors, size_t count, size_t size) {
    size_t end = 0;
    qsort(tensors, count, sizeof *tensors, compare_places);
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].begin != end) {
            return status_fail(STATUS_CHECKPOINT,
                "tensor '%s': its data begin at byte %zu, those before them end at byte %zu",
                tensors[i].array.name, tensors[i].begin, end);
        }
        end = tensors[i].end;
    }
    return end == size
               ? STATUS_OK
               : status_fail(STATUS_CHECKPOINT, "its tensors have %zu byte%s of data, the file has %zu", end,
                     text_plural(end), size);
}

/** The texts are no larger than they are in the header. */
static status_t read_texts(const json_t *texts, checkpoint_t *checkpoint) {
    const char *name;
    json_t *value;
    status_t status = STATUS_OK;
    if (texts && !json_is_object(texts)) {
        return status_fail(STATUS_CHECKPOINT, "its " METADATA " is no object of texts");
    }
    json_object_foreach((json_t *)texts, name, value) {
        checkpoint_array_t array = {.type = CHECKPOINT_TEXT,
            .dimensions = 1,
            .dimension = {json_string_length(value)},
            .data = json_string_value(value)};
        if (!json_is_string(value)) {
            return status_fail(STATUS_CHECKPOINT, METADATA " '%.100s': it is no text", name);
        }
        snprintf(array.name, sizeof array.name, "%s", name);
        status = array_name_is_valid(name) ? array_append(checkpoint, &array) : status;
        if (status != STATUS_OK) {
            return status;
        }
    }
    return status;
}

/** data: behind the header, of `size` bytes. tensors: room for all of them. */
static status_t read_tensors(const json_t *header, const unsigned char *data, size_t size,
    checkpoint_t *checkpoint, tensor_t *tensors) {
    const char *name;
    json_t *entry;
    size_t count = 0;
    status_t status = STATUS_OK;
    json_object_foreach((json_t *)header, name, entry) {
        if (status == STATUS_OK && strcmp(name, METADATA) != 0) {
            status = read_tensor(name, entry, size, &tensors[count++]);
        }
    }
    if (status == STATUS_OK) {
        status = check_places(tensors, count, size);
    }
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        tensors[i].array.data = data + tensors[i].begin;
        status = array_append(checkpoint, &tensors[i].array);
    }
    return status;
}

status_t safetensors_parse(const unsigned char *bytes, size_t size, checkpoint_t *checkpoint) {
    uint64_t length;
    json_error_t error;
    if (size < LENGTH_SIZE) {
        return status_fail(
            STATUS_CHECKPOINT, "no safetensors file: it has %zu byte%s", size, text_plural(size));
    }
    memcpy(&length, bytes, LENGTH_SIZE);
    if (length > size - LENGTH_SIZE) {
        return status_fail(STATUS_CHECKPOINT,
            "cut off, or no safetensors file: its header should have %llu bytes, %zu are there",
            (unsigned long long)length, size - LENGTH_SIZE);
    }
    json_t *header = json_loadb((const char *)bytes + LENGTH_SIZE, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(header)) {
        json_decref(header);
        return status_fail(STATUS_CHECKPOINT, "no safetensors file: its header is no JSON object%s%.100s",
            header ? "" : ": ", header ? "" : error.text);
    }
    const json_t *texts = json_object_get(header, METADATA);
    const size_t count = json_object_size(header) + json_object_size(texts);
    const size_t start = LENGTH_SIZE + length;
    tensor_t *tensors = calloc(count + 1, sizeof *tensors);
    status_t status = tensors ? array_reserve(checkpoint, count, size)
                              : status_fail(STATUS_MEMORY, "out of memory for the list of tensors");
    if (status == STATUS_OK) {
        status = read_texts(texts, checkpoint);
    }
    if (status == STATUS_OK) {
        status = read_tensors(header, bytes + start, size - start, checkpoint, tensors);
    }
    free(tensors);
    json_decref(header);
    return status;
}
