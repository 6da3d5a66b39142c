#include "image.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "seal.h"

// Handles of HDF5, its errors, the types and attributes of a file.

/** A name that no file can have: HDF5 wants one, and looks for it, even for a file in memory. */
#define NO_FILE "/dev/null/memory"

/** The names of the attributes; the first five belong to the root, the last two to each array. */
#define ATTRIBUTE_PROGRAM "program"
#define ATTRIBUTE_FORMAT "format"
#define ATTRIBUTE_HASH_FILE "hash_file"
#define ATTRIBUTE_HASH_CONTENT "hash_content"
#define ATTRIBUTE_HASH_PARAMETER "hash_parameter"
#define ATTRIBUTE_INDEX "index"
#define ATTRIBUTE_STATE "state"

/** The value of ATTRIBUTE_PROGRAM. */
#define ATTRIBUTE_PROGRAM_NAME "cvae_mpi"

/** By how much memory grows while a file is built. */
static const size_t growth = 1 << 20;

/** Closes any handle but a file's; fine for what was not opened. */
static void close_handle(hid_t handle) {
    if (handle > 0) {
        H5Idec_ref(handle);
    }
}

/**
 * Closes a file with all that is open in it. Returns `status`, or STATUS_INTERNAL when all had gone well but
 * for a handle that was forgotten, or when it cannot be closed.
 */
static status_t close_file(hid_t file, status_t status) {
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

/** Records "HDF5 cannot WHAT: REASON", with the reason of the last failed call. Returns code. */
static status_t fail(status_t code, const char *what) {
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

/**
 * File access to memory. `callbacks` say how HDF5 comes by the memory; it never frees it: the callbacks for
 * that are filled in. To be closed; negative on error.
 */
static hid_t memory_access(H5FD_file_image_callbacks_t *callbacks) {
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
        close_handle(access);
        return -1;
    }
    return access;
}

/** The file's type of the numbers. Not to be closed. */
static hid_t number_type(checkpoint_type_t type) {
    return type == CHECKPOINT_FLOAT32   ? H5T_IEEE_F32LE
           : type == CHECKPOINT_FLOAT64 ? H5T_IEEE_F64LE
                                        : H5T_STD_I64LE;
}

/** A UTF-8 string of `length` bytes, of one for 0. To be closed; negative on error. */
static hid_t text_type(size_t length) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, length > 0 ? length : 1) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        close_handle(type);
        return -1;
    }
    return type;
}

/** Is it a type that text_type() makes? */
static bool is_text_type(hid_t type) {
    return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
           H5Tget_cset(type) == H5T_CSET_UTF8 && H5Tget_strpad(type) == H5T_STR_NULLPAD;
}

static status_t write_value(hid_t object, const char *name, hid_t type, const void *value) {
    status_t status = STATUS_OK;
    hid_t space = H5Screate(H5S_SCALAR), attribute = -1;
    if (space >= 0) {
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    }
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0) {
        status = fail(STATUS_OUTPUT, "write an attribute");
    }
    close_handle(attribute);
    close_handle(space);
    return status;
}

static status_t write_text(hid_t object, const char *name, const char *text) {
    hid_t type = text_type(strlen(text));
    status_t status =
        type >= 0 ? write_value(object, name, type, text) : fail(STATUS_OUTPUT, "describe a text");
    close_handle(type);
    return status;
}

static status_t write_number(hid_t object, const char *name, int64_t number) {
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
    close_handle(space);
    if (!is_scalar) {
        close_handle(attribute);
        status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not one value", name);
        return -1;
    }
    return attribute;
}

static status_t read_text(hid_t object, const char *name, char *text, size_t size) {
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0) {
        return STATUS_CHECKPOINT;
    }
    memset(text, 0, size);
    status_t status = STATUS_OK;
    hid_t type = H5Aget_type(attribute);
    if (type < 0 || !is_text_type(type) || H5Tget_size(type) >= size || H5Aread(attribute, type, text) < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not a text of the right length", name);
    }
    close_handle(type);
    close_handle(attribute);
    return status;
}

static status_t read_number(hid_t object, const char *name, int64_t *number) {
    hid_t attribute = open_attribute(object, name);
    if (attribute < 0) {
        return STATUS_CHECKPOINT;
    }
    status_t status = STATUS_OK;
    hid_t type = H5Aget_type(attribute);
    if (type < 0 || H5Tequal(type, H5T_STD_I64LE) <= 0 || H5Aread(attribute, H5T_STD_I64LE, number) < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its attribute '%s' is not an int64", name);
    }
    close_handle(type);
    close_handle(attribute);
    return status;
}

const char *checkpoint_hdf5_version(void) {
    static char text[32];
    unsigned major, minor, release;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

// From arrays to bytes.

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
    return memory_access(&callbacks);
}

/** No times of creation, which HDF5 would store in every object and which would be different every time. */
static hid_t properties_without_times(hid_t class) {
    hid_t properties = H5Pcreate(class);
    if (properties >= 0 && H5Pset_obj_track_times(properties, 0) < 0) {
        close_handle(properties);
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
        return fail(STATUS_OUTPUT, "set up a file");
    }
    builder->file = H5Fcreate(NO_FILE, H5F_ACC_TRUNC, builder->file_properties, builder->access);
    return builder->file >= 0 ? STATUS_OK : fail(STATUS_OUTPUT, "create a file in memory");
}

static status_t close_builder(builder_t *builder, status_t status) {
    status = close_file(builder->file, status);
    close_handle(builder->dataset_properties);
    close_handle(builder->group_properties);
    close_handle(builder->file_properties);
    close_handle(builder->access);
    return status;
}

static status_t write_root(hid_t file, const checkpoint_hashes_t *hashes) {
    const char *texts[][2] = {
        {ATTRIBUTE_PROGRAM, ATTRIBUTE_PROGRAM_NAME},
        {ATTRIBUTE_HASH_FILE, hashes->file},
        {ATTRIBUTE_HASH_CONTENT, hashes->content},
        {ATTRIBUTE_HASH_PARAMETER, hashes->parameter},
    };
    status_t status = write_number(file, ATTRIBUTE_FORMAT, CHECKPOINT_FORMAT);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == STATUS_OK; i++) {
        status = write_text(file, texts[i][0], texts[i][1]);
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
        close_handle(group);
        if (exists < 0 || group < 0) {
            return fail(STATUS_OUTPUT, "make a group");
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
        return fail(STATUS_OUTPUT, "write the data");
    }
    status_t status = write_number(dataset, ATTRIBUTE_INDEX, index);
    if (status == STATUS_OK) {
        status = write_text(dataset, ATTRIBUTE_STATE, array_state_text(array->state));
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
    type = is_text ? text_type(array->dimension[0]) : number_type(array->type);
    space = create_space(array);
    if (type < 0 || space < 0) {
        status = fail(STATUS_OUTPUT, "describe the data");
        goto cleanup;
    }
    dataset = H5Dcreate2(
        builder->file, array->name, type, space, H5P_DEFAULT, builder->dataset_properties, H5P_DEFAULT);
    status = dataset >= 0 ? write_data(dataset, type, array, index) : fail(STATUS_OUTPUT, "create the data");
cleanup:
    close_handle(dataset);
    close_handle(space);
    if (is_text) {
        close_handle(type);
    }
    return status == STATUS_OK ? status : status_prefix(status, "array '%s'", array->name);
}

/** How long the finished file will be: memory grows in larger steps. */
static status_t measure(hid_t file, size_t *size) {
    // Asked for a length only, HDF5 leaves out the user block.
    ssize_t length = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    if (length <= 0) {
        return fail(STATUS_OUTPUT, "finish the file in memory");
    }
    *size = SEAL_SIZE + (size_t)length;
    return STATUS_OK;
}

/** Builds the file; capture->bytes are to be freed in any case. */
static status_t build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    capture_t *capture, size_t *size) {
    builder_t builder;
    status_t status = open_builder(&builder, capture);
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
    return status == STATUS_OK && *size > capture->size
               ? status_fail(STATUS_INTERNAL, "HDF5 did not write all of the file in memory")
               : status;
}

status_t image_build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    unsigned char **bytes, size_t *size) {
    capture_t capture = {0};
    status_t status;
    // Silences HDF5's own messages.
    H5E_BEGIN_TRY {
        status = build(arrays, count, hashes, &capture, size);
    }
    H5E_END_TRY;
    if (status != STATUS_OK) {
        free(capture.bytes);
        capture.bytes = NULL;
    }
    *bytes = capture.bytes;
    return status;
}

// From bytes to arrays.

/** One array found in the file: its description and its place in the order of writing. */
typedef struct {
    checkpoint_array_t array;
    size_t index;
} found_t;

/** The walk through the file. */
typedef struct {
    found_t *found;
    size_t count, capacity;
    size_t size;  /**< of the file: no array is larger, nor all of them together */
    size_t total; /**< bytes of the data found so far */
    status_t status;
} walk_t;

enum { STATE_TEXT_SIZE = 16 };

static status_t read_type(hid_t dataset, checkpoint_array_t *array, size_t *type_size) {
    hid_t type = H5Dget_type(dataset);
    int found = type >= 0 && is_text_type(type) ? CHECKPOINT_TEXT : 0;
    while (
        type >= 0 && found < CHECKPOINT_TEXT && H5Tequal(type, number_type((checkpoint_type_t)found)) <= 0) {
        found++;
    }
    const bool is_known = type >= 0 && (found < CHECKPOINT_TEXT || is_text_type(type));
    array->type = (checkpoint_type_t)found;
    *type_size = is_known ? H5Tget_size(type) : 0;
    close_handle(type);
    return is_known ? STATUS_OK : status_fail(STATUS_CHECKPOINT, "of a type that no checkpoint has");
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
    close_handle(space);
    return status;
}

/** Bounds the data by the file that claims to hold it, and refuses data that lies outside of it. */
static status_t check_storage(hid_t dataset, const checkpoint_array_t *array, walk_t *walk) {
    hid_t properties = H5Dget_create_plist(dataset);
    bool is_plain = properties >= 0 && H5Pget_layout(properties) == H5D_CONTIGUOUS &&
                    H5Pget_external_count(properties) == 0 && H5Pget_nfilters(properties) == 0;
    close_handle(properties);
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

static status_t read_marks(hid_t dataset, found_t *found) {
    char state[STATE_TEXT_SIZE];
    int64_t index = 0;
    status_t status = read_number(dataset, ATTRIBUTE_INDEX, &index);
    if (status == STATUS_OK && index < 0) {
        status = status_fail(STATUS_CHECKPOINT, "its index is %lld", (long long)index);
    }
    found->index = (size_t)index;
    if (status == STATUS_OK) {
        status = read_text(dataset, ATTRIBUTE_STATE, state, sizeof state);
    }
    if (status == STATUS_OK && !array_state_parse(state, &found->array.state)) {
        status = status_fail(STATUS_CHECKPOINT, "its state '%s' is unknown", state);
    }
    return status;
}

static status_t describe_dataset(hid_t dataset, walk_t *walk, found_t *found) {
    size_t type_size;
    status_t status = read_type(dataset, &found->array, &type_size);
    if (status == STATUS_OK && (status = read_shape(dataset, &found->array, type_size)) == STATUS_OK &&
        (status = check_storage(dataset, &found->array, walk)) == STATUS_OK) {
        status = read_marks(dataset, found);
    }
    return status;
}

static status_t make_room(walk_t *walk) {
    if (walk->count < walk->capacity) {
        return STATUS_OK;
    }
    size_t capacity = walk->capacity > 0 ? 2 * walk->capacity : 64;
    found_t *found = realloc(walk->found, capacity * sizeof *found);
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
        found_t *found = &walk->found[walk->count];
        *found = (found_t){0};
        snprintf(found->array.name, sizeof found->array.name, "%s", name);
        status = describe_dataset(object, walk, found);
        walk->count += status == STATUS_OK;
        if (status == STATUS_CHECKPOINT) {
            status_prefix(status, "array '%s'", name);
        }
    } else if (kind != H5I_GROUP && status == STATUS_OK) {
        status = status_fail(STATUS_CHECKPOINT, "'%s' is neither an array nor a group", name);
    }
    close_handle(object);
    return status;
}

static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    walk_t *walk = context;
    walk->status = add_object(group, name, link, walk);
    return walk->status == STATUS_OK ? 0 : -1;
}

/**
 * Finds all arrays, in HDF5's order, and checks all that a description claims before anything is allocated
 * for it. walk->size must be set and walk->status be STATUS_OK; walk->found is to be freed in any case.
 * STATUS_MEMORY, STATUS_CHECKPOINT.
 */
static status_t walk_arrays(hid_t file, walk_t *walk) {
    if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, visit, walk) < 0 && walk->status == STATUS_OK) {
        return fail(STATUS_CHECKPOINT, "list the arrays");
    }
    return walk->status;
}

enum { DATA_ALIGNMENT = 64 };

/**
 * Wherever HDF5 would make a copy of the file, for the property list and for the open file, it gets the file
 * itself: what was verified is what is parsed, and it is in memory once.
 */
static void *lend(size_t size, H5FD_file_image_op_t operation, void *bytes) {
    (void)size;
    (void)operation;
    return bytes;
}

static void *copy_nothing(
    void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *bytes) {
    (void)from;
    (void)size;
    (void)operation;
    (void)bytes;
    return to;
}

/** A file that is only read has no reason to grow. */
static void *refuse_to_grow(void *lent, size_t size, H5FD_file_image_op_t operation, void *bytes) {
    (void)lent;
    (void)size;
    (void)operation;
    (void)bytes;
    return NULL;
}

static status_t open_image(unsigned char *bytes, size_t size, hid_t *file) {
    H5FD_file_image_callbacks_t callbacks = {
        .image_malloc = lend, .image_memcpy = copy_nothing, .image_realloc = refuse_to_grow, .udata = bytes};
    *file = -1;
    hid_t access = memory_access(&callbacks);
    if (access >= 0 && H5Pset_file_image(access, bytes, size) >= 0) {
        *file = H5Fopen(NO_FILE, H5F_ACC_RDONLY, access);
    }
    status_t status = *file >= 0 ? STATUS_OK : fail(STATUS_CHECKPOINT, "make sense of the file");
    close_handle(access);
    return status;
}

static status_t read_root(hid_t file, checkpoint_hashes_t *hashes) {
    char program[sizeof ATTRIBUTE_PROGRAM_NAME];
    int64_t format;
    status_t status = read_text(file, ATTRIBUTE_PROGRAM, program, sizeof program);
    if (status == STATUS_OK && strcmp(program, ATTRIBUTE_PROGRAM_NAME) != 0) {
        status = status_fail(STATUS_CHECKPOINT, "not a checkpoint of cvae_mpi, but of '%s'", program);
    }
    if (status == STATUS_OK) {
        status = read_number(file, ATTRIBUTE_FORMAT, &format);
    }
    if (status == STATUS_OK && format != CHECKPOINT_FORMAT) {
        status = status_fail(STATUS_CHECKPOINT, "written in format %lld, this program reads format %d",
            (long long)format, CHECKPOINT_FORMAT);
    }
    if (status == STATUS_OK &&
        (status = read_text(file, ATTRIBUTE_HASH_FILE, hashes->file, HASH_TEXT_SIZE)) == STATUS_OK &&
        (status = read_text(file, ATTRIBUTE_HASH_CONTENT, hashes->content, HASH_TEXT_SIZE)) == STATUS_OK) {
        status = read_text(file, ATTRIBUTE_HASH_PARAMETER, hashes->parameter, HASH_TEXT_SIZE);
    }
    return status;
}

static size_t padded(size_t bytes) {
    return (bytes / DATA_ALIGNMENT + 1) * DATA_ALIGNMENT;
}

/** The arrays in the order of writing, each with its piece of one block and a zero behind it. */
static status_t arrange(const walk_t *walk, checkpoint_t *checkpoint) {
    size_t total = DATA_ALIGNMENT, bytes;
    for (size_t i = 0; i < walk->count; i++) {
        total += array_bytes(&walk->found[i].array, &bytes) ? padded(bytes) : 0;
    }
    unsigned char *next = checkpoint->storage = aligned_alloc(DATA_ALIGNMENT, total);
    checkpoint->arrays = calloc(walk->count + 1, sizeof *checkpoint->arrays);
    if (!checkpoint->storage || !checkpoint->arrays) {
        return status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", total);
    }
    memset(checkpoint->storage, 0, total);
    checkpoint->count = walk->count;
    for (size_t i = 0; i < walk->count; i++) {
        const found_t *found = &walk->found[i];
        if (found->index >= walk->count || checkpoint->arrays[found->index].data) {
            return status_fail(STATUS_CHECKPOINT,
                "array '%s': its index is %zu, another array's or too large", found->array.name,
                found->index);
        }
        checkpoint->arrays[found->index] = found->array;
        checkpoint->arrays[found->index].data = next;
        next += array_bytes(&found->array, &bytes) ? padded(bytes) : 0;
    }
    return STATUS_OK;
}

static status_t read_data(hid_t file, checkpoint_array_t *array) {
    bool is_text = array->type == CHECKPOINT_TEXT;
    unsigned char *data = (unsigned char *)array->data;
    status_t status = STATUS_OK;
    hid_t dataset = H5Dopen2(file, array->name, H5P_DEFAULT);
    hid_t type = is_text ? text_type(array->dimension[0]) : number_type(array->type);
    size_t bytes;
    bool has_data = array_bytes(array, &bytes) && bytes > 0;
    if (dataset < 0 || type < 0 ||
        (has_data && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)) {
        status = fail(STATUS_CHECKPOINT, "read the data");
    } else if (is_text && array->dimension[0] == 1 && data[0] == 0) {
        array->dimension[0] = 0;
    } else if (is_text && memchr(data, 0, array->dimension[0])) {
        status = status_fail(STATUS_CHECKPOINT, "the text contains a zero byte");
    }
    if (is_text) {
        close_handle(type);
    }
    close_handle(dataset);
    return status == STATUS_OK ? status : status_prefix(status, "array '%s'", array->name);
}

static status_t compare_hashes(const checkpoint_t *checkpoint) {
    checkpoint_hashes_t actual;
    status_t status = checkpoint_hash(checkpoint->arrays, checkpoint->count, &actual);
    if (status != STATUS_OK) {
        return status == STATUS_INTERNAL ? STATUS_CHECKPOINT : status;
    }
    const char *hashes[][3] = {
        {ATTRIBUTE_HASH_FILE, checkpoint->hashes.file, actual.file},
        {ATTRIBUTE_HASH_CONTENT, checkpoint->hashes.content, actual.content},
        {ATTRIBUTE_HASH_PARAMETER, checkpoint->hashes.parameter, actual.parameter},
    };
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        if (strcmp(hashes[i][1], hashes[i][2]) != 0) {
            return status_fail(STATUS_CHECKPOINT, "its content has the %s %s, not %s as it says",
                hashes[i][0], hashes[i][2], hashes[i][1]);
        }
    }
    return STATUS_OK;
}

static status_t parse(unsigned char *bytes, size_t size, walk_t *walk, checkpoint_t *checkpoint) {
    hid_t file;
    status_t status = open_image(bytes, size, &file);
    if (status == STATUS_OK && (status = read_root(file, &checkpoint->hashes)) == STATUS_OK &&
        (status = walk_arrays(file, walk)) == STATUS_OK) {
        status = arrange(walk, checkpoint);
    }
    for (size_t i = 0; i < checkpoint->count && status == STATUS_OK; i++) {
        status = read_data(file, &checkpoint->arrays[i]);
    }
    return close_file(file, status);
}

status_t image_parse(unsigned char *bytes, size_t size, checkpoint_t *checkpoint) {
    walk_t walk = {.size = size, .status = STATUS_OK};
    status_t status;
    *checkpoint = (checkpoint_t){0};
    H5E_BEGIN_TRY {
        status = parse(bytes, size, &walk, checkpoint);
    }
    H5E_END_TRY;
    free(walk.found);
    if (status == STATUS_OK) {
        status = compare_hashes(checkpoint);
    }
    if (status != STATUS_OK) {
        checkpoint_destroy(checkpoint);
    }
    return status;
}
