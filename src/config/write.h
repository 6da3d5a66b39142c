/**
 * What writing and comparing configurations share. Private to src/config.
 */
#ifndef CONFIG_WRITE_H
#define CONFIG_WRITE_H

#include "keys.h"

/** A key's value on one line: lists as [], schedules as {}. Like snprintf(). */
size_t write_value(const config_key_t *key, const config_t *config, char *text, size_t size);

/** Whether the key is among those of config_identity(). */
bool write_decides(const config_key_t *key, const config_t *config);

#endif
