/* What the AVX-512 variants share. NARROW: the processor multiplies pairs of bf16 and fours of int8. */
#define LANES 16
#define TILE 6
#define MIN(x, y) (vf)_mm512_min_ps((__m512)(x), (__m512)(y))
#define MAX(x, y) (vf)_mm512_max_ps((__m512)(x), (__m512)(y))

#ifdef NARROW
#define DOT2(sum, x, w) (vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(w))
#define DOT4(sum, x, w) (vi)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(w))
#else
#define DOT4(sum, x, w)                                                                                                \
    ((sum) + (vi)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)(x), (__m512i)(w)), _mm512_set1_epi16(1)))
#endif
