/**
 * What moves.c gives to the table in kernels.c, both compiled for the instruction set KERNELS_ISA. See
 * kernels.h, copy, transpose, gather and scatter_add. Private to src/math/isa.
 */
#ifndef CVAE_MOVES_H
#define CVAE_MOVES_H

#include "math/kernels.h"

#define MOVES_JOIN_OF(a, b) a##b
#define MOVES_JOIN(a, b) MOVES_JOIN_OF(a, b)
#define moves_copy MOVES_JOIN(moves_copy_, KERNELS_ISA)
#define moves_transpose MOVES_JOIN(moves_transpose_, KERNELS_ISA)
#define moves_gather MOVES_JOIN(moves_gather_, KERNELS_ISA)
#define moves_scatter_add MOVES_JOIN(moves_scatter_add_, KERNELS_ISA)

void moves_copy(int rows, int width, const real *from, size_t from_step, real *to, size_t to_step);
void moves_transpose(int rows, int columns, const real *from, size_t from_step, real *to, size_t to_step);
void moves_gather(
    int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to, size_t to_step);
void moves_scatter_add(
    int rows, int width, const uint16_t *index, const real *from, size_t from_step, real *to, size_t to_step);

#endif
