#include "cvae/exact_sum.h"

#include <math.h>
#include <string.h>

#include "cvae/kernels.h"

static const double SLOT_SCALE = 0x1p32;

void exact_sum_layout(exact_sum_t *sum, memory_t *memory, size_t count, int shards) {
    sum->count = count;
    // shards * limit * 2^KERNELS_EXACT_BITS stays at or below 2^62, within an int64.
    sum->limit = (float)(ldexp(1, 62 - KERNELS_EXACT_BITS) / shards);
    sum->slot_limit = 0x1p30 / shards;
    sum->numbers = memory_take(memory, count + EXACT_SUM_SLOTS + 1, sizeof *sum->numbers);
    sum->bad = SIZE_MAX;
}

static int64_t *bad_count(const exact_sum_t *sum) {
    return &sum->numbers[sum->count + EXACT_SUM_SLOTS];
}

static int64_t *slot_of(const exact_sum_t *sum, int slot) {
    return &sum->numbers[sum->count + (size_t)slot];
}

static void note_bad(exact_sum_t *sum, size_t element) {
    ++*bad_count(sum);
    if (sum->bad == SIZE_MAX) {
        sum->bad = element;
    }
}

void exact_sum_clear(exact_sum_t *sum) {
    memset(sum->numbers, 0, (sum->count + EXACT_SUM_SLOTS + 1) * sizeof *sum->numbers);
    sum->bad = SIZE_MAX;
}

void exact_sum_add(exact_sum_t *sum, const float *gradient) {
    size_t first_bad = kernels()->exact_add(sum->count, gradient, sum->limit, sum->numbers);
    if (first_bad < sum->count) {
        note_bad(sum, first_bad);
    }
}

void exact_sum_add_real(exact_sum_t *sum, int slot, double value) {
    // The comparison is false for NaN too.
    if (fabs(value) < sum->slot_limit) {
        *slot_of(sum, slot) += (int64_t)rint(value * SLOT_SCALE);
    } else {
        note_bad(sum, sum->count);
    }
}

void exact_sum_hand_over(exact_sum_t *sum, int slot, double value) {
    memcpy(slot_of(sum, slot), &value, sizeof value);
}

void exact_sum_reduce(exact_sum_t *sum, dist_t *dist) {
    dist_sum(dist, sum->numbers, sum->count + EXACT_SUM_SLOTS + 1);
}

int64_t exact_sum_bad_count(const exact_sum_t *sum) {
    return *bad_count(sum);
}

size_t exact_sum_first_bad(const exact_sum_t *sum) {
    return sum->bad;
}

void exact_sum_read(const exact_sum_t *sum, double divisor, float *gradient) {
    kernels()->exact_read(sum->count, sum->numbers, ldexp(1, -KERNELS_EXACT_BITS) / divisor, gradient);
}

double exact_sum_real(const exact_sum_t *sum, int slot) {
    return (double)*slot_of(sum, slot) / SLOT_SCALE;
}

double exact_sum_handed_over(const exact_sum_t *sum, int slot) {
    double value;
    memcpy(&value, slot_of(sum, slot), sizeof value);
    return value;
}
