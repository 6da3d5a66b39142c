/**
 * The exact sum of the shards' gradients: the same bits whoever adds which shard, in whatever order, over any
 * number of ranks.
 *
 * Each shard's float is rounded once, to 64-bit fixed point with KERNELS_EXACT_BITS fraction bits, and
 * integers are added: on the rank, then over the ranks in one reduction. Behind the gradient the same
 * reduction carries sums of the loss's parts, what rank 0 hands to the others, and whether any rank met a
 * value that cannot be summed.
 */
#ifndef CVAE_EXACT_SUM_H
#define CVAE_EXACT_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "rank_sum.h"

/** Numbers carried besides the gradient. */
enum { EXACT_SUM_SLOTS = 24 };

typedef struct {
    bool is_exact;     /**< false: a plain sum of floats, to measure what exactness costs */
    bool is_alone;     /**< one shard is all there will be, and needs no integers */
    double divisor;    /**< of the mean */
    double squares;    /**< is_alone: of the mean */
    bool is_empty;     /**< nothing was added yet, and ranks.own still holds the last sum */
    size_t count;      /**< elements of the gradient */
    float limit;       /**< a shard's values must be below this in size, so that no sum can overflow */
    double slot_limit; /**< likewise for what is added to a slot */
    float *gradient;   /**< [count] a shard's, after the reduction the sum's */
    rank_sum_t ranks;  /**< of [count + EXACT_SUM_SLOTS + 1]: the gradient, slots, and number of bad values */
    size_t bad;        /**< this rank's first bad element, or SIZE_MAX */
} exact_sum_t;

/**
 * Takes the gradient, of `count` elements, from memory; at most `shards` shards are ever added to one sum.
 * sum->is_exact is set.
 */
void exact_sum_layout(exact_sum_t *sum, memory_t *memory, size_t count, int shards);

/** After that, once: the sum over the ranks. Where is_exact is not set they share no memory. Collective;
 * exact_sum_disconnect() comes before comm_finish(), after an error too. STATUS_MEMORY. */
status_t exact_sum_connect(exact_sum_t *sum, comm_t *comm, const rank_sum_settings_t *settings);
void exact_sum_disconnect(exact_sum_t *sum);

/**
 * A new sum, of nothing; what is read of it is sum / divisor. is_alone: one shard on one rank is all that
 * will be added, so it may be rounded where it stands, with the same result.
 */
void exact_sum_begin(exact_sum_t *sum, double divisor, bool is_alone);

/** The gradient [count] that the next shard is to add its own to. */
float *exact_sum_gradient(exact_sum_t *sum);

/** Adds what a shard left in that gradient. A value that is not finite, or too large, is noted and left out.
 */
void exact_sum_add(exact_sum_t *sum);

/** Adds a double to a slot in fixed point with 32 fraction bits; one that is not finite or too large is noted
 * as bad. */
void exact_sum_add_real(exact_sum_t *sum, int slot, double value);

/** Adds the bits of a double to a slot: for a value that one rank hands to all, the others adding nothing. */
void exact_sum_hand_over(exact_sum_t *sum, int slot, double value);

/** Sums over the ranks: one reduction. Collective. */
void exact_sum_reduce(exact_sum_t *sum);

/** After the reduction, the same on all ranks: how many bad values there were. */
int64_t exact_sum_bad_count(const exact_sum_t *sum);

/** This rank's first bad element of the gradient: `count` for a bad slot, SIZE_MAX for none. Local. */
size_t exact_sum_first_bad(const exact_sum_t *sum);

/**
 * After the reduction: sum->gradient[i] = the mean. Returns its global (Euclidean) norm, summed in
 * double in a fixed order.
 */
double exact_sum_read(exact_sum_t *sum);

/** After the reduction: a slot's sum; a handed-over value. */
double exact_sum_real(const exact_sum_t *sum, int slot);
double exact_sum_handed_over(const exact_sum_t *sum, int slot);

#endif
