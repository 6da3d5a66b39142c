#include <string.h>

#include "commands.h"
#include "checkpoint/checkpoint.h"
#include "report/document.h"

/** What to show of the texts and scalars, and under which key. */
static const struct {
    const char *array, *key;
} shown[] = {
    {"position/epoch", "epoch"},
    {"position/epoch_step", "epoch_step"},
    {"position/step", "step"},
    {"recovery/skipped", "skipped_steps"},
    {"recovery/skipped_in_a_row", "skipped_in_a_row"},
    {"recovery/gone_back", "gone_back"},
    {"init/parameter_hash", "init_parameter_hash"},
    {"init/file", "init_file"},
    {"versions/program", "program"},
    {"versions/mpi", "mpi"},
    {"versions/hdf5", "hdf5"},
    {"versions/blas", "blas"},
    {"versions/blas_core", "blas_core"},
    {"versions/kernels", "kernels"},
    {"data/hash", "data_hash"},
    {"data/alphabet", "alphabet"},
    {"data/conditions", "conditions"},
    {"config/text", "config"},
};

/** A text or a whole number; null for what is not there, NULL for what is neither. */
static json_t *value_of(const checkpoint_array_t *array) {
    if (array && array->type == CHECKPOINT_TEXT) {
        return document_text(array->data);
    }
    if (array && array->type == CHECKPOINT_INT64 && array->dimensions == 0) {
        return json_integer(*(const int64_t *)array->data);
    }
    return array ? NULL : json_null();
}

/** A text, its key in front of its first line. */
static void show_lines(const options_t *options, const char *key, const char *text) {
    do {
        const size_t length = strcspn(text, "\n");
        commands_line(options, "%-15s %.*s", key, (int)length, text);
        text += length + (text[length] == '\n');
        key = "";
    } while (*text);
}

/** The texts and scalars; the configuration is for the record alone. */
static void show_values(const checkpoint_t *checkpoint, const options_t *options, json_t **record) {
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        json_t *value = value_of(checkpoint_find(checkpoint, shown[i].array));
        const char *text = json_string_value(value);
        if (text && strcmp(shown[i].key, "config") != 0) {
            show_lines(options, shown[i].key, text);
        } else if (json_is_integer(value)) {
            commands_line(options, "%-15s %lld", shown[i].key, (long long)json_integer_value(value));
        }
        if (value) {
            document_set(record, shown[i].key, value);
        }
    }
}

/** The arrays, with type and shape; the record has the weights, and how many numbers they are together. */
static status_t show_arrays(const checkpoint_t *checkpoint, const options_t *options, json_t **record) {
    static const char folder[] = "parameters/";
    json_t *tensors = json_array();
    print_table_t *table = print_table_create(2, 2);
    json_int_t total = 0;
    for (size_t i = 0; i < checkpoint->count; i++) {
        const checkpoint_array_t *array = &checkpoint->arrays[i];
        char text[192];
        checkpoint_describe(array, text, sizeof text);
        print_row(table);
        print_cell(table, "%s", array->name);
        print_cell(table, "%s", text);
        if (strncmp(array->name, folder, sizeof folder - 1) == 0) {
            json_int_t count = 1;
            for (int d = 0; d < array->dimensions; d++) {
                count *= (json_int_t)array->dimension[d];
            }
            total += count;
            document_append(
                &tensors, json_pack("{s:s, s:s}", "name", array->name + sizeof folder - 1, "shape", text));
        }
    }
    if (!tensors || json_array_size(tensors) > 0) {
        document_set(record, "tensors", json_incref(tensors));
    }
    document_set(record, "parameters", json_integer(total));
    json_decref(tensors);
    return commands_table(options, table);
}

status_t commands_inspect(const options_t *options) {
    checkpoint_t checkpoint = {0};
    const checkpoint_hashes_t *hashes = &checkpoint.hashes;
    status_t status = checkpoint_read(options->file, &checkpoint);
    if (status != STATUS_OK) {
        return status;
    }
    json_t *record = json_pack("{s:s, s:s, s:s, s:i}", "content_hash", hashes->content, "parameter_hash",
        hashes->parameter, "file_hash", hashes->file, "format", CHECKPOINT_FORMAT);
    commands_text(options, "%s\ncontent hash    %s\nparameter hash  %s\n", options->file, hashes->content,
        hashes->parameter);
    show_values(&checkpoint, options, &record);
    status = show_arrays(&checkpoint, options, &record);
    checkpoint_destroy(&checkpoint);
    const status_t recorded = commands_record(options, record);
    return status == STATUS_OK ? recorded : status;
}
