/* The AVX-512 instructions that the kernels name, written out: with them the AVX-512 variants run on any processor, the
   compiler lowering their vectors. Semantics: Intel's instruction set reference (vpdpbusd, vdpbf16ps, vpmaddubsw). */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EMULATED
typedef float __m512 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t __m512i __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t __m512bh __attribute__((vector_size(64), aligned(4), may_alias));
#define EMULATE static inline __attribute__((unused))

EMULATE __m512 _mm512_min_ps(__m512 x, __m512 y) {
    for (int i = 0; i < 16; i++) x[i] = x[i] < y[i] ? x[i] : y[i];
    return x;
}

EMULATE __m512 _mm512_max_ps(__m512 x, __m512 y) {
    for (int i = 0; i < 16; i++) x[i] = x[i] > y[i] ? x[i] : y[i];
    return x;
}

EMULATE __m512i _mm512_set1_epi16(short one) { return (one << 16 | one) - (__m512i){0}; }

EMULATE int saturated(int x) { return x > 32767 ? 32767 : x < -32768 ? -32768 : x; }

EMULATE __m512i _mm512_maddubs_epi16(__m512i x, __m512i y) {
    __m512i sums;
    for (int i = 0; i < 32; i++) {
        const uint8_t *a = (const uint8_t *)&x + 2 * i;
        const int8_t *b = (const int8_t *)&y + 2 * i;
        ((int16_t *)&sums)[i] = (int16_t)saturated(a[0] * b[0] + a[1] * b[1]);
    }
    return sums;
}

EMULATE __m512i _mm512_madd_epi16(__m512i x, __m512i y) {
    __m512i sums;
    for (int i = 0; i < 16; i++) {
        const int16_t *a = (const int16_t *)&x + 2 * i, *b = (const int16_t *)&y + 2 * i;
        sums[i] = a[0] * b[0] + a[1] * b[1];
    }
    return sums;
}

EMULATE __m512i _mm512_dpbusd_epi32(__m512i sum, __m512i x, __m512i y) {
    for (int i = 0; i < 64; i++) sum[i / 4] += ((const uint8_t *)&x)[i] * ((const int8_t *)&y)[i];
    return sum;
}

/* the odd inputs first */
EMULATE __m512 _mm512_dpbf16_ps(__m512 sum, __m512bh x, __m512bh y) {
    for (int i = 31; i >= 0; i--) {
        union { uint32_t bits; float value; } a = {(uint32_t)x[i] << 16}, b = {(uint32_t)y[i] << 16};
        sum[i / 2] += a.value * b.value;
    }
    return sum;
}

/* The tiles of AMX: of one thread, in the shapes that it configured; rows of 64 bytes at most */
typedef struct { uint8_t palette, start, zero[14]; uint16_t bytes[16]; uint8_t rows[16]; } tile_configuration;
static _Thread_local tile_configuration configured __attribute__((unused));
static _Thread_local uint8_t tile_bytes[8][16][64] __attribute__((unused));

EMULATE void _tile_loadconfig(const void *from) {
    memcpy(&configured, from, sizeof configured);
    memset(tile_bytes, 0, sizeof tile_bytes);
}

EMULATE void _tile_release(void) { memset(&configured, 0, sizeof configured); }

EMULATE void _tile_loadd(int tile, const void *from, ptrdiff_t stride) {
    for (int row = 0; row < configured.rows[tile]; row++)
        memcpy(tile_bytes[tile][row], (const char *)from + row * stride, configured.bytes[tile]);
}

EMULATE void _tile_stored(int tile, void *to, ptrdiff_t stride) {
    for (int row = 0; row < configured.rows[tile]; row++)
        memcpy((char *)to + row * stride, tile_bytes[tile][row], configured.bytes[tile]);
}

EMULATE void _tile_dpbf16ps(int sum, int x, int y) {
    for (int row = 0; row < configured.rows[sum]; row++)
        for (int pair = 0; pair < configured.bytes[x] / 4; pair++) {
            __m512 *total = (__m512 *)tile_bytes[sum][row];
            __m512bh twice, *all = (__m512bh *)tile_bytes[y][pair];
            for (int i = 0; i < 32; i++) twice[i] = ((uint16_t *)tile_bytes[x][row])[2 * pair + i % 2];
            *total = _mm512_dpbf16_ps(*total, twice, *all);
        }
}
