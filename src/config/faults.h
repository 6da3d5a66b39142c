/** The faults of a configuration, collected in any order and reported at once, sorted by place. */
#ifndef CONFIG_FAULTS_H
#define CONFIG_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    FAULTS_FILE = -1,        /**< in place of an override's number: the file */
    FAULTS_EXCERPT_SIZE = 64 /**< space for what faults_excerpt() writes */
};

typedef struct {
    int override;        /**< number of an override from 0, or FAULTS_FILE */
    size_t line, column; /**< from 1; of no meaning for an override, which is one line */
} place_t;

typedef struct {
    place_t place;
    size_t number; /**< faults at one place stay in the order in which they were found */
    char *text;    /**< owned */
} fault_t;

/** Initialise with {.file = ..., .overrides = ...}, both borrowed. */
typedef struct {
    const char *file;
    const char *const *overrides;
    fault_t *list; /**< owned */
    size_t count, capacity;
    bool out_of_memory;
} faults_t;

/** Adds a fault. key: the path of the key whose value is meant, or NULL; the text of an override names it
 * already. */
void faults_add(faults_t *faults, place_t place, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** STATUS_OK when there are none; otherwise they become the status message, one line each. */
status_t faults_report(faults_t *faults);

void faults_release(faults_t *faults);

/** Text from outside as it can stand in a message: without control characters, and not too long. */
void faults_excerpt(char excerpt[FAULTS_EXCERPT_SIZE], const char *text, size_t length);

#endif
