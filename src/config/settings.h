/** Which value of each key is in force: its default, the file's, or the last override's. Nothing is read yet.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "faults.h"
#include "keys.h"
#include "source.h"

typedef struct {
    given_t value;
    /** Of a schedule: its parts, each in force by itself. A plain number is the part `from`. */
    given_t parts[KEYS_PARTS];
    bool is_mapping; /**< of a schedule: not a plain number */
} setting_t;

/** Initialise with {0}. */
typedef struct {
    setting_t of[KEYS_MAX];     /**< by the index of the key */
    given_t sections[KEYS_MAX]; /**< the file's key of a section, by the index of the section's first key */
} settings_t;

/** Puts a whole value in force. */
void settings_give(settings_t *settings, int index, given_t value, faults_t *faults);

/** Puts every value of the file in force. False when the file is no mapping of keys at all. */
bool settings_give_file(settings_t *settings, source_t *file, faults_t *faults);

/**
 * Puts the value of an override "path=value" in force, and loads it into the source: as it is where a path, a
 * name or a text is wanted, else as YAML.
 */
void settings_give_override(settings_t *settings, source_t *source, const char *text, faults_t *faults);

#endif
