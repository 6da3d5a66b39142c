/**
 * What a checkpoint holds, named arrays and their hashes, as plain data; and what is true of one array by
 * itself: its size in bytes, its validity, the words for its type and state.
 */
#ifndef CHECKPOINT_ARRAY_H
#define CHECKPOINT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

/** Version of the layout described in checkpoints/README.md. */
#define CHECKPOINT_FORMAT 1

enum { CHECKPOINT_DIMENSIONS_MAX = 4, CHECKPOINT_NAME_SIZE = 96 };

/** In checkpoint_expect(): a dimension of any size. */
#define CHECKPOINT_ANY_SIZE SIZE_MAX

typedef enum {
    CHECKPOINT_FLOAT32, /**< little-endian, as all below (a big-endian machine is refused by the compiler) */
    CHECKPOINT_FLOAT64,
    CHECKPOINT_INT64,
    CHECKPOINT_TEXT /**< UTF-8 bytes, none of them zero; dimensions is 1, dimension[0] the length, maybe 0 */
} checkpoint_type_t;

/** Which hash an array is part of, besides the file's own, which covers everything. */
typedef enum {
    CHECKPOINT_STATE_NONE,      /**< neither */
    CHECKPOINT_STATE_TRAINING,  /**< content_hash: what training goes on from */
    CHECKPOINT_STATE_PARAMETER, /**< content_hash and parameter_hash: a weight */
} checkpoint_state_t;

/**
 * One named array. `name` may have folders: "parameters/encoder.lstm.weight_hh_l0"; printable ASCII, no name
 * is also the folder of another. The bits of the numbers are kept (-0.0, NaN). A dimension may be 0.
 */
typedef struct {
    char name[CHECKPOINT_NAME_SIZE];
    checkpoint_type_t type;
    checkpoint_state_t state;
    int dimensions; /**< 0 = a scalar (not for text) */
    size_t dimension[CHECKPOINT_DIMENSIONS_MAX];
    const void *data; /**< contiguous, row-major; not owned when writing */
} checkpoint_array_t;

/** The hashes a file carries as attributes of its root. */
typedef struct {
    char file[HASH_TEXT_SIZE];      /**< of every array: name, type, state, shape, bytes */
    char content[HASH_TEXT_SIZE];   /**< of the arrays of the training state and the parameters */
    char parameter[HASH_TEXT_SIZE]; /**< of the parameters */
} checkpoint_hashes_t;

/**
 * What a file holds, the arrays in the order in which they were written. Owns everything, the arrays' data
 * too; each array's data starts at a multiple of MEMORY_ALIGNMENT, text has a zero behind it.
 */
typedef struct {
    size_t count;
    checkpoint_array_t *arrays;
    checkpoint_hashes_t hashes;
    void *file;    /**< the bytes of the file, if data of arrays is used where it stands there, or NULL */
    void *storage; /**< the data of all other arrays */
} checkpoint_t;

/** "float32", ... */
const char *array_type_text(checkpoint_type_t type);

/** "none", "training", "parameter": the attribute `state` in a file. */
const char *array_state_text(checkpoint_state_t state);

/** The state of that word; false where there is none. */
bool array_state_parse(const char *text, checkpoint_state_t *state);

/** Bytes of the data; false on overflow. */
bool array_bytes(const checkpoint_array_t *array, size_t *bytes);

/** Space for the shape of the most and largest dimensions, its zero included. */
enum { ARRAY_SHAPE_SIZE = CHECKPOINT_DIMENSIONS_MAX * 22 + 3 };

/** The dimensions as text, "[3, 4]", "[]" for a scalar. */
void array_shape_text(const size_t *dimension, int dimensions, char text[ARRAY_SHAPE_SIZE]);

/** Is `name` fit for an array: printable ASCII, not too long, no empty or "." part between its slashes? */
bool array_name_is_valid(const char *name);

/**
 * Checks everything of the description and, for a text, that no byte is zero. STATUS_INTERNAL: the caller
 * made it up.
 */
status_t array_check(const checkpoint_array_t *array);

/** The bytes of a checkpoint's storage that an array with `bytes` bytes of data takes. */
size_t array_room(size_t bytes);

/**
 * Takes the storage for `count` arrays whose data have `bytes` bytes together, and an empty list for as many.
 * STATUS_MEMORY.
 */
status_t array_reserve(checkpoint_t *checkpoint, size_t count, size_t bytes);

/**
 * Adds a copy of an array and its data behind the last one that was added so, within what was reserved.
 * STATUS_CHECKPOINT where the array is none that array_check() lets pass, or where another one has its name.
 */
status_t array_append(checkpoint_t *checkpoint, const checkpoint_array_t *array);

/** The hash of those arrays, each one valid, whose state is at least `least`. STATUS_MEMORY. */
status_t array_hash(
    const checkpoint_array_t *arrays, size_t count, checkpoint_state_t least, char text[HASH_TEXT_SIZE]);

#endif
