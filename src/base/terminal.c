#include "terminal.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL = 80, FEWEST = 20, MOST = 1000, ARGUMENTS_SIZE = 8192 };

/** The number of columns that a variable of the environment has; 0: none that is sane. */
static int columns_of(const char *variable) {
    const char *text = getenv(variable);
    const long columns = text ? strtol(text, NULL, 10) : 0;
    return columns >= FEWEST && columns <= MOST ? (int)columns : 0;
}

/** The same of an open file. */
static int columns_of_file(int file) {
    struct winsize size = {0};
    if (!isatty(file)) {
        return 0;
    }
    if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col >= FEWEST) {
        return size.ws_col;
    }
    const int columns = columns_of("COLUMNS");
    return columns > 0 ? columns : USUAL;
}

/** Reads a file of a process's folder under /proc into text [size]; its zeros become blanks. Allocates
 * nothing: a training step may show its progress. */
static const char *read_process(pid_t process, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t length = file >= 0 ? read(file, text, size - 1) : 0;
    if (file >= 0) {
        close(file);
    }
    for (ssize_t i = 0; i < length; i++) {
        text[i] = text[i] ? text[i] : ' ';
    }
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/** Whether the parent is an mpirun that passes output on as it is. */
static bool is_mpirun(pid_t parent) {
    char name[32], arguments[ARGUMENTS_SIZE];
    read_process(parent, "comm", name, sizeof name);
    if (strcmp(name, "mpirun\n") != 0 && strcmp(name, "orterun\n") != 0 && strcmp(name, "mpiexec\n") != 0) {
        return false;
    }
    read_process(parent, "cmdline", arguments, sizeof arguments);
    return !strstr(arguments, "-output") && !strstr(arguments, "-xml");
}

int terminal_columns(int stream) {
    const int own = columns_of_file(stream);
    if (own > 0 || !getenv("OMPI_COMM_WORLD_SIZE")) {
        return own;
    }
    const pid_t parent = getppid();
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)parent, stream);
    if (!is_mpirun(parent)) {
        return stream == STDERR_FILENO ? columns_of("CVAE_TERMINAL") : 0;
    }
    const int file = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    const int columns = file >= 0 ? columns_of_file(file) : 0;
    if (file >= 0) {
        close(file);
    }
    return columns;
}
