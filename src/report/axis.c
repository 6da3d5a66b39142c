#include "axis.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Steps that an axis has about; between a third fewer and twice as many come of rounding. */
#define STEPS_WANTED 5.0

/** Values are kept within this, so that neither a range nor a step overflows. */
#define LARGEST 1e300

/** No range is narrower than this share of its values, or than this: the ticks would fall together. */
#define NARROWEST_SHARE 1e-12
#define NARROWEST 1e-300

/** Numbers from these powers of ten on, or below, have an exponent. */
enum { EXPONENT_FROM = 5, EXPONENT_BELOW = -4 };

static double tamed(double value) {
    return isnan(value) ? 0 : fmin(fmax(value, -LARGEST), LARGEST);
}

/** The power of ten of a value's first digit. */
static int power_of(double value) {
    // The small addend: log10(1000) may come out just below 3.
    return value == 0 ? 0 : (int)floor(log10(fabs(value)) + 1e-9);
}

/** 1, 2 or 5 times a power of ten: the first that is not below. */
static double round_step(double step) {
    const double unit = pow(10, power_of(step));
    const double ratio = step / unit;
    // With room for rounding, so that 0.2 is not taken for a little more than 2 tenths.
    return unit * (ratio <= 1.0001 ? 1 : ratio <= 2.0001 ? 2 : ratio <= 5.0001 ? 5 : 10);
}

/** Chooses labels that tell ticks a step apart, with an exponent where that is shorter: a chart's margin has
 * room for three decimals. */
static void choose_labels(axis_t *axis, double largest, double step) {
    const int power = power_of(largest);
    axis->has_exponents = power >= EXPONENT_FROM || power < EXPONENT_BELOW || power_of(step) < -3;
    const int decimals = (axis->has_exponents ? power : 0) - power_of(step);
    axis->decimals = decimals > 0 ? decimals : 0;
}

static void add_tick(axis_t *axis, double tick) {
    if (axis->tick_count < AXIS_TICKS_MAX) {
        axis->tick[axis->tick_count++] = tick;
    }
}

/** The multiples of a step from the first to the last number of steps. */
static void add_multiples(axis_t *axis, double step, double first, double last) {
    for (double multiple = first; multiple <= last && axis->tick_count < AXIS_TICKS_MAX; multiple++) {
        add_tick(axis, multiple * step);
    }
    choose_labels(axis, fmax(fabs(first), fabs(last)) * step, step);
}

/** Brings two ends into order and apart. */
static void spread(double *least, double *most) {
    *least = tamed(*least);
    *most = tamed(*most);
    const double narrowest = fmax(NARROWEST, fabs(*least) * NARROWEST_SHARE);
    if (*most - *least < narrowest) {
        const double around = *least == 0 ? 0.5 : fmax(fabs(*least) / 2, NARROWEST);
        *most = *least + around;
        *least -= around;
    }
}

void axis_linear(axis_t *axis, double least, double most) {
    *axis = (axis_t){0};
    spread(&least, &most);
    const double step = round_step((most - least) / STEPS_WANTED);
    const double first = floor(least / step + 1e-6), last = ceil(most / step - 1e-6);
    add_multiples(axis, step, first, last);
    axis->low = first * step;
    axis->high = last * step;
}

void axis_whole(axis_t *axis, double least, double most) {
    *axis = (axis_t){0};
    least = tamed(least);
    most = tamed(most);
    if (!(most > least)) {
        most = least + 1;
        least -= 1;
    }
    spread(&least, &most);
    const double step = fmax(1, round_step((most - least) / STEPS_WANTED));
    axis->low = least;
    axis->high = most;
    add_multiples(axis, step, ceil(least / step), floor(most / step));
}

/** Ticks at `digit` times powers of ten, every so many powers, that lie on the axis. */
static void add_powers(axis_t *axis, const double *digits, int digit_count, int every) {
    for (int power = power_of(axis->low); power <= power_of(axis->high); power++) {
        for (int i = 0; i < digit_count; i++) {
            const double tick = digits[i] * pow(10, power);
            if (power % every == 0 && tick >= axis->low * 0.9999 && tick <= axis->high * 1.0001) {
                add_tick(axis, tick);
            }
        }
    }
}

void axis_logarithmic(axis_t *axis, double least, double most) {
    static const double digits[] = {1, 2, 5};
    *axis = (axis_t){.is_logarithmic = true};
    least = fmax(tamed(least), NARROWEST);
    most = fmax(tamed(most), least * 1.01);
    const int powers = power_of(most) - power_of(least) + 1;
    axis->low = least;
    axis->high = most;
    if (powers <= 3) {
        add_powers(axis, digits, 3, 1);
    } else {
        add_powers(axis, digits, 1, 1 + (powers - 1) / (AXIS_TICKS_MAX / 2));
    }
    // Of all labels the smallest has the most decimals; the others lose theirs as zeros.
    choose_labels(axis, most, axis->tick_count > 0 ? axis->tick[0] : most);
    axis->has_exponents |= axis->decimals > -EXPONENT_BELOW;
    axis->decimals = axis->has_exponents ? 0 : axis->decimals;
}

void axis_doubling(axis_t *axis, double least, double most) {
    axis_logarithmic(axis, least, most);
    const int first = (int)ceil(log2(axis->low) - 1e-9), last = (int)floor(log2(axis->high) + 1e-9);
    const int every = 1 + (last - first) / AXIS_TICKS_MAX;
    axis->tick_count = 0;
    for (int power = first; power <= last; power += every) {
        add_tick(axis, exp2(power));
    }
    choose_labels(axis, axis->high, 1);
}

double axis_place(const axis_t *axis, double value) {
    value = tamed(value);
    if (axis->is_logarithmic) {
        value = fmax(value, axis->low);
        return (log10(value) - log10(axis->low)) / (log10(axis->high) - log10(axis->low));
    }
    return (value - axis->low) / (axis->high - axis->low);
}

/** Puts a point where the locale has something else. */
static void set_point(char *text) {
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text) && !strchr("+-e", *text)) {
            *text = '.';
        }
    }
}

/** Takes the zeros off the end of a fraction, and the point with the last of them. */
static void trim_zeros(char *text) {
    if (strchr(text, '.')) {
        size_t length = strlen(text);
        while (text[length - 1] == '0') {
            text[--length] = '\0';
        }
        if (text[length - 1] == '.') {
            text[length - 1] = '\0';
        }
    }
}

/** "2.5e-5" of 2.5e-05: `digits` behind the point at most. */
static void exponent_text(double value, int digits, char text[AXIS_LABEL_SIZE]) {
    char mantissa[AXIS_LABEL_SIZE];
    snprintf(mantissa, sizeof mantissa, "%.*e", digits, value);
    set_point(mantissa);
    char *e = strchr(mantissa, 'e');
    const int power = e ? atoi(e + 1) : 0;
    if (e) {
        *e = '\0';
    }
    trim_zeros(mantissa);
    snprintf(text, AXIS_LABEL_SIZE, "%.20se%d", mantissa, power);
}

void axis_label(const axis_t *axis, int index, char text[AXIS_LABEL_SIZE]) {
    const double value = axis->tick[index];
    if (value == 0) {
        snprintf(text, AXIS_LABEL_SIZE, "0");
    } else if (axis->has_exponents) {
        exponent_text(value, axis->decimals, text);
    } else {
        snprintf(text, AXIS_LABEL_SIZE, "%.*f", axis->decimals, value);
        set_point(text);
        if (axis->is_logarithmic) {
            trim_zeros(text);
        }
    }
}

void axis_value_text(double value, char text[AXIS_LABEL_SIZE]) {
    const int power = isfinite(value) ? power_of(value) : 0;
    if (!isfinite(value)) {
        snprintf(text, AXIS_LABEL_SIZE, "none");
    } else if (value == 0) {
        snprintf(text, AXIS_LABEL_SIZE, "0");
    } else if (power >= EXPONENT_FROM + 2 || power < EXPONENT_BELOW + 1) {
        exponent_text(value, 2, text);
    } else {
        const int decimals = power >= 3 ? 0 : 3 - power;
        snprintf(text, AXIS_LABEL_SIZE, "%.*f", decimals > 4 ? 4 : decimals, value);
        set_point(text);
        trim_zeros(text);
    }
}
