/**
 * What products.c gives to the table in kernels.c, both compiled for the instruction set KERNELS_ISA. See
 * kernels.h, panel_add. Private to src/math/isa.
 */
#ifndef CVAE_PRODUCTS_H
#define CVAE_PRODUCTS_H

#include "math/kernels.h"

#define PRODUCTS_JOIN_OF(a, b) a##b
#define PRODUCTS_JOIN(a, b) PRODUCTS_JOIN_OF(a, b)
#define products_panel_add PRODUCTS_JOIN(products_panel_add_, KERNELS_ISA)

void products_panel_add(int rows, kernels_factor_t a, const real *panel, kernels_target_t to);

/** Rows of a tile: as many as leave registers for a panel's vectors and a broadcast. */
#if defined(__AVX512F__)
enum { PRODUCTS_TILE_ROWS = 6 };
#elif defined(__AVX2__)
enum { PRODUCTS_TILE_ROWS = 3 };
#else
enum { PRODUCTS_TILE_ROWS = 2 };
#endif

#endif
