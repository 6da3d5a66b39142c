/**
 * What image_build() and image_parse() share: HDF5 handles, its errors, the types of the arrays in a file.
 */
#ifndef CHECKPOINT_HANDLE_H
#define CHECKPOINT_HANDLE_H

#include <hdf5.h>
#include <stdbool.h>

#include "checkpoint.h"

/** A name that no file can have: HDF5 wants one, and looks for it, even for a file in memory. */
#define HANDLE_NO_FILE "/dev/null/memory"

/** How HDF5 tells of its errors: what the caller had set. */
typedef struct {
    H5E_auto2_t function;
    void *data;
} handle_errors_t;

/** Makes HDF5 silent, and as it was. */
void handle_silence(handle_errors_t *errors);
void handle_unsilence(const handle_errors_t *errors);

/** Closes any handle but a file's; fine for what was not opened. */
void handle_close(hid_t handle);

/**
 * Closes a file with all that is open in it. Returns `status`, or STATUS_INTERNAL when all had gone well but
 * for a handle that was forgotten, or when it cannot be closed.
 */
status_t handle_close_file(hid_t file, status_t status);

/** Records "HDF5 cannot WHAT: REASON", with the reason of the last failed call. Returns code. */
status_t handle_fail(status_t code, const char *what);

/**
 * File access to memory: no file, nothing but the format of HDF5 1.8 and later. `callbacks` say how HDF5
 * comes by the memory; it never frees it: the callbacks for that are filled in. To be closed; negative on
 * error.
 */
hid_t handle_memory_access(H5FD_file_image_callbacks_t *callbacks);

/** The file's type of the numbers. Not to be closed. */
hid_t handle_number_type(checkpoint_type_t type);

/** Is it a type that handle_text_type() makes? */
bool handle_is_text(hid_t type);

/** A UTF-8 string of `length` bytes, of one for 0. To be closed; negative on error. */
hid_t handle_text_type(size_t length);

#endif
