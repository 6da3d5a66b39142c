#include "config.h"
#include "keys.h"
#include "keys_text.h"

/** Whether the key may change when a run is resumed; what print_key() puts behind it. */
static const char *mark(const config_key_t *key) {
    return key->decides == KEY_DECIDES_ALWAYS ? "" : key->decides == KEY_DECIDES_NEVER ? " *" : " (*)";
}

static void print_key(FILE *stream, const config_key_t *key) {
    char expected[KEYS_TEXT_SIZE];
    keys_text_expected(key, expected);
    fprintf(stream, "%s%s\n    %s", key->path, mark(key), expected);
    if (key->fallback) {
        fprintf(stream, ", default %s\n", key->fallback);
    } else {
        fprintf(stream, ", required\n");
    }
    fprintf(stream, "    %s\n", key->help);
}

static void print_part(FILE *stream, const config_key_t *part) {
    char kinds[KEYS_TEXT_SIZE], expected[KEYS_TEXT_SIZE];
    keys_text_kinds(part->kinds, kinds);
    keys_text_expected(part, expected);
    fprintf(stream, "%s\n    of %s", part->path, kinds);
    // The range of its values, and where they start, are the schedule's own.
    fprintf(stream, ": %s", part->takes_range ? "a number" : expected);
    if (part->needed) {
        fprintf(stream, ", required\n");
    } else if (part == keys_part(KEYS_PART_FROM)) {
        fprintf(stream, "\n");
    } else if (part->type == KEY_CHOICE) {
        fprintf(stream, ", default %s\n", part->choices[(int)part->start]);
    } else {
        fprintf(stream, ", default %g\n", part->start);
    }
    fprintf(stream, "    %s\n", part->help);
}

void config_print_help(FILE *stream) {
    fprintf(stream, "Keys of the configuration. \"section.name\" is written as \"name\" inside \"section\".\n"
                    "Those with a * may change when a run is resumed, those with (*) unless train.patience "
                    "or\ntrain.go_back goes by them; "
                    "the others decide the numbers it computes.\n\n");
    for (int i = 0; i < keys_count(); i++) {
        print_key(stream, keys_at(i));
    }
    fprintf(stream, "\nKeys of a schedule, as in {schedule: linear, to: 0.1}:\n\n");
    for (int i = 0; i < KEYS_PARTS; i++) {
        print_part(stream, keys_part(i));
    }
    fprintf(stream, "\nA schedule starts at:\n\n");
    for (int i = 0; i < keys_count(); i++) {
        if (keys_at(i)->type == KEY_SCHEDULE) {
            fprintf(stream, "%s\n    default of \"from\": %g\n", keys_at(i)->path, keys_at(i)->start);
        }
    }
}
