#include "handle.h"

#include <stdio.h>

/** By how much memory grows while a file is built. */
static const size_t growth = 1 << 20;

void handle_silence(handle_errors_t *errors) {
    H5Eget_auto2(H5E_DEFAULT, &errors->function, &errors->data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void handle_unsilence(const handle_errors_t *errors) {
    H5Eset_auto2(H5E_DEFAULT, errors->function, errors->data);
}

void handle_close(hid_t handle) {
    if (handle > 0) {
        H5Idec_ref(handle);
    }
}

status_t handle_close_file(hid_t file, status_t status) {
    if (file < 0) {
        return status;
    }
    bool is_alone = H5Fget_obj_count(file, H5F_OBJ_ALL) == 1;
    if ((H5Fclose(file) < 0 || !is_alone) && status == STATUS_OK) {
        status = status_fail(STATUS_INTERNAL, "something was left open in a file in memory");
    }
    return status;
}

static herr_t take_first(unsigned place, const H5E_error2_t *error, void *text) {
    if (place == 0 && error->desc) {
        snprintf(text, 256, "%s", error->desc);
    }
    return 0;
}

status_t handle_fail(status_t code, const char *what) {
    char reason[256] = "no reason given";
    // Upward starts at the function deepest inside, where the reason is.
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, reason);
    return status_fail(code, "HDF5 cannot %s: %s", what, reason);
}

/** HDF5 is not to free the memory: it belongs to whoever set up the access. */
static herr_t keep_memory(void *bytes, H5FD_file_image_op_t operation, void *context) {
    (void)bytes;
    (void)operation;
    (void)context;
    return 0;
}

static void *share_context(void *context) {
    return context;
}

static herr_t drop_context(void *context) {
    (void)context;
    return 0;
}

hid_t handle_memory_access(H5FD_file_image_callbacks_t *callbacks) {
    callbacks->image_free = keep_memory;
    callbacks->udata_copy = share_context;
    callbacks->udata_free = drop_context;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    // The bounds are both fixed: the newest format would mean other bytes from another HDF5. Blocks that HDF5
    // reserves in advance for what may follow would leave gaps. STRONG ends the file with H5Fclose in any
    // case.
    if (access < 0 || H5Pset_fapl_core(access, growth, 0) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || H5Pset_meta_block_size(access, 0) < 0 ||
        H5Pset_small_data_block_size(access, 0) < 0 || H5Pset_file_image_callbacks(access, callbacks) < 0) {
        handle_close(access);
        return -1;
    }
    return access;
}

hid_t handle_number_type(checkpoint_type_t type) {
    return type == CHECKPOINT_FLOAT32   ? H5T_IEEE_F32LE
           : type == CHECKPOINT_FLOAT64 ? H5T_IEEE_F64LE
                                        : H5T_STD_I64LE;
}

hid_t handle_text_type(size_t length) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, length > 0 ? length : 1) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        handle_close(type);
        return -1;
    }
    return type;
}

bool handle_is_text(hid_t type) {
    return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
           H5Tget_cset(type) == H5T_CSET_UTF8 && H5Tget_strpad(type) == H5T_STR_NULLPAD;
}

const char *checkpoint_hdf5_version(void) {
    static char text[32];
    unsigned major, minor, release;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}
