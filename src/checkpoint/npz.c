#include "npz.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/dynamic.h"
#include "base/text.h"

#define MAGIC "\x93NUMPY"

enum {
    MAGIC_SIZE = 6,         /**< then come the version, 2 bytes, and the header's length */
    PREAMBLE_SIZE = 10,     /**< of version 1, which has a length of 2 bytes */
    DATA_ALIGNMENT = 64,    /**< of the data in a member */
    HEADER_SIZE = 256,      /**< more than the header of an array here needs */
    POINT_SIZE = 4,         /**< a code point in type U */
    FIRST_DATE = 1 << 5 | 1 /**< 1980-01-01, as MS-DOS counts, for no time may be in the file */
};

/** The functions of libzip that are used here, without the prefix zip_; NULL before start(). */
// clang-format off
#define FUNCTIONS(X) \
    X(close) X(discard) X(error_fini) X(error_init) X(error_strerror) X(fclose) X(file_add) \
    X(file_set_dostime) X(file_strerror) X(fopen_index) X(fread) X(get_num_entries) X(open_from_source) \
    X(set_file_compression) X(source_buffer) X(source_buffer_create) X(source_close) X(source_free) \
    X(source_keep) X(source_open) X(source_read) X(source_stat) X(stat_index) X(strerror)
// clang-format on
#define POINTER(name) __typeof__(zip_##name) *name;
#define FUNCTION(name) {"zip_" #name, &libzip.name},
static struct { FUNCTIONS(POINTER) } libzip;

/** Loads libzip, and with it four more libraries: only commands that read or write .npz need them. */
static status_t start(void) {
    const dynamic_function_t functions[] = {FUNCTIONS(FUNCTION)};
    return dynamic_load("libzip.so.4", "libzip4", functions, sizeof functions / sizeof *functions);
}

/** How many code points a text has, its bytes being UTF-8; with `points`, writes them there. */
static size_t decode_text(const char *text, size_t size, unsigned char *points) {
    size_t count = 0;
    uint32_t point;
    for (size_t place = 0; place < size; count++) {
        const int bytes = text_decode(text + place, size - place, &point);
        place += (size_t)(bytes > 0 ? bytes : 1);
        if (points) {
            memcpy(points + count * POINT_SIZE, &point, POINT_SIZE);
        }
    }
    return count;
}

/** A member's bytes, for free(), and their number; NULL without memory. */
static unsigned char *make_member(const checkpoint_array_t *array, size_t *size) {
    char header[HEADER_SIZE], type[32] = "<f4", shape[ARRAY_SHAPE_SIZE] = "";
    const bool is_text = array->type == CHECKPOINT_TEXT;
    size_t used = 0, bytes;
    array_bytes(array, &bytes);
    if (is_text) {
        // numpy has no type of size 0: it reads a text without the zeros at its end.
        const size_t points = decode_text(array->data, bytes, NULL);
        snprintf(type, sizeof type, "<U%zu", points > 0 ? points : 1);
        *size = (points > 0 ? points : 1) * POINT_SIZE;
    } else {
        *size = bytes;
    }
    for (int i = 0; !is_text && i < array->dimensions; i++) {
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%zu%s", i > 0 ? ", " : "",
            array->dimension[i], array->dimensions == 1 ? "," : "");
    }
    int length = snprintf(
        header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
    const int padded =
        (PREAMBLE_SIZE + length + DATA_ALIGNMENT) / DATA_ALIGNMENT * DATA_ALIGNMENT - PREAMBLE_SIZE;
    memset(header + length, ' ', (size_t)(padded - length));
    header[padded - 1] = '\n';
    unsigned char *member = calloc(1, PREAMBLE_SIZE + (size_t)padded + *size);
    if (member) {
        unsigned char *data = member + PREAMBLE_SIZE + padded;
        memcpy(member, MAGIC "\x01\x00", MAGIC_SIZE + 2);
        memcpy(member + MAGIC_SIZE + 2, &(uint16_t){(uint16_t)padded}, 2);
        memcpy(member + PREAMBLE_SIZE, header, (size_t)padded);
        if (is_text) {
            decode_text(array->data, bytes, data);
        } else if (bytes > 0) {
            memcpy(data, array->data, bytes);
        }
        *size += PREAMBLE_SIZE + (size_t)padded;
    }
    return member;
}

static bool add_member(zip_t *zip, const checkpoint_array_t *array) {
    char name[CHECKPOINT_NAME_SIZE + 8];
    size_t size;
    unsigned char *member = make_member(array, &size);
    zip_source_t *source = member ? libzip.source_buffer(zip, member, size, 1) : NULL;
    if (!source) {
        free(member);
        return false;
    }
    snprintf(name, sizeof name, "%s.npy", array->name);
    const zip_int64_t index = libzip.file_add(zip, name, source, 0);
    if (index < 0) {
        libzip.source_free(source);
        return false;
    }
    return libzip.set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0 &&
           libzip.file_set_dostime(zip, (zip_uint64_t)index, 0, FIRST_DATE, 0) == 0;
}

/** What has been written to a source, in *bytes for free(). */
static bool take_bytes(zip_source_t *source, unsigned char **bytes, size_t *size) {
    zip_stat_t found;
    bool is_taken = libzip.source_stat(source, &found) == 0 && libzip.source_open(source) == 0;
    if (is_taken) {
        *size = found.size;
        *bytes = malloc(*size);
        is_taken = *bytes && libzip.source_read(source, *bytes, *size) == (zip_int64_t)*size;
        libzip.source_close(source);
    }
    return is_taken;
}

status_t npz_build(const checkpoint_array_t *arrays, size_t count, unsigned char **bytes, size_t *size) {
    *bytes = NULL;
    const status_t status = start();
    if (status != STATUS_OK) {
        return status;
    }
    zip_source_t *source = libzip.source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = source ? libzip.open_from_source(source, ZIP_TRUNCATE, NULL) : NULL;
    bool is_made = zip != NULL;
    if (is_made) {
        // The archive frees its source when it is closed.
        libzip.source_keep(source);
    }
    for (size_t i = 0; is_made && i < count; i++) {
        is_made = add_member(zip, &arrays[i]);
    }
    is_made = is_made && libzip.close(zip) == 0;
    if (zip && !is_made) {
        libzip.discard(zip);
    }
    is_made = is_made && take_bytes(source, bytes, size);
    libzip.source_free(source);
    if (!is_made) {
        free(*bytes);
        *bytes = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for the file");
    }
    return STATUS_OK;
}

// From bytes to arrays.

/** What stands behind a key in a member's header, as numpy writes it: 'descr': '<f4'; NULL: the key is
 * missing. */
static const char *find_value(const char *header, const char *key) {
    const char *found = strstr(header, key);
    return found ? found + strlen(key) : NULL;
}

/** Takes a whole number off the beginning of a text. */
static bool take_size(const char **text, size_t *size) {
    const size_t digits = strspn(*text, "0123456789");
    *size = strtoull(*text, NULL, 10);
    *text += digits;
    return digits > 0 && digits < 19;
}

static status_t read_shape(const char *text, checkpoint_array_t *array) {
    while (text && *text && *text != ')') {
        if (array->dimensions == CHECKPOINT_DIMENSIONS_MAX ||
            !take_size(&text, &array->dimension[array->dimensions])) {
            text = NULL;
        } else {
            array->dimensions++;
            text += strspn(text, ", ");
        }
    }
    return text && *text == ')' ? STATUS_OK
                                : status_fail(STATUS_CHECKPOINT, "its shape is not of at most %d numbers",
                                      CHECKPOINT_DIMENSIONS_MAX);
}

/** Turns code points into a text's UTF-8, in place, for it takes no more bytes; *size becomes its length. */
static status_t encode_text(unsigned char *points, size_t *size) {
    size_t length = 0, count = *size / POINT_SIZE;
    uint32_t point = 0;
    while (count > 0 && memcmp(points + (count - 1) * POINT_SIZE, &point, POINT_SIZE) == 0) {
        count--;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(&point, points + i * POINT_SIZE, POINT_SIZE);
        if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
            return status_fail(STATUS_CHECKPOINT, "its text holds 0x%X, which is no character", point);
        }
        length += (size_t)text_encode(point, (char *)points + length);
    }
    *size = length;
    return STATUS_OK;
}

/** Type, shape and data of a member's bytes, which the data stay in. */
static status_t read_member(unsigned char *bytes, size_t size, checkpoint_array_t *array) {
    char header[4096] = "";
    uint32_t length = 0;
    const size_t width = size > PREAMBLE_SIZE && bytes[MAGIC_SIZE] > 1 ? 4 : 2;
    const size_t start = MAGIC_SIZE + 2 + width;
    if (size < start || memcmp(bytes, MAGIC, MAGIC_SIZE) != 0) {
        return status_fail(STATUS_CHECKPOINT, "no array of numpy's");
    }
    memcpy(&length, bytes + MAGIC_SIZE + 2, width);
    if (length > size - start || length >= sizeof header) {
        return status_fail(STATUS_CHECKPOINT, "its header should have %u byte%s, which are not there",
            (unsigned)length, text_plural(length));
    }
    memcpy(header, bytes + start, length);
    const char *type = find_value(header, "'descr': '"), *order = find_value(header, "'fortran_order': ");
    size_t item = sizeof(float), points, expected;
    if (!type || !order) {
        return status_fail(STATUS_CHECKPOINT, "its header is none that numpy writes");
    }
    const bool is_text = strncmp(type, "<U", 2) == 0;
    if (is_text) {
        const char *end = type + 2;
        item = take_size(&end, &points) ? points * POINT_SIZE : 0;
    } else if (strncmp(type, "<f4'", 4) != 0) {
        return status_fail(STATUS_CHECKPOINT,
            "its type is '%.*s', '<f4' (float32) was expected; astype('<f4') converts it",
            (int)strcspn(type, "'"), type);
    }
    const status_t status = read_shape(find_value(header, "'shape': ("), array);
    if (status != STATUS_OK) {
        return status;
    }
    if (strncmp(order, "False", 5) != 0) {
        return status_fail(STATUS_CHECKPOINT, "it is stored by columns: numpy.ascontiguousarray() helps");
    }
    if (is_text && array->dimensions > 0) {
        return status_fail(STATUS_CHECKPOINT, "it holds several texts, one was expected");
    }
    const size_t found = size - start - length;
    if (!array_bytes(array, &expected) || __builtin_mul_overflow(expected / sizeof(float), item, &expected) ||
        expected != found) {
        return status_fail(STATUS_CHECKPOINT,
            "its data have %zu byte%s, which does not match its type and shape", found, text_plural(found));
    }
    array->data = bytes + start + length;
    if (is_text) {
        array->type = CHECKPOINT_TEXT;
        array->state = CHECKPOINT_STATE_NONE;
        array->dimensions = 1;
        array->dimension[0] = found;
        return encode_text(bytes + start + length, &array->dimension[0]);
    }
    return STATUS_OK;
}

/** left: bytes of the file that no member read so far has: members may overlap. */
static status_t read_entry(zip_t *zip, zip_uint64_t index, size_t *left, checkpoint_t *checkpoint) {
    static const char ending[] = ".npy";
    checkpoint_array_t array = {.type = CHECKPOINT_FLOAT32, .state = CHECKPOINT_STATE_PARAMETER};
    zip_stat_t entry;
    if (libzip.stat_index(zip, index, 0, &entry) != 0) {
        return status_fail(STATUS_CHECKPOINT, "its member %llu cannot be read", (unsigned long long)index);
    }
    const size_t length = strlen(entry.name), stem = length < sizeof ending ? 0 : length - strlen(ending);
    snprintf(array.name, sizeof array.name, "%.*s", (int)stem, entry.name);
    if (stem == 0 || stem >= sizeof array.name || strcmp(entry.name + stem, ending) != 0 ||
        !array_name_is_valid(array.name)) {
        return status_fail(STATUS_CHECKPOINT,
            "'%.100s': no array of a checkpoint has such a name: leave it out", entry.name);
    }
    if (entry.comp_method != ZIP_CM_STORE || entry.encryption_method != ZIP_EM_NONE) {
        return status_fail(STATUS_CHECKPOINT,
            "'%s': compressed or encrypted; numpy.savez() writes it so that it can be read", array.name);
    }
    if (entry.size > *left) {
        return status_fail(STATUS_CHECKPOINT, "'%s': it claims to be larger than the file", array.name);
    }
    *left -= entry.size;
    zip_file_t *file = libzip.fopen_index(zip, index, 0);
    unsigned char *bytes = malloc(entry.size + 1);
    status_t status;
    if (!bytes) {
        status = status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", (size_t)entry.size);
    } else if (!file || libzip.fread(file, bytes, entry.size) != (zip_int64_t)entry.size ||
               libzip.fread(file, bytes + entry.size, 1) != 0) {
        status = status_fail(STATUS_CHECKPOINT, "'%s': damaged: %s", array.name,
            file ? libzip.file_strerror(file) : libzip.strerror(zip));
    } else {
        status = read_member(bytes, entry.size, &array);
        status = status == STATUS_OK ? array_append(checkpoint, &array)
                                     : status_prefix(status, "'%s'", array.name);
    }
    if (file) {
        libzip.fclose(file);
    }
    free(bytes);
    return status;
}

status_t npz_parse(const unsigned char *bytes, size_t size, checkpoint_t *checkpoint) {
    zip_error_t error;
    const status_t started = start();
    if (started != STATUS_OK) {
        return started;
    }
    if (size == 0) {
        // To libzip that is an archive without members.
        return status_fail(STATUS_CHECKPOINT, "no .npz file: it is empty");
    }
    libzip.error_init(&error);
    zip_source_t *source = libzip.source_buffer_create(bytes, size, 0, &error);
    zip_t *zip = source ? libzip.open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
    if (!zip) {
        const status_t status = status_fail(
            STATUS_CHECKPOINT, "cut off, damaged, or no .npz file: %s", libzip.error_strerror(&error));
        libzip.source_free(source);
        libzip.error_fini(&error);
        return status;
    }
    const zip_int64_t count = libzip.get_num_entries(zip, 0);
    size_t left = size;
    status_t status = array_reserve(checkpoint, (size_t)count, size);
    for (zip_int64_t i = 0; status == STATUS_OK && i < count; i++) {
        status = read_entry(zip, (zip_uint64_t)i, &left, checkpoint);
    }
    libzip.discard(zip);
    libzip.error_fini(&error);
    return status;
}
