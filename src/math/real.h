/**
 * The number type of math/ and model/: float. The tests compile both folders a second time with CVAE_DOUBLE,
 * so that gradients can be checked by finite differences to a relative error no float could show.
 */
#ifndef CVAE_REAL_H
#define CVAE_REAL_H

#ifdef CVAE_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
