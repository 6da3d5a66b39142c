// What src/comm promises, on real ranks: started by test_ranks.sh under mpirun with several rank counts.
// Every rank checks for itself; the first that finds something wrong says so and aborts the job.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comm/comm.h"
#include "comm/exact_sum.h"
#include "base/system.h"
#include "base/random.h"

static int rank, size;

static void check(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "rank %d of %d: %s\n", rank, size, what);
        abort();
    }
}

static void agreement(comm_t *comm) {
    char expected[64];
    check(comm_agree(comm, STATUS_OK) == STATUS_OK, "all well is not all well");
    for (int failing = 0; failing < size; failing++) {
        status_clear();
        status_t own = rank == failing ? status_fail(STATUS_DATA, "trouble %d", rank) : STATUS_OK;
        check(comm_agree(comm, own) == STATUS_DATA, "one rank's failure is not everybody's");
        snprintf(expected, sizeof expected, size > 1 ? "rank %d on " : "trouble %d", failing);
        check(strncmp(status_message(), expected, strlen(expected)) == 0, "the failing rank is not named");
        snprintf(expected, sizeof expected, "trouble %d", failing);
        check(strstr(status_message(), expected) != NULL, "the message has not arrived");
    }
    // Of several failures the lowest rank's counts; where all failed, no rank is named.
    status_t own = rank >= size / 2 ? status_fail(STATUS_OUTPUT, "trouble %d", rank) : STATUS_OK;
    check(comm_agree(comm, own) == STATUS_OUTPUT, "several failures");
    snprintf(expected, sizeof expected, "trouble %d", size / 2);
    check(strstr(status_message(), expected) != NULL, "not the lowest rank's message");
    check(comm_agree(comm, status_fail(STATUS_CONFIG, "all alike")) == STATUS_CONFIG, "all failing");
    check(strcmp(status_message(), "all alike") == 0, "a rank is named although all failed alike");
}

/** More than one MPI call can take in one piece. */
static void large_arrays(comm_t *comm) {
    const size_t count = ((size_t)1 << 24) + 5, bytes = count * sizeof(int64_t);
    int64_t *numbers = malloc(bytes);
    check(numbers != NULL, "out of memory");
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (int64_t)i * (rank + 1);
    }
    comm_sum(comm, numbers, count);
    const int64_t ranks = (int64_t)size * (size + 1) / 2;
    for (size_t i = 0; i < count; i++) {
        check(numbers[i] == (int64_t)i * ranks, "a sum over the ranks is wrong");
    }
    memset(numbers, rank == 0 ? 7 : 0, bytes);
    comm_broadcast(comm, numbers, bytes);
    check(((char *)numbers)[0] == 7 && ((char *)numbers)[bytes - 1] == 7, "a broadcast is not whole");
    free(numbers);
}

enum { COUNT = 10000, SHARDS = 16 };

static void add_shard(int shard, exact_sum_t *sum) {
    random_stream_t stream = random_stream(3, RANDOM_LATENT, 0, (uint64_t)shard);
    float *gradient = exact_sum_gradient(sum);
    for (int i = 0; i < COUNT; i++) {
        gradient[i] += (float)random_normal(&stream);
    }
    exact_sum_add(sum, (uint32_t)shard * 0x10001);
}

/** Sums of all elements, also where there are fewer than ranks, twice: a sum leaves nothing to the next. */
static void sums_over_ranks(comm_t *comm, bool is_shared, size_t count, size_t bucket) {
    rank_sum_t sum;
    const rank_sum_settings_t settings = {.is_shared = is_shared, .bucket = bucket};
    check(rank_sum_create(&sum, comm, count, &settings) == STATUS_OK, "no sum");
    for (int round = 1; round <= 4; round++) {
        const bool is_narrow = round % 2 == 0;
        for (size_t i = 0; i < count; i++) {
            const int64_t number = (int64_t)i * (rank + round) - 5;
            if (is_narrow) {
                sum.own.narrow[i] = (int32_t)number;
            } else {
                sum.own.wide[i] = number;
            }
        }
        (is_narrow ? rank_sum_make_narrow : rank_sum_make_wide)(&sum, count);
        const int64_t factor = (int64_t)size * (size - 1) / 2 + (int64_t)size * round;
        for (size_t i = 0; i < count; i++) {
            check((is_narrow ? sum.total.narrow[i] : sum.total.wide[i]) == (int64_t)i * factor - 5 * size,
                "a sum over the ranks is wrong");
        }
    }
    rank_sum_destroy(&sum);
}

enum { TENSORS = 3 };

static void open_sum(
    exact_sum_t *sum, memory_t *memory, comm_t *comm, const exact_sum_settings_t *settings, bool is_shared) {
    exact_sum_layout(sum, memory, settings);
    check(memory_reserve(memory) == STATUS_OK, "out of memory");
    exact_sum_layout(sum, memory, settings);
    check(exact_sum_connect(sum, comm, &(rank_sum_settings_t){.is_shared = is_shared}) == STATUS_OK,
        "no memory for sums");
}

static void close_sum(exact_sum_t *sum, memory_t *memory) {
    exact_sum_disconnect(sum);
    memory_release(memory);
}

/** A sum of every shard; all: of the last rank alone, else every rank adds its share, in the order of `turn`.
 */
static void sum_shards(exact_sum_t *sum, bool all, int turn, bool is_again) {
    exact_sum_begin(sum, SHARDS, all && size == 1 ? SHARDS : 0, is_again);
    for (int shard = 0; shard < SHARDS; shard++) {
        if (all ? rank == size - 1 : (shard + turn) % size == rank) {
            add_shard(shard, sum);
        }
    }
}

/** The mean, which the ranks of the host each read a part of; then the rest of it. */
static double read_parts(exact_sum_t *sum, float *mean) {
    const double norm = exact_sum_read(sum);
    const exact_sum_part_t part = exact_sum_part(sum);
    int64_t read = (int64_t)(part.end - part.first);
    for (size_t i = 0; i < COUNT; i++) {
        check((i >= part.first && i < part.end) || sum->gradient[i] == 0 || sum->way == EXACT_SUM_IN_FLOATS,
            "more than a part is read");
    }
    comm_sum(sum->ranks.comm, &read, 1);
    check(read == COUNT, "the parts are not all of the mean");
    memcpy(mean + part.first, sum->gradient + part.first, (size_t)(part.end - part.first) * sizeof *mean);
    exact_sum_read_rest(sum);
    check(memcmp(sum->gradient + part.first, mean + part.first, (part.end - part.first) * sizeof *mean) == 0,
        "the rest of the mean changes a part");
    memcpy(mean, sum->gradient, COUNT * sizeof *mean);
    return norm;
}

/** squares: in memory that the ranks share. Round by round it is the sum that each rank reads as a whole. */
static void parted_sums(comm_t *comm, exact_sum_kind_t kind, double *squares) {
    static const size_t first[TENSORS] = {0, 400, 7001};
    static float means[2][COUNT], before[COUNT];
    int64_t bits[2][TENSORS];
    memory_t memory[2] = {{0}, {0}};
    exact_sum_t sum[2];
    for (int i = 0; i < 2; i++) {
        const exact_sum_settings_t settings = {.kind = kind,
            .count = COUNT,
            .shards = SHARDS,
            .tensors = TENSORS,
            .first = first,
            .bits = bits[i],
            .squares = i == 1 ? squares : NULL};
        for (int j = 0; j < TENSORS; j++) {
            bits[i][j] = EXACT_SUM_BITS_UNKNOWN;
        }
        open_sum(&sum[i], &memory[i], comm, &settings, true);
    }
    for (int round = 0; round < 5; round++) {
        double norm[2];
        memcpy(before, means[1], sizeof before);
        for (int i = 0; i < 2; i++) {
            // In the last two rounds one rank adds all, and the others nothing.
            sum_shards(&sum[i], round >= 3, round, false);
            exact_sum_reduce(&sum[i]);
            norm[i] = i == 1 ? read_parts(&sum[i], means[i]) : exact_sum_read(&sum[i]);
        }
        check(norm[0] > 1e-3 && norm[0] == norm[1], "the norm of the parts is another one");
        check(memcmp(sum[0].gradient, means[1], sizeof means[1]) == 0, "the parts are another mean");
        check(memcmp(bits[0], bits[1], sizeof bits[0]) == 0, "the bits are others");
        check(round < 4 || kind == EXACT_SUM_NARROW || memcmp(before, means[1], sizeof before) == 0,
            "a sum is left for the next");
    }
    for (int i = 0; i < 2; i++) {
        close_sum(&sum[i], &memory[i]);
    }
}

/** A sum after one that could not be read, or had to be made again in 64 bits, and of which most ranks had no
 * shard. Of two such sums one has all shards from the last rank, every time. */
static void sum_after_a_bad_one(comm_t *comm, exact_sum_kind_t kind) {
    enum { BAD_ROUND = 2, ROUNDS = 4 };
    static const size_t first[TENSORS] = {0, 400, 7001};
    const bool is_narrow = kind == EXACT_SUM_NARROW;
    static float means[2][COUNT];
    for (int i = 0; i < 2; i++) {
        int64_t bits[TENSORS] = {EXACT_SUM_BITS_UNKNOWN, EXACT_SUM_BITS_UNKNOWN, EXACT_SUM_BITS_UNKNOWN};
        const exact_sum_settings_t settings = {.kind = kind,
            .count = COUNT,
            .shards = SHARDS + 1,
            .tensors = TENSORS,
            .first = first,
            .bits = bits};
        memory_t memory = {0};
        exact_sum_t sum;
        open_sum(&sum, &memory, comm, &settings, true);
        for (int round = 0; round < ROUNDS; round++) {
            const bool is_bad = round == BAD_ROUND;
            sum_shards(&sum, i == 0 || is_bad, round, false);
            if (is_bad && rank == size - 1) {
                exact_sum_gradient(&sum)[17] = is_narrow ? 1e30f : NAN;
                exact_sum_add(&sum, 0);
            }
            exact_sum_reduce(&sum);
            check((exact_sum_bad_count(&sum) > 0) == is_bad, "what is bad is not noticed, or what is not");
            if (is_bad && is_narrow) {
                sum_shards(&sum, true, round, true);
                // As the schedules' values are, in whose place a shard's gradient stands otherwise.
                for (int slot = 0; slot < EXACT_SUM_SLOTS && rank == 0; slot++) {
                    exact_sum_hand_over(&sum, slot, 1e-3 * slot);
                }
                exact_sum_reduce(&sum);
            }
            if (!is_bad || is_narrow) {
                exact_sum_read(&sum);
            }
        }
        memcpy(means[i], sum.gradient, sizeof means[i]);
        close_sum(&sum, &memory);
    }
    for (int i = 0; i < COUNT; i++) {
        const float difference = means[0][i] - means[1][i];
        check(kind == EXACT_SUM_FLOAT ? difference > -1e-5f && difference < 1e-5f : difference == 0,
            "something of a bad sum is left");
    }
}

/** Every rank adds its share of the shards, and gets what one rank gets that adds them all. */
static void exact_sums(comm_t *comm, bool is_shared, exact_sum_kind_t kind) {
    static const size_t first[TENSORS] = {0, 400, 7001};
    const bool is_narrow = kind == EXACT_SUM_NARROW;
    float alone[COUNT];
    int64_t bits[TENSORS] = {EXACT_SUM_BITS_UNKNOWN, EXACT_SUM_BITS_UNKNOWN, EXACT_SUM_BITS_UNKNOWN},
            bits_alone[TENSORS];
    const exact_sum_settings_t settings = {
        .kind = kind, .count = COUNT, .shards = SHARDS, .tensors = TENSORS, .first = first, .bits = bits};
    memory_t memory = {0};
    exact_sum_t sum;
    open_sum(&sum, &memory, comm, &settings, is_shared);
    for (int round = 0; round < 3; round++) {
        const int64_t before[TENSORS] = {bits[0], bits[1], bits[2]};
        sum_shards(&sum, true, 0, false);
        check(sum.way == (is_narrow && round > 0 ? EXACT_SUM_IN_32_BITS : EXACT_SUM_IN_64_BITS), "its width");
        exact_sum_reduce(&sum);
        exact_sum_read(&sum);
        memcpy(alone, sum.gradient, sizeof alone);
        memcpy(bits_alone, bits, sizeof bits);
        memcpy(bits, before, sizeof bits);
        sum_shards(&sum, false, round, false);
        exact_sum_reduce(&sum);
        exact_sum_read(&sum);
        check(memcmp(sum.gradient, alone, sizeof alone) == 0, "the sum is not that of one rank");
        check(memcmp(bits, bits_alone, sizeof bits) == 0, "the bits are not those of one rank");
    }
    // A bad value and slots; where 32 bits do not hold it all ranks know it, and make the sum again.
    for (int is_again = 0; is_again <= is_narrow; is_again++) {
        sum_shards(&sum, false, 0, is_again);
        for (int shard = rank; shard < SHARDS; shard += size) {
            exact_sum_add_real(&sum, 0, shard + 0.5);
        }
        if (rank == 0) {
            exact_sum_hand_over(&sum, 1, 0.1);
        }
        if (rank == size - 1) {
            exact_sum_gradient(&sum)[17] = 1e30f;
            exact_sum_add(&sum, 0);
        }
        exact_sum_reduce(&sum);
        check(exact_sum_has_overflowed(&sum) == (is_narrow && !is_again), "an overflow is not known to all");
        check(exact_sum_real(&sum, 0) == SHARDS * SHARDS / 2.0, "a slot's sum is wrong");
        check(exact_sum_handed_over(&sum, 1) == 0.1, "a value is not handed over");
        check(exact_sum_bad_count(&sum) == 1, "a bad value is not known to all");
    }
    check(exact_sum_first_bad(&sum) == (rank == size - 1 ? 17 : SIZE_MAX), "who met the bad value is wrong");
    close_sum(&sum, &memory);
}

/** Numbers whose sum is exact in floats too. */
static void float_sums(comm_t *comm) {
    float numbers[COUNT];
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = (float)(i + rank);
    }
    comm_sum_floats(comm, numbers, COUNT);
    for (int i = 0; i < COUNT; i++) {
        check(numbers[i] == (float)(i * size + size * (size - 1) / 2), "a sum of floats is wrong");
    }
}

/** One host's ranks see what its first one writes, and keep what they are given apart. */
static void shared_memory(comm_t *comm) {
    enum { NUMBERS = 1001 };
    check(comm_rank_here(comm) == rank && comm_size_here(comm) == size, "the host's ranks are others");
    // The first rank gives all of the first piece; of the second each gives a number.
    int *first = comm_share(comm, rank == 0 ? NUMBERS * sizeof *first : 0);
    int *second = comm_share(comm, sizeof *second);
    const bool shares = size > 1 && !getenv("CVAE_TEST_UNSHARED");
    check((first != NULL) == shares && (second != NULL) == shares, "who is not alone shares memory");
    int number = rank == 0 ? 5 : 0;
    comm_broadcast_to_hosts(comm, &number, sizeof number);
    check(number == (rank == 0 ? 5 : 0), "a broadcast to hosts goes to a rank that is not its host's first");
    comm_broadcast_on_host(comm, &number, sizeof number);
    check(number == 5, "a broadcast on a host does not reach its ranks");
    if (!first || !second) {
        return;
    }
    check((uintptr_t)first % 64 == 0 && (uintptr_t)second % 64 == 0, "shared memory is not aligned");
    check(first[rank] == 0 && first[NUMBERS - 1] == 0, "shared memory is not zeroed");
    comm_meet_host(comm);
    for (int i = 0; i < NUMBERS && rank == 0; i++) {
        first[i] = i;
    }
    second[rank] = rank + 1;
    comm_meet_host(comm);
    check(first[NUMBERS - 1] == NUMBERS - 1, "what rank 0 wrote is not there");
    for (int i = 0; i < size; i++) {
        check(second[i] == i + 1, "what each rank wrote is not there");
    }
}

/** Bytes that say where they come from, of a size that is cut into pieces too. */
static void gathering(comm_t *comm, size_t bytes) {
    unsigned char *own = malloc(bytes);
    unsigned char *all = rank == 0 ? malloc((size_t)size * bytes) : NULL;
    check(own && (rank > 0 || all), "out of memory");
    memset(own, rank + 1, bytes);
    own[bytes - 1] = (unsigned char)(100 + rank);
    comm_gather(comm, own, all, bytes);
    for (int from = 0; rank == 0 && from < size; from++) {
        const unsigned char *part = all + (size_t)from * bytes;
        check(part[0] == from + 1 || bytes == 1, "what is gathered does not stand in the order of the ranks");
        check(part[bytes - 1] == 100 + from, "what is gathered is not whole");
    }
    free(own);
    free(all);
}

/** The ranks of a host have one clock, by which the last one comes before the first one goes. */
static void barriers(comm_t *comm) {
    for (int late = 0; late < size; late++) {
        if (rank == late) {
            usleep(20000);
        }
        const int64_t came = system_now();
        comm_barrier(comm);
        const int64_t left = system_now();
        const int64_t last_came = -comm_minimum(comm, -came);
        check(left >= last_came, "a rank did not wait for another one");
    }
}

int main(void) {
    comm_t *comm;
    if (comm_start(&comm) != STATUS_OK) {
        return 1;
    }
    rank = comm_rank(comm);
    size = comm_size(comm);
    check(comm_hosts(comm) == 1, "there is more than one host");
    agreement(comm);
    shared_memory(comm);
    if (size <= 2) {
        large_arrays(comm);
    }
    sum_after_a_bad_one(comm, EXACT_SUM_WIDE);
    sum_after_a_bad_one(comm, EXACT_SUM_NARROW);
    sum_after_a_bad_one(comm, EXACT_SUM_FLOAT);
    double *squares = comm_share(comm, rank == 0 ? exact_sum_blocks(COUNT) * sizeof *squares : 0);
    if (squares) {
        parted_sums(comm, EXACT_SUM_WIDE, squares);
        parted_sums(comm, EXACT_SUM_NARROW, squares);
        parted_sums(comm, EXACT_SUM_FLOAT, squares);
    }
    sums_over_ranks(comm, true, 100003, 0);
    sums_over_ranks(comm, false, 10007, 1000);
    sums_over_ranks(comm, true, 3, 0);
    sums_over_ranks(comm, true, 17, 0);
    for (int is_shared = 0; is_shared < 2; is_shared++) {
        exact_sums(comm, is_shared, EXACT_SUM_WIDE);
        exact_sums(comm, is_shared, EXACT_SUM_NARROW);
    }
    float_sums(comm);
    gathering(comm, 1);
    gathering(comm, 1000);
    if (size <= 2) {
        gathering(comm, ((size_t)1 << 24) + 5);
    }
    barriers(comm);
    check(comm_host(comm)[0] != '\0', "the host has no name");
    comm_finish(comm);
    return 0;
}
