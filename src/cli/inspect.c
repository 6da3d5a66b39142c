#include <string.h>

#include "commands.h"
#include "checkpoint/checkpoint.h"
#include "report/document.h"
#include "output.h"

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

static void add_value(json_t **record, const char *key, const checkpoint_array_t *array) {
    if (!array) {
        document_set(record, key, json_null());
    } else if (array->type == CHECKPOINT_TEXT) {
        document_set(record, key, document_text(array->data));
    } else if (array->type == CHECKPOINT_INT64 && array->dimensions == 0) {
        document_set(record, key, json_integer(*(const int64_t *)array->data));
    }
}

/** The weights: name, type and shape, and how many numbers they are together. */
static void add_parameters(json_t **record, const checkpoint_t *checkpoint) {
    static const char folder[] = "parameters/";
    json_t *tensors = json_array();
    json_int_t total = 0;
    for (size_t i = 0; i < checkpoint->count; i++) {
        const checkpoint_array_t *array = &checkpoint->arrays[i];
        if (strncmp(array->name, folder, sizeof folder - 1) != 0) {
            continue;
        }
        char text[192];
        size_t count = 1;
        for (int d = 0; d < array->dimensions; d++) {
            count *= array->dimension[d];
        }
        total += (json_int_t)count;
        checkpoint_describe(array, text, sizeof text);
        document_append(
            &tensors, json_pack("{s:s, s:s}", "name", array->name + sizeof folder - 1, "shape", text));
    }
    if (!tensors || json_array_size(tensors) > 0) {
        document_set(record, "tensors", json_incref(tensors));
    }
    json_decref(tensors);
    document_set(record, "parameters", json_integer(total));
}

static json_t *record_of(const checkpoint_t *checkpoint) {
    const checkpoint_hashes_t *hashes = &checkpoint->hashes;
    json_t *record = json_pack("{s:s, s:s, s:s, s:i}", "content_hash", hashes->content, "parameter_hash",
        hashes->parameter, "file_hash", hashes->file, "format", CHECKPOINT_FORMAT);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        add_value(&record, shown[i].key, checkpoint_find(checkpoint, shown[i].array));
    }
    add_parameters(&record, checkpoint);
    return record;
}

static void print_text(const checkpoint_t *checkpoint, const char *file) {
    printf("%s\n", file);
    printf(
        "content hash    %s\nparameter hash  %s\n", checkpoint->hashes.content, checkpoint->hashes.parameter);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const checkpoint_array_t *array = checkpoint_find(checkpoint, shown[i].array);
        if (array && array->type == CHECKPOINT_TEXT && !strchr(array->data, '\n')) {
            printf("%-15s %s\n", shown[i].key, (const char *)array->data);
        } else if (array && array->type == CHECKPOINT_INT64 && array->dimensions == 0) {
            printf("%-15s %lld\n", shown[i].key, (long long)*(const int64_t *)array->data);
        }
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        char text[192];
        checkpoint_describe(&checkpoint->arrays[i], text, sizeof text);
        printf("  %-60s %s\n", checkpoint->arrays[i].name, text);
    }
}

status_t commands_inspect(const options_t *options) {
    checkpoint_t checkpoint = {0};
    status_t status = checkpoint_read(options->file, &checkpoint);
    if (status != STATUS_OK) {
        return status;
    }
    if (!options->json) {
        print_text(&checkpoint, options->file);
    } else {
        status = output_record(record_of(&checkpoint));
    }
    checkpoint_destroy(&checkpoint);
    return status;
}
