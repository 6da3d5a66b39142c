/**
 * The configuration: a YAML file into a read-only struct of plain values.
 *
 * One table (src/config/keys.c) describes every key: its path, type, range, default, a line of help, and
 * whether it decides the numbers a run computes. That table parses, checks, prints, documents and compares.
 * read.c and write.c are its two directions. The struct owns nothing: it can be copied and dropped. All
 * functions are local, none is collective.
 */
#ifndef CVAE_CONFIG_H
#define CVAE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

enum {
    CONFIG_NAME_SIZE = 64,       /**< a name of a run or condition, its zero included */
    CONFIG_PATH_SIZE = 1024,     /**< a path, its zero included */
    CONFIG_CONDITIONS_MAX = 256, /**< conditions that a configuration names */
    CONFIG_PAIRS_MAX = 256,      /**< entries of a list of condition pairs */
};

typedef enum {
    CONFIG_FORMAT_ROWS,
    CONFIG_FORMAT_PAIRS,
    CONFIG_FORMAT_UNIMORPH, /**< a table of forms, whose order of columns is found; so are the next two */
    CONFIG_FORMAT_LEMMA_FORM_TAGS,
    CONFIG_FORMAT_LEMMA_TAGS_FORM
} config_format_t;
typedef enum {
    CONFIG_PAIRS_SAME,
    CONFIG_PAIRS_CROSS,
    CONFIG_PAIRS_ALL,
    CONFIG_PAIRS_RANDOM,
    CONFIG_PAIRS_INFLECT,
    CONFIG_PAIRS_LEMMATIZE
} config_pairs_t;

/** What a row or pair with a missing form means. */
typedef enum { CONFIG_MISSING_REFUSE, CONFIG_MISSING_SKIP } config_missing_t;

typedef enum { CONFIG_CELL_LSTM, CONFIG_CELL_GRU } config_cell_t;
typedef enum { CONFIG_LOSS_SUM, CONFIG_LOSS_MEAN, CONFIG_LOSS_MEAN_KL } config_loss_t;
typedef enum { CONFIG_OPTIMIZER_SGD, CONFIG_OPTIMIZER_ADAM } config_optimizer_name_t;

/** What the best checkpoint is chosen by. */
typedef enum {
    CONFIG_BEST_NONE,
    CONFIG_BEST_CROSS_ENTROPY,
    CONFIG_BEST_EXACT_MATCH,
    CONFIG_BEST_BLEU4,
    CONFIG_BEST_GAUSSIAN
} config_best_t;

/** What a checkpoint that cannot be written means for the training. */
typedef enum { CONFIG_ON_ERROR_CONTINUE, CONFIG_ON_ERROR_STOP } config_on_error_t;

typedef enum { CONFIG_GEMM_NATIVE, CONFIG_GEMM_OPENBLAS } config_gemm_t;
typedef enum { CONFIG_PRECISION_FP32, CONFIG_PRECISION_BF16 } config_precision_t;
typedef enum { CONFIG_SUM_EXACT, CONFIG_SUM_EXACT32, CONFIG_SUM_FLOAT } config_sum_t;
typedef enum { CONFIG_REDUCTION_SHARED, CONFIG_REDUCTION_ALLREDUCE } config_reduction_t;

/** Where a vector enters a network: any of these, or'ed. */
enum { CONFIG_ENTERS_HIDDEN = 1, CONFIG_ENTERS_CELL = 2, CONFIG_ENTERS_STEPS = 4 };

typedef enum {
    CONFIG_SCHEDULE_CONSTANT, /**< from */
    CONFIG_SCHEDULE_LINEAR,   /**< from -> to in a straight line */
    CONFIG_SCHEDULE_STEP,     /**< stairs: from, times `factor` every so many epochs */
    CONFIG_SCHEDULE_COSINE,   /**< from -> to along half a cosine */
    CONFIG_SCHEDULE_SIGMOID   /**< from -> to along a logistic curve */
} config_schedule_kind_t;

/** When a schedule's value changes: at every optimizer step, or at the beginning of an epoch only. */
typedef enum { CONFIG_BY_STEP, CONFIG_BY_EPOCH } config_schedule_by_t;

/**
 * A schedule (optim/schedule.h has the formulas); a plain number x in the YAML is {schedule: constant, from:
 * x}. What the kind does not use is over, factor, every, cycles, width = 1 and 0 elsewhere.
 */
typedef struct {
    config_schedule_kind_t kind;
    double from, to;
    double over;      /**< share of a cycle (of the run when there is one) on the way to `to`, (0, 1] */
    double factor;    /**< of `step` */
    int every;        /**< of `step`: epochs from stair to stair */
    int warmup_steps; /**< the value is multiplied by min(1, (step + 1) / warmup_steps); 0 = none */
    config_schedule_by_t by;
    int first;             /**< the number of the run's first epoch */
    int since;             /**< of `step`: the epoch of the first stair; 0 = `every` */
    int cycles;            /**< how often the course is run through, from 1 */
    int reset;             /**< epochs at a cycle's end with the value `from` */
    double centre, width;  /**< of `sigmoid`, in epochs */
    double floor, ceiling; /**< bounds of the value, before the warm-up; a ceiling of 0 is none */
} config_schedule_t;

/** A list of (source condition, target condition), as indices into data.conditions. */
typedef struct {
    int count;
    int source[CONFIG_PAIRS_MAX], target[CONFIG_PAIRS_MAX];
} config_condition_pairs_t;

typedef struct {
    char train[CONFIG_PATH_SIZE];
    config_format_t format;
    int condition_count; /**< 0: the names found in the data */
    char conditions[CONFIG_CONDITIONS_MAX][CONFIG_NAME_SIZE];
    config_condition_pairs_t pair_conditions; /**< of the lines of a two-word pairs file, in turn */
    config_pairs_t pairs;
    double holdout, holdout_from;
    double invent;                   /**< share of the pairs whose row gets another stem */
    double invent_pieces;            /**< share of these whose stem is put together from pieces */
    double unknown_letters;          /**< share of their new letters that become the unknown one */
    double copies;                   /**< share of the pairs that become pairs of a word with itself */
    char alphabet[CONFIG_PATH_SIZE]; /**< "a-z", "data", or the letters themselves (UTF-8) */
    int max_length;                  /**< letters of a word */
    config_missing_t missing;
} config_data_t;

typedef struct {
    int hidden, latent, embedding, layers;
    int condition;        /**< the embedding's size; 0 = one-hot */
    bool condition_parts; /**< the parts of the conditions' names have embeddings, too */
    config_cell_t cell;
    bool bidirectional;
    bool encoder_markers;
    unsigned encoder_condition; /**< CONFIG_ENTERS_... */
    unsigned decoder_latent;    /**< CONFIG_ENTERS_... */
    unsigned decoder_condition; /**< CONFIG_ENTERS_... */
    bool decoder_relu;
    double dropout; /**< share of what an upper layer reads that is 0 in training */
} config_model_t;

typedef struct {
    int epochs, batch_size, micro_batch;
    int patience;      /**< evaluations without a better one until the training ends; 0 = none ends it */
    int stall_seconds; /**< until a rank that does not go on is named, twice until the job ends; 0 = never */
    config_loss_t loss;
    config_schedule_t kl_weight;
    config_schedule_t kl_target; /**< nats a word; 0 = none */
    double free_bits;            /**< nats a latent number of a word; 0 = none; not with a kl_target */
    config_schedule_t teacher_forcing;
    config_schedule_t word_dropout;
    double consistency;       /**< forms of consistency draws for each word of a batch */
    double consistency_from;  /**< share of the run after which there are any */
    double max_gradient_norm; /**< a step with a larger one has diverged; 0 = no limit */
    int diverged_steps;       /**< so many in a row are too many */
    int go_back;              /**< how often they take the run back to a checkpoint; 0 = never, it ends */
    double go_back_factor;    /**< of the learning rate, each time */
} config_train_t;

typedef struct {
    config_optimizer_name_t name;
    double lr, momentum, beta1, beta2, epsilon;
    double clip;                   /**< largest global gradient norm; 0 = no clipping */
    double weight_decay;           /**< decoupled, times the learning rate of the step; 0 = none */
    config_schedule_t lr_schedule; /**< a factor of lr */
} config_optimizer_t;

typedef struct {
    int every;                   /**< epochs between evaluations; 0 = only at the end */
    char test[CONFIG_PATH_SIZE]; /**< pairs file; "" = none */
    config_condition_pairs_t test_pairs;
    int corrections; /**< rounds by which the z of a conversion is corrected */
    int draws, examples;
} config_evaluate_t;

typedef struct {
    char directory[CONFIG_PATH_SIZE];
    int every;          /**< epochs; 0 = only at the end */
    int every_steps;    /**< optimizer steps; 0 = never */
    int keep;           /**< how many of the newest to keep; 0 = all */
    int keep_every;     /**< epochs between those that are kept for good; 0 = none is */
    config_best_t best; /**< what the one that is kept as best.h5 is chosen by */
    bool background;    /**< written by a thread while training goes on */
    config_on_error_t on_error;
} config_checkpoint_t;

typedef struct {
    config_gemm_t gemm;           /**< who multiplies matrices */
    config_precision_t precision; /**< of what is multiplied */
    config_sum_t sum;             /**< how the shards' gradients are added up */
    config_reduction_t reduction; /**< how exact sums meet */
    int bucket;                   /**< numbers of one MPI_Allreduce at most; 0 = all */
} config_compute_t;

typedef struct {
    char name[CONFIG_NAME_SIZE];
    uint64_t seed;
    config_data_t data;
    config_model_t model;
    config_train_t train;
    config_optimizer_t optimizer;
    config_evaluate_t evaluate;
    config_checkpoint_t checkpoint;
    config_compute_t compute;
} config_t;

/** Bytes of the largest configuration that config_parse() accepts. */
#define CONFIG_FILE_MAX 1048576

/** Space that config_write() never exceeds, the zero included: two full lists of pairs take 180 kB. */
#define CONFIG_TEXT_SIZE 262144

/**
 * Parses `length` bytes of YAML into *config: defaults first, then the file's keys, then the overrides
 * ("key.path=value", in order, as given to --set: a path, name or text is all of the value, letter by letter,
 * anything else is YAML without comments). An override of a part ("train.kl_weight.to=0.3") edits the
 * schedule that is in force up to there.
 *
 * file: its name, for messages and because paths inside are relative to its folder (those in overrides to the
 * working directory); *config holds absolute paths. All faults of the file and of the overrides are reported
 * at once, a line each, sorted by place: `file:line:column: what, what was expected` (`unknown key
 * "data.trian": did you mean "data.train"?`), or `--set KEY=VALUE: ...`. STATUS_CONFIG; *config is left as it
 * was. A value is checked when it is in force: an override mends a wrong value of the file.
 */
status_t config_parse(config_t *config, const char *file, const char *text, size_t length,
    const char *const *overrides, int override_count);

/** Whether the data are a table of forms. */
bool config_has_table(const config_data_t *data);

/**
 * Writes every key with its value as YAML that config_parse() reads back to an equal struct (numbers with all
 * their digits, absolute paths). Same struct, same bytes. Returns the text's length without its zero; like
 * snprintf, nothing is written past `size`.
 */
size_t config_write(const config_t *config, char *text, size_t size);

/**
 * Like config_write(), but only the keys that decide the numbers that training computes and where it ends:
 * the name, paths, and the groups evaluate and checkpoint are left out. But with train.patience, which counts
 * evaluations, evaluate.every, evaluate.corrections and checkpoint.best are among them, and evaluate.draws
 * where the latter is gaussian; and with train.go_back checkpoint.every and checkpoint.every_steps are,
 * because they say where the run goes back to. Equal text, equal training (given equal data).
 */
size_t config_identity(const config_t *config, char *text, size_t size);

/**
 * Adds to the status message (status_append) a line `key: OLD before, NEW now` for each key of either's
 * config_identity() in which the two differ. train.epochs, which says where training ends, is among them only
 * where something else depends on it (config_bound_to_epochs()). Returns how many differ.
 */
int config_differences(const config_t *before, const config_t *now);

/** Likewise for the other keys, in which a run may differ from what it goes on from. */
int config_free_differences(const config_t *before, const config_t *now);

/**
 * The keys whose meaning depends on train.epochs, to `text` with ", " between them, as far as there is room:
 * schedules that go by shares of the run (linear, cosine, cycles, reset), train.patience, and
 * train.consistency_from. Returns how many.
 */
int config_bound_to_epochs(const config_t *config, char *text, size_t size);

/**
 * The key that a name was likely meant for, as far as it tells: the only key of that name behind the dot, or
 * one that other programs call so ("learning_rate": "optimizer.lr"). NULL: none.
 */
const char *config_find_key(const char *name);

/** Prints the table: every key with type, range, default and help, for `cvae_mpi --help-config`. */
void config_print_help(FILE *stream);

#endif
