/**
 * The Gaussian score: how many latent vectors drawn from N(0, I) decode, in all conditions, to a row of the
 * training table; and agreement: how many decode to forms that belong together. Counting only: drawing and
 * decoding is the evaluation's business.
 *
 * A draw agrees if its forms are a training row, a held-back row, or new and inflected alike: they have a
 * stem (data/stem.h), and what stands before and behind it in every form, and its last letter, are the same
 * as in some training row. So the training rows say how forms are made, and no rule of a language does; new
 * forms without a stem never agree. With a single condition the last letter is all that there is to compare.
 */
#ifndef CVAE_GAUSSIAN_H
#define CVAE_GAUSSIAN_H

#include <stddef.h>
#include <stdint.h>

#include "data/dataset.h"
#include "base/status.h"
#include "base/word.h"

/** What draws are compared with. */
typedef struct {
    const dataset_t *dataset; /**< must outlive it */
    uint64_t *inflections;    /**< [count] of the training rows with a stem, sorted (stem_inflection()) */
    size_t count;
} gaussian_t;

/** Finds how the training rows are inflected. gaussian_destroy() a zeroed struct in any case. STATUS_MEMORY.
 */
status_t gaussian_create(gaussian_t *gaussian, const dataset_t *dataset);

/** Frees what it owns; fine for a zeroed struct. */
void gaussian_destroy(gaussian_t *gaussian);

typedef struct {
    size_t draws;
    size_t training;       /**< draws that are a training row */
    size_t held_back;      /**< draws that are a held-back row */
    size_t distinct;       /**< different training rows among them */
    size_t lines;          /**< lines of the training file that the draws are: a row that stands there twice
                              counts twice each time */
    size_t agreeing;       /**< draws that agree */
    size_t new_draws;      /**< those of them that are no row */
    size_t distinct_draws; /**< different draws, rows or not */
    size_t commonest;      /**< draws that are the commonest one, a row or not */
    size_t commonest_draw; /**< the first of them */
    double score;          /**< training / draws, in [0, 1] */
    double course;         /**< lines / draws, as the course's script counts: may exceed 1 */
    double agreement;      /**< agreeing / draws */
} gaussian_score_t;

/**
 * Counts over words[draw * C + condition], [draws * C]. A draw counts once, but for lines and course. With no
 * rows in the data set (a pairs file) or no draws everything but `draws` is 0. STATUS_MEMORY: *result is as
 * it was.
 */
status_t gaussian_score(
    const gaussian_t *gaussian, const word_t *words, size_t draws, gaussian_score_t *result);

#endif
