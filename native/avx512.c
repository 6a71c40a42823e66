/* x86 with AVX-512 (F, BW, DQ, VL). EMULATED: the tests compile it for any processor. */
#if defined(__x86_64__) || defined(EMULATED)
#include "target.h"
TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")

#define VARIANT avx512
#include "avx512.h"
#include "variant.h"
END_TARGET
#endif
