/**
 * The one table of the parameters: name, shape, place. It sizes, initialises, reduces, clips, saves, loads
 * and gradient-checks every tensor; parameters, gradients and each optimizer moment are one flat block each,
 * laid out by it.
 */
#ifndef CVAE_PARAMETERS_H
#define CVAE_PARAMETERS_H

#include <stddef.h>
#include <stdint.h>

#include "math/real.h"
#include "base/status.h"

enum {
    PARAMETERS_MAX = 160,
    PARAMETERS_NAME_SIZE = 64,
    PARAMETERS_ALIGNMENT = 16 /**< every tensor starts at a multiple of so many elements */
};

typedef struct {
    char name[PARAMETERS_NAME_SIZE]; /**< PyTorch's, as "encoder.lstm.weight_ih_l0" */
    int dimensions;                  /**< 1 or 2 */
    int dimension[2];
    size_t offset; /**< of the first element in a block */
    size_t count;  /**< elements */
    double bound;  /**< initial values: uniform in [-bound, bound); 0: standard normal */
} parameters_entry_t;

/** Plain data. The elements between two tensors belong to none and stay 0. */
typedef struct {
    int count;
    size_t size;  /**< elements of a block */
    size_t total; /**< parameters: elements that belong to a tensor */
    parameters_entry_t entry[PARAMETERS_MAX];
} parameters_t;

/** Adds a tensor [rows, columns], or [rows] with columns 0, behind the others; returns its index. */
int parameters_add(parameters_t *table, const char *name, int rows, int columns, double bound);

/**
 * Fills a block of `size` elements with initial values: a pure function of the table and the seed (stream
 * RANDOM_INITIAL_WEIGHTS, index = the tensor's), the same in float and double up to rounding.
 */
void parameters_initialise(const parameters_t *table, uint64_t seed, real *block);

/** The tensor that element `index` of a block belongs to, or NULL for one between two tensors. */
const parameters_entry_t *parameters_at(const parameters_t *table, size_t index);

#endif
