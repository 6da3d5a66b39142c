#include "source.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static place_t place_of(const source_t *source, yaml_mark_t mark) {
    return (place_t){source->override, mark.line + 1, mark.column + 1};
}

/** libyaml tells where bytes are no text by their offset alone. */
static place_t place_of_offset(const source_t *source, const char *text, size_t length, size_t offset) {
    place_t place = {source->override, 1, 1};
    for (size_t i = 0; i < offset && i < length; i++) {
        bool ends_line = text[i] == '\n';
        bool starts_letter = ((unsigned char)text[i] & 0xC0) != 0x80;
        place.line += ends_line;
        place.column = ends_line ? 1 : place.column + starts_letter;
    }
    return place;
}

static void report_syntax(
    const source_t *source, faults_t *faults, const yaml_parser_t *parser, const char *text, size_t length) {
    if (parser->error == YAML_MEMORY_ERROR) {
        faults->out_of_memory = true;
    } else if (parser->error == YAML_READER_ERROR) {
        faults_add(faults, place_of_offset(source, text, length, parser->problem_offset), NULL,
            "not readable as text: %s", parser->problem);
    } else {
        faults_add(faults, place_of(source, parser->problem_mark), NULL, "not valid YAML: %s%s%s",
            parser->problem, parser->context ? ", " : "", parser->context ? parser->context : "");
    }
}

/** Faults that can sit in any node, even in one that nobody reads. */
static void check_nodes(source_t *source, faults_t *faults) {
    static const char *const tags[] = {
        [YAML_SCALAR_NODE] = YAML_DEFAULT_SCALAR_TAG,
        [YAML_SEQUENCE_NODE] = YAML_DEFAULT_SEQUENCE_TAG,
        [YAML_MAPPING_NODE] = YAML_DEFAULT_MAPPING_TAG,
    };
    yaml_node_t *end = source->document.nodes.top;
    for (yaml_node_t *node = source->document.nodes.start; node < end; node++) {
        place_t place = place_of(source, node->start_mark);
        if (strcmp((const char *)node->tag, tags[node->type]) != 0) {
            char tag[FAULTS_EXCERPT_SIZE];
            faults_excerpt(tag, (const char *)node->tag, strlen((const char *)node->tag));
            faults_add(faults, place, NULL, "tags (\"%s\") are not supported", tag);
        }
        if (node->type == YAML_SCALAR_NODE &&
            memchr(node->data.scalar.value, '\0', node->data.scalar.length) != NULL) {
            faults_add(faults, place, NULL, "a text with a zero byte inside");
        }
    }
}

typedef struct {
    int documents, depth, anchors;
} tally_t;

/** Counts one event in; what there must not be more of is a fault. */
static bool is_within_limits(tally_t *tally, const yaml_event_t *event, place_t place, faults_t *faults) {
    bool has_anchor = false;
    if (event->type == YAML_DOCUMENT_START_EVENT) {
        tally->documents++;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        tally->depth++;
        has_anchor = event->data.sequence_start.anchor != NULL;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        tally->depth++;
        has_anchor = event->data.mapping_start.anchor != NULL;
    } else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
        tally->depth--;
    } else if (event->type == YAML_SCALAR_EVENT) {
        has_anchor = event->data.scalar.anchor != NULL;
    }
    tally->anchors += has_anchor;
    if (tally->documents > 1) {
        faults_add(faults, place, NULL, "a second YAML document starts here, expected one only");
    } else if (tally->depth > SOURCE_DEPTH_MAX) {
        faults_add(faults, place, NULL, "nested deeper than %d levels", SOURCE_DEPTH_MAX);
    } else if (tally->anchors > SOURCE_ANCHORS_MAX) {
        faults_add(faults, place, NULL, "more than %d anchors", SOURCE_ANCHORS_MAX);
    } else {
        return true;
    }
    return false;
}

/**
 * Reads the text once without keeping anything. libyaml takes time with the square of the depth and of the
 * number of anchors, so hostile text has to be refused before it is loaded.
 */
static bool is_loadable(const source_t *source, faults_t *faults, const char *text, size_t length) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        faults->out_of_memory = true;
        return false;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    tally_t tally = {0};
    bool goes_on = true, ends = false;
    while (goes_on && !ends) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(source, faults, &parser, text, length);
            break;
        }
        goes_on = is_within_limits(&tally, &event, place_of(source, event.start_mark), faults);
        ends = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return goes_on && ends;
}

void source_load(source_t *source, faults_t *faults, const char *text, size_t length) {
    yaml_parser_t parser;
    if (!is_loadable(source, faults, text, length)) {
        return;
    }
    if (!yaml_parser_initialize(&parser)) {
        faults->out_of_memory = true;
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    source->is_loaded = yaml_parser_load(&parser, &source->document);
    if (source->is_loaded) {
        check_nodes(source, faults);
    } else {
        report_syntax(source, faults, &parser, text, length);
    }
    yaml_parser_delete(&parser);
}

/** Where the last scalar, [] or {} ends, in characters. What is not in brackets ends behind comments. */
static size_t end_of_values(source_t *source) {
    size_t end = 0;
    const yaml_node_t *top = source->document.nodes.top;
    for (const yaml_node_t *node = source->document.nodes.start; node < top; node++) {
        const bool is_block =
            (node->type == YAML_SEQUENCE_NODE && node->data.sequence.style != YAML_FLOW_SEQUENCE_STYLE) ||
            (node->type == YAML_MAPPING_NODE && node->data.mapping.style != YAML_FLOW_MAPPING_STYLE);
        if (!is_block && node->end_mark.index > end) {
            end = node->end_mark.index;
        }
    }
    return end;
}

void source_load_value(source_t *source, faults_t *faults, const char *text) {
    source_load(source, faults, text, strlen(text));
    if (!source->is_loaded) {
        return;
    }
    const char *rest = text;
    for (size_t letters = end_of_values(source); letters > 0 && *rest; letters--) {
        rest++;
        while (((unsigned char)*rest & 0xC0) == 0x80) {
            rest++;
        }
    }
    rest += strspn(rest, " \t\r\n");
    if (*rest) {
        char excerpt[FAULTS_EXCERPT_SIZE];
        faults_excerpt(excerpt, rest, strlen(rest));
        faults_add(faults, (place_t){source->override, 1, 1}, NULL,
            "\"%s\" is no part of the value%s: leave it out", excerpt, *rest == '#' ? " but a comment" : "");
    }
}

void source_load_text(source_t *source, faults_t *faults, const char *text) {
    const place_t place = {source->override, 1, 1};
    if (!text_is_utf8(text)) {
        faults_add(faults, place, NULL, "the value is not UTF-8");
        return;
    }
    for (const char *letter = text; *letter; letter++) {
        const unsigned char byte = (unsigned char)*letter;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
            faults_add(faults, place, NULL, "%s in the value, expected a text on one line",
                byte == '\n' ? "a line break" : "a control character");
            return;
        }
    }
    if (!yaml_document_initialize(&source->document, NULL, NULL, NULL, 1, 1)) {
        faults->out_of_memory = true;
        return;
    }
    source->is_loaded = true;
    // In quotes it is a text, whatever it looks like.
    if (!yaml_document_add_scalar(&source->document, NULL, (const yaml_char_t *)text, (int)strlen(text),
            YAML_DOUBLE_QUOTED_SCALAR_STYLE)) {
        faults->out_of_memory = true;
    }
}

void source_release(source_t *source) {
    if (source->is_loaded) {
        yaml_document_delete(&source->document);
        source->is_loaded = false;
    }
}

given_t source_root(source_t *source) {
    return (given_t){source, source->is_loaded ? yaml_document_get_root_node(&source->document) : NULL};
}

place_t source_place(given_t given) {
    return given.node ? place_of(given.source, given.node->start_mark)
                      : (place_t){given.source->override, 1, 1};
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

size_t source_entries(given_t given) {
    if (source_shape(given) != SHAPE_MAPPING) {
        return 0;
    }
    return (size_t)(given.node->data.mapping.pairs.top - given.node->data.mapping.pairs.start);
}

given_t source_entry_key(given_t given, size_t index) {
    return node_of(given, given.node->data.mapping.pairs.start[index].key);
}

given_t source_entry_value(given_t given, size_t index) {
    return node_of(given, given.node->data.mapping.pairs.start[index].value);
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
        char excerpt[FAULTS_EXCERPT_SIZE];
        faults_excerpt(excerpt, source_text(given), strlen(source_text(given)));
        snprintf(text, SOURCE_DESCRIPTION_SIZE, "\"%s\"", excerpt);
    }
    }
}
