/* x86 with AVX-512, BF16 and VNNI: the products of bf16 pairs and of int8 fours are instructions of their own. */
#if defined(__x86_64__) || defined(EMULATED)
#include "target.h"
TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,avx2,fma")

#define VARIANT avx512_bf16
#define NARROW
#define OPEN 1 /* processors differ in how fast they multiply pairs */
#include "avx512.h"
#include "variant.h"
END_TARGET
#endif
