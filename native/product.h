/* Products of a few rows with a packed matrix.

   A row's result does not depend on the rows beside it: every sum runs over k in order, in one accumulator. */

#define PANEL 16
#define WIDE (PANEL / LANES)                    /* vectors in a panel */
#define ALONE (8 / WIDE)                        /* panels at once for a single row: eight sums hide the latency */
#define TOGETHER (WIDE == 1 ? 2 : 1)            /* panels at once for several rows */
#define SUMS 8                                  /* most vectors of sums a row */

typedef uint16_t half_lanes __attribute__((vector_size(LANES * 2), aligned(2), may_alias));
typedef float fp32;
typedef uint16_t bf16;

INLINE vf load_fp32(const void *w, ptrdiff_t place) { return load((const float *)w + place); }
INLINE vf load_bf16(const void *w, ptrdiff_t place) {
    half_lanes narrow = *(const half_lanes *)((const uint16_t *)w + place);
    return (vf)(__builtin_convertvector(narrow, vi) << 16);
}

#define EACH(n, limit) _Pragma("GCC unroll 8") for (int n = 0; n < (limit); n++)

/* out[m][p*16 + j] += sum over k of x[m][k] * w[p][k][j], for constant M and P; then the same for any rows <= TILE */
#define PRODUCT(KIND)                                                                                                  \
    INLINE void product_##KIND(int M, int P, const float *x, ptrdiff_t xs, const void *w, ptrdiff_t K, float *out,     \
                               ptrdiff_t os) {                                                                         \
        vf sum[TILE][SUMS];                                                                                            \
        EACH(m, M) EACH(p, P * WIDE) sum[m][p] = load(out + m * os + p * LANES);                                       \
        for (ptrdiff_t k = 0; k < K; k++) {                                                                            \
            vf each[SUMS];                                                                                             \
            EACH(p, P * WIDE) each[p] = load_##KIND(w, (p / WIDE * K + k) * PANEL + p % WIDE * LANES);                 \
            EACH(m, M) {                                                                                               \
                vf value = all(x[m * xs + k]);                                                                         \
                EACH(p, P * WIDE) sum[m][p] += value * each[p];                                                        \
            }                                                                                                          \
        }                                                                                                              \
        EACH(m, M) EACH(p, P * WIDE) store(out + m * os + p * LANES, sum[m][p]);                                       \
    }                                                                                                                  \
    INLINE void tile_##KIND(int rows, int P, const float *x, ptrdiff_t xs, const void *w, ptrdiff_t K, float *out,     \
                            ptrdiff_t os) {                                                                            \
        switch (rows) {                                                                                                \
        case 1: product_##KIND(1, P, x, xs, w, K, out, os); break;                                                     \
        case 2: product_##KIND(2, P, x, xs, w, K, out, os); break;                                                     \
        MORE(KIND)                                                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    static void add_##KIND(ptrdiff_t rows, const float *x, ptrdiff_t xs, const void *w, ptrdiff_t K, ptrdiff_t panels, \
                           float *out, ptrdiff_t os) {                                                                 \
        const KIND *from = w;                                                                                          \
        ptrdiff_t p = 0;                                                                                               \
        if (rows == 1)                                                                                                 \
            for (; p + ALONE <= panels; p += ALONE)                                                                    \
                product_##KIND(1, ALONE, x, xs, from + p * K * PANEL, K, out + p * PANEL, os);                         \
        for (; p + TOGETHER <= panels; p += TOGETHER)                                                                  \
            tile_##KIND((int)rows, TOGETHER, x, xs, from + p * K * PANEL, K, out + p * PANEL, os);                     \
        for (; p < panels; p++) tile_##KIND((int)rows, 1, x, xs, from + p * K * PANEL, K, out + p * PANEL, os);        \
    }

#if TILE == 2
#define MORE(KIND)
#else
#define MORE(KIND)                                                                                                     \
    case 3: product_##KIND(3, P, x, xs, w, K, out, os); break;                                                         \
    case 4: product_##KIND(4, P, x, xs, w, K, out, os); break;                                                         \
    case 5: product_##KIND(5, P, x, xs, w, K, out, os); break;                                                         \
    case 6: product_##KIND(6, P, x, xs, w, K, out, os); break;
#endif
PRODUCT(fp32)
PRODUCT(bf16)

/* int8: x in (-1, 1) is rounded to 127ths; sums are exact in int32 */
typedef int32_t lanes8 __attribute__((vector_size(32), aligned(4), may_alias));

INLINE void quantise(const float *x, ptrdiff_t K, int8_t *q) {
    for (ptrdiff_t k = 0; k < K; k++) q[k] = (int8_t)(x[k] * 127.0f + (x[k] < 0 ? -0.5f : 0.5f));
}

#ifdef DOT4 /* the instruction set's own: lanes8 DOT4(lanes8 sum, lanes8 four x, lanes8 four w) */
INLINE void add_int8(const int8_t *x, matrix w, ptrdiff_t K, ptrdiff_t panels, float *out) {
    for (ptrdiff_t p = 0; p < panels; p++) {
        const lanes8 *panel = (const lanes8 *)((const int8_t *)w.weights + p * K * PANEL);
        lanes8 low[2] = {{0}, {0}}, high[2] = {{0}, {0}};
        for (ptrdiff_t k = 0; k < K / 4; k += 2)
            EACH(n, 2) {
                int32_t four;
                memcpy(&four, x + 4 * (k + n), 4);
                lanes8 value = four - (lanes8){0};
                low[n] = DOT4(low[n], value, panel[2 * (k + n)]);
                high[n] = DOT4(high[n], value, panel[2 * (k + n) + 1]);
            }
        lanes8 sums[2] = {low[0] + low[1], high[0] + high[1]};
        for (int j = 0; j < PANEL; j++) out[p * PANEL + j] += (float)((int32_t *)sums)[j] * w.scales[p * PANEL + j];
    }
}
#else
INLINE void add_int8(const int8_t *x, matrix w, ptrdiff_t K, ptrdiff_t panels, float *out) {
    for (ptrdiff_t p = 0; p < panels; p++) {
        const int8_t *panel = (const int8_t *)w.weights + p * K * PANEL;
        int32_t sums[PANEL] = {0};
        for (ptrdiff_t k = 0; k < K; k += 4)
            for (int j = 0; j < PANEL; j++)
                for (int i = 0; i < 4; i++) sums[j] += x[k + i] * panel[k * PANEL + 4 * j + i];
        for (int j = 0; j < PANEL; j++) out[p * PANEL + j] += (float)sums[j] * w.scales[p * PANEL + j];
    }
}
#endif

/* rows that the next tile takes: tiles of nearly the same size */
INLINE ptrdiff_t tile(ptrdiff_t left) {
    ptrdiff_t tiles = (left + TILE - 1) / TILE;
    return (left + tiles - 1) / tiles;
}
