/**
 * What a training spends its time on. Private to src/train.
 */
#ifndef CVAE_PHASE_H
#define CVAE_PHASE_H

typedef enum {
    PHASE_PREPARE,    /**< an epoch's order; taking, sorting, cutting and dealing a batch; noise */
    PHASE_COMPUTE,    /**< forward and backward over shards */
    PHASE_EXACT_SUM,  /**< gradients to fixed point, added up, and back to floats */
    PHASE_WAITING,    /**< until all ranks have come to the reduction */
    PHASE_ALLREDUCE,  /**< the reduction itself */
    PHASE_OPTIMIZER,  /**< clipping, the update, packing the weights anew */
    PHASE_EVALUATION, /**< what rank 0 does at an epoch's end, and the others wait for */
    PHASE_CHECKPOINT, /**< likewise for a checkpoint, as far as the training waits for it */
    PHASE_OTHER,
    PHASE_COUNT
} phase_t;

/** "prepare", "exact_sum" and so on. */
const char *phase_name(phase_t phase);

#endif
