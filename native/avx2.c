/* x86 with AVX2 and FMA (since 2013). */
#if defined(__x86_64__)
#include "target.h"
TARGET("avx2,fma")

#define VARIANT avx2
#define LANES 8
#define TILE 6
#define MIN(x, y) (vf)_mm256_min_ps((__m256)(x), (__m256)(y))
#define MAX(x, y) (vf)_mm256_max_ps((__m256)(x), (__m256)(y))

#define DOT4(sum, x, w)                                                                                                \
    ((sum) + (vi)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)(x), (__m256i)(w)), _mm256_set1_epi16(1)))
#include "variant.h"
END_TARGET
#endif
