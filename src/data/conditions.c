#include "conditions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

void conditions_destroy(conditions_t *conditions) {
    free(conditions->text);
    *conditions = (conditions_t){0};
}

const char *conditions_name(const conditions_t *conditions, int condition) {
    return conditions->text + conditions->offset[condition];
}

/** The slot of the condition with this name, or the empty slot where it belongs. */
static size_t slot_of(const conditions_t *conditions, const char *name, size_t length) {
    size_t place = (size_t)hash_bytes(name, length) % CONDITIONS_SLOTS;
    while (conditions->slot[place] != 0) {
        const char *there = conditions_name(conditions, conditions->slot[place] - 1);
        if (strncmp(there, name, length) == 0 && there[length] == '\0') {
            break;
        }
        place = (place + 1) % CONDITIONS_SLOTS;
    }
    return place;
}

int conditions_find(const conditions_t *conditions, const char *name, size_t length) {
    int condition = conditions->slot[slot_of(conditions, name, length)] - 1;
    char *normal = NULL;
    if (condition < 0 && text_normal(name, length, &normal, &length) == STATUS_OK && normal) {
        condition = conditions->slot[slot_of(conditions, normal, length)] - 1;
    }
    free(normal);
    return condition;
}

/** Makes room for so many bytes more. */
static status_t reserve(conditions_t *conditions, size_t bytes) {
    const size_t needed = conditions->used + bytes;
    if (needed <= conditions->size) {
        return STATUS_OK;
    }
    const size_t size = needed < 2 * conditions->size ? 2 * conditions->size : needed;
    char *text = realloc(conditions->text, size);
    if (!text) {
        return status_fail(STATUS_MEMORY, "out of memory for the names of conditions");
    }
    conditions->text = text;
    conditions->size = size;
    return STATUS_OK;
}

status_t conditions_add(conditions_t *conditions, const char *name, size_t length, int *condition) {
    const size_t place = slot_of(conditions, name, length);
    *condition = conditions->slot[place] - 1;
    if (*condition >= 0 || conditions->count == CONDITIONS_MAX) {
        return STATUS_OK;
    }
    const status_t status = reserve(conditions, length + 1);
    if (status != STATUS_OK) {
        return status;
    }
    *condition = conditions->count++;
    conditions->slot[place] = (uint16_t)conditions->count;
    conditions->offset[*condition] = (uint32_t)conditions->used;
    memcpy(conditions->text + conditions->used, name, length);
    conditions->text[conditions->used + length] = '\0';
    conditions->used += length + 1;
    return STATUS_OK;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

status_t conditions_sort(conditions_t *conditions, int first) {
    const char *names[CONDITIONS_MAX];
    conditions_t sorted = {0};
    status_t status = STATUS_OK;
    for (int i = 0; i < conditions->count; i++) {
        names[i] = conditions_name(conditions, i);
    }
    if (conditions->count > first) {
        qsort(names + first, (size_t)(conditions->count - first), sizeof *names, compare);
    }
    for (int i = 0, number; status == STATUS_OK && i < conditions->count; i++) {
        status = conditions_add(&sorted, names[i], strlen(names[i]), &number);
    }
    if (status != STATUS_OK) {
        conditions_destroy(&sorted);
        return status;
    }
    conditions_destroy(conditions);
    *conditions = sorted;
    return STATUS_OK;
}

status_t conditions_copy(conditions_t *to, const conditions_t *from) {
    status_t status = reserve(to, from->used);
    if (status == STATUS_OK && from->used > 0) {
        const size_t size = to->size;
        char *text = to->text;
        memcpy(text, from->text, from->used);
        *to = *from;
        to->text = text;
        to->size = size;
    }
    return status;
}

size_t conditions_text_size(const conditions_t *conditions) {
    return conditions->used + 1;
}

void conditions_text(const conditions_t *conditions, char *text) {
    for (size_t i = 0; i < conditions->used; i++) {
        text[i] = conditions->text[i] ? conditions->text[i] : '\n';
    }
    text[conditions->used] = '\0';
}

status_t conditions_from_text(conditions_t *conditions, const char *text) {
    status_t status = STATUS_OK;
    while (status == STATUS_OK && *text) {
        const size_t length = strcspn(text, "\n");
        int condition = -1;
        if (length == 0 || length > CONDITIONS_NAME_MAX || conditions_find(conditions, text, length) >= 0) {
            return status_fail(STATUS_DATA,
                "condition %d: a name of 1 to %d bytes that no other has was expected", conditions->count + 1,
                CONDITIONS_NAME_MAX);
        }
        status = conditions_add(conditions, text, length, &condition);
        if (status == STATUS_OK && condition < 0) {
            status = status_fail(STATUS_DATA, "more than %d conditions", CONDITIONS_MAX);
        }
        text += length + (text[length] == '\n');
    }
    return status == STATUS_OK && conditions->count == 0
               ? status_fail(STATUS_DATA, "no conditions, at least one was expected")
               : status;
}

/** Adds a part of the condition whose parts are listed last, unless it has it already, or has as many as
 * count. */
static status_t add_part(
    conditions_parts_t *parts, conditions_t *names, int condition, const char *name, size_t length) {
    const int first = parts->first[condition], end = parts->first[condition + 1];
    int part;
    if (length == 0 || end - first == CONDITIONS_PARTS_MAX) {
        return STATUS_OK;
    }
    const status_t status = conditions_add(names, name, length, &part);
    bool is_new = part >= 0;
    for (int i = first; i < end; i++) {
        is_new = is_new && parts->part[i] != part;
    }
    if (status == STATUS_OK && is_new) {
        parts->part[parts->first[condition + 1]++] = part;
    }
    return status;
}

static status_t split_name(conditions_parts_t *parts, conditions_t *names, int condition, const char *name) {
    static const char separators[] = ";,()";
    const char *owner = NULL; // of what stands in parentheses
    size_t owner_length = 0;
    status_t status = STATUS_OK;
    while (status == STATUS_OK && *name) {
        const size_t length = strcspn(name, separators);
        const char behind = name[length];
        status = add_part(parts, names, condition, name, length);
        if (status == STATUS_OK && owner && length > 0) {
            char joined[CONDITIONS_NAME_MAX + 1];
            memcpy(joined, owner, owner_length);
            joined[owner_length] = '(';
            memcpy(joined + owner_length + 1, name, length);
            status = add_part(parts, names, condition, joined, owner_length + 1 + length);
        }
        if (behind == '(') {
            owner = name;
            owner_length = length;
        } else if (behind == ')') {
            owner = NULL;
        }
        name += length + (behind != '\0');
    }
    return status;
}

status_t conditions_split(const conditions_t *conditions, conditions_parts_t *parts) {
    conditions_t names = {0};
    status_t status = STATUS_OK;
    parts->first[0] = 0;
    for (int c = 0; status == STATUS_OK && c < conditions->count; c++) {
        parts->first[c + 1] = parts->first[c];
        status = split_name(parts, &names, c, conditions_name(conditions, c));
    }
    parts->count = names.count;
    conditions_destroy(&names);
    return status;
}
