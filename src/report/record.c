#include "record.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "document.h"

struct record {
    json_t *object;  /**< a reference of its own: a child's handle outlives its replacement in the parent */
    record_t *root;  /**< the record that record_create() made, for itself too */
    record_t *next;  /**< the handles below a root are a list, so that destroying the root finds them */
    bool has_failed; /**< of a root: memory was out somewhere in it */
};

record_t *record_create(void) {
    record_t *record = calloc(1, sizeof *record);
    if (!record) {
        return NULL;
    }
    record->root = record;
    record->object = json_object();
    if (!record->object) {
        free(record);
        return NULL;
    }
    return record;
}

void record_destroy(record_t *record) {
    while (record) {
        record_t *next = record->next;
        json_decref(record->object);
        free(record);
        record = next;
    }
}

/** Puts a value, of which the reference is taken over, under a key; NULL stands for one there was no memory
 * for. */
static void set(record_t *record, const char *key, json_t *value) {
    if (!record) {
        json_decref(value);
        return;
    }
    // Not checked for UTF-8: document_print() mends what needs it.
    if (json_object_set_new_nocheck(record->object, key, value)) {
        record->root->has_failed = true;
    }
}

static json_t *number_of(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text_of(const char *value) {
    return value ? json_string_nocheck(value) : json_null();
}

void record_number(record_t *record, const char *key, double value) {
    set(record, key, number_of(value));
}

void record_integer(record_t *record, const char *key, int64_t value) {
    set(record, key, json_integer(value));
}

void record_text(record_t *record, const char *key, const char *value) {
    set(record, key, text_of(value));
}

void record_boolean(record_t *record, const char *key, bool value) {
    set(record, key, json_boolean(value));
}

void record_null(record_t *record, const char *key) {
    set(record, key, json_null());
}

/** A handle for a new object, owned by the record's root; NULL, which the root remembers, when memory is out.
 */
static record_t *create_below(record_t *record) {
    if (!record) {
        return NULL;
    }
    record_t *child = record_create();
    if (!child) {
        record->root->has_failed = true;
        return NULL;
    }
    child->root = record->root;
    child->next = record->root->next;
    record->root->next = child;
    return child;
}

record_t *record_child(record_t *record, const char *key) {
    record_t *child = create_below(record);
    if (child) {
        set(record, key, json_incref(child->object));
    }
    return child;
}

/** Adds a value, of which the reference is taken over, to the list under a key, which is made if need be. */
static void append(record_t *record, const char *key, json_t *value) {
    if (!record) {
        json_decref(value);
        return;
    }
    json_t *list = json_object_get(record->object, key);
    if (!json_is_array(list)) {
        set(record, key, json_array());
        list = json_object_get(record->object, key);
    }
    if (json_array_append_new(list, value)) {
        record->root->has_failed = true;
    }
}

record_t *record_element(record_t *record, const char *key) {
    record_t *child = create_below(record);
    if (child) {
        append(record, key, json_incref(child->object));
    }
    return child;
}

void record_add_number(record_t *record, const char *key, double value) {
    append(record, key, number_of(value));
}

void record_add_text(record_t *record, const char *key, const char *value) {
    append(record, key, text_of(value));
}

status_t record_print(const record_t *record, FILE *stream, int indented) {
    if (!record || record->root->has_failed) {
        return status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    return document_print(record->object, stream, indented);
}

status_t record_line(const record_t *record, char **line, size_t *length) {
    *line = NULL;
    FILE *stream = open_memstream(line, length);
    if (!stream) {
        return status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    status_t status = record_print(record, stream, 0);
    if (fclose(stream) && status == STATUS_OK) {
        status = status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    return status;
}
