/* x86 with AVX-512 (F, BW, DQ, VL). */
#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#include <immintrin.h>

#define VARIANT avx512
#define LANES 16
#define TILE 6

#define DOT4(sum, x, w)                                                                                               \
    (lanes8) _mm256_add_epi32(                                                                                        \
        (__m256i)(sum),                                                                                               \
        _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8((__m256i)(x)), _mm256_sign_epi8((__m256i)(w), (__m256i)(x))), \
                          _mm256_set1_epi16(1)))
#include "variant.h"
#endif
