/**
 * For a test program that CTest runs once for each instruction set: its main() calls isa_start(), and by that
 * call tests/CMakeLists.txt knows it.
 */
#ifndef ISA_H
#define ISA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#include "math/kernels.h"

/** By it CTest tells a test that was skipped. */
enum { ISA_SKIPPED = 77 };

/**
 * The kernels that CVAE_ISA names, from now on; the best ones where it is not set. Ends the program as
 * skipped where the CPU lacks them. In the double build, which has only the portable ones, CVAE_ISA is not
 * heeded.
 */
static inline void isa_start(void) {
#ifdef CVAE_DOUBLE
    unsetenv("CVAE_ISA");
#endif
    const char *name = getenv("CVAE_ISA");
    if (kernels_start() == STATUS_OK) {
        printf("with the %s kernels\n", kernels()->name);
        return;
    }
    const int is_known =
        strcmp(name, "avx512bf16") == 0 || strcmp(name, "avx512") == 0 || strcmp(name, "avx2") == 0;
    fprintf(stderr, "%s: %s\n", is_known ? "skipped" : "FAILED", status_message());
    exit(is_known ? ISA_SKIPPED : EXIT_FAILURE);
}

/** The kernels of that name, which the CPU has, from now on. */
static inline void isa_use(const char *name) {
    setenv("CVAE_ISA", name, 1);
    assert_ok(kernels_start());
}

#endif
