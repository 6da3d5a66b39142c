#include "decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/** 17 significant digits tell any two doubles apart. */
enum { DIGITS_MAX = 17 };

/** No count is shown larger than this: a double of any size fits an integer then. */
#define LARGEST_COUNT 1e15

/** Exponents of ten from which on, and below which, a number is written with its exponent. */
enum { FIXED_FIRST = -4, FIXED_END = 16 };

/**
 * The shortest significant digits of |value|, without a point, and the first one's power of ten. jansson can
 * only print all numbers of a document with one precision, and 17 digits make 0.10000000000000001 of 0.1.
 */
static int shortest_digits(double value, char digits[DIGITS_MAX + 1], int *exponent) {
    char text[DECIMAL_TEXT_SIZE];
    for (int precision = 1; precision <= DIGITS_MAX; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    // Only digits are taken over: the sign is not wanted, and the decimal point is the locale's.
    int count = 0;
    const char *place = text;
    for (; *place != 'e'; place++) {
        if (isdigit((unsigned char)*place)) {
            digits[count++] = *place;
        }
    }
    digits[count] = '\0';
    *exponent = (int)strtol(place + 1, NULL, 10);
    return count;
}

void decimal_text(double value, char text[DECIMAL_TEXT_SIZE]) {
    char digits[DIGITS_MAX + 1];
    int exponent;
    int count = shortest_digits(value, digits, &exponent);
    const char *sign = signbit(value) ? "-" : "";
    int missing = exponent + 1 - count;
    if (exponent < FIXED_FIRST || exponent >= FIXED_END) {
        const char *point = count > 1 ? "." : "";
        snprintf(text, DECIMAL_TEXT_SIZE, "%s%c%s%se%d", sign, digits[0], point, digits + 1, exponent);
    } else if (exponent < 0) {
        snprintf(text, DECIMAL_TEXT_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
    } else if (missing >= 0) {
        snprintf(text, DECIMAL_TEXT_SIZE, "%s%s%.*s.0", sign, digits, missing, "000000000000000");
    } else {
        const char *fraction = digits + exponent + 1;
        snprintf(text, DECIMAL_TEXT_SIZE, "%s%.*s.%s", sign, exponent + 1, digits, fraction);
    }
}

void decimal_count(double count, char text[DECIMAL_COUNT_SIZE]) {
    char digits[DECIMAL_COUNT_SIZE];
    const unsigned long long whole = count > 0 ? (unsigned long long)(fmin(count, LARGEST_COUNT) + 0.5) : 0;
    const int length = snprintf(digits, sizeof digits, "%llu", whole);
    int used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
}
