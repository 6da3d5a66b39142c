/**
 * Crash-safe files of named arrays, in HDF5. Knows no model: what the arrays mean is the trainer's business.
 *
 * A file that carries its final name is whole: it was written under a temporary name in the same folder,
 * fsynced, read back and compared with the bytes in memory, and renamed, and the folder fsynced. Equal
 * content gives equal bytes: no times, the same gaps, creation order as given.
 *
 * The first 512 bytes of a file, its seal, hold its length and the hash of all that follows. A reader takes
 * the file into memory once and checks the seal; HDF5 parses what was checked, in memory. So one flipped bit
 * anywhere, or a missing tail, is refused before HDF5 meets it, and no HDF5 file lock is involved. The layout
 * is described in checkpoints/README.md.
 *
 * All functions are local; only rank 0 calls them. HDF5 is not thread-safe: checkpoint_write(),
 * checkpoint_read() and image_hdf5_version(), which use it, may be called by one thread of the process at a
 * time. (In a training that is the thread that writes, from save_write() until save_wait();
 * src/train/save.h.) Any thread may call the others at any time, for different folders or files.
 */
#ifndef CVAE_CHECKPOINT_H
#define CVAE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "array.h"

/**
 * Computes the three hashes, over the arrays in the order given. STATUS_MEMORY; STATUS_INTERNAL for an array
 * that is not as described above.
 */
status_t checkpoint_hash(const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes);

/**
 * Writes the arrays, in order, to `path` as described above; *hashes (may be NULL) gets what the file
 * carries. An existing file of that name is replaced at once or not at all. STATUS_OUTPUT (no space, no
 * permission; one line with the path and the system's reason): nothing of the new file stays and the old one
 * is untouched. Only when the very last step fails, the fsync of the folder, the new file is in place, whole,
 * and an error reported. STATUS_MEMORY, and STATUS_INTERNAL as in checkpoint_hash(). Takes at most about
 * twice the file's size of memory.
 *
 * The temporary file is called .NAME.tmp-PID and locked (flock) while its writer lives.
 */
status_t checkpoint_write(
    const char *path, const checkpoint_array_t *arrays, size_t count, checkpoint_hashes_t *hashes);

/**
 * Reads a whole file and checks it: a file of ours, a format version we know, the seal, every array present
 * and of a known type, all three hashes equal to what was read. STATUS_NO_INPUT where it cannot be opened or
 * read, STATUS_MEMORY, STATUS_CHECKPOINT for anything else, one line `path: what`; *checkpoint is empty then.
 * Silent otherwise: HDF5's own error stack is not printed. Takes at most about twice the file's size of
 * memory, and keeps about the file's size.
 */
status_t checkpoint_read(const char *path, checkpoint_t *checkpoint);

/** Whether the bytes are the beginning of a checkpoint, good or not. */
bool checkpoint_has_seal(const char *bytes, size_t length);

/** Frees it; fine for a zeroed struct. */
void checkpoint_destroy(checkpoint_t *checkpoint);

/** The array of that name, or NULL. */
const checkpoint_array_t *checkpoint_find(const checkpoint_t *checkpoint, const char *name);

/**
 * The array of that name, checked: type and dimensions must be as given; a dimension may be
 * CHECKPOINT_ANY_SIZE, and `dimension` NULL leaves all of them free. STATUS_CHECKPOINT with one line that
 * names the array and what differs (the file's path is for the caller to put in front).
 */
status_t checkpoint_expect(const checkpoint_t *checkpoint, const char *name, checkpoint_type_t type,
    int dimensions, const size_t *dimension, const checkpoint_array_t **array);

/** Copies the array's data to `to`, which has room for the dimensions. Errors as checkpoint_expect(). */
status_t checkpoint_copy(const checkpoint_t *checkpoint, const char *name, checkpoint_type_t type,
    int dimensions, const size_t *dimension, void *to);

/** The text of that name, with a zero behind it. Errors as checkpoint_expect(). */
status_t checkpoint_text(const checkpoint_t *checkpoint, const char *name, const char **text);

/**
 * Points the symbolic link directory/link_name at `target` (a name in the same folder), atomically; what was
 * called so is replaced. Where the file system has no symbolic links it is a hard link, and where it has
 * none of these either, there is none. STATUS_OUTPUT: then the old link is untouched.
 */
status_t checkpoint_link(const char *directory, const char *link_name, const char *target);

/** Whether the folder's file system has symbolic links, as far as a link that is made and removed tells. */
bool checkpoint_has_links(const char *directory);

/** "step-0000001234.h5" for step 1234. */
void checkpoint_file_name(uint64_t step, char name[32]);

/**
 * The steps for which the folder holds a regular file with a checkpoint_file_name(), newest first, at most
 * `capacity`; *count gets how many were given. A folder that does not exist has none. STATUS_NO_INPUT where
 * it cannot be read, STATUS_MEMORY.
 */
status_t checkpoint_list(const char *directory, uint64_t *steps, size_t capacity, size_t *count);

/** Whose a checkpoint is, to those who delete some. */
typedef enum {
    CHECKPOINT_FOREIGN, /**< somebody else's: it is neither deleted nor counted */
    CHECKPOINT_KEPT,    /**< the caller's, and needed: it is counted and not deleted */
    CHECKPOINT_OWN      /**< the caller's */
} checkpoint_claim_t;

/** Asked for each checkpoint, the newest first. NULL in its place: all are the caller's. */
typedef struct {
    checkpoint_claim_t (*claim)(void *context, uint64_t step, const char *path);
    void *context;
} checkpoint_owner_t;

/**
 * Deletes all but the newest `keep` of the owner's (keep 0: none is deleted), but never one whose step is a
 * multiple of `keep_multiples` (0: of nothing), nor one that a symbolic link of the folder points to; and the
 * temporary files of checkpoints whose writer is gone: those whose lock is free, so the file of a living
 * process stays, on another machine too, and where the file system knows no locks they all stay. Whatever
 * cannot be deleted does not keep the rest from being deleted. STATUS_OUTPUT, STATUS_NO_INPUT where the
 * folder cannot be read.
 */
status_t checkpoint_prune(
    const char *directory, int keep, uint64_t keep_multiples, const checkpoint_owner_t *owner);

/**
 * Deletes the owner's checkpoints of all steps behind `step`, the newest first, linked or not; links stay.
 * Errors as checkpoint_prune().
 */
status_t checkpoint_remove_newer(const char *directory, uint64_t step, const checkpoint_owner_t *owner);

/**
 * Deletes every checkpoint of the owner in the folder, and temporary files as checkpoint_prune() does; links
 * stay. A folder that does not exist has none. Errors as checkpoint_prune().
 */
status_t checkpoint_remove_all(const char *directory, const checkpoint_owner_t *owner);

/** At least so many bytes as the file that checkpoint_write() makes of the arrays has, and hardly more. */
size_t checkpoint_size(const checkpoint_array_t *arrays, size_t count);

/** *bytes: what files in the folder may still take; UINT64_MAX where the file system does not say.
 * STATUS_OUTPUT. */
status_t checkpoint_space(const char *directory, uint64_t *bytes);

/** Creates the folder with its parents. STATUS_OUTPUT. */
status_t checkpoint_make_directory(const char *directory);

/** An array's type and shape in words: "float32 [1024, 256]", "text [31]", "int64" for a scalar. */
void checkpoint_describe(const checkpoint_array_t *array, char *text, size_t size);

#endif
