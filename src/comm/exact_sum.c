#include "exact_sum.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"

static const double SLOT_SCALE = 0x1p32;

/** The number of bad values stands behind the slots like one of them. */
enum { SLOT_BAD = EXACT_SUM_SLOTS, SLOTS_AND_BAD };

void exact_sum_layout(exact_sum_t *sum, memory_t *memory, size_t count, int shards) {
    sum->count = count;
    // shards * limit * 2^KERNELS_EXACT_BITS stays at or below 2^62, within an int64.
    sum->limit = (float)(ldexp(1, 62 - KERNELS_EXACT_BITS) / shards);
    sum->slot_limit = 0x1p30 / shards;
    sum->gradient = memory_take(memory, count, sizeof *sum->gradient);
    sum->bad = SIZE_MAX;
}

status_t exact_sum_connect(exact_sum_t *sum, comm_t *comm, const rank_sum_settings_t *settings) {
    // Floats go their own way, and a few slots are all that is left.
    const rank_sum_settings_t own = {
        .is_shared = settings->is_shared && sum->is_exact, .bucket = settings->bucket};
    return rank_sum_create(&sum->ranks, comm, sum->count + SLOTS_AND_BAD, &own);
}

void exact_sum_disconnect(exact_sum_t *sum) {
    rank_sum_destroy(&sum->ranks);
}

static int64_t *slot_of(const exact_sum_t *sum, int slot) {
    return &sum->ranks.own[sum->count + (size_t)slot];
}

static const int64_t *sum_of_slot(const exact_sum_t *sum, int slot) {
    return &sum->ranks.total[sum->count + (size_t)slot];
}

static void note_bad(exact_sum_t *sum, size_t element) {
    ++*slot_of(sum, SLOT_BAD);
    // The first by its place, not by its time: a rank may have any of the shards, in any order.
    if (element < sum->bad) {
        sum->bad = element;
    }
}

static bool is_power_of_two(double number) {
    int exponent;
    return frexp(number, &exponent) == 0.5;
}

void exact_sum_begin(exact_sum_t *sum, double divisor, bool is_alone) {
    sum->divisor = divisor;
    sum->is_alone = is_alone && sum->is_exact && is_power_of_two(divisor);
    memset(slot_of(sum, 0), 0, SLOTS_AND_BAD * sizeof(int64_t));
    sum->bad = SIZE_MAX;
    sum->is_empty = true;
}

float *exact_sum_gradient(exact_sum_t *sum) {
    if (sum->is_exact || sum->is_empty) {
        memset(sum->gradient, 0, sum->count * sizeof *sum->gradient);
    }
    return sum->gradient;
}

/** Of an integer in the fixed point, a number of the mean. */
static double factor_of(const exact_sum_t *sum) {
    return ldexp(1, -KERNELS_EXACT_BITS) / sum->divisor;
}

void exact_sum_add(exact_sum_t *sum) {
    const kernels_t *k = kernels();
    size_t first_bad = sum->count;
    if (sum->is_alone) {
        first_bad =
            k->exact_round(sum->count, sum->gradient, sum->limit, (float)factor_of(sum), &sum->squares);
    } else if (sum->is_exact) {
        // The first one is set, which saves clearing the numbers and reading them back.
        first_bad = (sum->is_empty ? k->exact_set : k->exact_add)(
            sum->count, sum->gradient, sum->limit, sum->ranks.own);
    }
    if (first_bad < sum->count) {
        note_bad(sum, first_bad);
    }
    sum->is_empty = false;
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

/** Plain floats: what was added up in the gradient, and the slots on their own. */
static void reduce_floats(exact_sum_t *sum) {
    if (sum->is_empty) {
        memset(sum->gradient, 0, sum->count * sizeof *sum->gradient);
    }
    comm_sum_floats(sum->ranks.comm, sum->gradient, sum->count);
    comm_sum(sum->ranks.comm, slot_of(sum, 0), SLOTS_AND_BAD);
    if (!isfinite(kernels()->square_sum(sum->count, sum->gradient))) {
        size_t first = 0;
        while (isfinite(sum->gradient[first])) {
            first++;
        }
        note_bad(sum, first);
    }
}

void exact_sum_reduce(exact_sum_t *sum) {
    if (!sum->is_exact) {
        reduce_floats(sum);
    } else if (!sum->is_alone) {
        if (sum->is_empty) {
            memset(sum->ranks.own, 0, sum->count * sizeof *sum->ranks.own);
        }
        rank_sum_make(&sum->ranks);
    }
}

int64_t exact_sum_bad_count(const exact_sum_t *sum) {
    return *sum_of_slot(sum, SLOT_BAD);
}

size_t exact_sum_first_bad(const exact_sum_t *sum) {
    return sum->bad;
}

double exact_sum_read(exact_sum_t *sum) {
    if (sum->is_alone) {
        return sqrt(sum->squares);
    }
    if (sum->is_exact) {
        return sqrt(kernels()->exact_read(sum->count, sum->ranks.total, factor_of(sum), sum->gradient));
    }
    for (size_t i = 0; i < sum->count; i++) {
        sum->gradient[i] = (float)(sum->gradient[i] / sum->divisor);
    }
    return sqrt(kernels()->square_sum(sum->count, sum->gradient));
}

double exact_sum_real(const exact_sum_t *sum, int slot) {
    return (double)*sum_of_slot(sum, slot) / SLOT_SCALE;
}

double exact_sum_handed_over(const exact_sum_t *sum, int slot) {
    double value;
    memcpy(&value, sum_of_slot(sum, slot), sizeof value);
    return value;
}
