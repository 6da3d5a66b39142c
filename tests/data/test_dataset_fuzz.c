// Small files, damaged in thousands of ways: the parser either keeps its promises or says where the fault is.
// The damage is the same every time; -DFUZZ_ROUNDS=N makes it more.
#include "dataset_text.h"

#include <stdbool.h>

#include "base/random.h"

#ifndef FUZZ_ROUNDS
#define FUZZ_ROUNDS 4000
#endif

enum { TEXT_MAX = 512, CHANGES_MAX = 4 };

static const struct {
    bool is_pairs;
    const char *text;
} seeds[] = {
    {false, "walk walks walking walked\ngo goes going went\nwalk walks walking walked\n"},
    {false, "\xEF\xBB\xBF# régulier\r\nété straße я 😀\r\na b c d # e\r\n"},
    {false, "run off\truns off\trunning\tran \n\t\ngo\tgoe\xCC\x81s\tgoing\twent\t\r\n"},
    {true, "go present went past\nwent past go present # x\n\n go third goes progressive\n"},
    {true, "go\tpresent\twent off\tpast\nmust\tpresent\t-\tpast\n"},
    {true, "go went\nabet abetting\ngo present went past\nx present y past\n"},
    {false, ""},
};

static const char *const pieces[] = {" ", "\t", "\n", "\r\n", "\r", "#", "\xEF\xBB\xBF", "\xC3", "\xA9",
    "\xC3\xA9", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC2\xA0", "past", " present ",
    "abcdefghijklmnopqrstuvwxyz", "a b c d\n", "A", "\x7F", "\x01", "-", "\t\t", "\xCC\x81", "\xE2\x80\x8B",
    "\xE2\x80\x94", "\xE2\x80\x8E", "\xE2\x81\xA7", "\xD8\x9C", ",", ";"};

static uint32_t below(random_stream_t *stream, size_t bound) {
    return random_below(stream, (uint32_t)bound);
}

/** Puts `count` bytes in place of the `removed` bytes at `place`. */
static size_t replace(
    char *text, size_t length, size_t place, size_t removed, const char *bytes, size_t count) {
    if (length - removed + count > TEXT_MAX) {
        return length;
    }
    char piece[TEXT_MAX];
    memcpy(piece, bytes, count); // the bytes may be a piece of the text itself
    memmove(text + place + count, text + place + removed, length - place - removed);
    memcpy(text + place, piece, count);
    return length - removed + count;
}

static size_t change(random_stream_t *stream, char *text, size_t length) {
    size_t place = below(stream, length + 1), longest = length - place;
    size_t count = below(stream, (longest < 8 ? longest : 8) + 1);
    char byte = (char)below(stream, 256);
    const char *piece = pieces[below(stream, sizeof pieces / sizeof *pieces)];
    switch (below(stream, 6)) {
    case 0:
        return replace(text, length, place, 0, &byte, 1);
    case 1:
        return replace(text, length, place, longest > 0, &byte, 1);
    case 2:
        return replace(text, length, place, count, "", 0);
    case 3:
        return replace(text, length, place, 0, piece, strlen(piece));
    case 4:
        return replace(text, length, below(stream, length + 1), 0, text + place, longest);
    default:
        return place; // cut off
    }
}

static void check_words(const dataset_t *dataset, int max_length) {
    int longest = 0;
    for (size_t w = 0; w < records_word_count(&dataset->records); w++) {
        assert_true(dataset->records.offset[w] < dataset->records.offset[w + 1]);
        int length = (int)(dataset->records.offset[w + 1] - dataset->records.offset[w]);
        longest = length > longest ? length : longest;
        assert_in_range(dataset->records.word_condition[w], 0, dataset->conditions.count - 1);
    }
    assert_int_equal(longest, dataset->longest);
    assert_in_range(longest, 1, max_length);
    for (size_t i = 0; i < dataset->records.offset[records_word_count(&dataset->records)]; i++) {
        assert_in_range(
            dataset->records.letters[i], SYMBOL_FIRST_LETTER, alphabet_symbols(&dataset->alphabet) - 1);
    }
}

static void check_rows_are_found(const dataset_t *dataset) {
    for (size_t row = 0; row < dataset->row_count; row++) {
        word_t words[4];
        for (int c = 0; c < 4; c++) {
            words[c] = dataset_word(dataset, row, c);
        }
        assert_int_equal(dataset_find_row(dataset, words), row);
    }
}

/**
 * Writes what was parsed as a plain file again, in the old file's order, in which nothing that is held back
 * has gone behind the rest: the same data set must come of it.
 */
static void check_again(const char *hash, dataset_source_t source) {
    static char text[1 << 16];
    const double holdout = source.holdout;
    dataset_t dataset;
    source.holdout = 0;
    assert_ok(dataset_text_create(&dataset, source));
    size_t used = 0;
    const bool is_pairs = source.format == DATASET_FORMAT_PAIRS;
    int words = is_pairs ? 2 : 4;
    for (size_t w = 0; w < records_word_count(&dataset.records); w++) {
        word_t word = {dataset.records.letters + dataset.records.offset[w],
            (int)(dataset.records.offset[w + 1] - dataset.records.offset[w]),
            dataset.records.word_condition[w]};
        const char *condition = is_pairs ? source.condition_names[word.condition] : "";
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s", dataset_text_word(&dataset, word),
                is_pairs ? "\t" : "", condition, (int)(w % (size_t)words) == words - 1 ? "\n" : "\t");
    }
    dataset_destroy(&dataset);
    source.text = text;
    source.length = used;
    source.holdout = holdout;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset.hash, hash);
    assert_int_equal(dataset.duplicate_count, 0);
    dataset_destroy(&dataset);
}

/** Lines `file:line: ...`, with rising lines of the text, and how many more there are. */
static void check_message(const dataset_source_t *source) {
    size_t lines = 1;
    for (size_t i = 0; i < source->length; i++) {
        lines += source->text[i] == '\n';
    }
    unsigned long line = 0, last = 0, more = 0;
    for (const char *message = status_message(); message; message = strchr(message, '\n')) {
        char colon = 0;
        message += *message == '\n';
        if (last > 0 && sscanf(message, "and %lu more line", &more) == 1) {
            assert_null(strchr(message, '\n'));
            assert_in_range(more, 1, lines);
        } else {
            assert_int_equal(sscanf(message, "fuzz.txt:%lu%c", &line, &colon), 2);
            assert_int_equal(colon, ':');
            assert_in_range(line, last + 1, lines);
            last = line;
        }
    }
}

static bool try_text(random_stream_t *stream, bool is_pairs, const char *text, size_t length) {
    static const int from[] = {0, 1}, to[] = {3, 2};
    dataset_source_t source = dataset_text_rows("");
    source.file = "fuzz.txt";
    source.text = text;
    source.length = length;
    source.format = (below(stream, 8) == 0) != is_pairs ? DATASET_FORMAT_PAIRS : DATASET_FORMAT_ROWS;
    source.alphabet = below(stream, 2) == 0 ? "data" : "a-z";
    source.holdout = below(stream, 2) == 0 ? 0 : 0.3;
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 2 * (int)below(stream, 2);
    source.skips_missing = below(stream, 2) == 0;
    dataset_t dataset;
    if (dataset_text_create(&dataset, source) != STATUS_OK) {
        check_message(&source);
        return false;
    }
    check_words(&dataset, source.max_length);
    check_rows_are_found(&dataset);
    check_again(dataset.hash, source);
    dataset_destroy(&dataset);
    return true;
}

static void damaged_files_are_parsed_or_refused(void **state) {
    (void)state;
    size_t accepted = 0;
    for (uint64_t round = 0; round < FUZZ_ROUNDS; round++) {
        random_stream_t stream = random_stream(20, RANDOM_GENERATION, 0, round);
        size_t seed = below(&stream, sizeof seeds / sizeof *seeds);
        char text[TEXT_MAX];
        size_t length = strlen(seeds[seed].text);
        memcpy(text, seeds[seed].text, length);
        for (uint32_t changes = below(&stream, CHANGES_MAX); changes > 0; changes--) {
            length = change(&stream, text, length);
        }
        accepted += try_text(&stream, seeds[seed].is_pairs, text, length);
    }
    // Both ways must have been tried a good many times, or this test shows nothing.
    assert_in_range(accepted, FUZZ_ROUNDS / 20, FUZZ_ROUNDS - FUZZ_ROUNDS / 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_parsed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
