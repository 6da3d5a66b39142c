/** A schedule from its parts. */
#ifndef CONFIG_SCHEDULE_PARTS_H
#define CONFIG_SCHEDULE_PARTS_H

#include "faults.h"
#include "keys.h"
#include "settings.h"

/** Reads the schedule of a key of type KEY_SCHEDULE. Faults are added; *schedule is of no use then. */
void schedule_parts_read(
    config_schedule_t *schedule, const config_key_t *key, const setting_t *setting, faults_t *faults);

#endif
