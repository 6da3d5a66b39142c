#include "parameters.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"

int parameters_add(parameters_t *table, const char *name, int rows, int columns, double bound) {
    assert(table->count < PARAMETERS_MAX);
    parameters_entry_t *entry = &table->entry[table->count];
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->dimensions = columns > 0 ? 2 : 1;
    entry->dimension[0] = rows;
    entry->dimension[1] = columns > 0 ? columns : 1;
    entry->count = (size_t)rows * (size_t)entry->dimension[1];
    entry->offset = table->size;
    entry->bound = bound;
    table->size += (entry->count + PARAMETERS_ALIGNMENT - 1) / PARAMETERS_ALIGNMENT * PARAMETERS_ALIGNMENT;
    table->total += entry->count;
    return table->count++;
}

void parameters_initialise(const parameters_t *table, uint64_t seed, real *block) {
    memset(block, 0, table->size * sizeof *block);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        random_stream_t stream = random_stream(seed, RANDOM_INITIAL_WEIGHTS, 0, (uint64_t)i);
        for (size_t j = 0; j < entry->count; j++) {
            double value =
                entry->bound > 0 ? entry->bound * (2 * random_uniform(&stream) - 1) : random_normal(&stream);
            block[entry->offset + j] = (real)value;
        }
    }
}

const parameters_entry_t *parameters_at(const parameters_t *table, size_t index) {
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        if (index >= entry->offset && index - entry->offset < entry->count) {
            return entry;
        }
    }
    return NULL;
}
