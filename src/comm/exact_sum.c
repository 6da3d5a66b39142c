#include "exact_sum.h"

#include <math.h>
#include <string.h>

static const double SLOT_SCALE = 0x1p32;

enum {
    SLOT_BAD = EXACT_SUM_SLOTS, /**< the number of bad values */
    SLOT_TENSORS,               /**< what is counted of each tensor */

    PIECE = 2048, /**< elements that stay in the first-level cache until they are cleared */
    BLOCK = 4096, /**< elements whose squares are added up by themselves */

    /**
     * A shard's room in a tensor is how often its largest value could be doubled and would still fit.
     * Shards with little of it are counted by their room, up to HEADROOM, in so many bits each of one slot.
     */
    HEADROOM = 3,
    COUNT_BITS = 15,
    COUNT_MOST = (1 << COUNT_BITS) - 1,

    /** Numbers of 32 bits carry a slot in digits of 16, which so many ranks may add up. */
    DIGITS = 4,
    DIGIT_BITS = 16,
    DIGIT_MOST = (1 << DIGIT_BITS) - 1
};
_Static_assert((int)EXACT_SUM_NARROW_SHARDS <= (int)COUNT_MOST, "a count of shards overflows");
_Static_assert((HEADROOM + 1) * COUNT_BITS <= 62, "a slot's counts overflow");

size_t exact_sum_blocks(size_t count) {
    return (count + BLOCK - 1) / BLOCK;
}

static size_t slots_of(const exact_sum_t *sum) {
    return (size_t)SLOT_TENSORS + (size_t)sum->settings.tensors;
}

void exact_sum_layout(exact_sum_t *sum, memory_t *memory, const exact_sum_settings_t *settings) {
    const int shards = settings->shards;
    sum->settings = *settings;
    sum->settings.tensors = settings->kind == EXACT_SUM_NARROW ? settings->tensors : 0;
    // shards * limit * 2^KERNELS_EXACT_BITS stays at or below 2^62, within an int64.
    sum->limit = (float)(ldexp(1, 62 - KERNELS_EXACT_BITS) / shards);
    sum->slot_limit = 0x1p30 / shards;
    sum->shard_bits = 0;
    while (sum->shard_bits < 30 && (INT32_MAX >> (sum->shard_bits + 1)) >= shards) {
        sum->shard_bits++;
    }
    sum->gradient = memory_take(memory, settings->count, sizeof *sum->gradient);
    sum->slots = memory_take(memory, slots_of(sum), sizeof *sum->slots);
    sum->bits = memory_take(memory, (size_t)sum->settings.tensors, sizeof *sum->bits);
    sum->squares = settings->squares;
    if (!sum->squares) {
        sum->squares = memory_take(memory, exact_sum_blocks(settings->count), sizeof *sum->squares);
    }
    sum->used = (exact_sum_part_t){0};
    sum->bad = SIZE_MAX;
}

/** Where the second of two gradients begins behind a narrow sum and its digits, in numbers of 32 bits. */
static size_t other_place(const exact_sum_t *sum) {
    const size_t end = sum->settings.count + slots_of(sum) * DIGITS,
                 line = MEMORY_ALIGNMENT / sizeof(int32_t);
    return (end + line - 1) / line * line;
}

static float *other_gradient(const exact_sum_t *sum) {
    return (float *)sum->ranks.own.memory + other_place(sum);
}

status_t exact_sum_connect(exact_sum_t *sum, comm_t *comm, const rank_sum_settings_t *settings) {
    // Floats go their own way, and a few slots are all that is left.
    const rank_sum_settings_t own = {
        .is_shared = settings->is_shared && sum->settings.kind != EXACT_SUM_FLOAT,
        .bucket = settings->bucket};
    const size_t count = sum->settings.count + slots_of(sum);
    // Of narrow sums the other gradient stands behind them, in what else is a wide sum's.
    const size_t most = (other_place(sum) + sum->settings.count + 1) / 2;
    return rank_sum_create(&sum->ranks, comm, most > count ? most : count, &own);
}

void exact_sum_disconnect(exact_sum_t *sum) {
    rank_sum_destroy(&sum->ranks);
}

static void note_bad(exact_sum_t *sum, size_t element) {
    ++sum->slots[SLOT_BAD];
    // The first by its place, not by its time: a rank may have any of the shards, in any order.
    if (element < sum->bad) {
        sum->bad = element;
    }
}

static bool is_power_of_two(double number) {
    int exponent;
    return frexp(number, &exponent) == 0.5;
}

static bool are_bits_known(const exact_sum_settings_t *settings) {
    bool are_known = true;
    for (int i = 0; i < settings->tensors; i++) {
        are_known = are_known && settings->bits[i] != EXACT_SUM_BITS_UNKNOWN;
    }
    return are_known;
}

void exact_sum_begin(exact_sum_t *sum, double divisor, int alone, bool is_again) {
    const exact_sum_settings_t *settings = &sum->settings;
    sum->divisor = divisor;
    sum->alone = alone;
    sum->is_finished = sum->is_held = false;
    sum->way = EXACT_SUM_IN_64_BITS;
    if (settings->kind == EXACT_SUM_FLOAT) {
        sum->way = EXACT_SUM_IN_FLOATS;
    } else if (settings->kind == EXACT_SUM_NARROW && settings->shards == 1) {
        sum->way = EXACT_SUM_UNROUNDED;
    } else if (settings->kind == EXACT_SUM_NARROW && !is_again && are_bits_known(settings)) {
        sum->way = EXACT_SUM_IN_32_BITS;
    } else if (settings->kind == EXACT_SUM_WIDE && alone == 1 && is_power_of_two(divisor)) {
        sum->way = EXACT_SUM_IN_PLACE;
    }
    memset(sum->slots, 0, slots_of(sum) * sizeof *sum->slots);
    memcpy(sum->bits, settings->bits, (size_t)settings->tensors * sizeof *sum->bits);
    sum->bad = SIZE_MAX;
    sum->is_empty = true;
}

static void clear_gradient(exact_sum_t *sum) {
    memset(sum->gradient + sum->used.first, 0, (sum->used.end - sum->used.first) * sizeof *sum->gradient);
    sum->used = (exact_sum_part_t){0};
}

static exact_sum_part_t all_of(const exact_sum_t *sum) {
    return (exact_sum_part_t){0, sum->settings.count};
}

float *exact_sum_gradient(exact_sum_t *sum) {
    if (sum->is_held) {
        float *other = other_gradient(sum);
        if (!sum->is_other_clear) {
            memset(other, 0, sum->settings.count * sizeof *other);
        }
        sum->is_other_clear = false;
        return other;
    }
    if (sum->way != EXACT_SUM_IN_FLOATS || sum->is_empty) {
        clear_gradient(sum);
    }
    sum->used = all_of(sum);
    return sum->gradient;
}

static size_t end_of(const exact_sum_settings_t *settings, int tensor) {
    return tensor + 1 < settings->tensors ? settings->first[tensor + 1] : settings->count;
}

/** A tensor's largest values, for the bits of a narrow sum that follows this wide one: their sum is not below
 * the largest. */
static void note_largest(exact_sum_t *sum) {
    const exact_sum_settings_t *settings = &sum->settings;
    for (int i = 0; i < settings->tensors; i++) {
        const size_t first = settings->first[i];
        const uint32_t bits = kernels()->largest(end_of(settings, i) - first, sum->gradient + first);
        float largest;
        memcpy(&largest, &bits, sizeof largest);
        // A value that is not finite is bad, and no bits follow it.
        if (largest < sum->limit) {
            sum->slots[SLOT_TENSORS + i] += (int64_t)ceil(ldexp(largest, KERNELS_EXACT_BITS));
        }
    }
}

/** The factor that makes a number of the mean of an integer in fixed point. */
static double factor_of(const exact_sum_t *sum, int bits) {
    return ldexp(1, -bits) / sum->divisor;
}

/** Piece by piece, each of which is cleared for the next shard while it is in the cache. */
static size_t add_pieces(exact_sum_t *sum) {
    const kernels_t *k = kernels();
    const size_t count = sum->settings.count;
    size_t bad = count;
    for (size_t first = 0; first < count; first += PIECE) {
        const size_t piece = count - first < PIECE ? count - first : PIECE;
        // The first shard's numbers are set, which saves clearing them and reading them back.
        const size_t found = (sum->is_empty ? k->exact_set : k->exact_add)(
            piece, sum->gradient + first, sum->limit, sum->ranks.own.wide + first);
        if (found < piece && bad == count) {
            bad = first + found;
        }
        memset(sum->gradient + first, 0, piece * sizeof *sum->gradient);
    }
    sum->used = (exact_sum_part_t){0};
    return bad;
}

static exact_sum_part_t block_of(const exact_sum_t *sum, size_t block) {
    const size_t first = block * BLOCK, left = sum->settings.count - first;
    return (exact_sum_part_t){first, first + (left < BLOCK ? left : BLOCK)};
}

/** The last shard, in its place. */
static size_t finish_wide(exact_sum_t *sum) {
    const kernels_t *k = kernels();
    const size_t count = sum->settings.count;
    const double factor = factor_of(sum, KERNELS_EXACT_BITS);
    size_t bad = count;
    for (size_t i = 0; i < exact_sum_blocks(count); i++) {
        const exact_sum_part_t block = block_of(sum, i);
        const size_t size = block.end - block.first;
        float *x = sum->gradient + block.first;
        const size_t found = sum->way == EXACT_SUM_IN_PLACE
                                 ? k->exact_round(size, x, sum->limit, (float)factor, &sum->squares[i])
                                 : k->exact_finish(size, x, sum->limit, sum->ranks.own.wide + block.first,
                                       factor, &sum->squares[i]);
        if (found < size && bad == count) {
            bad = block.first + found;
        }
    }
    return bad;
}

static void add_wide(exact_sum_t *sum) {
    const size_t bad = sum->is_finished ? finish_wide(sum) : add_pieces(sum);
    if (bad < sum->settings.count) {
        note_bad(sum, bad);
    }
}

/** Counts a shard's room in a tensor. */
static void note_room(exact_sum_t *sum, int tensor, uint32_t largest) {
    enum { FLOAT_BITS = 23, FLOAT_BIAS = 127 };
    const int exponent = (int)(largest >> FLOAT_BITS) - FLOAT_BIAS;
    const int room = sum->shard_bits - (int)sum->bits[tensor] - 1 - exponent;
    if (room < 0) {
        note_bad(sum, sum->settings.first[tensor]);
    } else if (room <= HEADROOM) {
        sum->slots[SLOT_TENSORS + tensor] += (int64_t)1 << (COUNT_BITS * room);
    }
}

/** What a part and a tensor have in common; it may be empty. */
static exact_sum_part_t common(const exact_sum_t *sum, int tensor, exact_sum_part_t part) {
    const size_t first = sum->settings.first[tensor], end = end_of(&sum->settings, tensor);
    const exact_sum_part_t both = {first > part.first ? first : part.first, end < part.end ? end : part.end};
    return both.first < both.end ? both : (exact_sum_part_t){0};
}

/** Of elements of one tensor: the gradient goes into the sum, and the other one with it, if that holds a
 * shard too. Returns the bits of the largest of them. */
static uint32_t add_part(
    exact_sum_t *sum, int tensor, exact_sum_part_t part, kernels_rounding_t rounding, bool has_other) {
    const kernels_t *k = kernels();
    const size_t count = part.end - part.first;
    float *x = sum->gradient + part.first, *y = has_other ? other_gradient(sum) + part.first : NULL;
    int32_t *own = sum->ranks.own.narrow + part.first;
    rounding.place = (uint32_t)part.first;
    if (!sum->is_finished) {
        return (sum->is_empty ? k->exact32_set : k->exact32_add)(count, x, y, rounding, own);
    }
    double squares;
    const uint32_t largest =
        k->exact32_finish(count, x, y, rounding, own, factor_of(sum, (int)sum->bits[tensor]), &squares);
    sum->squares[part.first / BLOCK] += squares;
    return largest;
}

/** Adds the gradient, and the other one. */
static void add_narrow(exact_sum_t *sum, uint32_t random, uint32_t other_random, bool has_other) {
    const exact_sum_settings_t *settings = &sum->settings;
    const size_t blocks = exact_sum_blocks(settings->count);
    if (sum->is_finished) {
        memset(sum->squares, 0, blocks * sizeof *sum->squares);
    }
    for (int i = 0; i < settings->tensors; i++) {
        const kernels_rounding_t rounding = {
            .scale = ldexpf(1, (int)sum->bits[i]), .offset = random, .other_offset = other_random};
        uint32_t largest = 0;
        for (size_t block = settings->first[i] / BLOCK; block * BLOCK < end_of(settings, i); block++) {
            const exact_sum_part_t part = common(sum, i, block_of(sum, block));
            const uint32_t found = add_part(sum, i, part, rounding, has_other);
            largest = found > largest ? found : largest;
        }
        note_room(sum, i, largest);
    }
    sum->used = sum->is_finished ? all_of(sum) : (exact_sum_part_t){0};
    sum->is_other_clear = sum->is_other_clear || has_other;
    sum->is_empty = sum->is_held = false;
}

/** Two shards at a time go into the sum: the first of them waits for the second. */
static void add_or_hold(exact_sum_t *sum, uint32_t random, bool is_last) {
    sum->is_finished = is_last && !sum->is_empty;
    if (sum->is_held) {
        add_narrow(sum, sum->held_random, random, true);
    } else if (is_last) {
        add_narrow(sum, random, 0, false);
    } else {
        sum->is_held = true;
        sum->held_random = random;
    }
}

/** Of the mean, added up in order. */
static double squares_of(const exact_sum_t *sum) {
    double squares = 0;
    for (size_t i = 0; i < exact_sum_blocks(sum->settings.count); i++) {
        squares += sum->squares[i];
    }
    return squares;
}

/** The one shard there is. */
static void take(exact_sum_t *sum) {
    const size_t count = sum->settings.count;
    for (size_t i = 0; i < exact_sum_blocks(count); i++) {
        const exact_sum_part_t block = block_of(sum, i);
        sum->squares[i] = kernels()->square_sum(block.end - block.first, sum->gradient + block.first);
    }
    // The comparison is false for NaN too.
    if (!(squares_of(sum) < (double)sum->limit * sum->limit)) {
        size_t first = 0;
        while (first < count && fabsf(sum->gradient[first]) < sum->limit) {
            first++;
        }
        if (first < count) {
            note_bad(sum, first);
        }
    }
}

void exact_sum_add(exact_sum_t *sum, uint32_t random) {
    // Where nothing is added behind it, the last shard need not go through the sum.
    const bool is_last = sum->alone == 1;
    sum->alone -= sum->alone > 0;
    switch (sum->way) {
    case EXACT_SUM_IN_64_BITS:
        sum->is_finished = is_last && !sum->is_empty;
        // It stands in what a wide sum needs.
        sum->is_other_clear = false;
        note_largest(sum);
        add_wide(sum);
        break;
    case EXACT_SUM_IN_PLACE:
        sum->is_finished = true;
        add_wide(sum);
        break;
    case EXACT_SUM_IN_32_BITS:
        add_or_hold(sum, random, is_last);
        return;
    case EXACT_SUM_UNROUNDED:
        sum->is_finished = true;
        take(sum);
        break;
    case EXACT_SUM_IN_FLOATS:
        break;
    }
    sum->is_empty = false;
}

void exact_sum_add_real(exact_sum_t *sum, int slot, double value) {
    // The comparison is false for NaN too.
    if (fabs(value) < sum->slot_limit) {
        sum->slots[slot] += (int64_t)rint(value * SLOT_SCALE);
    } else {
        note_bad(sum, sum->settings.count);
    }
}

void exact_sum_hand_over(exact_sum_t *sum, int slot, double value) {
    memcpy(&sum->slots[slot], &value, sizeof value);
}

/** Plain floats: what was added up in the gradient, and the slots on their own. */
static void reduce_floats(exact_sum_t *sum) {
    const size_t count = sum->settings.count;
    if (sum->is_empty) {
        clear_gradient(sum);
    }
    comm_sum_floats(sum->ranks.comm, sum->gradient, count);
    sum->used = all_of(sum);
    comm_sum(sum->ranks.comm, sum->slots, slots_of(sum));
    sum->bytes = count * sizeof *sum->gradient + slots_of(sum) * sizeof *sum->slots;
    if (!isfinite(kernels()->square_sum(count, sum->gradient))) {
        size_t first = 0;
        while (isfinite(sum->gradient[first])) {
            first++;
        }
        note_bad(sum, first);
    }
}

static void reduce_wide(exact_sum_t *sum) {
    const size_t count = sum->settings.count, size = slots_of(sum) * sizeof *sum->slots;
    if (sum->is_empty) {
        memset(sum->ranks.own.wide, 0, count * sizeof *sum->ranks.own.wide);
    }
    memcpy(sum->ranks.own.wide + count, sum->slots, size);
    sum->is_other_clear = false;
    rank_sum_make_wide(&sum->ranks, count + slots_of(sum));
    memcpy(sum->slots, sum->ranks.total.wide + count, size);
    sum->bytes = count * sizeof *sum->ranks.own.wide + size;
}

static void reduce_narrow(exact_sum_t *sum) {
    const size_t count = sum->settings.count, slots = slots_of(sum);
    int32_t *own = sum->ranks.own.narrow;
    if (sum->is_held) {
        add_narrow(sum, sum->held_random, 0, false);
    }
    if (sum->is_empty) {
        memset(own, 0, count * sizeof *own);
    }
    // The last digit has the sign; the shift keeps it.
    for (size_t i = 0; i < slots * DIGITS; i++) {
        const int64_t rest = sum->slots[i / DIGITS] >> (i % DIGITS * DIGIT_BITS);
        own[count + i] = (int32_t)(i % DIGITS < DIGITS - 1 ? rest & DIGIT_MOST : rest);
    }
    rank_sum_make_narrow(&sum->ranks, count + slots * DIGITS);
    const int32_t *digits = sum->ranks.total.narrow + count;
    for (size_t i = 0; i < slots; i++) {
        uint64_t whole = 0;
        for (int j = 0; j < DIGITS; j++) {
            whole += (uint64_t)(int64_t)digits[i * DIGITS + (size_t)j] << (j * DIGIT_BITS);
        }
        sum->slots[i] = (int64_t)whole;
    }
    sum->bytes = (count + slots * DIGITS) * sizeof *own;
}

void exact_sum_reduce(exact_sum_t *sum) {
    sum->bytes = 0;
    if (sum->is_finished) {
        return;
    }
    if (sum->way == EXACT_SUM_IN_FLOATS) {
        reduce_floats(sum);
    } else if (sum->way == EXACT_SUM_IN_64_BITS) {
        reduce_wide(sum);
    } else if (sum->way == EXACT_SUM_IN_32_BITS) {
        reduce_narrow(sum);
    }
}

int64_t exact_sum_bad_count(const exact_sum_t *sum) {
    return sum->slots[SLOT_BAD];
}

bool exact_sum_has_overflowed(const exact_sum_t *sum) {
    return sum->way == EXACT_SUM_IN_32_BITS && exact_sum_bad_count(sum) > 0;
}

size_t exact_sum_first_bad(const exact_sum_t *sum) {
    return sum->bad;
}

/** The bits of the next sum, after a narrow one: the shard with the least room gets HEADROOM, and where there
 * is more a bit a step. */
static int64_t follow_room(int64_t counts, int64_t bits) {
    int room = 0;
    while (room <= HEADROOM && (counts >> (COUNT_BITS * room) & COUNT_MOST) == 0) {
        room++;
    }
    return bits + room - HEADROOM;
}

/** Likewise after a wide one, by the sum of the largest values. */
static int64_t follow_largest(const exact_sum_t *sum, int64_t largest) {
    int length = 0;
    while (largest >> length > 0) {
        length++;
    }
    return sum->shard_bits + KERNELS_EXACT_BITS - length - HEADROOM;
}

static void follow(exact_sum_t *sum) {
    // With fewer, values would fit that are too large for a wide sum.
    const int least = sum->shard_bits - ilogbf(sum->limit);
    for (int i = 0; i < sum->settings.tensors; i++) {
        const int64_t slot = sum->slots[SLOT_TENSORS + i];
        int64_t *bits = &sum->settings.bits[i];
        const int64_t wanted =
            sum->way == EXACT_SUM_IN_32_BITS ? follow_room(slot, *bits) : follow_largest(sum, slot);
        *bits = wanted < least ? least : wanted < EXACT_SUM_BITS_MOST ? wanted : EXACT_SUM_BITS_MOST;
    }
}

/** Each tensor by its own bits. */
static double read_narrow(exact_sum_t *sum, exact_sum_part_t block) {
    double squares = 0;
    for (int i = 0; i < sum->settings.tensors; i++) {
        const exact_sum_part_t part = common(sum, i, block);
        if (part.first < part.end) {
            squares += kernels()->exact32_read(part.end - part.first, sum->ranks.total.narrow + part.first,
                factor_of(sum, (int)sum->bits[i]), sum->gradient + part.first);
        }
    }
    return squares;
}

/** The gradient that stands there becomes the mean. */
static void divide(exact_sum_t *sum, exact_sum_part_t part) {
    for (size_t i = part.first; i < part.end && sum->divisor != 1; i++) {
        sum->gradient[i] = (float)(sum->gradient[i] / sum->divisor);
    }
}

/** Reads a block of the mean. Returns the sum of its squares. */
static double read_block(exact_sum_t *sum, exact_sum_part_t block) {
    const size_t count = block.end - block.first;
    float *mean = sum->gradient + block.first;
    if (sum->way == EXACT_SUM_IN_32_BITS) {
        return read_narrow(sum, block);
    }
    if (sum->way == EXACT_SUM_IN_FLOATS) {
        divide(sum, block);
        return kernels()->square_sum(count, mean);
    }
    return kernels()->exact_read(
        count, sum->ranks.total.wide + block.first, factor_of(sum, KERNELS_EXACT_BITS), mean);
}

/** Whether the ranks of this host each read a part. */
static bool is_parted(const exact_sum_t *sum) {
    return sum->settings.squares != NULL;
}

/** The blocks that this rank reads. */
static exact_sum_part_t own_blocks(const exact_sum_t *sum) {
    const size_t blocks = exact_sum_blocks(sum->settings.count);
    if (!is_parted(sum)) {
        return (exact_sum_part_t){0, blocks};
    }
    const size_t rank = (size_t)comm_rank_here(sum->ranks.comm),
                 size = (size_t)comm_size_here(sum->ranks.comm);
    return (exact_sum_part_t){blocks * rank / size, blocks * (rank + 1) / size};
}

exact_sum_part_t exact_sum_part(const exact_sum_t *sum) {
    const exact_sum_part_t blocks = own_blocks(sum);
    const size_t end = blocks.end * BLOCK, count = sum->settings.count;
    return blocks.first == blocks.end ? (exact_sum_part_t){0}
                                      : (exact_sum_part_t){blocks.first * BLOCK, end < count ? end : count};
}

double exact_sum_read(exact_sum_t *sum) {
    const exact_sum_part_t blocks = own_blocks(sum), part = exact_sum_part(sum);
    if (!sum->is_finished && sum->way != EXACT_SUM_IN_FLOATS) {
        // A rank without a shard of this sum may still have all of an earlier mean.
        if (sum->used.first < part.first || sum->used.end > part.end) {
            clear_gradient(sum);
        }
        sum->used = part;
    }
    for (size_t i = blocks.first; i < blocks.end && !sum->is_finished; i++) {
        sum->squares[i] = read_block(sum, block_of(sum, i));
    }
    if (is_parted(sum)) {
        comm_meet_host(sum->ranks.comm);
    }
    double norm = sqrt(squares_of(sum));
    if (sum->way == EXACT_SUM_UNROUNDED) {
        divide(sum, all_of(sum));
        norm /= sum->divisor;
    }
    follow(sum);
    return norm;
}

void exact_sum_read_rest(exact_sum_t *sum) {
    const exact_sum_part_t own = own_blocks(sum);
    for (size_t i = 0; i < exact_sum_blocks(sum->settings.count) && !sum->is_finished; i++) {
        if (i < own.first || i >= own.end) {
            read_block(sum, block_of(sum, i));
        }
    }
    sum->used = all_of(sum);
}

double exact_sum_real(const exact_sum_t *sum, int slot) {
    return (double)sum->slots[slot] / SLOT_SCALE;
}

double exact_sum_handed_over(const exact_sum_t *sum, int slot) {
    double value;
    memcpy(&value, &sum->slots[slot], sizeof value);
    return value;
}
