/**
 * For tests that must hold for every instruction set the CPU has, and helpers to compare arrays bit by bit.
 */
#ifndef EACH_ISA_H
#define EACH_ISA_H

#include <string.h>

#include "test.h"

#include "math/kernels.h"
#include "base/random.h"

/** Runs test(kernels) for each instruction set of this CPU; the portable kernels come first. */
static inline void for_each_isa(void (*test)(const kernels_t *kernels)) {
    static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16"};
    for (int i = 0; i < 4; i++) {
        const kernels_t *found = kernels_find(names[i]);
        print_message("    %s%s\n", names[i], found ? "" : ": skipped, as the CPU lacks it");
        if (found) {
            test(found);
        }
    }
}

/** A normal number rounded to bfloat16; test_pairs.c has all others, and by arithmetic. */
static inline float bfloat16_of_normal(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/** Uniform in (-size, size). */
static inline real random_real(random_stream_t *stream, double size) {
    return (real)((2 * random_uniform(stream) - 1) * size);
}

static inline void fill(real *x, size_t count, double size, uint64_t index) {
    random_stream_t stream = random_stream(77, RANDOM_LATENT, 0, index);
    for (size_t i = 0; i < count; i++) {
        x[i] = random_real(&stream, size);
    }
}

#endif
