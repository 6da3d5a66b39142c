// The most single-precision fused multiply-adds that one core does: chains of them that need no memory,
// enough of them at once to fill every pipeline. Prints one JSON object of GFLOP/s, median, least and most of
// several short repetitions for each instruction set that the CPU has.
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    CHAINS = 12, // two pipelines of four or five cycles need ten; AVX2 has sixteen registers
    STEPS = 8000000,
    REPETITIONS = 9,
};

/** What the chains begin with and end in, so that no compiler works anything out beforehand or leaves it out.
 */
static volatile float factor_source = 0.999f, term_source = 0.001f, start_source = 0.5f, sink;

__attribute__((target("avx512f"))) static void chains_avx512(void) {
    const __m512 factor = _mm512_set1_ps(factor_source), term = _mm512_set1_ps(term_source);
    __m512 chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) {
        chain[i] = _mm512_set1_ps(start_source);
    }
#pragma GCC unroll 8
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < CHAINS; i++) {
            chain[i] = _mm512_fmadd_ps(chain[i], factor, term);
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        sink = _mm512_cvtss_f32(chain[i]);
    }
}

__attribute__((target("avx2,fma"))) static void chains_avx2(void) {
    const __m256 factor = _mm256_set1_ps(factor_source), term = _mm256_set1_ps(term_source);
    __m256 chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) {
        chain[i] = _mm256_set1_ps(start_source);
    }
#pragma GCC unroll 8
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < CHAINS; i++) {
            chain[i] = _mm256_fmadd_ps(chain[i], factor, term);
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        sink = _mm256_cvtss_f32(chain[i]);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/** Measures chains whose vectors hold `lanes` floats, and prints them as a member of the object. */
static void measure(const char *before, const char *name, int lanes, void (*chains)(void)) {
    double rate[REPETITIONS];
    chains(); // the first one may meet a core that is still at a lower clock
    for (int i = 0; i < REPETITIONS; i++) {
        const double begin = now();
        chains();
        rate[i] = 2.0 * lanes * CHAINS * STEPS / (now() - begin) * 1e-9;
    }
    qsort(rate, REPETITIONS, sizeof rate[0], compare);
    printf("%s\"%s\": {\"median\": %.2f, \"least\": %.2f, \"most\": %.2f}", before, name,
        rate[REPETITIONS / 2], rate[0], rate[REPETITIONS - 1]);
}

int main(void) {
    const char *before = "{";
    if (__builtin_cpu_supports("avx512f")) {
        measure(before, "avx512", 16, chains_avx512);
        before = ", ";
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        measure(before, "avx2", 8, chains_avx2);
        before = ", ";
    }
    printf(before[0] == '{' ? "{}\n" : "}\n");
    return 0;
}
