/**
 * The Gaussian score: how many latent vectors drawn from N(0, I) decode, in all conditions, to a row of the
 * training table. Counting only: drawing and decoding is the evaluation's business.
 */
#ifndef CVAE_GAUSSIAN_H
#define CVAE_GAUSSIAN_H

#include <stddef.h>

#include "data/dataset.h"
#include "base/status.h"
#include "base/word.h"

typedef struct {
    size_t draws;
    size_t training;  /**< draws that are a training row */
    size_t held_back; /**< draws that are a held-back row */
    size_t distinct;  /**< different training rows among them */
    size_t lines;     /**< lines of the training file that the draws are: a row that stands there twice counts
                         twice each time */
    double score;     /**< training / draws, in [0, 1] */
    double course;    /**< lines / draws, as the course's script counts: may exceed 1 */
} gaussian_score_t;

/**
 * Counts over words[draw * C + condition], [draws * C]. A draw counts once, but for lines and course. With no
 * rows in the data set (a pairs file) or no draws everything but `draws` is 0. STATUS_MEMORY: *result is as
 * it was.
 */
status_t gaussian_score(
    const dataset_t *dataset, const word_t *words, size_t draws, gaussian_score_t *result);

#endif
