/* x86 with AVX2 and FMA (since 2013). */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma")
#include <immintrin.h>

#define VARIANT avx2
#define LANES 8
#define TILE 6

/* |x| times w with x's sign: pairs stay below 2 * 127 * 127, which 16 bits hold */
#define DOT4(sum, x, w)                                                                                               \
    (lanes8) _mm256_add_epi32(                                                                                        \
        (__m256i)(sum),                                                                                               \
        _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8((__m256i)(x)), _mm256_sign_epi8((__m256i)(w), (__m256i)(x))), \
                          _mm256_set1_epi16(1)))
#include "variant.h"
#endif
