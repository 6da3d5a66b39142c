/**
 * Gradient checks of a layer: its tensors with the places where its backward pass puts their gradients. For
 * the double build only.
 */
#ifndef TENSORS_H
#define TENSORS_H

#include "fixture.h"
#include "gradient.h"

/** What a backward pass does with a gradient's place. */
typedef enum { TENSORS_ADDED, TENSORS_WRITTEN } tensors_use_t;

enum { TENSORS_FILL_SEED = 77 };

typedef struct {
    const char *name;
    tensors_use_t use;
    size_t count;
    real *x;
    real *d; /**< full of other numbers when it is added to, of NaN when it is written */
} tensors_t;

static inline tensors_t tensors_make(const char *name, tensors_use_t use, uint64_t seed, size_t count) {
    tensors_t tensor = {name, use, count, fixture_normal(seed, 0.5, count), NULL};
    tensor.d = fixture_normal(TENSORS_FILL_SEED, 1, count);
    for (size_t i = 0; i < count && use == TENSORS_WRITTEN; i++) {
        tensor.d[i] = NAN;
    }
    return tensor;
}

/** Takes off what tensors_make() had laid into the place of a gradient that is added. */
static inline void tensors_subtract_fill(size_t count, real *d) {
    const real *fill = fixture_normal(TENSORS_FILL_SEED, 1, count);
    for (size_t i = 0; i < count; i++) {
        d[i] -= fill[i];
    }
}

/** Checks what the backward pass left in the tensors' d. Returns the worst error. */
static inline double tensors_check(
    tensors_t *const *tensors, int count, gradient_function_t function, void *context) {
    double worst = 0;
    for (int i = 0; i < count; i++) {
        tensors_t *tensor = tensors[i];
        if (tensor->use == TENSORS_ADDED) {
            tensors_subtract_fill(tensor->count, tensor->d);
        }
        worst = fmax(
            worst, gradient_assert(tensor->name, function, context, tensor->count, tensor->x, tensor->d));
    }
    return worst;
}

/**
 * The same for a whole block; d is fixture_normal(TENSORS_FILL_SEED, 1, size) to which a backward pass has
 * added. What lies between two tensors must not have changed.
 */
static inline double tensors_check_block(const char *title, const parameters_t *table, real *block, real *d,
    gradient_function_t function, void *context) {
    double worst = 0;
    tensors_subtract_fill(table->size, d);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        char name[256];
        snprintf(name, sizeof name, "%s: %s", title, entry->name);
        worst = fmax(worst,
            gradient_assert(name, function, context, entry->count, block + entry->offset, d + entry->offset));
    }
    for (size_t i = 0; i < table->size; i++) {
        if (!parameters_at(table, i) && d[i] != 0) {
            fail_msg("%s: element %zu lies between two tensors and was changed", title, i);
        }
    }
    return worst;
}

#endif
