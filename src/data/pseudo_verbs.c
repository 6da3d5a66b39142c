#include "pseudo_verbs.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "english.h"
#include "base/hash.h"
#include "base/random.h"

/** A piece of a word, and how often it is drawn among its like. */
typedef struct {
    const char *text;
    uint32_t weight;
} piece_t;

/** What a word is made of: an onset, then vowels and a medial any number of times, then a tail. */
typedef enum { ONSETS, VOWELS, MEDIALS, CODAS, TAILS, KINDS } kind_t;

enum {
    PIECES_MAX = 64,
    BASE_MAX = PSEUDO_VERBS_LETTERS_MAX - ENGLISH_LONGER_BY,
    TRIES = 4 /**< words of a length that are tried before a longer one */
};

/** The weights follow data/verbs.txt. */
static const piece_t pieces[KINDS][PIECES_MAX] = {
    [ONSETS] = {{"", 195}, {"d", 82}, {"r", 75}, {"c", 73}, {"b", 50}, {"s", 47}, {"m", 45}, {"p", 41},
        {"h", 30}, {"f", 29}, {"l", 25}, {"t", 24}, {"pr", 21}, {"w", 16}, {"g", 16}, {"tr", 13}, {"st", 13},
        {"v", 13}, {"ch", 12}, {"n", 12}, {"cr", 10}, {"sh", 10}, {"br", 9}, {"j", 9}, {"sp", 9}, {"bl", 9},
        {"cl", 8}, {"fl", 8}, {"sl", 7}, {"gr", 7}, {"sc", 6}, {"fr", 6}, {"pl", 6}, {"sw", 5}, {"qu", 5},
        {"sn", 5}, {"dr", 5}, {"str", 4}, {"gl", 4}, {"scr", 3}, {"sk", 3}, {"k", 3}, {"sm", 3}, {"th", 3},
        {"tw", 2}, {"squ", 2}, {"thr", 2}, {"spl", 1}, {"spr", 1}, {"z", 1}},
    [VOWELS] = {{"e", 55}, {"i", 43}, {"a", 43}, {"o", 31}, {"u", 22}, {"y", 2}, {"ea", 4}, {"ou", 4},
        {"oo", 2}, {"ee", 2}, {"ai", 2}, {"io", 1}, {"au", 1}, {"oa", 1}, {"oi", 1}},
    [MEDIALS] = {{"t", 144}, {"s", 91}, {"l", 86}, {"r", 74}, {"n", 68}, {"c", 47}, {"v", 46}, {"m", 46},
        {"d", 37}, {"z", 26}, {"g", 26}, {"f", 24}, {"p", 24}, {"b", 17}, {"k", 7}, {"nt", 22}, {"nd", 16},
        {"st", 16}, {"ll", 16}, {"nc", 14}, {"sc", 10}, {"ns", 10}, {"rr", 10}, {"ss", 10}, {"tt", 9},
        {"th", 9}, {"mp", 8}, {"mm", 8}, {"ng", 8}, {"tr", 8}, {"rt", 7}, {"rc", 7}, {"ct", 7}, {"rg", 7},
        {"mb", 6}, {"rm", 6}, {"rs", 6}, {"rb", 6}, {"gr", 5}, {"sp", 5}, {"nv", 5}, {"ff", 5}, {"rn", 5},
        {"nn", 5}, {"cc", 4}, {"nf", 4}, {"pl", 4}, {"rv", 4}, {"dg", 4}, {"ck", 4}, {"rd", 3}, {"bl", 3},
        {"ch", 3}, {"pp", 3}, {"ntr", 4}, {"str", 4}, {"mpl", 3}, {"nst", 2}},
    [CODAS] = {{"r", 50}, {"n", 35}, {"t", 32}, {"l", 20}, {"p", 16}, {"d", 11}, {"m", 9}, {"g", 8}, {"x", 5},
        {"b", 5}, {"k", 4}, {"c", 2}, {"nt", 14}, {"ck", 13}, {"nd", 13}, {"sh", 12}, {"ct", 12}, {"st", 12},
        {"ss", 10}, {"ll", 9}, {"rt", 8}, {"nk", 6}, {"rd", 5}, {"mp", 5}, {"ch", 4}, {"ng", 4}, {"rk", 4},
        {"rn", 4}, {"rm", 4}, {"lt", 4}, {"ld", 3}, {"ff", 3}, {"ft", 2}, {"pt", 2}, {"sk", 2}, {"sp", 1},
        {"zz", 1}, {"z", 1}, {"tch", 5}, {"nch", 4}, {"rch", 2}, {"ble", 4}, {"ple", 3}, {"ddle", 3},
        {"ngle", 3}, {"ckle", 3}, {"ggle", 3}, {"mble", 3}, {"ttle", 3}, {"bble", 2}, {"zzle", 1},
        {"stle", 1}},
    // The first stands for a vowel and a coda. The others follow a vowel and a medial.
    [TAILS] = {{"", 430}, {"e", 245}, {"ate", 98}, {"ize", 60}, {"er", 40}, {"y", 28}, {"ify", 16},
        {"en", 12}, {"on", 10}, {"it", 10}, {"et", 10}, {"ish", 8}, {"ow", 8}, {"ay", 6}, {"ue", 4},
        {"ee", 3}, {"ie", 2}, {"o", 5}},
};

/** How many bases of data/verbs.txt have so many letters; the last are those with more, too. */
static const uint32_t lengths[BASE_MAX + 1] = {
    0, 0, 4, 296, 1017, 1194, 1429, 1297, 962, 947, 597, 376, 149, 72, 29, 10, 18};

struct pseudo_verbs {
    uint64_t seed;
    uint64_t rows;           /**< so far */
    uint32_t weights[KINDS]; /**< of all pieces of a kind */
    uint32_t length_weights; /**< of all lengths */
    uint64_t *seen;          /**< [size] the hashes of the bases so far, 0 where the slot is empty */
    uint64_t size;           /**< a power of two */
};

/** A word that is being made. */
typedef struct {
    const pseudo_verbs_t *verbs;
    random_stream_t stream;
    char *end; /**< behind its last letter */
} word_maker_t;

static void sum_weights(pseudo_verbs_t *verbs) {
    for (int kind = 0; kind < KINDS; kind++) {
        for (int i = 0; i < PIECES_MAX; i++) {
            verbs->weights[kind] += pieces[kind][i].weight;
        }
    }
    for (int length = 0; length <= BASE_MAX; length++) {
        verbs->length_weights += lengths[length];
    }
}

status_t pseudo_verbs_create(pseudo_verbs_t **verbs, uint64_t seed, uint64_t count) {
    pseudo_verbs_t *created = calloc(1, sizeof *created);
    uint64_t size = 64;
    // At most three quarters of the slots are taken, so that every search meets an empty one soon.
    while (size / 4 * 3 < count) {
        size *= 2;
    }
    uint64_t *seen = calloc(size, sizeof *seen);
    if (!created || !seen) {
        free(created);
        free(seen);
        return status_fail(STATUS_MEMORY, "out of memory for %llu rows", (unsigned long long)count);
    }
    *created = (pseudo_verbs_t){.seed = seed, .seen = seen, .size = size};
    sum_weights(created);
    *verbs = created;
    return STATUS_OK;
}

void pseudo_verbs_destroy(pseudo_verbs_t *verbs) {
    if (verbs) {
        free(verbs->seen);
        free(verbs);
    }
}

static const char *draw_piece(word_maker_t *maker, kind_t kind) {
    uint32_t drawn = random_below(&maker->stream, maker->verbs->weights[kind]);
    const piece_t *piece = pieces[kind];
    for (; drawn >= piece->weight; piece++) {
        drawn -= piece->weight;
    }
    return piece->text;
}

static int draw_length(word_maker_t *maker) {
    uint32_t drawn = random_below(&maker->stream, maker->verbs->length_weights);
    int length = 0;
    for (; drawn >= lengths[length]; length++) {
        drawn -= lengths[length];
    }
    return length;
}

static int append(word_maker_t *maker, const char *text) {
    const size_t length = strlen(text);
    memcpy(maker->end, text, length + 1);
    maker->end += length;
    return (int)length;
}

/**
 * Appends consonants that leave `left` letters room for vowels and consonants, or none. Returns what is left.
 */
static int append_consonants(word_maker_t *maker, kind_t kind, int left, bool needs_more) {
    for (;;) {
        const char *text = draw_piece(maker, kind);
        const int rest = left - (int)strlen(text);
        if (rest >= 2 || (rest == 0 && !needs_more)) {
            append(maker, text);
            return rest;
        }
    }
}

static int append_vowels(word_maker_t *maker, int left) {
    for (;;) {
        const char *text = draw_piece(maker, VOWELS);
        if ((int)strlen(text) < left) {
            return left - append(maker, text);
        }
    }
}

/** `length` letters that end in a consonant; needs_vowel: and have a vowel before it, from 2 letters. */
static void append_body(word_maker_t *maker, int length, bool needs_vowel) {
    int left = length > 0 ? append_consonants(maker, ONSETS, length, needs_vowel) : 0;
    while (left > 0) {
        left = append_consonants(maker, MEDIALS, append_vowels(maker, left), false);
    }
}

/** tail: a vowel and a coda, of fewer letters than `length` or as many. */
static void draw_rhyme(word_maker_t *maker, int length, char tail[BASE_MAX + 1]) {
    do {
        strcpy(stpcpy(tail, draw_piece(maker, VOWELS)), draw_piece(maker, CODAS));
    } while ((int)strlen(tail) > length);
}

/** A word of so many letters, from 2. */
static void make_word(word_maker_t *maker, int length, char word[BASE_MAX + 1]) {
    char tail[BASE_MAX + 1];
    maker->end = word;
    strcpy(tail, draw_piece(maker, TAILS));
    const bool is_rhyme = tail[0] == '\0' || (int)strlen(tail) + 2 > length;
    if (is_rhyme) {
        draw_rhyme(maker, length, tail);
    }
    append_body(maker, length - (int)strlen(tail), !is_rhyme);
    append(maker, tail);
}

/** Whether a base was not there before; from now on it was. */
static bool is_new(pseudo_verbs_t *verbs, const char *base) {
    // Two words with one hash would cost the second its row, which nobody would miss.
    const uint64_t hash = hash_bytes(base, strlen(base)) | 1;
    uint64_t place = hash >> 1 & (verbs->size - 1);
    while (verbs->seen[place] != 0) {
        if (verbs->seen[place] == hash) {
            return false;
        }
        place = (place + 1) & (verbs->size - 1);
    }
    verbs->seen[place] = hash;
    return true;
}

/** The next row's base: of the length that is drawn for it, as long as there seem to be new ones. */
static void make_base(pseudo_verbs_t *verbs, char base[BASE_MAX + 1]) {
    word_maker_t maker = {
        .verbs = verbs, .stream = random_stream(verbs->seed, RANDOM_PSEUDO_VERBS, 0, verbs->rows++)};
    const int length = draw_length(&maker);
    for (int tried = 0;; tried++) {
        const int longer = length + tried / TRIES;
        make_word(&maker, longer < BASE_MAX ? longer : BASE_MAX, base);
        if (is_new(verbs, base)) {
            return;
        }
    }
}

size_t pseudo_verbs_next(pseudo_verbs_t *verbs, char row[PSEUDO_VERBS_ROW_SIZE]) {
    static void (*const inflect[])(const char *base, char *form) = {
        english_third_person, english_progressive, english_past};
    char base[BASE_MAX + 1], form[PSEUDO_VERBS_LETTERS_MAX + 1];
    make_base(verbs, base);
    char *end = stpcpy(row, base);
    for (int i = 0; i < 3; i++) {
        inflect[i](base, form);
        *end++ = ' ';
        end = stpcpy(end, form);
    }
    strcpy(end, "\n");
    return (size_t)(end + 1 - row);
}
