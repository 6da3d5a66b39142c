#include "kernels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern const kernels_t kernels_portable;
#ifndef CVAE_DOUBLE
extern const kernels_t kernels_avx2, kernels_avx512, kernels_avx512bf16;
#endif

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("fma");
}

static bool has_avx512bf16(void) {
    return has_avx512() && __builtin_cpu_supports("avx512bf16");
}

#ifndef CVAE_DOUBLE
/** An Emerald Rapids begins VDPBF16PS every other cycle, which is half the multiply-adds of fp32. Intel's
 * other CPUs were not measured. */
static bool is_fast_with_avx512bf16(void) {
    return has_avx512bf16() && !__builtin_cpu_is("intel");
}
#endif

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_nothing_special(void) {
    return true;
}

/** Best first. */
static const struct {
    const kernels_t *kernels;
    bool (*cpu_has_it)(void);
    bool (*is_fast)(void); /**< whether to choose it unasked */
} choices[] = {
#ifndef CVAE_DOUBLE
    {&kernels_avx512bf16, has_avx512bf16, is_fast_with_avx512bf16},
    {&kernels_avx512, has_avx512, has_avx512},
    {&kernels_avx2, has_avx2, has_avx2},
#endif
    {&kernels_portable, has_nothing_special, has_nothing_special},
};

enum { CHOICES = sizeof choices / sizeof choices[0] };

static const kernels_t *chosen;

const kernels_t *kernels_find(const char *name) {
    for (int i = 0; i < CHOICES; i++) {
        if (strcmp(choices[i].kernels->name, name) == 0) {
            return choices[i].cpu_has_it() ? choices[i].kernels : NULL;
        }
    }
    return NULL;
}

static const kernels_t *best(void) {
    int i = 0;
    while (!choices[i].is_fast()) {
        i++;
    }
    return choices[i].kernels;
}

status_t kernels_start(void) {
    const char *name = getenv("CVAE_ISA");
    chosen = name ? kernels_find(name) : best();
    if (!chosen) {
        return status_fail(STATUS_USAGE,
            "CVAE_ISA=%s: this program has avx512bf16, avx512, avx2 and portable, of which this CPU has %s",
            name,
            has_avx512bf16() ? "all"
            : has_avx512()   ? "avx512, avx2 and portable"
            : has_avx2()     ? "avx2 and portable"
                             : "portable");
    }
    return STATUS_OK;
}

const kernels_t *kernels(void) {
    if (!chosen) {
        chosen = best();
    }
    return chosen;
}
