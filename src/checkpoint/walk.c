#include "walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "attribute.h"

enum { STATE_TEXT_SIZE = 16 };

static status_t read_type(hid_t dataset, checkpoint_array_t *array, size_t *type_size) {
    hid_t type = H5Dget_type(dataset);
    status_t status = STATUS_OK;
    if (type >= 0 && handle_is_text(type)) {
        array->type = CHECKPOINT_TEXT;
    } else if (type >= 0 && H5Tequal(type, H5T_IEEE_F32LE) > 0) {
        array->type = CHECKPOINT_FLOAT32;
    } else if (type >= 0 && H5Tequal(type, H5T_IEEE_F64LE) > 0) {
        array->type = CHECKPOINT_FLOAT64;
    } else if (type >= 0 && H5Tequal(type, H5T_STD_I64LE) > 0) {
        array->type = CHECKPOINT_INT64;
    } else {
        status = status_fail(STATUS_CHECKPOINT, "of a type that no checkpoint has");
    }
    *type_size = type >= 0 ? H5Tget_size(type) : 0;
    handle_close(type);
    return status;
}

static status_t read_shape(hid_t dataset, checkpoint_array_t *array, size_t type_size) {
    hid_t space = H5Dget_space(dataset);
    hsize_t dimension[H5S_MAX_RANK];
    status_t status = STATUS_OK;
    H5S_class_t class = space >= 0 ? H5Sget_simple_extent_type(space) : H5S_NO_CLASS;
    bool is_text = array->type == CHECKPOINT_TEXT;
    int rank =
        class == H5S_SCALAR || class == H5S_SIMPLE ? H5Sget_simple_extent_dims(space, dimension, NULL) : -1;
    if (rank < 0 || (is_text && class != H5S_SCALAR)) {
        status = status_fail(STATUS_CHECKPOINT, "of a shape that no checkpoint has");
    } else if (rank > CHECKPOINT_DIMENSIONS_MAX) {
        status = status_fail(
            STATUS_CHECKPOINT, "it has %d dimensions, at most %d are known", rank, CHECKPOINT_DIMENSIONS_MAX);
    } else {
        array->dimensions = is_text ? 1 : rank;
        for (int i = 0; i < rank; i++) {
            array->dimension[i] = (size_t)dimension[i];
        }
        if (is_text) {
            // For now the string's size; read_data() finds the empty text, which is one zero byte.
            array->dimension[0] = type_size;
        }
    }
    handle_close(space);
    return status;
}

/** Bounds the data by the file that claims to hold it, and refuses data that lies outside of it. */
static status_t check_storage(hid_t dataset, const checkpoint_array_t *array, walk_t *walk) {
    hid_t properties = H5Dget_create_plist(dataset);
    bool is_plain = properties >= 0 && H5Pget_layout(properties) == H5D_CONTIGUOUS &&
                    H5Pget_external_count(properties) == 0 && H5Pget_nfilters(properties) == 0;
    handle_close(properties);
    if (!is_plain) {
        return status_fail(STATUS_CHECKPOINT, "it is stored in a way that no checkpoint uses");
    }
    size_t bytes;
    if (!array_bytes(array, &bytes) || bytes > walk->size - walk->total) {
        return status_fail(STATUS_CHECKPOINT, "it claims to be larger than the file");
    }
    if (H5Dget_storage_size(dataset) != bytes) {
        return status_fail(STATUS_CHECKPOINT, "its data is not in the file");
    }
    walk->total += bytes;
    return STATUS_OK;
}

static status_t read_marks(hid_t dataset, walk_found_t *found) {
    char state[STATE_TEXT_SIZE];
    int64_t index = 0;
    status_t status = attribute_read_number(dataset, ATTRIBUTE_INDEX, &index);
    if (status == STATUS_OK && index < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its index is %lld", (long long)index);
    }
    found->index = (size_t)index;
    if (status == STATUS_OK) {
        status = attribute_read_text(dataset, ATTRIBUTE_STATE, state, sizeof state);
    }
    if (status == STATUS_OK && !array_state_parse(state, &found->array.state)) {
        status = status_fail(STATUS_CHECKPOINT, "its state '%s' is unknown", state);
    }
    return status;
}

static status_t describe_dataset(hid_t dataset, walk_t *walk, walk_found_t *found) {
    size_t type_size;
    status_t status = read_type(dataset, &found->array, &type_size);
    if (status == STATUS_OK) {
        status = read_shape(dataset, &found->array, type_size);
    }
    if (status == STATUS_OK) {
        status = check_storage(dataset, &found->array, walk);
    }
    if (status == STATUS_OK) {
        status = read_marks(dataset, found);
    }
    return status;
}

static status_t make_room(walk_t *walk) {
    if (walk->count < walk->capacity) {
        return STATUS_OK;
    }
    size_t capacity = walk->capacity > 0 ? 2 * walk->capacity : 64;
    walk_found_t *found = realloc(walk->found, capacity * sizeof *found);
    if (!found) {
        return status_fail(STATUS_MEMORY, "out of memory for the list of arrays");
    }
    walk->found = found;
    walk->capacity = capacity;
    return STATUS_OK;
}

static status_t add_object(hid_t group, const char *name, const H5L_info_t *link, walk_t *walk) {
    if (!array_name_is_valid(name)) {
        return status_fail(STATUS_CHECKPOINT, "it holds something whose name no checkpoint has");
    }
    if (link->type != H5L_TYPE_HARD) {
        return status_fail(STATUS_CHECKPOINT, "'%s' is a link", name);
    }
    status_t status = STATUS_OK;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t kind = object >= 0 ? H5Iget_type(object) : H5I_BADID;
    if (kind == H5I_DATASET && (status = make_room(walk)) == STATUS_OK) {
        walk_found_t *found = &walk->found[walk->count];
        *found = (walk_found_t){0};
        snprintf(found->array.name, sizeof found->array.name, "%s", name);
        status = describe_dataset(object, walk, found);
        walk->count += status == STATUS_OK;
        if (status == STATUS_CHECKPOINT) {
            status_prefix(status, "array '%s'", name);
        }
    } else if (kind != H5I_GROUP && status == STATUS_OK) {
        status = status_fail(STATUS_CHECKPOINT, "'%s' is neither an array nor a group", name);
    }
    handle_close(object);
    return status;
}

static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    walk_t *walk = context;
    walk->status = add_object(group, name, link, walk);
    return walk->status == STATUS_OK ? 0 : -1;
}

status_t walk_arrays(hid_t file, walk_t *walk) {
    if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, visit, walk) < 0 && walk->status == STATUS_OK) {
        return handle_fail(STATUS_CHECKPOINT, "list the arrays");
    }
    return walk->status;
}
