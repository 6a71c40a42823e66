/* What the AVX-512 variants share. */
#define LANES 16
#define TILE 6
#define MIN(x, y) (vf)_mm512_min_ps((__m512)(x), (__m512)(y))
#define MAX(x, y) (vf)_mm512_max_ps((__m512)(x), (__m512)(y))
