#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "attribute.h"
#include "walk.h"

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
    hid_t access = handle_memory_access(&callbacks);
    if (access >= 0 && H5Pset_file_image(access, bytes, size) >= 0) {
        *file = H5Fopen(HANDLE_NO_FILE, H5F_ACC_RDONLY, access);
    }
    status_t status = *file >= 0 ? STATUS_OK : handle_fail(STATUS_CHECKPOINT, "make sense of the file");
    handle_close(access);
    return status;
}

static status_t read_root(hid_t file, checkpoint_hashes_t *hashes) {
    char program[sizeof ATTRIBUTE_PROGRAM_NAME];
    int64_t format;
    status_t status = attribute_read_text(file, ATTRIBUTE_PROGRAM, program, sizeof program);
    if (status == STATUS_OK && strcmp(program, ATTRIBUTE_PROGRAM_NAME) != 0) {
        status = status_fail(STATUS_CHECKPOINT, "not a checkpoint of cvae_mpi, but of '%s'", program);
    }
    if (status == STATUS_OK) {
        status = attribute_read_number(file, ATTRIBUTE_FORMAT, &format);
    }
    if (status == STATUS_OK && format != CHECKPOINT_FORMAT) {
        status = status_fail(STATUS_CHECKPOINT, "written in format %lld, this program reads format %d",
            (long long)format, CHECKPOINT_FORMAT);
    }
    if (status == STATUS_OK) {
        status = attribute_read_text(file, ATTRIBUTE_HASH_FILE, hashes->file, sizeof hashes->file);
    }
    if (status == STATUS_OK) {
        status = attribute_read_text(file, ATTRIBUTE_HASH_CONTENT, hashes->content, sizeof hashes->content);
    }
    if (status == STATUS_OK) {
        status =
            attribute_read_text(file, ATTRIBUTE_HASH_PARAMETER, hashes->parameter, sizeof hashes->parameter);
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
        const walk_found_t *found = &walk->found[i];
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
    hid_t type = is_text ? handle_text_type(array->dimension[0]) : handle_number_type(array->type);
    size_t bytes;
    bool has_data = array_bytes(array, &bytes) && bytes > 0;
    if (dataset < 0 || type < 0 ||
        (has_data && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)) {
        status = handle_fail(STATUS_CHECKPOINT, "read the data");
    } else if (is_text && array->dimension[0] == 1 && data[0] == 0) {
        array->dimension[0] = 0;
    } else if (is_text && memchr(data, 0, array->dimension[0])) {
        status = status_fail(STATUS_CHECKPOINT, "the text contains a zero byte");
    }
    if (is_text) {
        handle_close(type);
    }
    handle_close(dataset);
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

static status_t read_file(hid_t file, walk_t *walk, checkpoint_t *checkpoint) {
    status_t status = read_root(file, &checkpoint->hashes);
    if (status == STATUS_OK) {
        status = walk_arrays(file, walk);
    }
    if (status == STATUS_OK) {
        status = arrange(walk, checkpoint);
    }
    for (size_t i = 0; i < checkpoint->count && status == STATUS_OK; i++) {
        status = read_data(file, &checkpoint->arrays[i]);
    }
    return status;
}

status_t image_parse(unsigned char *bytes, size_t size, checkpoint_t *checkpoint) {
    handle_errors_t errors;
    walk_t walk = {.size = size, .status = STATUS_OK};
    *checkpoint = (checkpoint_t){0};
    handle_silence(&errors);
    hid_t file;
    status_t status = open_image(bytes, size, &file);
    if (status == STATUS_OK) {
        status = read_file(file, &walk, checkpoint);
    }
    status = handle_close_file(file, status);
    handle_unsilence(&errors);
    free(walk.found);
    if (status == STATUS_OK) {
        status = compare_hashes(checkpoint);
    }
    if (status != STATUS_OK) {
        checkpoint_destroy(checkpoint);
    }
    return status;
}
