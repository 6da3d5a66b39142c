/**
 * The one table of the configuration's keys. Parsing, range checks, defaults, writing, help and differences
 * all walk it; there is no second list of keys.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/** What a value is; each type names the struct member it is kept in. */
typedef enum {
    KEY_SECTION,    /**< none: the row before the keys "section.name" */
    KEY_NAME,       /**< char[CONFIG_NAME_SIZE] */
    KEY_SEED,       /**< uint64_t */
    KEY_INTEGER,    /**< int */
    KEY_REAL,       /**< double */
    KEY_FLAG,       /**< bool */
    KEY_CHOICE,     /**< an enum, the position in `choices` */
    KEY_PLACES,     /**< unsigned, bit i for the i-th of `choices` */
    KEY_PATH,       /**< char[CONFIG_PATH_SIZE] */
    KEY_TEXT,       /**< char[CONFIG_PATH_SIZE] */
    KEY_CONDITIONS, /**< data.conditions and data.condition_count */
    KEY_PAIRS,      /**< config_condition_pairs_t */
    KEY_SCHEDULE,   /**< config_schedule_t */
} key_type_t;

/** When the numbers that training computes, or where it ends, depend on a key: config_identity(). */
typedef enum {
    KEY_DECIDES_NEVER,
    KEY_DECIDES_ALWAYS,
    KEY_DECIDES_WITH_PATIENCE,          /**< while train.patience counts evaluations */
    KEY_DECIDES_WITH_PATIENCE_BY_DRAWS, /**< while it counts them by their Gaussian score */
    KEY_DECIDES_WITH_GO_BACK            /**< while train.go_back lets a run go back to a checkpoint */
} key_decides_t;

/** A key, or a part of a schedule. */
typedef struct {
    const char *path; /**< "section.name", or a name at the top; of a part, its name */
    key_type_t type;
    size_t offset;              /**< in config_t; of a part, in config_schedule_t */
    double low, high;           /**< of numbers, and of a schedule's values */
    bool above_low, below_high; /**< the bound itself is excluded */
    const char *const *choices; /**< words, NULL after the last */
    const char *word;           /**< what 0 of a number or "" of a path is written as; NULL = not possible */
    bool may_be_empty;          /**< of a list */
    const char *fallback;       /**< the default as YAML; NULL = the key is required */
    const char *forms_fallback; /**< the default where data.format is a table of forms; NULL = the same */
    double start;     /**< the default of a schedule's `from`; of a part (of a choice, its position) */
    unsigned kinds;   /**< of a part: bit k when kind k of schedule uses it */
    bool is_needed;   /**< of a part: these kinds cannot do without */
    bool takes_range; /**< of a part: its range is that of the schedule's values */
    bool is_quiet;    /**< of a part: it is not written while it has its default */
    key_decides_t decides;
    const char *help;
} config_key_t;

enum {
    KEYS_MAX = 88,       /**< no more rows than that */
    KEYS_PARTS = 16,     /**< keys inside a schedule */
    KEYS_PART_KIND = 0,  /**< the part that names the kind of schedule */
    KEYS_PART_FROM = 1,  /**< the part that a plain number stands for */
    KEYS_PATH_SIZE = 64, /**< space for the path of any key or part, its zero included */
    KEYS_TEXT_SIZE = 160 /**< space for what the table says about a key, the zero included */
};

/** All keys, a section's behind its own row, data.conditions before the lists of pairs. As in the table of
 * parts, a row without a path follows the last one. */
extern const config_key_t keys_table[KEYS_MAX];

/** The parts of any schedule. */
extern const config_key_t keys_parts[KEYS_PARTS + 1];

/** The index of the row with that path in one of the two tables, or -1. */
int keys_find(const config_key_t *table, const char *path);

/** Part `index` of one schedule: its path in full (kept in `path`), and the range of the schedule's values.
 */
config_key_t keys_part_of(const config_key_t *schedule, int index, char path[KEYS_PATH_SIZE]);

/** The words of the kinds of schedule in a bit mask, as "linear, cosine and sigmoid". */
void keys_kinds(unsigned kinds, char text[KEYS_TEXT_SIZE]);

/** The range of a number alone, "1 to 4096". */
void keys_range(const config_key_t *key, char text[KEYS_TEXT_SIZE]);

/** What a key's value has to be, as a noun with its range: "a whole number (1 to 4096)". */
void keys_expected(const config_key_t *key, char text[KEYS_TEXT_SIZE]);

#endif
