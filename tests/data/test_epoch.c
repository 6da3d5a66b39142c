#include "test.h"

#include <string.h>

#include <stdbool.h>
#include <stdlib.h>

#include "data/epoch.h"
#include "base/random.h"

static void order_is_a_permutation(void **state) {
    (void)state;
    static uint32_t order[1000];
    static const size_t counts[] = {0, 1, 2, 3, 7, 1000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        bool seen[1000] = {false};
        epoch_order(7, 3, counts[c], order);
        for (size_t i = 0; i < counts[c]; i++) {
            assert_in_range(order[i], 0, counts[c] - 1);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

static void order_depends_on_seed_and_epoch_alone(void **state) {
    (void)state;
    uint32_t order[100], again[100], other[100];
    epoch_order(7, 3, 100, order);
    epoch_order(7, 3, 100, again);
    assert_memory_equal(order, again, sizeof order);
    epoch_order(7, 4, 100, other);
    assert_memory_not_equal(order, other, sizeof order);
    epoch_order(8, 3, 100, other);
    assert_memory_not_equal(order, other, sizeof order);
}

/** What a seed means: whoever changes these numbers breaks the resumption of every run there is. */
static void order_is_what_it_always_was(void **state) {
    (void)state;
    static const uint32_t golden[] = {
        131, 678, 34, 668, 126, 690, 859, 865, 571, 994, 164, 400, 559, 820, 493, 409};
    uint32_t order[1000];
    epoch_order(42, 5, 1000, order);
    assert_memory_equal(order, golden, sizeof golden);
}

static void orders_of_four_are_uniform(void **state) {
    (void)state;
    enum { DRAWS = 24000, ORDERS = 24 };
    int count[4 * 4 * 4 * 4] = {0};
    for (uint32_t epoch = 0; epoch < DRAWS; epoch++) {
        uint32_t order[4];
        epoch_order(1, epoch, 4, order);
        count[((order[0] * 4 + order[1]) * 4 + order[2]) * 4 + order[3]]++;
    }
    double expected = (double)DRAWS / ORDERS, chi_square = 0;
    int different = 0;
    for (int i = 0; i < 256; i++) {
        if (count[i] > 0) {
            different++;
            chi_square += (count[i] - expected) * (count[i] - expected) / expected;
        }
    }
    assert_int_equal(different, ORDERS);
    // The 0.999 quantile of chi-square with 23 degrees of freedom; the draws are the same every time.
    assert_true(chi_square < 49.7);
}

static void steps_round_up(void **state) {
    (void)state;
    assert_int_equal(epoch_steps(0, 8), 0);
    assert_int_equal(epoch_steps(1, 8), 1);
    assert_int_equal(epoch_steps(8, 8), 1);
    assert_int_equal(epoch_steps(9, 8), 2);
    assert_int_equal(epoch_steps(5, 1), 5);
    assert_true(epoch_steps(SIZE_MAX, 2) == SIZE_MAX / 2 + 1);
    assert_int_equal(epoch_shards(0, 8), 0);
    assert_int_equal(epoch_shards(1, 8), 1);
    assert_int_equal(epoch_shards(16, 8), 2);
    assert_int_equal(epoch_shards(17, 8), 3);
    assert_int_equal(epoch_shards(INT32_MAX, 2), INT32_MAX / 2 + 1);
}

static pair_t pair_of(int source_length, int target_length, uint64_t index) {
    return (pair_t){
        .source = {.length = source_length, .condition = (int)index % 3},
        .target = {.length = target_length},
        .index = index,
    };
}

static void pairs_are_sorted_by_length_then_source_then_index(void **state) {
    (void)state;
    pair_t pairs[] = {pair_of(3, 3, 0), pair_of(5, 5, 9), pair_of(4, 6, 1), pair_of(6, 4, 2),
        pair_of(5, 5, 3), pair_of(9, 9, 4), pair_of(1, 1, 5)};
    static const uint64_t expected[] = {4, 2, 3, 9, 1, 0, 5};
    epoch_key_t keys[2 * 7];
    epoch_sort_pairs(pairs, 7, keys);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(pairs[i].index, expected[i]);
    }
    assert_int_equal(pairs[1].source.length, 6);
    assert_int_equal(pairs[1].source.condition, 2);
}

static int compare(const void *left, const void *right) {
    const pair_t *a = left, *b = right;
    int a_length = a->source.length + a->target.length, b_length = b->source.length + b->target.length;
    if (a_length != b_length) {
        return b_length - a_length;
    }
    if (a->source.length != b->source.length) {
        return b->source.length - a->source.length;
    }
    return a->index < b->index ? -1 : 1;
}

static void sorting_does_not_depend_on_the_order_before(void **state) {
    (void)state;
    enum { LARGEST = 70 };
    for (int count = 0; count <= LARGEST; count++) {
        pair_t pairs[LARGEST], shuffled[LARGEST];
        random_stream_t stream = random_stream(1, RANDOM_GENERATION, 0, (uint64_t)count);
        for (int i = 0; i < count; i++) {
            // Lengths and indices that differ in any of their bytes.
            int source_length = 40 * (1 + (int)random_below(&stream, 6));
            int target_length = 40 * (1 + (int)random_below(&stream, 6));
            pairs[i] = pair_of(source_length, target_length, (uint32_t)i * 2654435761U);
        }
        uint32_t order[LARGEST];
        epoch_order(2, (uint32_t)count, (size_t)count, order);
        for (int i = 0; i < count; i++) {
            shuffled[i] = pairs[order[i]];
        }
        qsort(pairs, (size_t)count, sizeof *pairs, compare);
        epoch_key_t keys[2 * LARGEST];
        epoch_sort_pairs(shuffled, count, keys);
        for (int i = 0; i < count; i++) {
            assert_memory_equal(&shuffled[i], &pairs[i], sizeof *pairs);
        }
    }
}

/** Pairs of the given letters, the source a letter shorter than the target. */
static void make_pairs(const int *letters, int count, pair_t *pairs) {
    for (int i = 0; i < count; i++) {
        pairs[i] = (pair_t){.source.length = letters[i] - 1, .target.length = letters[i]};
    }
}

static void shards_have_equal_work(void **state) {
    (void)state;
    // With the end symbol 10 10 5 5 5 5 3 3 3 3 2 2 2 2, in all 60.
    static const int letters[] = {9, 9, 4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1};
    static const int threes[] = {0, 2, 6, 14}, fives[] = {0, 1, 3, 6, 10, 14};
    pair_t pairs[14];
    int first[15];
    make_pairs(letters, 14, pairs);
    // Of 6 words on average (so at most 9) there are three: 20, 20, 20.
    epoch_cut_shards(pairs, 14, 6, first);
    assert_memory_equal(first, threes, sizeof threes);
    // Of 3 (at most 4) five: 12 each would be best, but the last two can have no more than 8 words.
    epoch_cut_shards(pairs, 14, 3, first);
    assert_memory_equal(first, fives, sizeof fives);
    // Of one word: each its own. All in one.
    epoch_cut_shards(pairs, 14, 1, first);
    for (int i = 0; i <= 14; i++) {
        assert_int_equal(first[i], i);
    }
    epoch_cut_shards(pairs, 14, 14, first);
    assert_true(first[0] == 0 && first[1] == 14);
}

/** Whatever the lengths, shards are whole, none empty, none too large, and there are as many as were said. */
static void shards_keep_their_limits(void **state) {
    (void)state;
    enum { PAIRS = 97 };
    int letters[PAIRS], first[PAIRS + 1];
    pair_t pairs[PAIRS];
    for (int kind = 0; kind < 4; kind++) {
        for (int i = 0; i < PAIRS; i++) {
            const int falling[] = {7, 100 - i, i < 3 ? 4000 : 1, i < 90 ? 50 : 1};
            letters[i] = falling[kind];
        }
        make_pairs(letters, PAIRS, pairs);
        for (int count = 1; count <= PAIRS; count++) {
            for (int micro_batch = 1; micro_batch <= count + 1; micro_batch++) {
                const int shards = epoch_shards(count, micro_batch);
                epoch_cut_shards(pairs, count, micro_batch, first);
                assert_int_equal(first[0], 0);
                assert_int_equal(first[shards], count);
                for (int shard = 0; shard < shards; shard++) {
                    assert_in_range(first[shard + 1] - first[shard], 1, epoch_shard_words(micro_batch));
                }
            }
        }
    }
}

static void words_of_a_shard(void **state) {
    (void)state;
    assert_int_equal(epoch_shard_words(1), 1);
    assert_int_equal(epoch_shard_words(2), 3);
    assert_int_equal(epoch_shard_words(32), 48);
    assert_int_equal(epoch_shard_words(INT32_MAX), INT32_MAX);
}

static void shards_go_to_the_rank_with_the_least_work(void **state) {
    (void)state;
    static const int letters[] = {9, 9, 8, 8, 5, 5, 4, 4, 3, 3, 2};
    static const int first[] = {0, 2, 4, 6, 8, 10, 11};
    static const int expected[][6] = {{0, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 1}, {0, 1, 2, 2, 1, 0}};
    pair_t pairs[11];
    int64_t work[3];
    int owner[6];
    make_pairs(letters, 11, pairs);
    for (int size = 1; size <= 3; size++) {
        memset(work, 0, sizeof work);
        epoch_deal_shards(pairs, first, 6, 0, size, work, owner);
        assert_memory_equal(owner, expected[size - 1], sizeof owner);
    }
}

/** Shards of other work come behind, and each counts as the mean of 71 / 6 steps. */
static void other_shards_are_dealt_behind(void **state) {
    (void)state;
    static const int letters[] = {9, 9, 8, 8, 5, 5, 4, 4, 3, 3, 2};
    static const int first[] = {0, 2, 4, 6, 8, 10, 11};
    static const int expected[][9] = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 1, 1, 0, 1}, {0, 1, 2, 2, 1, 0, 2, 0, 1}};
    pair_t pairs[11];
    int64_t work[3];
    int owner[9];
    make_pairs(letters, 11, pairs);
    for (int size = 1; size <= 3; size++) {
        memset(work, 0, sizeof work);
        epoch_deal_shards(pairs, first, 6, 3, size, work, owner);
        assert_memory_equal(owner, expected[size - 1], sizeof owner);
    }
}

/** Never further apart than one shard's work; and where there are enough ranks, a shard for each. */
static void work_is_dealt_evenly(void **state) {
    (void)state;
    enum { PAIRS = 120, RANKS = 9 };
    int letters[PAIRS], first[PAIRS + 1], owner[PAIRS];
    pair_t pairs[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        letters[i] = 20 - i / 8;
    }
    make_pairs(letters, PAIRS, pairs);
    for (int size = 1; size <= RANKS; size++) {
        for (int micro_batch = 1; micro_batch <= 40; micro_batch++) {
            int64_t work[RANKS] = {0}, least = INT64_MAX, most = 0, all = 0;
            const int shards = epoch_shards(PAIRS, micro_batch);
            epoch_cut_shards(pairs, PAIRS, micro_batch, first);
            epoch_deal_shards(pairs, first, shards, 0, size, work, owner);
            for (int shard = 0; shard < shards; shard++) {
                assert_in_range(owner[shard], 0, size - 1);
                assert_true(shards > size || owner[shard] == shard);
            }
            for (int rank = 0; rank < size; rank++) {
                least = work[rank] < least ? work[rank] : least;
                most = work[rank] > most ? work[rank] : most;
                all += work[rank];
            }
            assert_int_equal(all, 8 * ((20 * 21 - 5 * 6) / 2 + 15));
            assert_true(most - least <= all / shards + 2 * 21);
        }
    }
}

/** Windows hold all of a step, one behind the other, cut at shards, and none is large or much smaller than
 * another; a step that fits is one. */
static void windows_make_up_the_step(void **state) {
    (void)state;
    static const int micro_batches[] = {1, 7, 32, 64, 2047, 2048, 3000};
    static const int counts[] = {1, 31, 2048, 2049, 4096, 5000, 32768, 100001};
    for (int i = 0; i < 7 * 8; i++) {
        const int micro_batch = micro_batches[i % 7], count = counts[i / 7], more = count % 13;
        const int windows = epoch_windows(count, micro_batch), shards = epoch_shards(count, micro_batch);
        int words = 0, shard = 0, other = 0;
        assert_true(count > 2048 - micro_batch || windows == 1);
        for (int k = 0; k < windows; k++) {
            const epoch_window_t window = epoch_window(count, micro_batch, more, k);
            assert_int_equal(window.first, words);
            assert_int_equal(window.shard, shard);
            assert_int_equal(window.more_first, other);
            assert_int_equal(window.shards, epoch_shards(window.count, micro_batch));
            assert_in_range(window.shards, shards / windows, shards / windows + 1);
            assert_in_range(window.more, more / windows, more / windows + 1);
            assert_in_range(window.count, 1, epoch_window_words(count, micro_batch));
            words += window.count;
            shard += window.shards;
            other += window.more;
        }
        assert_int_equal(words, count);
        assert_int_equal(shard, shards);
        assert_int_equal(other, more);
        assert_true(epoch_window_words(count, micro_batch) <= (micro_batch < 2048 ? 2048 : micro_batch));
    }
}

/** Every shard has one owner, whoever looks; ranks have equal work of equal shards, up to a shard or two. */
static void windows_are_dealt_evenly(void **state) {
    (void)state;
    enum { WORDS = 20000, MICRO_BATCH = 32, MORE = 100, RANKS = 640 };
    static int letters[WORDS], first[WORDS], owner[WORDS], dealt[RANKS];
    static pair_t pairs[WORDS];
    static int64_t work[RANKS];
    const int shards = epoch_shards(WORDS, MICRO_BATCH), all = shards + MORE;
    for (int i = 0; i < WORDS; i++) {
        letters[i] = 5;
    }
    make_pairs(letters, WORDS, pairs);
    static const int sizes[] = {1, 2, 3, 10, 11, 64, 100, 313, RANKS - 15};
    for (int k = 0; k < 9; k++) {
        const int size = sizes[k];
        int end = 0, touched = 0;
        memset(dealt, 0, sizeof dealt);
        for (int i = 0; i < epoch_windows(WORDS, MICRO_BATCH); i++) {
            int begin;
            const epoch_window_t window = epoch_window(WORDS, MICRO_BATCH, MORE, i);
            const int ranks = epoch_window_ranks(&window, all, size, &begin, work);
            assert_in_range(ranks, 1, size);
            // Windows share no ranks but those at their ends.
            assert_true(begin == end || begin == end - 1);
            end = begin + ranks;
            touched += ranks;
            epoch_cut_shards(pairs + window.first, window.count, MICRO_BATCH, first);
            epoch_deal_shards(pairs + window.first, first, window.shards, window.more, ranks, work, owner);
            for (int shard = 0; shard < window.shards + window.more; shard++) {
                assert_in_range(owner[shard], 0, ranks - 1);
                dealt[begin + owner[shard]]++;
            }
        }
        assert_int_equal(end, size);
        assert_true(touched < size + epoch_windows(WORDS, MICRO_BATCH));
        for (int rank = 0; rank < size; rank++) {
            assert_in_range(dealt[rank], all / size - 1, all / size + 2);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_a_permutation),
        cmocka_unit_test(order_depends_on_seed_and_epoch_alone),
        cmocka_unit_test(order_is_what_it_always_was),
        cmocka_unit_test(orders_of_four_are_uniform),
        cmocka_unit_test(steps_round_up),
        cmocka_unit_test(pairs_are_sorted_by_length_then_source_then_index),
        cmocka_unit_test(sorting_does_not_depend_on_the_order_before),
        cmocka_unit_test(shards_have_equal_work),
        cmocka_unit_test(shards_keep_their_limits),
        cmocka_unit_test(words_of_a_shard),
        cmocka_unit_test(shards_go_to_the_rank_with_the_least_work),
        cmocka_unit_test(other_shards_are_dealt_behind),
        cmocka_unit_test(work_is_dealt_evenly),
        cmocka_unit_test(windows_make_up_the_step),
        cmocka_unit_test(windows_are_dealt_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
