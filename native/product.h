/* Products of a few rows with a packed matrix.

   A row's result does not depend on the rows beside it: every sum runs over k in order, in one accumulator. */

#define PANEL 16
#define WIDE (PANEL / LANES)                    /* vectors in a panel */
#define ALONE (8 / WIDE)                        /* panels at once for a single row: eight sums hide the latency */
#define TOGETHER (WIDE == 1 ? 2 : 1)            /* panels at once for several rows */
#define SUMS 8                                  /* most vectors of sums a row */

typedef float fp32;
typedef uint16_t bf16;

/* Inputs that share a vector of the packed matrix, and their weights: bf16 has two in every 32 bits. */
#define STEP_fp32 1
#define STEP_bf16 2
INLINE vf load_fp32(const void *w, ptrdiff_t place, int which) {
    (void)which;
    return load((const float *)w + place);
}
INLINE vf load_bf16(const void *w, ptrdiff_t place, int which) {
    vi two = *(const vi *)((const int32_t *)w + place);
    return which ? (vf)(two & (int32_t)0xffff0000) : (vf)(two << 16);
}

#define EACH(n, limit) _Pragma("GCC unroll 8") for (int n = 0; n < (limit); n++)

/* out[m][p*16 + j] += sum over k of x[m][k] * w[p][k][j], for constant M and P; then the same for any rows <= TILE */
#define PRODUCT(KIND)                                                                                                  \
    INLINE void product_##KIND(int M, int P, const float *x, ptrdiff_t xs, const void *w, ptrdiff_t K, float *out,     \
                               ptrdiff_t os) {                                                                         \
        vf sum[TILE][SUMS];                                                                                            \
        EACH(m, M) EACH(p, P * WIDE) sum[m][p] = load(out + m * os + p * LANES);                                       \
        for (ptrdiff_t k = 0; k < K; k += STEP_##KIND)                                                                 \
            EACH(n, STEP_##KIND) {                                                                                     \
                vf each[SUMS];                                                                                         \
                EACH(p, P * WIDE) {                                                                                    \
                    ptrdiff_t row = p / WIDE * (K / STEP_##KIND) + k / STEP_##KIND;                                    \
                    each[p] = load_##KIND(w, row * PANEL + p % WIDE * LANES, n);                                       \
                }                                                                                                      \
                EACH(m, M) {                                                                                           \
                    vf value = all(x[m * xs + k + n]);                                                                 \
                    EACH(p, P * WIDE) sum[m][p] += value * each[p];                                                    \
                }                                                                                                      \
            }                                                                                                          \
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
    for (ptrdiff_t k = 0; k < K; k++) {
        float rounded = x[k] * 127.0f + 12582912.0f; /* 1.5 * 2^23: the whole number is in the last bits */
        int32_t bits;
        memcpy(&bits, &rounded, 4);
        q[k] = (int8_t)bits;
    }
}

#ifdef DOT4 /* the instruction set's own: lanes8 DOT4(lanes8 sum, lanes8 four x, lanes8 four w) */
INLINE void int8_panels(int P, const int8_t *x, const int8_t *w, const float *scales, ptrdiff_t K, float *out) {
    lanes8 sum[8] = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
    for (ptrdiff_t k = 0; k < K; k += 4) {
        int32_t four;
        memcpy(&four, x + k, 4);
        lanes8 value = four - (lanes8){0};
        EACH(p, 2 * P) sum[p] = DOT4(sum[p], value, *(const lanes8 *)(w + (p / 2 * K + k) * PANEL + p % 2 * 32));
    }
    EACH(p, 2 * P)
        for (int j = 0; j < 8; j++) out[8 * p + j] += (float)sum[p][j] * scales[8 * p + j];
}

INLINE void add_int8(const int8_t *x, matrix w, ptrdiff_t K, ptrdiff_t panels, float *out) {
    const int8_t *from = w.weights;
    ptrdiff_t p = 0;
    for (; p + 4 <= panels; p += 4)
        int8_panels(4, x, from + p * K * PANEL, w.scales + p * PANEL, K, out + p * PANEL);
    for (; p < panels; p++) int8_panels(1, x, from + p * K * PANEL, w.scales + p * PANEL, K, out + p * PANEL);
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
