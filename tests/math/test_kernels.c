// Which kernels are chosen, and that the choice does not change a bit of any result.
#include "each_isa.h"

#include "cell_reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

static const char *const all_names[] = {"avx512bf16", "avx512", "avx2", "portable"};
enum { NAMES = sizeof all_names / sizeof all_names[0] };

static void test_find_by_name(void **state) {
    (void)state;
    const kernels_t *portable = kernels_find("portable");
    assert_non_null(portable);
    for (int i = 0; i < NAMES; i++) {
        const kernels_t *found = kernels_find(all_names[i]);
        if (found) {
            assert_string_equal(found->name, all_names[i]);
        }
    }
    assert_null(kernels_find("AVX2"));
    assert_null(kernels_find("avx"));
    assert_null(kernels_find("avx5122"));
    assert_null(kernels_find(""));
}

static const char *best_name(void) {
    // Intel's CPUs are slower with the instruction for bfloat16 than without.
    for (int i = __builtin_cpu_is("intel") ? 1 : 0; i < NAMES; i++) {
        if (kernels_find(all_names[i])) {
            return all_names[i];
        }
    }
    return NULL;
}

static void test_start_takes_the_best(void **state) {
    (void)state;
    unsetenv("CVAE_ISA");
    assert_ok(kernels_start());
    assert_string_equal(kernels()->name, best_name());
}

static void test_start_takes_the_named_one(void **state) {
    (void)state;
    for (int i = 0; i < NAMES; i++) {
        setenv("CVAE_ISA", all_names[i], 1);
        if (kernels_find(all_names[i])) {
            assert_ok(kernels_start());
            assert_ptr_equal(kernels(), kernels_find(all_names[i]));
        } else {
            assert_fails(kernels_start(), STATUS_USAGE, all_names[i]);
        }
    }
    unsetenv("CVAE_ISA");
}

static void test_start_refuses_an_unknown_name(void **state) {
    (void)state;
    static const char *const unknown[] = {"sse2", "AVX2", "avx", ""};
    const char *had = kernels_find("avx512bf16") ? "all"
                      : kernels_find("avx512")   ? "avx512, avx2 and portable"
                      : kernels_find("avx2")     ? "avx2 and portable"
                                                 : "portable";
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char message[200];
        snprintf(message, sizeof message,
            "CVAE_ISA=%s: this program has avx512bf16, avx512, avx2 and portable, of which this CPU has %s",
            unknown[i], had);
        setenv("CVAE_ISA", unknown[i], 1);
        status_clear();
        assert_fails(kernels_start(), STATUS_USAGE, message);
        assert_string_equal(status_message(), message);
        // Whoever goes on all the same gets kernels that work.
        assert_string_equal(kernels()->name, best_name());
    }
    unsetenv("CVAE_ISA");
}

/** Everything one kernel reads and writes, with room after the end that nobody may touch. */
enum { LARGEST = 1040, GUARD = 64, SPACE = LARGEST + GUARD };

typedef struct {
    float a[4 * LARGEST + GUARD], b[SPACE], c[SPACE], d[SPACE], e[SPACE];
    int64_t sum[SPACE];
    double number;
    size_t index;
} data_t;

static void fill_data(data_t *data, double size) {
    memset(data, 0, sizeof *data);
    fill(data->a, 4 * LARGEST + GUARD, size, 1);
    fill(data->b, SPACE, size, 2);
    fill(data->c, SPACE, 1, 3);
    fill(data->d, SPACE, size, 4);
    fill(data->e, SPACE, size, 5);
    random_stream_t stream = random_stream(78, RANDOM_LATENT, 0, 0);
    for (int i = 0; i < SPACE; i++) {
        data->sum[i] = (int64_t)((uint64_t)random_bits(&stream) << 32 | random_bits(&stream)) / 4;
    }
}

static void run_exponential(const kernels_t *k, size_t count, data_t *data) {
    k->exponential(count, data->a, data->b);
}

static void run_exponential_in_place(const kernels_t *k, size_t count, data_t *data) {
    k->exponential(count, data->b, data->b);
}

static void run_exponential_unaligned(const kernels_t *k, size_t count, data_t *data) {
    k->exponential(count, data->a + 1, data->b + 3);
}

static void run_cell_forward(const kernels_t *k, size_t count, data_t *data) {
    k->lstm_forward(1, (int)count, plain_gates(data->a, (int)count), (size_t)(int)count, data->b, data->c,
        data->d, data->e);
}

static void run_cell_forward_rows(const kernels_t *k, size_t count, data_t *data) {
    k->lstm_forward(5, (int)(count / 5), plain_gates(data->a, (int)(count / 5)), (size_t)(int)(count / 5),
        data->b, data->c, data->d, data->e);
}

static void run_cell_backward(const kernels_t *k, size_t count, data_t *data) {
    k->lstm_backward(1, (int)count, plain_gates(data->a, (int)count), (size_t)(int)count, data->b, data->c,
        data->d, data->e);
}

static void run_cell_backward_rows(const kernels_t *k, size_t count, data_t *data) {
    k->lstm_backward(5, (int)(count / 5), plain_gates(data->a, (int)(count / 5)), (size_t)(int)(count / 5),
        data->b, data->c, data->d, data->e);
}

static void run_gru_forward(const kernels_t *k, size_t count, data_t *data) {
    k->gru_forward(5, (int)(count / 5), plain_gates(data->a, (int)(count / 5)), count / 5, data->b, data->c);
}

static void run_gru_backward(const kernels_t *k, size_t count, data_t *data) {
    k->gru_backward(5, (int)(count / 5), plain_gates(data->a, (int)(count / 5)), count / 5, data->b, data->c);
}

static void run_exact_set(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact_set(count, data->a, 2, data->sum);
}

static void run_exact_add(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact_add(count, data->a, 4194304, data->sum);
}

static void run_exact_add_limited(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact_add(count, data->a, 2, data->sum);
}

static void run_exact_round(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact_round(count, data->a, 2, 0x1p-43f, &data->number);
}

static void run_exact_read(const kernels_t *k, size_t count, data_t *data) {
    data->number = k->exact_read(count, data->sum, 0x1p-40 / 3, data->a);
}

static const kernels_rounding_t rounding = {
    .scale = 0x1p20f, .offset = 0x12345678, .other_offset = 0x9abcdef0, .place = 1000};

static void run_exact32_set(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact32_set(count, data->a, NULL, rounding, (int32_t *)data->sum);
}

static void run_exact32_add(const kernels_t *k, size_t count, data_t *data) {
    for (size_t i = 0; i < count; i++) {
        ((int32_t *)data->sum)[i] /= 4;
    }
    data->index = k->exact32_add(count, data->a, NULL, rounding, (int32_t *)data->sum);
}

static void run_exact32_add_two(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact32_add(count, data->a, data->b, rounding, (int32_t *)data->sum);
}

static void run_exact32_finish(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact32_finish(
        count, data->a, data->b, rounding, (const int32_t *)data->sum, 0x1p-20 / 3, &data->number);
}

static void run_exact_finish(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->exact_finish(count, data->a, 2, data->sum, 0x1p-40 / 3, &data->number);
}

static void run_exact32_read(const kernels_t *k, size_t count, data_t *data) {
    data->number = k->exact32_read(count, (const int32_t *)data->sum, 0x1p-20 / 3, data->a);
}

static void run_largest(const kernels_t *k, size_t count, data_t *data) {
    data->index = k->largest(count, data->a);
}

static void run_square_sum(const kernels_t *k, size_t count, data_t *data) {
    data->number = k->square_sum(count, data->a);
}

static void run_sgd(const kernels_t *k, size_t count, data_t *data) {
    k->sgd(count, data->a, data->b, data->c, 0.7f, 0.01f, 0, 0);
}

static void run_sgd_with_momentum(const kernels_t *k, size_t count, data_t *data) {
    k->sgd(count, data->a, data->b, data->c, 0.7f, 0.01f, 0, 0.9f);
}

static void run_sgd_with_decay(const kernels_t *k, size_t count, data_t *data) {
    k->sgd(count, data->a, data->b, data->c, 0.7f, 0.01f, 0.003f, 0);
}

static void run_sgd_with_both(const kernels_t *k, size_t count, data_t *data) {
    k->sgd(count, data->a, data->b, data->c, 0.7f, 0.01f, 0.003f, 0.9f);
}

static void run_adam_with(const kernels_t *k, size_t count, data_t *data, float decay) {
    for (size_t i = 0; i < count; i++) {
        data->d[i] = fabsf(data->d[i]);
    }
    k->adam(count, data->a, data->b, data->c, data->d, 0.7f, 0.01f, decay, 0.9f, 0.999f, 1e-8f, 1.23f, 4.56f);
}

static void run_adam(const kernels_t *k, size_t count, data_t *data) {
    run_adam_with(k, count, data, 0);
}

static void run_adam_with_decay(const kernels_t *k, size_t count, data_t *data) {
    run_adam_with(k, count, data, 0.003f);
}

/** `hash` is of the results below, the same for every compiler, optimisation and CPU. */
static const struct {
    const char *name;
    void (*run)(const kernels_t *kernels, size_t count, data_t *data);
    uint64_t hash;
} runs[] = {
    {"exponential", run_exponential, 0x0f445e278708c0c3},
    {"exponential in place", run_exponential_in_place, 0x8a16fa298c3762fc},
    {"exponential unaligned", run_exponential_unaligned, 0x837954752fcc6d7a},
    {"lstm_forward", run_cell_forward, 0x03e749d6325498e3},
    {"lstm_forward of 5 rows", run_cell_forward_rows, 0x119f80596a9bf1e7},
    {"lstm_backward", run_cell_backward, 0x77fe6183d4317e36},
    {"lstm_backward of 5 rows", run_cell_backward_rows, 0x95f51ad10ecef84e},
    {"gru_forward", run_gru_forward, 0x34737186c2d6d174},
    {"gru_backward", run_gru_backward, 0x1b59d0123a9959f0},
    {"exact_set", run_exact_set, 0x748143a213f2c610},
    {"exact_add", run_exact_add, 0x3cd72f346fd7f73a},
    {"exact_add with values over the limit", run_exact_add_limited, 0x2ed48bb993496c2b},
    {"exact_round", run_exact_round, 0x25ca3e56afe2995b},
    {"exact_read", run_exact_read, 0xcfc8e37a23d19fad},
    {"exact32_set", run_exact32_set, 0xe61dcecc918630c2},
    {"exact32_add", run_exact32_add, 0x86d3c361d5019fbf},
    {"exact32_add of two", run_exact32_add_two, 0xaf4a218b0ca1b733},
    {"exact32_finish", run_exact32_finish, 0x58445ab1a5da3a97},
    {"exact_finish", run_exact_finish, 0xacaa80cd978651f4},
    {"exact32_read", run_exact32_read, 0xc97a348070814ebf},
    {"largest", run_largest, 0x0712b0c273e1cceb},
    {"square_sum", run_square_sum, 0x18f020df347135e6},
    {"sgd", run_sgd, 0xa96d430aefb1020a},
    {"sgd with momentum", run_sgd_with_momentum, 0xd3141b37661ca4e4},
    {"adam", run_adam, 0xa009e6b92b2e5a72},
    {"sgd with decay", run_sgd_with_decay, 0x88ee71505042fa1c},
    {"sgd with momentum and decay", run_sgd_with_both, 0x11978562d4e57f3c},
    {"adam with decay", run_adam_with_decay, 0x2342e59b989df492},
};

enum { RUNS = sizeof runs / sizeof runs[0] };

static const size_t counts[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 257, 1000, 1037};
static const double sizes[] = {0.01, 4, 100};

static uint64_t hash_of_run(int run, const kernels_t *kernels) {
    static data_t data;
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++) {
            fill_data(&data, sizes[j]);
            runs[run].run(kernels, counts[i], &data);
            hash = hash * 31 + hash_bytes(&data, sizeof data);
        }
    }
    return hash;
}

static void check_bits(const kernels_t *kernels) {
    int changed = 0;
    for (int run = 0; run < RUNS; run++) {
        const uint64_t hash = hash_of_run(run, kernels);
        if (hash != runs[run].hash) {
            print_error("%s, %s: 0x%016llx\n", kernels->name, runs[run].name, (unsigned long long)hash);
            changed++;
        }
    }
    assert_int_equal(changed, 0);
}

static void test_bits_are_the_same_for_every_isa_compiler_and_cpu(void **state) {
    (void)state;
    for_each_isa(check_bits);
}

/** The same without any golden value: says which number differs, and that nothing behind the end was written.
 */
static void check_against_portable(const kernels_t *kernels) {
    static data_t expected, got, before;
    const kernels_t *portable = kernels_find("portable");
    for (int run = 0; run < RUNS; run++) {
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            fill_data(&before, 3);
            fill_data(&expected, 3);
            fill_data(&got, 3);
            runs[run].run(portable, counts[i], &expected);
            runs[run].run(kernels, counts[i], &got);
            if (memcmp(&expected, &got, sizeof got) != 0) {
                fail_msg("%s, %s: other bits for %zu elements", kernels->name, runs[run].name, counts[i]);
            }
            assert_memory_equal(got.a + 4 * counts[i] + 1, before.a + 4 * counts[i] + 1, GUARD - 16);
            assert_memory_equal(got.b + counts[i] + 3, before.b + counts[i] + 3, GUARD - 16);
            assert_memory_equal(got.c + counts[i], before.c + counts[i], GUARD);
            assert_memory_equal(got.d + counts[i], before.d + counts[i], GUARD);
            assert_memory_equal(got.e + counts[i], before.e + counts[i], GUARD);
            assert_memory_equal(got.sum + counts[i], before.sum + counts[i], GUARD);
        }
    }
}

static void test_bits_are_those_of_portable(void **state) {
    (void)state;
    for_each_isa(check_against_portable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_by_name),
        cmocka_unit_test(test_start_takes_the_best),
        cmocka_unit_test(test_start_takes_the_named_one),
        cmocka_unit_test(test_start_refuses_an_unknown_name),
        cmocka_unit_test(test_bits_are_the_same_for_every_isa_compiler_and_cpu),
        cmocka_unit_test(test_bits_are_those_of_portable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
