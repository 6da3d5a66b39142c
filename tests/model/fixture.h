/**
 * What the tests of model/ share. All of it is static: a test program is compiled for float or for double as
 * a whole.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/parameters.h"
#include "base/random.h"
#include "math/real.h"
#include "model/shape.h"
#include "base/word.h"
#include "test.h"

enum { FIXTURE_PIECES = 4096, FIXTURE_WORDS = 16 };

static void *fixture_pieces[FIXTURE_PIECES];
static int fixture_count;

/** An allocation of its own, so that a step beyond its end is noticed by the sanitizers. Freed by
 * fixture_release(). */
static inline void *fixture_take(size_t count, size_t size) {
    assert_true(fixture_count < FIXTURE_PIECES);
    void *piece = malloc(count > 0 ? count * size : 1);
    assert_non_null(piece);
    fixture_pieces[fixture_count++] = piece;
    return piece;
}

/** The teardown of every test that uses a fixture. */
static inline int fixture_release(void **state) {
    (void)state;
    while (fixture_count > 0) {
        free(fixture_pieces[--fixture_count]);
    }
    return 0;
}

/** Frees the piece taken last, before the end of the test. */
static inline void fixture_drop(void *piece) {
    assert_ptr_equal(fixture_pieces[--fixture_count], piece);
    free(piece);
}

/** Normal numbers times scale, the same for the same seed. */
static inline real *fixture_normal(uint64_t seed, double scale, size_t count) {
    real *x = fixture_take(count, sizeof *x);
    random_stream_t stream = random_stream(seed, RANDOM_LATENT, 0, 0);
    for (size_t i = 0; i < count; i++) {
        x[i] = (real)(scale * random_normal(&stream));
    }
    return x;
}

static inline real *fixture_copy(const real *x, size_t count) {
    real *copy = fixture_take(count, sizeof *copy);
    memcpy(copy, x, count * sizeof *copy);
    return copy;
}

static inline double fixture_dot(size_t count, const real *a, const real *b) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

/** "abz" as letters, 'a' being the first of them. */
static inline word_t fixture_word(const char *text, size_t length, int condition) {
    symbol_t *letters = fixture_take(length, sizeof *letters);
    for (size_t i = 0; i < length; i++) {
        letters[i] = (symbol_t)(SYMBOL_FIRST_LETTER + text[i] - 'a');
    }
    return (word_t){letters, (int)length, condition};
}

/** The words of "ab cda b", the condition of word i being (first + i) modulo `conditions`. Returns how many.
 */
static inline int fixture_words(const char *text, int first, int conditions, word_t words[FIXTURE_WORDS]) {
    int count = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        assert_true(count < FIXTURE_WORDS);
        words[count] = fixture_word(text, length, (first + count) % conditions);
        count++;
        text += length + (text[length] == ' ');
    }
    return count;
}

static inline int fixture_longest(const word_t *words, int count) {
    int longest = 0;
    for (int i = 0; i < count; i++) {
        longest = words[i].length > longest ? words[i].length : longest;
    }
    return longest;
}

/** "1010" as teacher-forcing coins; NULL for NULL. */
static inline bool *fixture_coins(const char *text) {
    if (!text) {
        return NULL;
    }
    size_t count = strlen(text);
    bool *coins = fixture_take(count, sizeof *coins);
    for (size_t i = 0; i < count; i++) {
        coins[i] = text[i] == '1';
    }
    return coins;
}

/** V = 9, E = 5, H = 6, Z = 4, C = 3; z and condition enter everywhere. */
static inline shape_t fixture_shape(void) {
    const unsigned everywhere = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_CELL | SHAPE_ENTERS_STEPS;
    return (shape_t){.symbols = 9,
        .embedding = 5,
        .hidden = 6,
        .latent = 4,
        .conditions = 3,
        .condition_embedding = 2,
        .layers = 1,
        .encoder_condition = everywhere,
        .decoder_latent = everywhere,
        .decoder_condition = everywhere};
}

/**
 * Initial values, `factor` times larger. No number is nearer to 0 than 0.05, where relu has its corner, and
 * what lies between two tensors is NaN: nothing may read it.
 */
static inline real *fixture_parameters(const parameters_t *table, uint64_t seed, double factor) {
    real *block = fixture_take(table->size, sizeof *block);
    parameters_initialise(table, seed, block);
    for (size_t i = 0; i < table->size; i++) {
        block[i] = (real)(factor * (double)block[i]);
        if (!parameters_at(table, i)) {
            block[i] = (real)NAN;
        } else if (fabs((double)block[i]) < 0.05) {
            block[i] = (real)copysign(0.05, (double)block[i]);
        }
    }
    return block;
}

/** What memory_reserve() gave, as bytes that are NaN in a real: for finding what is read before it is
 * written. */
static inline void fixture_poison(memory_t *memory) {
    memset(memory->base, 0xff, memory->size);
}

#endif
