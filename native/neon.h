/* What the ARM variants share. DOTTED: the processor multiplies fours of int8.

   A tile of 6 rows and a panel, 24 sums, takes three quarters of the 32 vector registers. What widens its weights needs
   more of the others, and takes fewer rows. */
#define LANES 4
#define TILE 6
#define TILE_bf16 4
#define MIN(x, y) (vf)vminnmq_f32((float32x4_t)(x), (float32x4_t)(y)) /* of a NaN and a number the number */
#define MAX(x, y) (vf)vmaxnmq_f32((float32x4_t)(x), (float32x4_t)(y))
#define BOUNDED(x, low, high)                                                                                          \
    (vf)vmaxq_f32((float32x4_t)(low), vminq_f32((float32x4_t)(high), (float32x4_t)(x))) /* of a NaN and a number the NaN */

/* Inputs have 7 bits, so they are the same bytes with a sign, and the sum of two products has 16 bits. */
#ifdef DOTTED
#define DOT4(sum, x, w) (vi)vdotq_s32((int32x4_t)(sum), (int8x16_t)(x), (int8x16_t)(w))
#else
#define TILE_int8 3
#define DOT4(sum, x, w) (vi)add_fours((int32x4_t)(sum), (int8x16_t)(x), (int8x16_t)(w))
static inline __attribute__((always_inline)) int32x4_t add_fours(int32x4_t sum, int8x16_t x, int8x16_t w) {
    int16x8_t first = vmull_s8(vget_low_s8(x), vget_low_s8(w)), second = vmull_high_s8(x, w);
    return vpadalq_s16(sum, vpaddq_s16(first, second));
}
#endif
