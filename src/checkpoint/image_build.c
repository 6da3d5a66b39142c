#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "attribute.h"
#include "handle.h"
#include "seal.h"

/** The memory of the file being built: HDF5 makes it grow, and when it closes the file, this is the file. */
typedef struct {
    unsigned char *bytes;
    size_t size;
} capture_t;

/** The file being built, with the property lists of what is made in it. */
typedef struct {
    hid_t file, file_properties, group_properties, dataset_properties, access;
} builder_t;

/** Zeroes what it adds, so that no byte of a file depends on what was in memory before. */
static void *grow(void *bytes, size_t size, H5FD_file_image_op_t operation, void *context) {
    (void)operation;
    capture_t *capture = context;
    unsigned char *grown = realloc(bytes, size);
    if (grown) {
        if (size > capture->size) {
            memset(grown + capture->size, 0, size - capture->size);
        }
        *capture = (capture_t){grown, size};
    }
    return grown;
}

static hid_t capturing_access(capture_t *capture) {
    H5FD_file_image_callbacks_t callbacks = {.image_realloc = grow, .udata = capture};
    return handle_memory_access(&callbacks);
}

/** No times of creation, which HDF5 would store in every object and which would be different every time. */
static hid_t properties_without_times(hid_t class) {
    hid_t properties = H5Pcreate(class);
    if (properties >= 0 && H5Pset_obj_track_times(properties, 0) < 0) {
        handle_close(properties);
        return -1;
    }
    return properties;
}

static status_t open_builder(builder_t *builder, capture_t *capture) {
    *builder = (builder_t){
        .file = -1,
        .file_properties = properties_without_times(H5P_FILE_CREATE),
        .group_properties = properties_without_times(H5P_GROUP_CREATE),
        .dataset_properties = properties_without_times(H5P_DATASET_CREATE),
        .access = capturing_access(capture),
    };
    if (builder->file_properties < 0 || builder->group_properties < 0 || builder->dataset_properties < 0 ||
        builder->access < 0 || H5Pset_userblock(builder->file_properties, SEAL_SIZE) < 0 ||
        H5Pset_layout(builder->dataset_properties, H5D_CONTIGUOUS) < 0 ||
        H5Pset_fill_time(builder->dataset_properties, H5D_FILL_TIME_NEVER) < 0) {
        return handle_fail(STATUS_OUTPUT, "set up a file");
    }
    builder->file = H5Fcreate(HANDLE_NO_FILE, H5F_ACC_TRUNC, builder->file_properties, builder->access);
    return builder->file >= 0 ? STATUS_OK : handle_fail(STATUS_OUTPUT, "create a file in memory");
}

static status_t close_builder(builder_t *builder, status_t status) {
    status = handle_close_file(builder->file, status);
    handle_close(builder->dataset_properties);
    handle_close(builder->group_properties);
    handle_close(builder->file_properties);
    handle_close(builder->access);
    return status;
}

static status_t write_root(hid_t file, const checkpoint_hashes_t *hashes) {
    const char *texts[][2] = {
        {ATTRIBUTE_PROGRAM, ATTRIBUTE_PROGRAM_NAME},
        {ATTRIBUTE_HASH_FILE, hashes->file},
        {ATTRIBUTE_HASH_CONTENT, hashes->content},
        {ATTRIBUTE_HASH_PARAMETER, hashes->parameter},
    };
    status_t status = attribute_write_number(file, ATTRIBUTE_FORMAT, CHECKPOINT_FORMAT);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == STATUS_OK; i++) {
        status = attribute_write_text(file, texts[i][0], texts[i][1]);
    }
    return status;
}

/** Creates the folders of a name that are not there. HDF5 can do it by itself, but then with times. */
static status_t make_groups(const builder_t *builder, const char *name) {
    char folder[CHECKPOINT_NAME_SIZE];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        htri_t exists = H5Lexists(builder->file, folder, H5P_DEFAULT);
        hid_t group = exists == 0 ? H5Gcreate2(builder->file, folder, H5P_DEFAULT, builder->group_properties,
                                        H5P_DEFAULT)
                                  : 0;
        handle_close(group);
        if (exists < 0 || group < 0) {
            return handle_fail(STATUS_OUTPUT, "make a group");
        }
    }
    return STATUS_OK;
}

static hid_t create_space(const checkpoint_array_t *array) {
    if (array->dimensions == 0 || array->type == CHECKPOINT_TEXT) {
        return H5Screate(H5S_SCALAR);
    }
    hsize_t dimension[CHECKPOINT_DIMENSIONS_MAX];
    for (int i = 0; i < array->dimensions; i++) {
        dimension[i] = array->dimension[i];
    }
    return H5Screate_simple(array->dimensions, dimension, NULL);
}

static status_t write_data(hid_t dataset, hid_t type, const checkpoint_array_t *array, int64_t index) {
    size_t bytes;
    bool has_data = array_bytes(array, &bytes) && bytes > 0;
    // The empty text is one zero byte in the file, because HDF5 has no string of no bytes.
    const void *data = has_data ? array->data : "";
    if ((has_data || array->type == CHECKPOINT_TEXT) &&
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        return handle_fail(STATUS_OUTPUT, "write the data");
    }
    status_t status = attribute_write_number(dataset, ATTRIBUTE_INDEX, index);
    if (status == STATUS_OK) {
        status = attribute_write_text(dataset, ATTRIBUTE_STATE, array_state_text(array->state));
    }
    return status;
}

static status_t write_array(const builder_t *builder, const checkpoint_array_t *array, int64_t index) {
    bool is_text = array->type == CHECKPOINT_TEXT;
    hid_t type = -1, space = -1, dataset = -1;
    status_t status = make_groups(builder, array->name);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    type = is_text ? handle_text_type(array->dimension[0]) : handle_number_type(array->type);
    space = create_space(array);
    if (type < 0 || space < 0) {
        status = handle_fail(STATUS_OUTPUT, "describe the data");
        goto cleanup;
    }
    dataset = H5Dcreate2(
        builder->file, array->name, type, space, H5P_DEFAULT, builder->dataset_properties, H5P_DEFAULT);
    status = dataset >= 0 ? write_data(dataset, type, array, index)
                          : handle_fail(STATUS_OUTPUT, "create the data");
cleanup:
    handle_close(dataset);
    handle_close(space);
    if (is_text) {
        handle_close(type);
    }
    return status == STATUS_OK ? status : status_prefix(status, "array '%s'", array->name);
}

/** How long the finished file will be: memory grows in larger steps. */
static status_t measure(hid_t file, size_t *size) {
    // Asked for a length only, HDF5 leaves out the user block.
    ssize_t length = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    if (length <= 0) {
        return handle_fail(STATUS_OUTPUT, "finish the file in memory");
    }
    *size = SEAL_SIZE + (size_t)length;
    return STATUS_OK;
}

status_t image_build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    unsigned char **bytes, size_t *size) {
    handle_errors_t errors;
    builder_t builder;
    capture_t capture = {0};
    handle_silence(&errors);
    status_t status = open_builder(&builder, &capture);
    if (status == STATUS_OK) {
        status = write_root(builder.file, hashes);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = write_array(&builder, &arrays[i], (int64_t)i);
    }
    if (status == STATUS_OK) {
        status = measure(builder.file, size);
    }
    status = close_builder(&builder, status);
    if (status == STATUS_OK && *size > capture.size) {
        status = status_fail(STATUS_INTERNAL, "HDF5 did not write all of the file in memory");
    }
    if (status != STATUS_OK) {
        free(capture.bytes);
        capture.bytes = NULL;
    }
    *bytes = capture.bytes;
    handle_unsilence(&errors);
    return status;
}
