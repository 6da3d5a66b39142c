#include "invent.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "stem.h"

enum { TAIL_MIN = 2, TAIL_MAX = 4, FRONT_MAX = 2, PIECES_MAX = 2 };

/** What becomes of a stem: its first and last letters stay, and these letters come between. */
typedef struct {
    int front, tail, count;
    symbol_t letters[UINT8_MAX];
} renewal_t;

status_t invent_create(invent_t *invent, const dataset_t *dataset, uint64_t seed, double share) {
    const size_t records = dataset_trained_count(dataset), words = (size_t)dataset->records.words;
    *invent = (invent_t){.dataset = dataset, .seed = seed, .share = share};
    if (share == 0) {
        return STATUS_OK;
    }
    invent->length = calloc(records, sizeof *invent->length);
    invent->begin = calloc(records * words, sizeof *invent->begin);
    if (!invent->length || !invent->begin) {
        return status_fail(STATUS_MEMORY, "out of memory for the stems of %zu rows", records);
    }
    for (size_t record = 0; record < records; record++) {
        word_t forms[RECORDS_WORDS_MAX];
        stem_t stem;
        for (size_t word = 0; word < words; word++) {
            forms[word] = records_word(&dataset->records, record, (int)word);
        }
        stem_find(forms, (int)words, &stem);
        invent->length[record] = (uint8_t)stem.length;
        invent->usable += stem.length > 0;
        for (size_t word = 0; word < words; word++) {
            invent->begin[record * words + word] = (uint8_t)stem.begin[word];
        }
    }
    return STATUS_OK;
}

void invent_destroy(invent_t *invent) {
    free(invent->length);
    free(invent->begin);
    *invent = (invent_t){0};
}

static const uint8_t *begins_of(const invent_t *invent, size_t record) {
    return invent->begin + record * (size_t)invent->dataset->records.words;
}

/** The first form's stem of some training record; its first form where that has none. */
static word_t draw_material(const invent_t *invent, random_stream_t *stream) {
    const size_t record = random_below(stream, (uint32_t)dataset_trained_count(invent->dataset));
    word_t word = records_word(&invent->dataset->records, record, 0);
    if (invent->length[record] > 0) {
        word.letters += begins_of(invent, record)[0];
        word.length = invent->length[record];
    }
    return word;
}

/** Draws what becomes of a record's stem. *renewal has no letters where the longest form has no room for any.
 */
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
    const int tail = TAIL_MIN + (int)random_below(stream, TAIL_MAX - TAIL_MIN + 1);
    const int front = has_front ? 1 + (int)random_below(stream, FRONT_MAX) : 0;
    const int pieces = 1 + (int)random_below(stream, PIECES_MAX);
    renewal->tail = tail < stem ? tail : stem - 1;
    renewal->front = front < stem - renewal->tail ? front : stem - renewal->tail;
    renewal->count = 0;
    for (int piece = 0; piece < pieces; piece++) {
        const int kept = longest - stem + renewal->front + renewal->tail;
        const int room = invent->dataset->longest - kept - renewal->count;
        const word_t material = draw_material(invent, stream);
        const int from = piece == 0 ? 0 : (int)random_below(stream, (uint32_t)material.length);
        const int wanted = 1 + (int)random_below(stream, (uint32_t)(material.length - from));
        const int taken = wanted < room ? wanted : room;
        memcpy(renewal->letters + renewal->count, material.letters + from,
            (size_t)taken * sizeof *renewal->letters);
        renewal->count += taken;
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
    const bool is_given = dataset->pairs == DATASET_PAIRS_GIVEN;
    renewal_t renewal;
    draw_renewal(invent, record, &stream, &renewal);
    pair->source = renew(invent, record, is_given ? 0 : pair->source.condition, &renewal, letters);
    pair->target =
        renew(invent, record, is_given ? 1 : pair->target.condition, &renewal, letters + dataset->longest);
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
    draw_renewal(invent, record, &stream, &renewal);
    for (int form = 0; form < dataset->records.words; form++) {
        words[form] =
            renew(invent, record, form, &renewal, letters + (size_t)form * (size_t)dataset->longest);
    }
    return (ptrdiff_t)record;
}
