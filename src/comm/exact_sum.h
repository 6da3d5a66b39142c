/**
 * The exact sum of the shards' gradients: the same bits whoever adds which shard, in whatever order, over any
 * number of ranks.
 *
 * Each shard's float is rounded once, to fixed point, and integers are added: on the rank, then over the
 * ranks in one reduction. Behind the gradient the same reduction carries sums of the loss's parts, what rank
 * 0 hands to the others, and whether any rank met a value that cannot be summed. Fixed point is
 *
 * - wide: 64 bits, of which KERNELS_EXACT_BITS are a fraction, rounded to nearest, ties to even;
 * - narrow: 32 bits, half of that to move. Each tensor has fraction bits of its own (settings.bits). They
 *   follow the largest values of earlier steps' shards, which the same reduction counts, and leave room for
 *   values 8 times as large. A shard's value is rounded up or down at random, so that its expected value is
 * the value itself: rounding to nearest would lose whatever stays below half a unit, and a unit grows with
 * the number of shards. The random number belongs to the shard, not to the rank. Where a value does not fit,
 * all ranks learn it from the reduction, and make the sum again, in 64 bits. A run's first sum has 64 bits,
 * too, because no fraction bits are known yet. A sum of one shard is not rounded.
 *
 * The mean's squares are added up block by block, and the blocks' sums in order: so the norm has the same
 * bits whether a rank reads the whole mean, or the ranks of a host each read a part of it.
 */
#ifndef CVAE_EXACT_SUM_H
#define CVAE_EXACT_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "math/kernels.h"
#include "rank_sum.h"

enum {
    EXACT_SUM_SLOTS = 24,            /**< numbers carried besides the gradient */
    EXACT_SUM_NARROW_SHARDS = 32767, /**< that one narrow sum may have, at most */
    /** Fraction bits of a tensor lie between 0 and this; a first sum's are not known. */
    EXACT_SUM_BITS_MOST = KERNELS_EXACT_BITS,
    EXACT_SUM_BITS_UNKNOWN = -1
};

typedef enum {
    EXACT_SUM_WIDE,
    EXACT_SUM_NARROW,
    EXACT_SUM_FLOAT /**< a plain sum of floats, to measure what exactness costs */
} exact_sum_kind_t;

/** What is summed. */
typedef struct {
    exact_sum_kind_t kind;
    size_t count; /**< elements of the gradient */
    int shards;   /**< that are ever added to one sum, at most */

    // Of use to EXACT_SUM_NARROW only.
    int tensors;         /**< the gradient's parts, one behind the other */
    const size_t *first; /**< [tensors] where each begins; the first at 0 */
    int64_t *bits;       /**< [tensors] fraction bits for the next sum, the owner's to keep: part of what a
                            training stands at; EXACT_SUM_BITS_UNKNOWN at first */

    double *squares; /**< [exact_sum_blocks()] in memory that the ranks of a host share, each of which then
                        reads a part of the mean; NULL: each reads all */
} exact_sum_settings_t;

/** Blocks of a gradient whose squares are added up by themselves. */
size_t exact_sum_blocks(size_t count);

/** A part of the gradient's elements. */
typedef struct {
    size_t first, end;
} exact_sum_part_t;

/** How one sum is made. */
typedef enum {
    EXACT_SUM_IN_64_BITS, /**< of 64 bits */
    EXACT_SUM_IN_32_BITS, /**< of 32 */
    EXACT_SUM_IN_PLACE,   /**< rounded where it stands: one shard is the whole sum */
    EXACT_SUM_UNROUNDED,  /**< likewise, and not rounded */
    EXACT_SUM_IN_FLOATS
} exact_sum_way_t;

typedef struct {
    exact_sum_settings_t settings;
    exact_sum_way_t way;
    double divisor;        /**< of the mean */
    int alone;             /**< shards that are yet to be added by this rank alone; 0: by others, too */
    bool is_finished;      /**< the gradient is the sum already */
    bool is_empty;         /**< nothing was added yet, and ranks.own still holds the last sum */
    exact_sum_part_t used; /**< of the gradient: the rest is zeros */
    bool is_other_clear;   /**< the other gradient, of every second shard of a narrow sum, is all zeros */
    bool is_held;          /**< a shard's gradient waits for the next one's, to be added together */
    uint32_t held_random;  /**< of that shard */
    float limit;       /**< a shard's values must be below this in size, so that no wide sum can overflow */
    double slot_limit; /**< likewise for what is added to a slot */
    int shard_bits;    /**< that a shard's value may have in a narrow sum, besides its sign */
    float *gradient;   /**< [settings.count] a shard's; once they are read, the mean or a part of it */
    double *squares;   /**< [exact_sum_blocks()] of the mean; settings.squares, where there are any */
    int64_t *bits;     /**< [settings.tensors] of this sum */
    int64_t *slots;    /**< [EXACT_SUM_SLOTS + 1 + tensors] the slots, the number of bad values, and what is
                          counted of the tensors' largest values; after the reduction their sums */
    rank_sum_t ranks;  /**< the gradient, and the slots */
    size_t bad;        /**< this rank's first bad element, or SIZE_MAX */
    size_t bytes;      /**< of the last reduction: what a rank gave, and what it got */
} exact_sum_t;

/** Takes the gradient and the slots from memory. */
void exact_sum_layout(exact_sum_t *sum, memory_t *memory, const exact_sum_settings_t *settings);

/** After that, once: the sum over the ranks. Addends in float share no memory. Collective;
 * exact_sum_disconnect() comes before comm_finish(), after an error too. STATUS_MEMORY. */
status_t exact_sum_connect(exact_sum_t *sum, comm_t *comm, const rank_sum_settings_t *settings);
void exact_sum_disconnect(exact_sum_t *sum);

/**
 * Begins a sum with zero; exact_sum_read() gives sum / divisor. alone: the most shards that this rank will
 * add where no other rank adds any (the last one then need not go through the sum, and the result is the
 * same), or 0 where others add shards. is_again: the narrow sum has overflowed, and this one is made in 64
 * bits.
 */
void exact_sum_begin(exact_sum_t *sum, double divisor, int alone, bool is_again);

/** The gradient that the next shard is to add its own to: not always the same one. */
float *exact_sum_gradient(exact_sum_t *sum);

/**
 * Adds what a shard left in that gradient. A value that is not finite, or too large, is noted and left out.
 * random: a number of the shard's own, by which a narrow sum rounds.
 */
void exact_sum_add(exact_sum_t *sum, uint32_t random);

/** Adds a double to a slot in fixed point with 32 fraction bits; one that is not finite or too large is noted
 * as bad. */
void exact_sum_add_real(exact_sum_t *sum, int slot, double value);

/** Adds the bits of a double to a slot: for a value that one rank hands to all, the others adding nothing. */
void exact_sum_hand_over(exact_sum_t *sum, int slot, double value);

/** Sums over the ranks: one reduction. Collective. */
void exact_sum_reduce(exact_sum_t *sum);

/** After the reduction, the same on all ranks: whether a value did not fit into a narrow sum, so that all
 * ranks have to make it again. Only the slots may be read of it then. */
bool exact_sum_has_overflowed(const exact_sum_t *sum);

/** After the reduction, the same on all ranks: how many bad values there were. */
int64_t exact_sum_bad_count(const exact_sum_t *sum);

/** This rank's first bad element of the gradient: `count` for a bad slot, SIZE_MAX for none. Local. */
size_t exact_sum_first_bad(const exact_sum_t *sum);

/**
 * The part of the mean that this rank reads: whole blocks, as many as its host's other ranks, give or take
 * one, where these share settings.squares; else all of it. Local.
 */
exact_sum_part_t exact_sum_part(const exact_sum_t *sum);

/**
 * After the reduction of a sum without bad values: sum->gradient[i] = the mean, for this rank's part, and
 * settings.bits become those of the next sum. Returns the whole mean's global (Euclidean) norm, summed in
 * double in a fixed order. Collective over the ranks of a host that share settings.squares.
 */
double exact_sum_read(exact_sum_t *sum);

/** Behind that: the mean's other parts, too. Local. */
void exact_sum_read_rest(exact_sum_t *sum);

/** After the reduction: a slot's sum; a handed-over value. */
double exact_sum_real(const exact_sum_t *sum, int slot);
double exact_sum_handed_over(const exact_sum_t *sum, int slot);

#endif
