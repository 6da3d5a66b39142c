/** The value of a key: from YAML nodes into a member of the struct, as the key's row in the table wants it.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config.h"
#include "keys.h"
#include "source.h"

/** What is in force for a key; of a section, the file's key. */
typedef struct {
    given_t value;
    /** Of a schedule: its parts, each in force by itself. A plain number is the part `from`. */
    given_t parts[KEYS_PARTS];
} setting_t;

/**
 * Reads the value of a key into the config, which was zeroed before. Lists of pairs need data.conditions to
 * be read before. What is wrong with it becomes faults; the member is of no use then.
 */
void value_read(config_t *config, const config_key_t *key, const setting_t *setting);

/** Adds the fault that a key or part is missing. outer: what it belongs in, which gives the place. False. */
bool value_report_missing(const config_key_t *key, given_t outer);

/**
 * path, of `length` bytes, as seen from the absolute folder, without ".", "..", and doubled or closing
 * slashes, zero-padded to `size`. "A/.." is the folder above that which A leads to, where A is a symbolic
 * link; other links stay in the path. No file has to exist. False when it is longer than that.
 */
bool value_path(char *absolute, size_t size, const char *folder, const char *path, size_t length);

#endif
