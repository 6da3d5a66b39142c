/**
 * A decoder with weights and z of its own, for tests of spelling in the float build.
 */
#ifndef SPELLER_H
#define SPELLER_H

#include "model/decoder.h"
#include "fixture.h"

typedef struct {
    memory_t memory;
    decoder_t decoder;
    parameters_t table;
    weights_t weights;
    shape_t shape;
    real *z;                     /**< [words, Z] */
    const bool *may_say_unknown; /**< [words], for a test to set; NULL: none */
} speller_t;

/** For up to `rows` rows of `letters` letters. factor: large weights make the letters many and their order
 * clear. */
static inline void speller_create(speller_t *speller, const shape_t *shape, uint64_t seed, double factor,
    int words, int rows, int letters) {
    *speller = (speller_t){.shape = *shape};
    weights_describe(shape, &speller->table);
    real *block = fixture_parameters(&speller->table, seed, factor);
    weights_bind(shape, &speller->table, block, &speller->weights);
    decoder_layout(&speller->decoder, &speller->memory, shape, rows, letters);
    assert_ok(memory_reserve(&speller->memory));
    decoder_layout(&speller->decoder, &speller->memory, shape, rows, letters);
    fixture_poison(&speller->memory);
    decoder_prepare(&speller->decoder, &speller->weights);
    speller->z = fixture_normal(seed + 1, 2, (size_t)(words * shape->latent));
}

#endif
