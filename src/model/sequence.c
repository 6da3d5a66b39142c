#include "sequence.h"

#include <string.h>

void sequence_layout(sequence_t *sequence, memory_t *memory, int words, int steps) {
    size_t total = (size_t)words * (size_t)steps;
    sequence->rows = memory_take(memory, (size_t)steps, sizeof *sequence->rows);
    sequence->offset = memory_take(memory, (size_t)steps, sizeof *sequence->offset);
    sequence->read = memory_take(memory, total, sizeof *sequence->read);
    sequence->spell = memory_take(memory, total, sizeof *sequence->spell);
    sequence->condition = memory_take(memory, (size_t)words, sizeof *sequence->condition);
    sequence->length = memory_take(memory, (size_t)words, sizeof *sequence->length);
    sequence->word = memory_take(memory, (size_t)words, sizeof *sequence->word);
}

/** Sorts by falling length. Insertion keeps the order of equals, and a shard is small and often sorted
 * already. */
static void sort_words(sequence_t *sequence, const word_t *words, int count) {
    for (int i = 0; i < count; i++) {
        int row = i;
        while (row > 0 && words[sequence->word[row - 1]].length < words[i].length) {
            sequence->word[row] = sequence->word[row - 1];
            row--;
        }
        sequence->word[row] = i;
    }
}

static void plan_steps(sequence_t *sequence, const word_t *words, int count, int markers) {
    sort_words(sequence, words, count);
    sequence->words = count;
    for (int row = 0; row < count; row++) {
        const word_t *word = &words[sequence->word[row]];
        sequence->condition[row] = word->condition;
        sequence->length[row] = word->length + markers;
    }
    sequence->steps = sequence->length[0];
    sequence->total = 0;
    int running = count;
    for (int t = 0; t < sequence->steps; t++) {
        while (sequence->length[running - 1] <= t) {
            running--;
        }
        sequence->rows[t] = running;
        sequence->offset[t] = sequence->total;
        sequence->total += running;
    }
}

/** What stands at a place of a word, with its markers around it. */
static symbol_t symbol_at(const word_t *word, int place) {
    if (place < 0) {
        return SYMBOL_START;
    }
    return place < word->length ? word->letters[place] : (symbol_t)SYMBOL_END;
}

void sequence_pack(sequence_t *sequence, const word_t *words, int count, bool has_start, bool has_end) {
    plan_steps(sequence, words, count, has_start + has_end);
    for (int row = 0; row < count; row++) {
        const word_t *word = &words[sequence->word[row]];
        for (int t = 0; t < sequence->length[row]; t++) {
            const int at = sequence->offset[t] + row;
            sequence->read[at] = symbol_at(word, t - has_start);
            sequence->spell[at] = symbol_at(word, t - has_start + 1);
        }
    }
}

/** The row of the step that is as far from the word's end as step t is from its beginning. */
static int mirrored(const sequence_t *sequence, int t, int row) {
    return sequence->offset[sequence->length[row] - 1 - t] + row;
}

void sequence_reverse(const sequence_t *sequence, sequence_t *reversed) {
    symbol_t *read = reversed->read;
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            read[sequence->offset[t] + row] = sequence->read[mirrored(sequence, t, row)];
        }
    }
    *reversed = *sequence;
    reversed->read = read;
}

void sequence_copy_rows(const sequence_t *sequence, bool is_reversed, int width, const real *from,
    int from_step, real *to, int to_step) {
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            const int at = sequence->offset[t] + row, source = is_reversed ? mirrored(sequence, t, row) : at;
            memcpy(to + (size_t)at * (size_t)to_step, from + (size_t)source * (size_t)from_step,
                (size_t)width * sizeof *to);
        }
    }
}
