#include "number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const digits = "0123456789";

number_result_t number_read_whole(const char *text, uint64_t *value) {
    bool negative = text[0] == '-';
    const char *start = text + (negative ? 1 : 0);
    size_t count = strspn(start, digits);
    if (count == 0 || start[count] != '\0' || (start[0] == '0' && count > 1)) {
        return NUMBER_MALFORMED;
    }
    uint64_t sum = 0;
    for (const char *digit = start; *digit; digit++) {
        uint64_t add = (uint64_t)(*digit - '0');
        if (sum > (UINT64_MAX - add) / 10) {
            return NUMBER_OUTSIDE;
        }
        sum = sum * 10 + add;
    }
    if (negative && sum > 0) {
        return NUMBER_OUTSIDE;
    }
    *value = sum;
    return NUMBER_OK;
}

/** strtod() alone would also take spaces, hexadecimal numbers, nan and inf. */
static bool is_decimal(const char *text) {
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, digits), fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(text + 1, digits);
        text += 1 + fraction;
    }
    if (whole + fraction == 0) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t exponent = strspn(text, digits);
        if (exponent == 0) {
            return false;
        }
        text += exponent;
    }
    return *text == '\0';
}

number_result_t number_read_real(const char *text, double *value) {
    if (!is_decimal(text)) {
        return NUMBER_MALFORMED;
    }
    double number = strtod(text, NULL);
    if (!isfinite(number)) {
        return NUMBER_OUTSIDE;
    }
    // Two ways to write zero would make two identities of one configuration.
    *value = number == 0 ? 0 : number;
    return NUMBER_OK;
}

void number_write(double value, char text[NUMBER_TEXT_SIZE]) {
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, NUMBER_TEXT_SIZE, "%.*g", precision, value);
        if (strtod(text, NULL) == value) {
            return;
        }
    }
}
