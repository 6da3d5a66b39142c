/**
 * A data set as one block of memory without addresses in it: to be handed to other processes as bytes, or to
 * be looked at by several of them where it stands. Only the program that wrote an image can open it.
 */
#ifndef CVAE_DATASET_IMAGE_H
#define CVAE_DATASET_IMAGE_H

#include <stddef.h>

#include "dataset.h"

/** How many bytes the image of a data set takes. */
size_t dataset_image_size(const dataset_t *dataset);

/** Writes the image into a block of so many bytes, which begins where malloc()'s would. */
void dataset_image_write(const dataset_t *dataset, void *block);

/**
 * The data set whose image a block holds. It does not change the block and copies nothing large: the block,
 * which is the caller's, must stay as long as the data set and the words taken from it.
 * dataset_destroy() leaves the block alone.
 */
void dataset_image_open(dataset_t *dataset, void *block);

#endif
