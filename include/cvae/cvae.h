/**
 * libcvae: a model that cvae_mpi has trained, for use in a program of your own. It opens a checkpoint,
 * converts words from one condition (a tense) into another, encodes and decodes, and invents words from
 * Gaussian noise.
 *
 *     cvae_model_t *model;
 *     cvae_error_t error;
 *     if (cvae_model_open(&model, "checkpoints/verbs/last.h5", &error) != CVAE_OK) {
 *         fprintf(stderr, "%s\n", error.message);
 *         return 1;
 *     }
 *     const char *words[] = {"walk", "make"};
 *     char *forms = malloc(2 * cvae_model_text_size(model));
 *     int from = cvae_model_find_condition(model, "simple-present");
 *     int to = cvae_model_find_condition(model, "past");
 *     if (cvae_model_convert(model, 2, words, from, to, forms, &error) == CVAE_OK) {
 *         printf("%s %s\n", forms, forms + cvae_model_text_size(model));
 *     }
 *     free(forms);
 *     cvae_model_close(model);
 *
 * Compile with `-lcvae`. The library reads the checkpoint and nothing else, prints nothing, ends no process
 * and starts no MPI. Texts are UTF-8 with a zero at the end.
 *
 * Threads: a model is used by one thread at a time; several threads open a model each, also of the same file,
 * and share nothing. HDF5, which reads the file, serves one thread at a time: cvae_model_open() waits for
 * other calls of itself, so a program that uses HDF5 in other threads keeps them away from it meanwhile.
 *
 * Results: a word's do not depend on the other words of the call, nor on the CPU. They are those of
 * `cvae_mpi convert` and `cvae_mpi generate`.
 *
 * Unknown letters: where the alphabet has U+FFFD, a word may have letters that the alphabet lacks, if they
 * can be seen. The model reads each of them as U+FFFD, and the k-th U+FFFD that cvae_model_convert() spells
 * is the word's k-th such letter; one more than the word has stays U+FFFD. No other word, and no z of
 * cvae_model_decode() and cvae_model_search(), which belongs to no word, is spelled with U+FFFD: its
 * probability is 0 there, and the other symbols' sum to 1.
 *
 * Errors: a function that can fail returns a status, and describes it in *error, which may be NULL; where it
 * fails, the arrays that it fills hold nothing of use. Indices and counts outside their range are
 * CVAE_ARGUMENT. The other functions cannot fail.
 */
#ifndef CVAE_CVAE_PUBLIC_H
#define CVAE_CVAE_PUBLIC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CVAE_PUBLIC __attribute__((visibility("default")))
#else
#define CVAE_PUBLIC
#endif

/** What a call came to. The numbers are the exit statuses of cvae_mpi. */
typedef enum {
    CVAE_OK = 0,
    CVAE_ARGUMENT = 64,   /**< an argument is outside its range */
    CVAE_WORD = 65,       /**< a word is not of the model's alphabet or length */
    CVAE_NO_INPUT = 66,   /**< the file cannot be read */
    CVAE_MEMORY = 71,     /**< out of memory */
    CVAE_CHECKPOINT = 77, /**< the file is no checkpoint, or a damaged one */
} cvae_status_t;

enum { CVAE_MESSAGE_SIZE = 1024 /**< of a message, its zero included; what is longer is cut */ };

/** The failure of a call. */
typedef struct {
    cvae_status_t status;
    size_t word;                     /**< of CVAE_WORD: its place in the call, from 0 */
    int letter;                      /**< of CVAE_WORD: the letter, from 1; 0: the word as a whole */
    char message[CVAE_MESSAGE_SIZE]; /**< one line, without a newline */
} cvae_error_t;

/** A trained model and the memory that it works in. */
typedef struct cvae_model cvae_model_t;

/** "0.1.0": the library's version. */
CVAE_PUBLIC const char *cvae_version(void);

/**
 * Reads a checkpoint whole, checks its hashes, and makes the model ready. *model is the caller's, to be given
 * to cvae_model_close(); NULL on failure. CVAE_NO_INPUT, CVAE_CHECKPOINT, CVAE_MEMORY.
 */
CVAE_PUBLIC cvae_status_t cvae_model_open(cvae_model_t **model, const char *path, cvae_error_t *error);

/** Frees the model. NULL is fine. */
CVAE_PUBLIC void cvae_model_close(cvae_model_t *model);

/** C, how many conditions the model has. They are numbered from 0. */
CVAE_PUBLIC int cvae_model_conditions(const cvae_model_t *model);

/** The name of a condition; lives as long as the model. NULL for a number that is none. */
CVAE_PUBLIC const char *cvae_model_condition(const cvae_model_t *model, int condition);

/** The condition of that name, or -1. */
CVAE_PUBLIC int cvae_model_find_condition(const cvae_model_t *model, const char *name);

/**
 * 0 where the model was trained on pairs of other conditions only, as its configuration says: data.pairs
 * inflect (from the lemma, or a row's first word, to the others) or lemmatize (the reverse). It converts such
 * a direction all the same, often into nonsense. 1 where training may have had such pairs.
 */
CVAE_PUBLIC int cvae_model_is_trained(const cvae_model_t *model, int from, int to);

/** Z, the size of the latent vector. */
CVAE_PUBLIC int cvae_model_latent(const cvae_model_t *model);

/** The most letters that a word may have. A spelling may have a few more. */
CVAE_PUBLIC int cvae_model_max_letters(const cvae_model_t *model);

/** The letters of the alphabet, in the order of their symbols, U+FFFD among them where the model can read
 * unknown letters; lives as long as the model. */
CVAE_PUBLIC const char *cvae_model_alphabet(const cvae_model_t *model);

/** The seed of the run. */
CVAE_PUBLIC uint64_t cvae_model_seed(const cvae_model_t *model);

/** How many bytes every spelling has room in, its zero included: the distance between two in `texts` below.
 */
CVAE_PUBLIC size_t cvae_model_text_size(const cvae_model_t *model);

/** Whether `word` is one that the model can read. CVAE_WORD with the reason. */
CVAE_PUBLIC cvae_status_t cvae_model_check(const cvae_model_t *model, const char *word, cvae_error_t *error);

/**
 * The posterior q(z | word, condition) = N(mean, diag(exp(log_variance))) of words [count], which are in the
 * condition `from`: mean, log_variance [count, Z]. log_variance may be NULL. CVAE_WORD, of the first word
 * that cannot be read.
 */
CVAE_PUBLIC cvae_status_t cvae_model_encode(cvae_model_t *model, size_t count, const char *const *words,
    int from, float *mean, float *log_variance, cvae_error_t *error);

/**
 * A sample of posteriors [count]: z = mean + noise exp(log_variance / 2). The noise of vector i is a pure
 * function of (seed, index[i]), where index[i] is below 2^56. z [count, Z] may be `mean`. CVAE_MEMORY.
 */
CVAE_PUBLIC cvae_status_t cvae_model_sample(const cvae_model_t *model, size_t count, uint64_t seed,
    const uint64_t *index, const float *mean, const float *log_variance, float *z, cvae_error_t *error);

/**
 * z [count, Z] ~ N(0, I): the draws number `first` and those after it, each a pure function of the seed and
 * its number. The words of a draw are what it decodes to in every condition.
 */
CVAE_PUBLIC void cvae_model_draw(
    const cvae_model_t *model, size_t count, uint64_t seed, uint64_t first, float *z);

/**
 * Refines z [count, Z], in place, by `rounds` (from 0) rounds of encode and decode: a round spells z greedily
 * in condition 0, encodes that word, and takes its posterior's mean as the new z. A draw that the decoder
 * spells badly becomes one that it spells well: its forms agree more often. A z whose word is empty stays as
 * it is. A model of pairs must have been trained to spell condition 0 and to read it: otherwise the rounds
 * lead away from its words.
 */
CVAE_PUBLIC cvae_status_t cvae_model_refine(
    cvae_model_t *model, size_t count, int rounds, float *z, cvae_error_t *error);

/**
 * Spells z [count, Z] in the condition `to`, greedily: texts [count, cvae_model_text_size()].
 */
CVAE_PUBLIC cvae_status_t cvae_model_decode(
    cvae_model_t *model, size_t count, const float *z, int to, char *texts, cvae_error_t *error);

/**
 * The likeliest spellings of z [count, Z] in the condition `to` that a beam of width `beam` (1 to 100) finds,
 * the likeliest first: texts [count, beam, cvae_model_text_size()], probabilities [count, beam] of a spelling
 * given z and the condition, found [count] how many there are, from 1 to `beam`. The memory for a width is
 * taken at its first use and kept until another one is asked for. CVAE_MEMORY.
 */
CVAE_PUBLIC cvae_status_t cvae_model_search(cvae_model_t *model, size_t count, const float *z, int to,
    int beam, char *texts, double *probabilities, int *found, cvae_error_t *error);

/**
 * Converts words [count] from the condition `from` into `to`: encodes them and decodes the posteriors' means
 * into texts [count, cvae_model_text_size()]. Where the model's evaluate.corrections is not 0 the means are
 * first corrected, until the words themselves are decoded from them. CVAE_WORD, of the first word that cannot
 * be read.
 */
CVAE_PUBLIC cvae_status_t cvae_model_convert(cvae_model_t *model, size_t count, const char *const *words,
    int from, int to, char *texts, cvae_error_t *error);

#ifdef __cplusplus
}
#endif

#endif
