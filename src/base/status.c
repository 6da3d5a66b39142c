#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[STATUS_MESSAGE_SIZE];

static const struct {
    int exit_status;
    const char *text;
} codes[] = {
#define STATUS_ROW(code, exit_status, text) [code] = {exit_status, text},
    STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

status_t status_fail(status_t code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return code;
}

status_t status_append(status_t code, const char *format, ...) {
    size_t used = strlen(message);
    if (used > 0 && used + 1 < sizeof message) {
        message[used++] = '\n';
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + used, sizeof message - used, format, arguments);
    va_end(arguments);
    return code;
}

status_t status_prefix(status_t code, const char *format, ...) {
    char text[STATUS_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof text) {
        snprintf(text + length, sizeof text - (size_t)length, ": %.*s",
            (int)(sizeof text - 3 - (size_t)length), message);
    }
    memcpy(message, text, sizeof message);
    return code;
}

const char *status_message(void) {
    return message;
}

void status_clear(void) {
    message[0] = '\0';
}

const char *status_text(status_t code) {
    return codes[code].text;
}

int status_exit(status_t code) {
    return codes[code].exit_status;
}
