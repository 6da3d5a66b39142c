/** Numbers as text: exactly one way to read and one to write each, the same under every locale that is "C".
 */
#ifndef CONFIG_NUMBER_H
#define CONFIG_NUMBER_H

#include <stdint.h>

enum { NUMBER_TEXT_SIZE = 32 };

typedef enum {
    NUMBER_OK,
    NUMBER_MALFORMED, /**< no number of that sort at all */
    NUMBER_OUTSIDE,   /**< a number, but none that the type can hold */
} number_result_t;

/** Decimal digits without a leading zero: 1000, but not 1e3, 0x10, 007 or 1.0. Below zero is outside. */
number_result_t number_read_whole(const char *text, uint64_t *value);

/** A decimal number with or without fraction and exponent; neither nan nor inf. -0 is read as 0. */
number_result_t number_read_real(const char *text, double *value);

/** The shortest decimal number of at most 17 digits that number_read_real() reads back to the same double. */
void number_write(double value, char text[NUMBER_TEXT_SIZE]);

#endif
