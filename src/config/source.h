/** A piece of YAML that gives values: the file, an override, or the default of a key. The only user of
 * libyaml. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "faults.h"

typedef struct {
    int override;       /**< its number, or FAULTS_FILE (for the defaults, too) */
    const char *folder; /**< borrowed; absolute: what the paths inside are relative to */
    bool is_default;
    bool is_loaded;
    yaml_document_t document; /**< owned while is_loaded */
} source_t;

/** A value somewhere in a source. Without a source: not given; without a node: given, but empty. */
typedef struct {
    source_t *source;
    yaml_node_t *node;
} given_t;

enum {
    SOURCE_DEPTH_MAX = 16,                            /**< lists and mappings inside each other */
    SOURCE_ANCHORS_MAX = 100,                         /**< anchors in one source */
    SOURCE_DESCRIPTION_SIZE = FAULTS_EXCERPT_SIZE + 2 /**< space for what source_describe() writes */
};

typedef enum { SHAPE_EMPTY, SHAPE_SCALAR, SHAPE_LIST, SHAPE_MAPPING } shape_t;

/** Loads the text, which has to be one YAML document. What is wrong with it goes to faults; then !is_loaded.
 */
void source_load(source_t *source, faults_t *faults, const char *text, size_t length);

/** Likewise an override's value, which ends with the text: what stands behind it, a comment, too, is a fault.
 */
void source_load_value(source_t *source, faults_t *faults, const char *text);

/** Makes the text itself the value, letter by letter. It has to be UTF-8 without control characters. */
void source_load_text(source_t *source, faults_t *faults, const char *text);

void source_release(source_t *source);

/** The whole document's value. */
given_t source_root(source_t *source);

place_t source_place(given_t given);

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

/** Entries of a mapping; 0 when it is none. */
size_t source_entries(given_t given);
given_t source_entry_key(given_t given, size_t index);
given_t source_entry_value(given_t given, size_t index);

/** The value as a message names it: "text", a list, a mapping, an empty value. */
void source_describe(given_t given, char text[SOURCE_DESCRIPTION_SIZE]);

#endif
