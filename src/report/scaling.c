#include "scaling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "page_parts.h"
#include "replace.h"
#include "scaling_parts.h"

static const struct {
    const char *name, *start, *kind;
    status_t (*print)(const scaling_experiment_t *experiment, FILE *stream);
} outputs[] = {
    {"scaling.csv", "file,", "table of this program", scaling_csv_print},
    {"scaling.json", "{", "experiment of this program", scaling_json_print},
    {"scaling.html", PAGE_START, "page of this program", scaling_page_print},
};

static status_t no_memory(void) {
    return status_fail(STATUS_MEMORY, "out of memory for the outcome");
}

/** An output in *text, to be freed, also on error. */
static status_t make(const scaling_experiment_t *experiment, int output, char **text, size_t *size) {
    *text = NULL;
    FILE *stream = open_memstream(text, size);
    if (!stream) {
        return no_memory();
    }
    const status_t status = outputs[output].print(experiment, stream);
    int failed = ferror(stream);
    failed |= fclose(stream);
    return status == STATUS_OK && failed ? no_memory() : status;
}

static status_t write_output(const scaling_experiment_t *experiment, int output, const char *folder) {
    char *text, *path;
    size_t size;
    if (asprintf(&path, "%s/%s", folder, outputs[output].name) < 0) {
        return no_memory();
    }
    status_t status = make(experiment, output, &text, &size);
    if (status == STATUS_OK) {
        status = replace_check_kind(path, outputs[output].start, outputs[output].kind);
    }
    if (status == STATUS_OK) {
        status = replace_file(path, text, size);
    }
    free(text);
    free(path);
    return status;
}

static status_t make_folder(const char *folder) {
    if (mkdir(folder, 0777) && errno != EEXIST) {
        return status_fail(STATUS_OUTPUT, "%s: cannot be created: %s", folder, strerror(errno));
    }
    return STATUS_OK;
}

static status_t write_all(
    const scaling_experiment_t *experiment, const scaling_options_t *options, FILE *stream) {
    status_t status = make_folder(options->folder);
    for (size_t i = 0; status == STATUS_OK && i < sizeof outputs / sizeof outputs[0]; i++) {
        status = write_output(experiment, (int)i, options->folder);
    }
    if (status == STATUS_OK) {
        scaling_text_print(experiment, stream);
        status = scaling_experiment_check(experiment);
    }
    return status;
}

status_t scaling_write(const scaling_options_t *options, FILE *stream) {
    scaling_experiment_t experiment;
    status_t status = scaling_experiment_read(
        &experiment, options->files, options->file_count, options->cores, options->is_whole);
    if (status == STATUS_OK) {
        status = write_all(&experiment, options, stream);
    }
    scaling_experiment_release(&experiment);
    return status;
}
