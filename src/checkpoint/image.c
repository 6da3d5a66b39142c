#include "image.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// HDF5's functions refuse the handle of what could not be opened, so a chain of calls is checked at its end.
// H5Idec_ref() closes handles of any kind.

/**
 * HDF5's stdout and stderr. HDF5's static archive refers to them in a way that a shared library cannot, so
 * CMakeLists.txt renames these references to the variables here.
 */
FILE *image_output, *image_error;

__attribute__((constructor)) static void give_streams(void) {
    image_output = stdout;
    image_error = stderr;
}

/** A name that no file can have: HDF5 wants one, and looks for it, even for a file in memory. */
#define NO_FILE "/dev/null/memory"

/** The value of the root's attribute `program`. */
#define PROGRAM "cvae_mpi"

/** By how much memory grows while a file is built. */
static const size_t growth = 1 << 20;

/** From so many bytes on an array begins at a multiple of MEMORY_ALIGNMENT in the file. In older files it
 * begins anywhere. */
enum { ALIGNED_FROM = 4096 };

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

/** File access to memory. To be closed; negative on error. */
static hid_t memory_access(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    // The bounds are both fixed: the newest format would mean other bytes from another HDF5. Blocks that HDF5
    // reserves in advance for what may follow would leave larger gaps than alignment does. STRONG ends the
    // file when it is closed, whatever is still open in it.
    if (H5Pset_fapl_core(access, growth, 0) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || H5Pset_meta_block_size(access, 0) < 0 ||
        H5Pset_small_data_block_size(access, 0) < 0 ||
        H5Pset_alignment(access, ALIGNED_FROM, MEMORY_ALIGNMENT) < 0) {
        H5Idec_ref(access);
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
    if (H5Tset_size(type, length > 0 ? length : 1) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Idec_ref(type);
        return -1;
    }
    return type;
}

/** Is it a type that text_type() makes? */
static bool is_text_type(hid_t type) {
    return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
           H5Tget_cset(type) == H5T_CSET_UTF8 && H5Tget_strpad(type) == H5T_STR_NULLPAD;
}

bool image_is_of_others(const unsigned char kind[IMAGE_KIND_SIZE]) {
    static const unsigned char ours[IMAGE_KIND_SIZE] = "\x89HDF\r\n\x1a\n\x02"; // H5F_LIBVER_V18's
    return memcmp(kind, ours, IMAGE_KIND_SIZE - 1) == 0 &&
           kind[IMAGE_KIND_SIZE - 1] != ours[IMAGE_KIND_SIZE - 1];
}

const char *image_hdf5_version(void) {
    static char text[32];
    unsigned major, minor, release;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

// From arrays to bytes.

/** The memory of the file being built or read. HDF5 makes it grow, and when HDF5 closes a file that was
 * built, this is the file. */
static _Thread_local struct {
    unsigned char *bytes;
    size_t size;
} built;

/** Zeroes what it adds, so that no byte of a file depends on what was in memory before. */
static void *grow(void *bytes, size_t size, H5FD_file_image_op_t operation, void *context) {
    (void)operation;
    (void)context;
    unsigned char *grown = realloc(bytes, size);
    if (grown) {
        if (size > built.size) {
            memset(grown + built.size, 0, size - built.size);
        }
        built.bytes = grown;
        built.size = size;
    }
    return grown;
}

/** HDF5 asks for memory for a copy of the file, and gets the file itself. */
static void *give(size_t size, H5FD_file_image_op_t operation, void *context) {
    (void)operation;
    (void)context;
    return size == built.size ? built.bytes : NULL;
}

static void *skip_copy(
    void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *context) {
    (void)size;
    (void)operation;
    (void)context;
    return to == from ? to : NULL;
}

/** HDF5 is not to free the memory. */
static herr_t keep(void *bytes, H5FD_file_image_op_t operation, void *context) {
    (void)bytes;
    (void)operation;
    (void)context;
    return 0;
}

/** The file being built, with the property lists of what is made in it. */
typedef struct {
    hid_t file, groups, datasets;
} builder_t;

/** Writes an attribute of one value: the text, or, where that is NULL, the number. */
static status_t write_attribute(hid_t object, const char *name, const char *text, int64_t number) {
    hid_t type = text ? text_type(strlen(text)) : H5Tcopy(H5T_STD_I64LE);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    status_t status = STATUS_OK;
    if (H5Awrite(attribute, type, text ? (const void *)text : &number) < 0) {
        status = fail(STATUS_OUTPUT, "write an attribute");
    }
    H5Idec_ref(attribute);
    H5Idec_ref(space);
    H5Idec_ref(type);
    return status;
}

static status_t write_root(hid_t file, const checkpoint_hashes_t *hashes) {
    const char *texts[][2] = {
        {"program", PROGRAM},
        {"hash_file", hashes->file},
        {"hash_content", hashes->content},
        {"hash_parameter", hashes->parameter},
    };
    status_t status = write_attribute(file, "format", NULL, CHECKPOINT_FORMAT);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == STATUS_OK; i++) {
        status = write_attribute(file, texts[i][0], texts[i][1], 0);
    }
    return status;
}

/** Creates the folders of a name that are not there. HDF5 can do it by itself, but then with times. */
static status_t make_groups(const builder_t *builder, const char *name) {
    char folder[CHECKPOINT_NAME_SIZE];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        if (H5Lexists(builder->file, folder, H5P_DEFAULT) > 0) {
            continue;
        }
        hid_t group = H5Gcreate2(builder->file, folder, H5P_DEFAULT, builder->groups, H5P_DEFAULT);
        H5Idec_ref(group);
        if (group < 0) {
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

static status_t write_array(const builder_t *builder, const checkpoint_array_t *array, int64_t index) {
    bool is_text = array->type == CHECKPOINT_TEXT;
    size_t bytes;
    bool has_data = array_bytes(array, &bytes) && bytes > 0;
    status_t status = make_groups(builder, array->name);
    if (status != STATUS_OK) {
        return status;
    }
    hid_t type = is_text ? text_type(array->dimension[0]) : H5Tcopy(number_type(array->type));
    hid_t space = create_space(array);
    hid_t dataset =
        H5Dcreate2(builder->file, array->name, type, space, H5P_DEFAULT, builder->datasets, H5P_DEFAULT);
    // The empty text is one zero byte in the file, because HDF5 has no string of no bytes.
    if (dataset < 0) {
        status = fail(STATUS_OUTPUT, "create the data");
    } else if ((has_data || is_text) &&
               H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, has_data ? array->data : "") < 0) {
        status = fail(STATUS_OUTPUT, "write the data");
    } else if ((status = write_attribute(dataset, "index", NULL, index)) == STATUS_OK) {
        status = write_attribute(dataset, "state", array_state_text(array->state), 0);
    }
    H5Idec_ref(dataset);
    H5Idec_ref(space);
    H5Idec_ref(type);
    return status;
}

/** How long the finished file will be: memory grows in larger steps. */
static status_t measure(hid_t file, size_t *size) {
    // Asked for a length only, HDF5 leaves out the user block.
    ssize_t length = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    *size = IMAGE_START + (size_t)length;
    return length > 0 ? STATUS_OK : fail(STATUS_OUTPUT, "finish the file in memory");
}

/** Builds the file in memory that is to be freed in any case. */
static status_t build(
    const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes, size_t *size) {
    H5FD_file_image_callbacks_t callbacks = {.image_realloc = grow, .image_free = keep};
    hid_t access = memory_access();
    // The property list of a file is that of a group, its root, and more.
    builder_t builder = {
        .file = -1, .groups = H5Pcreate(H5P_FILE_CREATE), .datasets = H5Pcreate(H5P_DATASET_CREATE)};
    // No times of creation, which HDF5 would store in every object and which would be different every time.
    if (H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_obj_track_times(builder.groups, 0) >= 0 && H5Pset_obj_track_times(builder.datasets, 0) >= 0 &&
        H5Pset_userblock(builder.groups, IMAGE_START) >= 0 &&
        H5Pset_fill_time(builder.datasets, H5D_FILL_TIME_NEVER) >= 0) {
        builder.file = H5Fcreate(NO_FILE, H5F_ACC_TRUNC, builder.groups, access);
    }
    status_t status =
        builder.file >= 0 ? write_root(builder.file, hashes) : fail(STATUS_OUTPUT, "create a file in memory");
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = write_array(&builder, &arrays[i], (int64_t)i);
        if (status != STATUS_OK) {
            status_prefix(status, "array '%s'", arrays[i].name);
        }
    }
    if (status == STATUS_OK) {
        status = measure(builder.file, size);
    }
    // What H5Fget_file_image() gives has a wrong checksum in the superblock of this format; the closed file
    // is right.
    if (builder.file >= 0 && H5Fclose(builder.file) < 0 && status == STATUS_OK) {
        status = fail(STATUS_OUTPUT, "finish the file in memory");
    }
    H5Idec_ref(builder.datasets);
    H5Idec_ref(builder.groups);
    H5Idec_ref(access);
    return status;
}

status_t image_build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    unsigned char **bytes, size_t *size) {
    status_t status;
    built.bytes = NULL;
    built.size = 0;
    // Silences HDF5's own messages.
    H5E_BEGIN_TRY {
        status = build(arrays, count, hashes, size);
    }
    H5E_END_TRY;
    *bytes = built.bytes;
    if (status != STATUS_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

// From bytes to arrays.

/**
 * The walk through the file. It is made twice: first, without checkpoint->arrays, it counts them; then it
 * reads them.
 */
typedef struct {
    checkpoint_t *checkpoint;
    size_t left;                     /**< bytes of the file: no array is larger, nor all of them together */
    size_t read;                     /**< arrays read so far */
    char last[CHECKPOINT_NAME_SIZE]; /**< the name counted last */
    status_t status;
} walk_t;

/** Reads an attribute, one value: an int64, or, where `size` is not 0, a text of fewer bytes. */
static status_t read_attribute(hid_t object, const char *name, void *value, size_t size) {
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    const char *flaw = NULL;
    if (attribute < 0) {
        flaw = "missing";
    } else if (H5Sget_simple_extent_type(space) != H5S_SCALAR) {
        flaw = "not one value";
    } else if (size > 0) {
        memset(value, 0, size);
        const bool is_read =
            is_text_type(type) && H5Tget_size(type) < size && H5Aread(attribute, type, value) >= 0;
        flaw = is_read ? NULL : "not a text of the right length";
    } else if (H5Tequal(type, H5T_STD_I64LE) <= 0 || H5Aread(attribute, type, value) < 0) {
        flaw = "not an int64";
    }
    H5Idec_ref(type);
    H5Idec_ref(space);
    H5Idec_ref(attribute);
    return flaw ? status_fail(STATUS_CHECKPOINT, "its attribute '%s' is %s", name, flaw) : STATUS_OK;
}

static status_t read_shape(hid_t dataset, hid_t type, checkpoint_array_t *array) {
    hid_t space = H5Dget_space(dataset);
    H5S_class_t class = H5Sget_simple_extent_type(space);
    hsize_t dimension[H5S_MAX_RANK];
    int found = CHECKPOINT_FLOAT32;
    while (found < CHECKPOINT_TEXT && H5Tequal(type, number_type((checkpoint_type_t)found)) <= 0) {
        found++;
    }
    bool is_text = found == CHECKPOINT_TEXT;
    int rank = class == H5S_SCALAR || (class == H5S_SIMPLE && !is_text)
                   ? H5Sget_simple_extent_dims(space, dimension, NULL)
                   : -1;
    H5Idec_ref(space);
    if (is_text && !is_text_type(type)) {
        return status_fail(STATUS_CHECKPOINT, "of a type that no checkpoint has");
    }
    if (rank < 0) {
        return status_fail(STATUS_CHECKPOINT, "of a shape that no checkpoint has");
    }
    if (rank > CHECKPOINT_DIMENSIONS_MAX) {
        return status_fail(
            STATUS_CHECKPOINT, "it has %d dimensions, at most %d are known", rank, CHECKPOINT_DIMENSIONS_MAX);
    }
    array->type = (checkpoint_type_t)found;
    array->dimensions = is_text ? 1 : rank;
    array->dimension[0] = is_text ? H5Tget_size(type) : 0;
    for (int i = 0; i < rank; i++) {
        array->dimension[i] = (size_t)dimension[i];
    }
    return STATUS_OK;
}

/** Whether its data is to stand in one piece in this file, as it is. */
static bool is_plain(hid_t dataset) {
    hid_t properties = H5Dget_create_plist(dataset);
    const bool result = H5Pget_layout(properties) == H5D_CONTIGUOUS &&
                        H5Pget_external_count(properties) == 0 && H5Pget_nfilters(properties) == 0;
    H5Idec_ref(properties);
    return result;
}

/** Points the array at its data in the file, of which it may take `left` bytes. */
static status_t find_data(hid_t dataset, size_t left, checkpoint_array_t *array, size_t *bytes) {
    const bool fits = array_bytes(array, bytes) && *bytes <= left;
    if (fits && *bytes > 0) {
        // HADDR_UNDEF, the largest number, where the data is in chunks, in the header or in another file.
        // HDF5 itself would look for data behind the end of this file.
        const haddr_t offset = H5Dget_offset(dataset);
        if (offset <= built.size - *bytes && H5Dget_storage_size(dataset) == *bytes) {
            array->data = built.bytes + offset;
            return STATUS_OK;
        }
    }
    // Asked last: getting the properties takes longer than all else that is read of an array.
    if (!is_plain(dataset)) {
        return status_fail(STATUS_CHECKPOINT, "it is stored in a way that no checkpoint uses");
    }
    if (!fits) {
        return status_fail(STATUS_CHECKPOINT, "it claims to be larger than the file");
    }
    if (*bytes > 0) {
        return status_fail(STATUS_CHECKPOINT, "its data is not in the file");
    }
    array->data = built.bytes;
    return STATUS_OK;
}

/** The array's place in the order of writing, which no other has, and its state. */
static status_t read_marks(
    hid_t dataset, const checkpoint_t *checkpoint, checkpoint_array_t *array, size_t *place) {
    char state[16];
    int64_t index;
    status_t status = read_attribute(dataset, "index", &index, 0);
    if (status != STATUS_OK ||
        (status = read_attribute(dataset, "state", state, sizeof state)) != STATUS_OK) {
        return status;
    }
    if (!array_state_parse(state, &array->state)) {
        return status_fail(STATUS_CHECKPOINT, "its state '%s' is unknown", state);
    }
    *place = (size_t)index;
    if (index < 0) {
        return status_fail(STATUS_CHECKPOINT, "its index is %lld", (long long)index);
    }
    return *place < checkpoint->count && !checkpoint->arrays[*place].data
               ? STATUS_OK
               : status_fail(STATUS_CHECKPOINT, "its index is %zu, another array's or too large", *place);
}

/** Reads an array once what it claims is checked. Its data stays where it is. */
static status_t read_array(hid_t dataset, hid_t type, walk_t *walk, checkpoint_array_t *array) {
    size_t bytes = 0, place = 0;
    status_t status = read_shape(dataset, type, array);
    if (status != STATUS_OK || (status = find_data(dataset, walk->left, array, &bytes)) != STATUS_OK ||
        (status = read_marks(dataset, walk->checkpoint, array, &place)) != STATUS_OK) {
        return status;
    }
    if (array->type == CHECKPOINT_TEXT && memchr(array->data, 0, bytes)) {
        if (bytes > 1) {
            return status_fail(STATUS_CHECKPOINT, "the text contains a zero byte");
        }
        array->dimension[0] = 0;
    }
    walk->left -= bytes;
    walk->read++;
    walk->checkpoint->arrays[place] = *array;
    return STATUS_OK;
}

static status_t visit_dataset(hid_t dataset, const char *name, walk_t *walk) {
    checkpoint_array_t array = {0};
    snprintf(array.name, sizeof array.name, "%s", name);
    hid_t type = H5Dget_type(dataset);
    status_t status = read_array(dataset, type, walk, &array);
    H5Idec_ref(type);
    return status == STATUS_OK ? status : status_prefix(status, "array '%s'", name);
}

static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    walk_t *walk = context;
    if (!array_name_is_valid(name)) {
        walk->status = status_fail(STATUS_CHECKPOINT, "it holds something whose name no checkpoint has");
    } else if (link->type != H5L_TYPE_HARD) {
        walk->status = status_fail(STATUS_CHECKPOINT, "'%s' is a link", name);
    } else if (!walk->checkpoint->arrays) {
        // A name followed by names inside it is a group, and is not counted. Nothing is opened for that.
        const size_t length = strlen(walk->last);
        walk->checkpoint->count +=
            length == 0 || strncmp(name, walk->last, length) != 0 || name[length] != '/';
        snprintf(walk->last, sizeof walk->last, "%s", name);
    } else {
        hid_t object = H5Oopen(group, name, H5P_DEFAULT);
        H5I_type_t kind = H5Iget_type(object);
        walk->status = kind == H5I_DATASET ? visit_dataset(object, name, walk)
                       : kind == H5I_GROUP
                           ? STATUS_OK
                           : status_fail(STATUS_CHECKPOINT, "'%s' is neither an array nor a group", name);
        H5Idec_ref(object);
    }
    return walk->status == STATUS_OK ? 0 : -1;
}

static status_t walk_arrays(hid_t file, walk_t *walk) {
    if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, visit, walk) < 0 && walk->status == STATUS_OK) {
        return fail(STATUS_CHECKPOINT, "list the arrays");
    }
    return walk->status;
}

static status_t read_root(hid_t file, checkpoint_hashes_t *hashes) {
    char program[sizeof PROGRAM];
    int64_t format;
    status_t status = read_attribute(file, "program", program, sizeof program);
    if (status == STATUS_OK && strcmp(program, PROGRAM) != 0) {
        status = status_fail(STATUS_CHECKPOINT, "not a checkpoint of cvae_mpi, but of '%s'", program);
    }
    if (status == STATUS_OK) {
        status = read_attribute(file, "format", &format, 0);
    }
    if (status == STATUS_OK && format != CHECKPOINT_FORMAT) {
        status = status_fail(STATUS_CHECKPOINT, "written in format %lld, this program reads format %d",
            (long long)format, CHECKPOINT_FORMAT);
    }
    if (status == STATUS_OK &&
        (status = read_attribute(file, "hash_file", hashes->file, HASH_TEXT_SIZE)) == STATUS_OK &&
        (status = read_attribute(file, "hash_content", hashes->content, HASH_TEXT_SIZE)) == STATUS_OK) {
        status = read_attribute(file, "hash_parameter", hashes->parameter, HASH_TEXT_SIZE);
    }
    return status;
}

/** The bytes that an array takes in the storage, 0 where it stays in the file; *bytes = those of its data. */
static size_t room_of(const checkpoint_array_t *array, size_t *bytes) {
    array_bytes(array, bytes);
    const bool stays = array->type != CHECKPOINT_TEXT && *bytes >= ALIGNED_FROM &&
                       (uintptr_t)array->data % MEMORY_ALIGNMENT == 0;
    return stays ? 0 : array_room(*bytes);
}

/** Copies to the storage what does not stay in the file, a zero behind each. Frees a file in which nothing
 * stays. */
static status_t settle(checkpoint_t *checkpoint) {
    size_t size = MEMORY_ALIGNMENT, bytes; // one unit more: there may be nothing to copy
    bool is_needed = false;
    for (size_t i = 0; i < checkpoint->count; i++) {
        const size_t room = room_of(&checkpoint->arrays[i], &bytes);
        size += room;
        is_needed |= room == 0;
    }
    unsigned char *next = checkpoint->storage = aligned_alloc(MEMORY_ALIGNMENT, size);
    if (!next) {
        return status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", size);
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        checkpoint_array_t *array = &checkpoint->arrays[i];
        const size_t room = room_of(array, &bytes);
        if (room > 0) {
            memcpy(next, array->data, bytes);
            next[bytes] = 0;
            array->data = next;
            next += room;
        }
    }
    if (!is_needed) {
        free(checkpoint->file);
        checkpoint->file = NULL;
    }
    return STATUS_OK;
}

static status_t parse(hid_t file, size_t size, checkpoint_t *checkpoint) {
    walk_t walk = {.checkpoint = checkpoint, .left = size, .status = STATUS_OK};
    status_t status = read_root(file, &checkpoint->hashes);
    if (status != STATUS_OK || (status = walk_arrays(file, &walk)) != STATUS_OK) {
        return status;
    }
    checkpoint->arrays = calloc(checkpoint->count + 1, sizeof *checkpoint->arrays);
    status = checkpoint->arrays
                 ? walk_arrays(file, &walk)
                 : status_fail(STATUS_MEMORY, "out of memory for %zu arrays", checkpoint->count);
    // The count may include groups that hold nothing new.
    for (size_t i = walk.read; i < checkpoint->count && status == STATUS_OK; i++) {
        if (checkpoint->arrays[i].data) {
            status = status_fail(STATUS_CHECKPOINT,
                "array '%s': its index is %zu, another array's or too large", checkpoint->arrays[i].name, i);
        }
    }
    checkpoint->count = walk.read;
    return status;
}

status_t image_parse(unsigned char *bytes, size_t size, checkpoint_t *checkpoint) {
    status_t status;
    H5E_BEGIN_TRY {
        H5FD_file_image_callbacks_t callbacks = {
            .image_malloc = give, .image_memcpy = skip_copy, .image_free = keep};
        hid_t access = memory_access();
        built.bytes = bytes;
        built.size = size;
        const bool is_taken = H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
                              H5Pset_file_image(access, bytes, size) >= 0;
        hid_t file = is_taken ? H5Fopen(NO_FILE, H5F_ACC_RDONLY, access) : -1;
        status = file >= 0 ? STATUS_OK : fail(STATUS_CHECKPOINT, "make sense of the file");
        H5Idec_ref(access);
        if (status == STATUS_OK) {
            status = parse(file, size, checkpoint);
        }
        H5Idec_ref(file);
    }
    H5E_END_TRY;
    checkpoint->file = bytes;
    return status == STATUS_OK ? settle(checkpoint) : status;
}
