/** One value: from a YAML node into a member of the struct, as the key's line in the table wants it. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "faults.h"
#include "keys.h"
#include "source.h"

/**
 * Reads the value of any key; of a schedule, only the plain number. record: the zeroed struct that the key's
 * offset belongs to: the config_t, or the config_schedule_t of a schedule's part. Lists of pairs need
 * data.conditions to be read before. A fault is added to faults; the member is of no use then.
 */
void value_read(void *record, const config_key_t *key, given_t given, faults_t *faults);

#endif
