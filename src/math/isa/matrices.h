/**
 * What matrices.c gives to the table in kernels.c, both compiled for the instruction set KERNELS_ISA: see
 * kernels.h, from panel_add on. Private to src/math/isa.
 */
#ifndef CVAE_MATRICES_H
#define CVAE_MATRICES_H

#include "math/kernels.h"

#define MATRICES_JOIN_OF(a, b) a##b
#define MATRICES_JOIN(a, b) MATRICES_JOIN_OF(a, b)
#define matrices_panel_add MATRICES_JOIN(matrices_panel_add_, KERNELS_ISA)
#define matrices_row_add MATRICES_JOIN(matrices_row_add_, KERNELS_ISA)
#define matrices_pair_add MATRICES_JOIN(matrices_pair_add_, KERNELS_ISA)
#define matrices_word_add MATRICES_JOIN(matrices_word_add_, KERNELS_ISA)
#define matrices_left_rows MATRICES_JOIN(matrices_left_rows_, KERNELS_ISA)
#define matrices_left_columns MATRICES_JOIN(matrices_left_columns_, KERNELS_ISA)
#define matrices_right_columns MATRICES_JOIN(matrices_right_columns_, KERNELS_ISA)
#define matrices_right_transposed MATRICES_JOIN(matrices_right_transposed_, KERNELS_ISA)
#define matrices_copy MATRICES_JOIN(matrices_copy_, KERNELS_ISA)
#define matrices_transpose MATRICES_JOIN(matrices_transpose_, KERNELS_ISA)
#define matrices_gather MATRICES_JOIN(matrices_gather_, KERNELS_ISA)
#define matrices_scatter_add MATRICES_JOIN(matrices_scatter_add_, KERNELS_ISA)

#ifdef __AVX512BF16__
#define MATRICES_PAIR_WORDS 1
#else
#define MATRICES_PAIR_WORDS 2
#endif

void matrices_panel_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to);
void matrices_row_add(int depth, int width, const real *a, const real *from, size_t from_step, real *c);
void matrices_pair_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to);
void matrices_word_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to);
void matrices_left_rows(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step);
void matrices_left_columns(int width, const real *even, const real *odd, real *to);
void matrices_right_columns(int width, const real *even, const real *odd, real *to);
void matrices_right_transposed(
    int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step);
void matrices_copy(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step);
void matrices_transpose(int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step);
void matrices_gather(
    int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to, size_t to_step);
void matrices_scatter_add(
    int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to, size_t to_step);

#endif
