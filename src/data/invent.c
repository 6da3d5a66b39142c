#include "invent.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "stem.h"

enum { TAIL_MIN = 2, FRONT_MAX = 2, PIECE_MAX = 3, PIECES_MAX = 16 };

/** Of the invented rows, how many are made after a row of a kind drawn at random: common kinds have no more
 * of them. */
static const double drawn_by_kind = 0.15;

/** What becomes of a stem: its first and last letters stay, and these letters come between. */
typedef struct {
    int front, tail, count;
    symbol_t letters[UINT8_MAX]; // of other rows' stems
} renewal_t;

static const uint8_t *begins_of(const invent_t *invent, size_t record) {
    return invent->begin + record * (size_t)invent->dataset->records.words;
}

/** The letters of a form behind the stem. */
static word_t ending_of(const invent_t *invent, size_t record, int form) {
    word_t word = records_word(&invent->dataset->records, record, form);
    const int end = begins_of(invent, record)[form] + invent->length[record];
    word.letters += end;
    word.length -= end;
    return word;
}

/** The same for records that are inflected alike. */
static uint64_t kind_of(const invent_t *invent, size_t record) {
    const int words = invent->dataset->records.words;
    word_t forms[RECORDS_WORDS_MAX];
    stem_t stem = {.length = invent->length[record]};
    for (int word = 0; word < words; word++) {
        forms[word] = records_word(&invent->dataset->records, record, word);
        stem.begin[word] = begins_of(invent, record)[word];
    }
    return stem_inflection(forms, words, &stem, 0);
}

/** A stem, for sorting by its letters from the last one on. Pairs of other conditions stand apart. */
typedef struct {
    uint64_t kind;
    int conditions;
    const symbol_t *end; // behind the last letter
    int length;
    int behind; // last letters that are not the stem's, but a source's behind it
    uint32_t record;
} sorted_t;

/** How many last letters two stems share, of pairs in the same conditions. */
static int shared_tail(const sorted_t *a, const sorted_t *b) {
    int shared = 0;
    while (a->conditions == b->conditions && shared < a->length && shared < b->length &&
           a->end[-1 - shared] == b->end[-1 - shared]) {
        shared++;
    }
    return shared;
}

static int compare(const void *first, const void *second) {
    const sorted_t *a = first, *b = second;
    const int shared = shared_tail(a, b);
    if (a->conditions != b->conditions) {
        return a->conditions < b->conditions ? -1 : 1;
    }
    if (shared < a->length && shared < b->length) {
        return a->end[-1 - shared] < b->end[-1 - shared] ? -1 : 1;
    }
    // Total, so that the order is the same whatever sorts.
    return a->length != b->length ? (a->length < b->length ? -1 : 1) : (a->record < b->record ? -1 : 1);
}

/**
 * Goes over the sorted stems from one end: an ending that a stem shares with one before it that is inflected
 * otherwise decides nothing. Neighbours share the most, and what a stem shares with one farther away is what
 * all between them do.
 */
static void find_doubts(
    invent_t *invent, const sorted_t *sorted, ptrdiff_t count, ptrdiff_t first, int step) {
    int doubt = 0;
    for (ptrdiff_t at = first + step; at >= 0 && at < count; at += step) {
        const sorted_t *stem = &sorted[at], *last = &sorted[at - step];
        const int shared = shared_tail(stem, last);
        doubt = shared < doubt || stem->kind != last->kind ? shared : doubt;
        uint8_t *tail = &invent->tail[stem->record];
        const int least = doubt + 1 - stem->behind;
        *tail = (uint8_t)(least > *tail ? least : *tail);
    }
}

/** Finds for each stem the shortest ending that decides its inflection. Without one it is not used. */
static status_t find_tails(invent_t *invent, size_t records) {
    const bool has_source = invent->dataset->row_count == 0;
    const int source = invent->dataset->pairs == DATASET_PAIRS_LEMMATIZE && has_source;
    sorted_t *sorted = calloc(invent->usable + 1, sizeof *sorted);
    ptrdiff_t count = 0;
    if (!sorted) {
        return status_fail(STATUS_MEMORY, "out of memory for the stems of %zu rows", records);
    }
    for (size_t record = 0; record < records; record++) {
        if (invent->length[record] > 0) {
            const word_t ending = ending_of(invent, record, source),
                         last = ending_of(invent, record, invent->dataset->records.words - 1 - source);
            // Of a pair the source is there to be read, and what stands behind its stem decides, too.
            const int behind = has_source ? ending.length : 0;
            invent->tail[record] = invent->pieces > 0 ? 1 : TAIL_MIN;
            sorted[count++] = (sorted_t){.kind = kind_of(invent, record),
                .conditions = ending.condition * CONDITIONS_MAX + last.condition,
                .end = ending.letters + behind,
                .length = invent->length[record] + behind,
                .behind = behind,
                .record = (uint32_t)record};
        }
    }
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    find_doubts(invent, sorted, count, 0, 1);
    find_doubts(invent, sorted, count, count - 1, -1);
    for (ptrdiff_t at = 0; at < count; at++) {
        if (invent->tail[sorted[at].record] > sorted[at].length - sorted[at].behind) {
            invent->length[sorted[at].record] = 0;
            invent->usable--;
        }
    }
    free(sorted);
    return STATUS_OK;
}

/** How many letters all words begin with. */
static int common_beginning(const word_t *words, size_t count) {
    int common = words[0].length;
    for (size_t i = 1; i < count; i++) {
        int shared = 0;
        while (shared < common && shared < words[i].length &&
               words[i].letters[shared] == words[0].letters[shared]) {
            shared++;
        }
        common = shared;
    }
    return common;
}

typedef struct {
    uint64_t kind;
    uint32_t record;
} kind_t;

static int compare_kinds(const void *first, const void *second) {
    const kind_t *a = first, *b = second;
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : (a->record < b->record ? -1 : 1);
}

/** Lists the records that are used, those of a kind one after another. */
static status_t list_kinds(invent_t *invent, size_t records) {
    kind_t *sorted = calloc(invent->usable + 1, sizeof *sorted);
    size_t count = 0;
    invent->pattern = calloc(invent->usable + 1, sizeof *invent->pattern);
    invent->kind_first = calloc(invent->usable + 1, sizeof *invent->kind_first);
    if (!sorted || !invent->pattern || !invent->kind_first) {
        free(sorted);
        return status_fail(STATUS_MEMORY, "out of memory for the kinds of %zu rows", records);
    }
    for (size_t record = 0; record < records; record++) {
        if (invent->length[record] > 0) {
            sorted[count++] = (kind_t){.kind = kind_of(invent, record), .record = (uint32_t)record};
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_kinds);
    for (size_t i = 0; i < count; i++) {
        invent->pattern[i] = sorted[i].record;
        if (i == 0 || sorted[i].kind != sorted[i - 1].kind) {
            invent->kind_first[invent->kinds++] = (uint32_t)i;
        }
    }
    invent->kind_first[invent->kinds] = (uint32_t)count;
    free(sorted);
    return STATUS_OK;
}

/** Sets a record's stem, or with is_whole its common beginning where it has no stem. */
static void find_stem(invent_t *invent, size_t record, bool is_whole) {
    const size_t words = (size_t)invent->dataset->records.words;
    word_t forms[RECORDS_WORDS_MAX];
    stem_t stem;
    // A record has a word, which the compiler cannot know.
    for (size_t word = 0; word == 0 || word < words; word++) {
        forms[word] = records_word(&invent->dataset->records, record, (int)word);
    }
    if (is_whole) {
        invent->length[record] = invent->tail[record] = (uint8_t)common_beginning(forms, words);
    } else {
        stem_find(forms, (int)words, &stem);
        invent->length[record] = (uint8_t)stem.length;
        for (size_t word = 0; word < words && stem.length > 0; word++) {
            invent->begin[record * words + word] = (uint8_t)stem.begin[word];
        }
    }
    invent->usable += invent->length[record] > 0;
}

status_t invent_create(
    invent_t *invent, const dataset_t *dataset, uint64_t seed, double share, double pieces, double unknown) {
    const size_t records = dataset_trained_count(dataset), words = (size_t)dataset->records.words;
    *invent =
        (invent_t){.dataset = dataset, .seed = seed, .share = share, .pieces = pieces, .unknown = unknown};
    if (share == 0) {
        return STATUS_OK;
    }
    invent->length = calloc(records, sizeof *invent->length);
    invent->begin = calloc(records * words, sizeof *invent->begin);
    invent->tail = calloc(records, sizeof *invent->tail);
    if (!invent->length || !invent->begin || !invent->tail) {
        return status_fail(STATUS_MEMORY, "out of memory for the stems of %zu rows", records);
    }
    for (size_t record = 0; record < records; record++) {
        find_stem(invent, record, false);
    }
    const status_t status = find_tails(invent, records);
    for (size_t record = 0; record < records && status == STATUS_OK; record++) {
        if (invent->tail[record] == 0) {
            find_stem(invent, record, true);
        }
    }
    return status == STATUS_OK ? list_kinds(invent, records) : status;
}

void invent_destroy(invent_t *invent) {
    free(invent->length);
    free(invent->begin);
    free(invent->tail);
    free(invent->pattern);
    free(invent->kind_first);
    *invent = (invent_t){0};
}

/** The first form's stem of some training record; its whole first form where that has none. */
static word_t draw_material(const invent_t *invent, random_stream_t *stream) {
    const size_t record = random_below(stream, (uint32_t)dataset_trained_count(invent->dataset));
    word_t word = records_word(&invent->dataset->records, record, 0);
    if (invent->length[record] >= STEM_LETTERS) {
        word.letters += begins_of(invent, record)[0];
        word.length = invent->length[record];
    }
    return word;
}

/** Fills in the letters that come with pieces of stems, from anywhere in them, one to PIECE_MAX letters each.
 */
static void draw_pieces(const invent_t *invent, random_stream_t *stream, renewal_t *renewal) {
    for (int i = 0; i < renewal->count;) {
        const word_t stem = draw_material(invent, stream);
        int at = (int)random_below(stream, (uint32_t)stem.length);
        const int end = at + 1 + (int)random_below(stream, PIECE_MAX);
        for (; at < end && at < stem.length && i < renewal->count; at++) {
            renewal->letters[i++] = stem.letters[at];
        }
    }
}

/** Draws what becomes of a record's stem. No letters come where its longest form has no room. */
static void draw_renewal(const invent_t *invent, size_t record, random_stream_t *stream, renewal_t *renewal) {
    const records_t *records = &invent->dataset->records;
    const uint8_t *begin = begins_of(invent, record);
    const int stem = invent->length[record];
    int longest = 0;
    bool has_front = false;
    for (int word = 0; word < records->words; word++) {
        const int length = records_word(records, record, word).length;
        longest = length > longest ? length : longest;
        has_front |= begin[word] > 0;
    }
    const int least = invent->tail[record], rest = stem - least;
    const int front = has_front ? 1 + (int)random_below(stream, FRONT_MAX) : 0;
    renewal->front = front < rest ? front : rest;
    renewal->tail = least + (int)random_below(stream, (uint32_t)(rest - renewal->front) + 1);
    const int replaced = stem - renewal->front - renewal->tail;
    const int room = invent->dataset->longest - longest + replaced;
    const bool has_pieces = invent->pieces > 0 && random_uniform(stream) < invent->pieces;
    const word_t material = draw_material(invent, stream);
    const int most = has_pieces ? PIECES_MAX : material.length;
    const bool keeps_length = !has_pieces && random_below(stream, 2) == 0 && replaced > 0;
    const int drawn = 1 + (int)random_below(stream, (uint32_t)most);
    const int wanted = !keeps_length ? drawn : replaced < most ? replaced : most;
    renewal->count = wanted < room ? wanted : room;
    // A row that stays whole also stands without letters in front; always if they would come behind others.
    if (rest == 0 && (has_front || random_below(stream, 4) == 0)) {
        renewal->count = 0;
    }
    if (has_pieces) {
        draw_pieces(invent, stream, renewal);
    } else {
        memcpy(renewal->letters, material.letters, (size_t)renewal->count * sizeof *material.letters);
    }
    const symbol_t unknown = alphabet_unknown(&invent->dataset->alphabet);
    for (int i = 0; invent->unknown > 0 && i < renewal->count; i++) {
        renewal->letters[i] = random_uniform(stream) < invent->unknown ? unknown : renewal->letters[i];
    }
}

/** A form with another stem. */
static word_t renew(
    const invent_t *invent, size_t record, int form, const renewal_t *renewal, symbol_t *letters) {
    const word_t word = records_word(&invent->dataset->records, record, form);
    const int first = begins_of(invent, record)[form] + renewal->front;
    const int behind = begins_of(invent, record)[form] + invent->length[record] - renewal->tail;
    const size_t size = sizeof *letters;
    memcpy(letters, word.letters, (size_t)first * size);
    memcpy(letters + first, renewal->letters, (size_t)renewal->count * size);
    memcpy(letters + first + renewal->count, word.letters + behind, (size_t)(word.length - behind) * size);
    return (word_t){.letters = letters,
        .length = first + renewal->count + word.length - behind,
        .condition = word.condition};
}

/** The pattern of a row that is invented in a record's place. */
static size_t draw_pattern(const invent_t *invent, size_t record, random_stream_t *stream) {
    if (random_uniform(stream) >= drawn_by_kind) {
        return record;
    }
    const uint32_t *first = invent->kind_first + random_below(stream, invent->kinds);
    return invent->pattern[first[0] + random_below(stream, first[1] - first[0])];
}

bool invent_pair(const invent_t *invent, uint32_t epoch, pair_t *pair, symbol_t *letters) {
    if (invent->share == 0) {
        return false;
    }
    const dataset_t *dataset = invent->dataset;
    const size_t record = dataset_pair_record(dataset, pair->index);
    random_stream_t stream = random_stream(invent->seed, RANDOM_INVENT, epoch, pair->index);
    if (invent->length[record] == 0 || random_uniform(&stream) >= invent->share) {
        return false;
    }
    int source = pair->source.condition, target = pair->target.condition;
    if (dataset->row_count == 0) {
        // Of a lemma's forms among themselves only the record is known: a lemma and its form take their
        // place.
        const bool is_turned = dataset->pairs == DATASET_PAIRS_LEMMATIZE ||
                               (dataset_is_table(dataset) && dataset->pairs != DATASET_PAIRS_INFLECT &&
                                   random_below(&stream, 2) == 0);
        source = is_turned;
        target = !is_turned;
    }
    renewal_t renewal;
    const size_t pattern = draw_pattern(invent, record, &stream);
    draw_renewal(invent, pattern, &stream, &renewal);
    pair->source = renew(invent, pattern, source, &renewal, letters);
    pair->target = renew(invent, pattern, target, &renewal, letters + dataset->longest);
    return true;
}

ptrdiff_t invent_row(const invent_t *invent, uint32_t epoch, size_t index, word_t *words, symbol_t *letters) {
    const dataset_t *dataset = invent->dataset;
    const size_t record = dataset_pair_record(dataset, index);
    random_stream_t stream = random_stream(invent->seed, RANDOM_INVENT, epoch, index);
    if (invent->length[record] == 0) {
        return -1;
    }
    renewal_t renewal;
    random_uniform(&stream); // the coin
    const size_t pattern = draw_pattern(invent, record, &stream);
    draw_renewal(invent, pattern, &stream, &renewal);
    for (int form = 0; form < dataset->records.words; form++) {
        words[form] =
            renew(invent, pattern, form, &renewal, letters + (size_t)form * (size_t)dataset->longest);
    }
    return (ptrdiff_t)pattern;
}
