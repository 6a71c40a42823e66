/* x86 with AVX-512, BF16 and VNNI: the products of bf16 pairs and of int8 fours are instructions of their own. */
#if defined(__x86_64__) || defined(EMULATED)
#include "target.h"
TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,avx2,fma")

#define VARIANT avx512_bf16
#include "avx512.h"

#define DOT2(sum, x, w) (vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(w))
#define DOT4(sum, x, w) (vi)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(w))
#include "variant.h"
END_TARGET
#endif
