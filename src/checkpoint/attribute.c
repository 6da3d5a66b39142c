#include "attribute.h"

#include <stdbool.h>
#include <string.h>

static status_t write_value(hid_t object, const char *name, hid_t type, const void *value) {
    status_t status = STATUS_OK;
    hid_t space = H5Screate(H5S_SCALAR), attribute = -1;
    if (space >= 0) {
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    }
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0) {
        status = handle_fail(STATUS_OUTPUT, "write an attribute");
    }
    handle_close(attribute);
    handle_close(space);
    return status;
}

status_t attribute_write_text(hid_t object, const char *name, const char *text) {
    hid_t type = handle_text_type(strlen(text));
    status_t status =
        type >= 0 ? write_value(object, name, type, text) : handle_fail(STATUS_OUTPUT, "describe a text");
    handle_close(type);
    return status;
}

status_t attribute_write_number(hid_t object, const char *name, int64_t number) {
    return write_value(object, name, H5T_STD_I64LE, &number);
}

/** An attribute that is there and a scalar; negative, with a message, otherwise. */
static hid_t open_attribute(hid_t object, const char *name) {
    htri_t exists = H5Aexists(object, name);
    if (exists <= 0) {
        status_fail(STATUS_CHECKPOINT, "its attribute '%s' is missing", name);
        return -1;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    bool is_scalar = space >= 0 && H5Sget_simple_extent_type(space) == H5S_SCALAR;
    handle_close(space);
    if (!is_scalar) {
        handle_close(attribute);
        status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not one value", name);
        return -1;
    }
    return attribute;
}

status_t attribute_read_text(hid_t object, const char *name, char *text, size_t size) {
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0) {
        return STATUS_CHECKPOINT;
    }
    memset(text, 0, size);
    status_t status = STATUS_OK;
    hid_t type = H5Aget_type(attribute);
    if (type < 0 || !handle_is_text(type) || H5Tget_size(type) >= size ||
        H5Aread(attribute, type, text) < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not a text of the right length", name);
    }
    handle_close(type);
    handle_close(attribute);
    return status;
}

status_t attribute_read_number(hid_t object, const char *name, int64_t *number) {
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0) {
        return STATUS_CHECKPOINT;
    }
    status_t status = STATUS_OK;
    hid_t type = H5Aget_type(attribute);
    if (type < 0 || H5Tequal(type, H5T_STD_I64LE) <= 0 || H5Aread(attribute, H5T_STD_I64LE, number) < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not an int64", name);
    }
    handle_close(type);
    handle_close(attribute);
    return status;
}
