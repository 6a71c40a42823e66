/* 64-bit ARM with the dot product of int8 (ARMv8.2's option, on most chips since 2018). */
#if defined(__aarch64__)
#include "target.h"
TARGET("arch=armv8.2-a+dotprod")

#define VARIANT neon_dot
#define DOTTED
#define OPEN 1 /* as in neon.c */
#include "neon.h"
#include "variant.h"
END_TARGET
#endif
