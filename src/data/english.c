#include "english.h"

#include <string.h>

static bool is_one_of(char letter, const char *letters) {
    return letter != '\0' && strchr(letters, letter);
}

static bool is_vowel(char letter) {
    return is_one_of(letter, "aeiou");
}

static bool ends_in(const char *base, const char *ending) {
    const size_t length = strlen(base), end = strlen(ending);
    return length >= end && strcmp(base + length - end, ending) == 0;
}

/** carry and soliloquy, not play and buy. */
static bool ends_in_consonant_and_y(const char *base) {
    const size_t length = strlen(base);
    return base[length - 1] == 'y' && (!is_vowel(base[length - 2]) || ends_in(base, "quy"));
}

/** catch, pass, fix, echo. */
static bool takes_es(const char *base) {
    const size_t length = strlen(base);
    return is_one_of(base[length - 1], "szx") || ends_in(base, "ch") || ends_in(base, "sh") ||
           (base[length - 1] == 'o' && !is_vowel(base[length - 2]));
}

/** One syllable with one vowel and one consonant behind it: stop and quit, not help, look and fix. */
static bool is_short(const char *base) {
    const size_t vowel = strlen(base) - 2;
    size_t place = base[0] == 'y' && vowel > 0;
    if (!is_one_of(base[vowel], "aeiouy") || !is_one_of(base[vowel + 1], "bdfgklmnprstvz")) {
        return false;
    }
    while (place < vowel && !is_one_of(base[place], "aeiouy")) {
        place++;
    }
    // The u of qu is no vowel.
    place += place > 0 && place + 1 == vowel && base[place - 1] == 'q' && base[place] == 'u';
    return place == vowel;
}

/** One vowel before a last l, which doubles with or without stress: travel, not fail. */
static bool ends_in_vowel_and_l(const char *base) {
    const size_t length = strlen(base);
    return length > 2 && base[length - 1] == 'l' && is_one_of(base[length - 2], "aeiouy") &&
           !is_vowel(base[length - 3]);
}

/** The base with what comes before an ending that begins with a vowel: stopp, mimick, help. */
static char *write_stem(const char *base, char *form) {
    const size_t length = strlen(base);
    const char last = base[length - 1];
    char *end = stpcpy(form, base);
    if (last == 'c' && is_vowel(base[length - 2])) {
        *end++ = 'k';
    } else if (is_short(base) || ends_in_vowel_and_l(base)) {
        *end++ = last;
    }
    return end;
}

void english_third_person(const char *base, char *form) {
    if (ends_in_consonant_and_y(base)) {
        strcpy(stpcpy(form, base) - 1, "ies");
    } else if (is_one_of(base[strlen(base) - 1], "sz")) {
        strcpy(write_stem(base, form), "es");
    } else {
        strcpy(stpcpy(form, base), takes_es(base) ? "es" : "s");
    }
}

void english_progressive(const char *base, char *form) {
    const size_t length = strlen(base);
    if (ends_in(base, "ie")) {
        strcpy(stpcpy(form, base) - 2, "ying");
    } else if (base[length - 1] == 'e' && !is_one_of(base[length - 2], "eoy")) {
        strcpy(stpcpy(form, base) - 1, "ing");
    } else {
        strcpy(write_stem(base, form), "ing");
    }
}

void english_past(const char *base, char *form) {
    if (ends_in_consonant_and_y(base)) {
        strcpy(stpcpy(form, base) - 1, "ied");
    } else if (base[strlen(base) - 1] == 'e') {
        strcpy(stpcpy(form, base), "d");
    } else {
        strcpy(write_stem(base, form), "ed");
    }
}

/** Whether past is the first `length` letters of base and then `ending`. */
static bool is(const char *past, const char *base, size_t length, const char *ending) {
    return strncmp(past, base, length) == 0 && strcmp(past + length, ending) == 0;
}

bool english_is_regular_past(const char *base, const char *past) {
    const size_t length = strlen(base);
    if (length == 0) {
        return false;
    }
    const char last = base[length - 1], doubled[] = {last, 'e', 'd', '\0'};
    switch (last) {
    case 'e':
        return is(past, base, length, "d");
    case 'y':
        return is(past, base, length - 1, "ied") || is(past, base, length, "ed");
    case 'c':
        return is(past, base, length, "ked") || is(past, base, length, "ed");
    default:
        return is(past, base, length, "ed") || is(past, base, length, doubled);
    }
}
