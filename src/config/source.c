#include "source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** Whether the byte continues a UTF-8 character: 10xxxxxx. */
static bool is_inside_letter(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

bool source_fault(given_t given, const char *key, const char *format, ...) {
    faults_t *faults = given.source->faults;
    const int override = given.source->override;
    const yaml_mark_t place = given.node ? given.node->start_mark : (yaml_mark_t){0};
    fault_t fault = {.order = {(size_t)(override - SOURCE_FILE), place.index, faults->count}};
    char text[1024], excerpt[SOURCE_EXCERPT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int length;
    if (override == SOURCE_FILE) {
        length = asprintf(&fault.line, "%s:%zu:%zu: %s%s%s", faults->file, place.line + 1, place.column + 1,
            key ? key : "", key ? ": " : "", text);
    } else {
        source_excerpt(excerpt, faults->overrides[override], strlen(faults->overrides[override]));
        length = asprintf(&fault.line, "--set %s: %s", excerpt, text);
    }
    // The list doubles when its length is a power of two.
    const size_t count = faults->count;
    fault_t *list = faults->list;
    if (length >= 0 && (count & (count - 1)) == 0) {
        list = realloc(faults->list, (count > 0 ? 2 * count : 1) * sizeof *list);
    }
    if (length >= 0 && list) {
        faults->list = list;
        list[faults->count++] = fault;
    } else {
        free(length < 0 ? NULL : fault.line);
        faults->out_of_memory = true;
    }
    return false;
}

static int compare_faults(const void *one, const void *other) {
    const fault_t *a = one, *b = other;
    int i = 0;
    while (i < 2 && a->order[i] == b->order[i]) {
        i++;
    }
    return a->order[i] < b->order[i] ? -1 : 1;
}

status_t source_report_faults(faults_t *faults) {
    enum { LAST_LINE = 40 };
    size_t used = 0, shown = 0;
    if (faults->count > 0) {
        qsort(faults->list, faults->count, sizeof *faults->list, compare_faults);
        status_clear();
    }
    for (size_t i = 0; i < faults->count; i++) {
        used += strlen(faults->list[i].line) + 1;
        // The first fault is shown in any case, cut if it must be.
        if (i == 0 || used <= STATUS_MESSAGE_SIZE - LAST_LINE) {
            status_append(STATUS_CONFIG, "%s", faults->list[i].line);
            shown++;
        }
        free(faults->list[i].line);
    }
    free(faults->list);
    if (faults->out_of_memory) {
        return status_fail(STATUS_MEMORY, "out of memory for the configuration");
    }
    if (shown < faults->count) {
        return status_append(STATUS_CONFIG, "and %zu more", faults->count - shown);
    }
    return faults->count > 0 ? STATUS_CONFIG : STATUS_OK;
}

void source_excerpt(char excerpt[SOURCE_EXCERPT_SIZE], const char *text, size_t length) {
    size_t most = SOURCE_EXCERPT_SIZE - sizeof "...";
    size_t shown = length <= most ? length : most;
    // A letter of several bytes is shown whole or not at all.
    while (shown < length && shown > 0 && is_inside_letter(text[shown])) {
        shown--;
    }
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)text[i];
        excerpt[i] = byte < 0x20 || byte == 0x7F ? '?' : text[i];
    }
    strcpy(excerpt + shown, shown < length ? "..." : "");
}

const char *source_suggest(char text[SOURCE_SUGGESTION_SIZE], const char *prefix, const char *word,
    const char *const *candidates, int count) {
    const char *nearest = text_nearest(word, candidates, count);
    text[0] = '\0';
    if (nearest) {
        snprintf(text, SOURCE_SUGGESTION_SIZE, ": did you mean \"%s%s\"?", prefix, nearest);
    }
    return nearest;
}

/** Whether the line at a mark begins with blanks and a tab. */
static bool is_indented_by_tab(const char *text, yaml_mark_t mark) {
    for (size_t line = 0; line < mark.line && (text = strchr(text, '\n')); line++, text++) {
    }
    return text && text[strspn(text, " ")] == '\t';
}

static void report_syntax(source_t *source, const yaml_parser_t *parser, const char *text) {
    yaml_node_t here = {.start_mark = parser->problem_mark};
    const char *context = parser->context;
    if (parser->error == YAML_MEMORY_ERROR) {
        source->faults->out_of_memory = true;
    } else if (parser->error == YAML_READER_ERROR) {
        // libyaml tells where bytes are no text by their offset alone.
        yaml_mark_t *mark = &here.start_mark;
        *mark = (yaml_mark_t){0};
        for (size_t i = 0; i < parser->problem_offset; i++) {
            mark->line += text[i] == '\n';
            mark->column = text[i] == '\n' ? 0 : mark->column + !is_inside_letter(text[i]);
        }
        source_fault((given_t){source, &here}, NULL, "not readable as text: %s%s", parser->problem,
            strstr(parser->problem, "UTF-8")
                ? "; a configuration is UTF-8 (of Latin-1, iconv -f latin1 -t utf8 makes it)"
                : "");
    } else if (is_indented_by_tab(text, parser->problem_mark)) {
        source_fault(
            (given_t){source, &here}, NULL, "the line begins with a tab: YAML is indented by blanks alone");
    } else {
        source_fault((given_t){source, &here}, NULL, "not valid YAML: %s%s%s", parser->problem,
            context ? ", " : "", context ? context : "");
    }
}

typedef struct {
    int documents, depth, anchors;
} tally_t;

/** Adds what is wrong with one event, read or not. False where the text must not be loaded. */
static bool check_event(source_t *source, tally_t *tally, const yaml_event_t *event) {
    const yaml_node_t node = {.start_mark = event->start_mark};
    const given_t here = {source, &node};
    const bool is_scalar = event->type == YAML_SCALAR_EVENT,
               opens_list = event->type == YAML_SEQUENCE_START_EVENT,
               opens = opens_list || event->type == YAML_MAPPING_START_EVENT,
               closes = event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT;
    // The events of the three kinds of values begin alike, with anchor and tag.
    const char *anchor = opens || is_scalar ? (const char *)event->data.scalar.anchor : NULL,
               *tag = opens || is_scalar ? (const char *)event->data.scalar.tag : NULL,
               *usual = is_scalar    ? YAML_DEFAULT_SCALAR_TAG
                        : opens_list ? YAML_DEFAULT_SEQUENCE_TAG
                                     : YAML_DEFAULT_MAPPING_TAG;
    tally->documents += event->type == YAML_DOCUMENT_START_EVENT;
    tally->depth += opens - closes;
    tally->anchors += anchor != NULL;
    if (tally->documents > 1) {
        return source_fault(here, NULL, "a second YAML document starts here, expected one only");
    }
    if (tally->depth > SOURCE_DEPTH_MAX) {
        return source_fault(here, NULL, "nested deeper than %d levels", SOURCE_DEPTH_MAX);
    }
    if (tally->anchors > SOURCE_ANCHORS_MAX) {
        return source_fault(here, NULL, "more than %d anchors", SOURCE_ANCHORS_MAX);
    }
    if (tag && strcmp(tag, "!") != 0 && strcmp(tag, usual) != 0) {
        char excerpt[SOURCE_EXCERPT_SIZE];
        source_excerpt(excerpt, tag, strlen(tag));
        source_fault(here, NULL, "tags (\"%s\") are not supported", excerpt);
    }
    if (is_scalar && memchr(event->data.scalar.value, '\0', event->data.scalar.length)) {
        source_fault(here, NULL, "a text with a zero byte inside");
    }
    // A list or mapping without brackets ends behind comments.
    if (is_scalar || (closes && event->end_mark.index > event->start_mark.index)) {
        source->end = event->end_mark.index;
    }
    return true;
}

static bool open_parser(yaml_parser_t *parser, source_t *source, const char *text, size_t length) {
    if (!yaml_parser_initialize(parser)) {
        source->faults->out_of_memory = true;
        return false;
    }
    yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
    return true;
}

/**
 * Reads the text once without keeping anything. libyaml takes time with the square of the depth and of the
 * number of anchors, so hostile text has to be refused before it is loaded.
 */
static bool is_loadable(source_t *source, const char *text, size_t length) {
    yaml_parser_t parser;
    if (!open_parser(&parser, source, text, length)) {
        return false;
    }
    tally_t tally = {0};
    bool goes_on = true, ends = false;
    while (goes_on && !ends) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(source, &parser, text);
            break;
        }
        goes_on = check_event(source, &tally, &event);
        ends = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return goes_on && ends;
}

void source_load(source_t *source, const char *text, size_t length) {
    yaml_parser_t parser;
    if (!is_loadable(source, text, length) || !open_parser(&parser, source, text, length)) {
        return;
    }
    source->is_loaded = yaml_parser_load(&parser, &source->document);
    if (source->is_loaded) {
        source->root = yaml_document_get_root_node(&source->document);
    } else {
        report_syntax(source, &parser, text);
    }
    yaml_parser_delete(&parser);
}

void source_load_value(source_t *source, const char *text) {
    source_load(source, text, strlen(text));
    if (!source->is_loaded) {
        return;
    }
    const char *rest = text;
    for (size_t letters = source->end; letters > 0 && *rest; letters--) {
        rest++;
        while (is_inside_letter(*rest)) {
            rest++;
        }
    }
    rest += strspn(rest, " \t\r\n");
    if (*rest) {
        char excerpt[SOURCE_EXCERPT_SIZE];
        source_excerpt(excerpt, rest, strlen(rest));
        source_fault((given_t){source, NULL}, NULL, "\"%s\" is no part of the value%s: leave it out", excerpt,
            *rest == '#' ? " but a comment" : "");
    }
}

void source_load_text(source_t *source, const char *text) {
    const given_t here = {source, NULL};
    if (!text_is_utf8(text)) {
        source_fault(here, NULL, "the value is not UTF-8");
        return;
    }
    for (const char *letter = text; *letter; letter++) {
        const unsigned char byte = (unsigned char)*letter;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
            source_fault(here, NULL, "%s in the value, expected a text on one line",
                byte == '\n' ? "a line break" : "a control character");
            return;
        }
    }
    // In quotes it is a text, whatever it looks like.
    source->text = (yaml_node_t){.type = YAML_SCALAR_NODE,
        .data.scalar = {(yaml_char_t *)text, strlen(text), YAML_DOUBLE_QUOTED_SCALAR_STYLE}};
    source->root = &source->text;
}

void source_release(source_t *source) {
    if (source->is_loaded) {
        yaml_document_delete(&source->document);
    }
    *source = (source_t){0};
}

given_t source_root(source_t *source) {
    return (given_t){source, source->root};
}

shape_t source_shape(given_t given) {
    if (!given.node) {
        return SHAPE_EMPTY;
    }
    if (given.node->type == YAML_SEQUENCE_NODE) {
        return SHAPE_LIST;
    }
    if (given.node->type == YAML_MAPPING_NODE) {
        return SHAPE_MAPPING;
    }
    const char *text = source_text(given);
    bool is_null = text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
    return is_null && !source_is_quoted(given) ? SHAPE_EMPTY : SHAPE_SCALAR;
}

const char *source_text(given_t given) {
    return (const char *)given.node->data.scalar.value;
}

bool source_is_quoted(given_t given) {
    return given.node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

size_t source_count(given_t given) {
    if (source_shape(given) != SHAPE_LIST) {
        return 0;
    }
    return (size_t)(given.node->data.sequence.items.top - given.node->data.sequence.items.start);
}

static given_t node_of(given_t given, int number) {
    return (given_t){given.source, yaml_document_get_node(&given.source->document, number)};
}

given_t source_item(given_t given, size_t index) {
    return node_of(given, given.node->data.sequence.items.start[index]);
}

bool source_next_entry(given_t mapping, size_t *place, given_t *key, given_t *value) {
    if (source_shape(mapping) != SHAPE_MAPPING) {
        return false;
    }
    const yaml_node_pair_t *end = mapping.node->data.mapping.pairs.top;
    for (const yaml_node_pair_t *pair; (pair = mapping.node->data.mapping.pairs.start + *place) < end;) {
        ++*place;
        *key = node_of(mapping, pair->key);
        *value = node_of(mapping, pair->value);
        if (source_shape(*key) == SHAPE_SCALAR) {
            return true;
        }
        char text[SOURCE_DESCRIPTION_SIZE];
        source_describe(*key, text);
        source_fault(*key, NULL, "%s is not a key", text);
    }
    return false;
}

void source_describe(given_t given, char text[SOURCE_DESCRIPTION_SIZE]) {
    switch (source_shape(given)) {
    case SHAPE_EMPTY:
        strcpy(text, "an empty value");
        break;
    case SHAPE_LIST:
        strcpy(text, source_count(given) == 0 ? "an empty list" : "a list");
        break;
    case SHAPE_MAPPING:
        strcpy(text, "a mapping");
        break;
    case SHAPE_SCALAR: {
        char excerpt[SOURCE_EXCERPT_SIZE];
        source_excerpt(excerpt, source_text(given), strlen(source_text(given)));
        snprintf(text, SOURCE_DESCRIPTION_SIZE, "\"%s\"", excerpt);
    }
    }
}
