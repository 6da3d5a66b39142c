/**
 * A piece of YAML that gives values (the file, an override, or the default of a key), and the faults that are
 * found in all of them: collected in any order, reported at once, sorted by place. The only user of libyaml.
 */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/status.h"

enum {
    SOURCE_FILE = -1,                                  /**< in place of an override's number: the file */
    SOURCE_DEPTH_MAX = 16,                             /**< lists and mappings inside each other */
    SOURCE_ANCHORS_MAX = 100,                          /**< anchors in one source */
    SOURCE_EXCERPT_SIZE = 64,                          /**< space for what source_excerpt() writes */
    SOURCE_DESCRIPTION_SIZE = SOURCE_EXCERPT_SIZE + 2, /**< space for what source_describe() writes */
    SOURCE_SUGGESTION_SIZE = 256                       /**< space for what source_suggest() writes */
};

typedef struct {
    size_t order[3]; /**< sorted by source, place in it, and number */
    char *line;      /**< of the message, owned */
} fault_t;

/** Initialise with {.file = ..., .overrides = ...}, both borrowed. */
typedef struct {
    const char *file;
    const char *const *overrides;
    fault_t *list; /**< owned */
    size_t count;
    bool out_of_memory;
} faults_t;

typedef struct {
    faults_t *faults;   /**< borrowed; of all sources */
    int override;       /**< its number, or SOURCE_FILE (for the defaults, too) */
    const char *folder; /**< borrowed; absolute: what the paths inside are relative to */
    bool is_default;
    bool is_loaded;
    size_t end;               /**< where the last value ends, in characters */
    yaml_document_t document; /**< owned while is_loaded */
    yaml_node_t text;         /**< the value in place of a document's, of source_load_text() */
    const yaml_node_t *root;  /**< the whole value, in one of these two; NULL: empty */
} source_t;

/** A value somewhere in a source. Without a source: not given; without a node: given, but empty. */
typedef struct {
    source_t *source;
    const yaml_node_t *node;
} given_t;

typedef enum { SHAPE_EMPTY, SHAPE_SCALAR, SHAPE_LIST, SHAPE_MAPPING } shape_t;

/** Loads the text, which has to be one YAML document. What is wrong with it becomes faults; where it cannot
 * be read at all, it is not loaded. */
void source_load(source_t *source, const char *text, size_t length);

/** Likewise an override's value, which ends with the text: what stands behind it, a comment, too, is a fault.
 */
void source_load_value(source_t *source, const char *text);

/** Makes the text itself, borrowed, the value. It has to be UTF-8 without control characters. */
void source_load_text(source_t *source, const char *text);

void source_release(source_t *source);

/** The whole document's value. */
given_t source_root(source_t *source);

/** SHAPE_EMPTY: nothing at all, or an unquoted `null` or `~`. */
shape_t source_shape(given_t given);

/** The text of a scalar; it has no zero byte inside. */
const char *source_text(given_t given);

/** Is a scalar in quotes (or a block of text), and so never a number? */
bool source_is_quoted(given_t given);

/** Elements of a list; 0 when it is none. */
size_t source_count(given_t given);

/** Element `index` of a list. */
given_t source_item(given_t given, size_t index);

/**
 * The next entry of a mapping whose key is a word; other keys are faults. *place is 0 at first. False where
 * there is none, or no mapping.
 */
bool source_next_entry(given_t mapping, size_t *place, given_t *key, given_t *value);

/** Text from outside as it can stand in a message: without control characters, and not too long. */
void source_excerpt(char excerpt[SOURCE_EXCERPT_SIZE], const char *text, size_t length);

/** The value as a message names it: "text", a list, a mapping, an empty value. */
void source_describe(given_t given, char text[SOURCE_DESCRIPTION_SIZE]);

/**
 * `: did you mean "PREFIXWORD"?` with the candidate that text_nearest() finds, or nothing. Returns the
 * candidate, or NULL.
 */
const char *source_suggest(char text[SOURCE_SUGGESTION_SIZE], const char *prefix, const char *word,
    const char *const *candidates, int count);

/**
 * Adds the fault of a value. key: the path of the key that is meant, or NULL; the text of an override names
 * it already. Returns false.
 */
bool source_fault(given_t given, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** STATUS_OK when there are no faults; otherwise they become the status message, one line each. Frees them.
 */
status_t source_report_faults(faults_t *faults);

#endif
