/* x86 with AVX-512 (F, BW, DQ, VL). */
#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#include <immintrin.h>

#define VARIANT avx512
#define LANES 16
#define TILE 6
#define MIN(x, y) (vf)_mm512_min_ps((__m512)(x), (__m512)(y))
#define MAX(x, y) (vf)_mm512_max_ps((__m512)(x), (__m512)(y))

#define DOT4(sum, x, w)                                                                                                \
    ((sum) + (vi)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)(x), (__m512i)(w)), _mm512_set1_epi16(1)))
#include "variant.h"
#endif
