#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static status_t read_open_file(FILE *file, const char *path, input_t *input) {
    // The size is asked for only to begin with: a pipe has none.
    size_t capacity = 1 << 16;
    struct stat information;
    if (fstat(fileno(file), &information) == 0 && information.st_size > 0) {
        capacity = (size_t)information.st_size + 1;
    }
    for (;;) {
        char *grown = realloc(input->text, capacity + 1);
        if (!grown) {
            return status_fail(STATUS_MEMORY, "%s: out of memory after %zu bytes", path, input->length);
        }
        input->text = grown;
        input->length += fread(input->text + input->length, 1, capacity - input->length, file);
        if (ferror(file)) {
            return status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
        }
        if (feof(file)) {
            input->text[input->length] = '\0';
            return STATUS_OK;
        }
        capacity *= 2;
    }
}

status_t input_read(const char *path, input_t *input) {
    *input = (input_t){0};
    FILE *file = fopen(path, "rb");
    if (!file) {
        return status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    status_t status = read_open_file(file, path, input);
    fclose(file);
    if (status != STATUS_OK) {
        input_release(input);
    }
    return status;
}

status_t input_broadcast(comm_t *comm, const char *path, input_t *input) {
    status_t status = STATUS_OK;
    *input = (input_t){0};
    if (comm_rank(comm) == 0) {
        status = input_read(path, input);
    }
    status = comm_agree(comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    comm_broadcast(comm, &input->length, sizeof input->length);
    if (comm_rank(comm) != 0) {
        input->text = malloc(input->length + 1);
        status = input->text ? STATUS_OK : status_fail(STATUS_MEMORY, "%s: out of memory", path);
    }
    status = comm_agree(comm, status);
    if (status != STATUS_OK) {
        input_release(input);
        return status;
    }
    comm_broadcast(comm, input->text, input->length + 1);
    return STATUS_OK;
}

void input_release(input_t *input) {
    free(input->text);
    *input = (input_t){0};
}
