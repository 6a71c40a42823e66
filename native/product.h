/* Products of rows with a packed matrix, in three precisions.

   A row's result does not depend on the rows beside it: every sum runs over k in order, in one accumulator. */

#define PANEL 16
#define WIDE (PANEL / LANES)                    /* vectors in a panel */
#define TOGETHER (WIDE == 1 ? 2 : 1)            /* panels at once for several rows */
#define SUMS 8                                  /* most vectors of sums a row */

/* Panels at once for a single row: eight sums hide the latency; int8 has shorter chains and likes fewer streams. */
#define ALONE_fp32 (SUMS / WIDE)
#define ALONE_bf16 (SUMS / WIDE)
#define ALONE_int8 (WIDE == 1 ? SUMS : SUMS / 2 / WIDE)

/* Most rows of a tile by kind: fewer where what is widened takes registers, too */
#define TILE_fp32 TILE
#ifndef TILE_bf16
#define TILE_bf16 TILE
#endif
#ifndef TILE_int8
#define TILE_int8 TILE
#endif

/* What a product reads beside the matrix: fp32 as it is; bf16 rounded, in pairs where the processor multiplies pairs;
   int8 as 64 + 63 x in 7 bits, so that two products never leave 16 bits. */
typedef float input_fp32;
#ifdef DOT2 /* vf DOT2(vf sum, vi x, vi w): the processor's own product of pairs */
typedef uint16_t input_bf16;
#define PAIRS 1
#else
typedef float input_bf16;
#define PAIRS 0
#endif
typedef uint8_t input_int8;

/* Bytes of a panel of K inputs */
#define BYTES_fp32(K) (4 * PANEL * (K))
#define BYTES_bf16(K) (2 * PANEL * (K))
#define BYTES_int8(K) (PANEL * (K))

/* The nearest bf16, halves to even, as the upper half of a float */
INLINE int32_t nearest_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return (int32_t)((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u);
}

INLINE void prepare_bf16(const float *x, ptrdiff_t K, input_bf16 *q) {
    for (ptrdiff_t k = 0; k < K; k++) {
        int32_t upper = nearest_bf16(x[k]);
#ifdef DOT2
        q[k] = (uint16_t)((uint32_t)upper >> 16);
#else
        memcpy(q + k, &upper, 4);
#endif
    }
}

INLINE void prepare_int8(const float *x, ptrdiff_t K, input_int8 *q) {
    enum { AT_ONCE = 128 };
    int32_t bits[AT_ONCE];
    for (; K > 0; K -= AT_ONCE, x += AT_ONCE, q += AT_ONCE) {
        const ptrdiff_t size = K < AT_ONCE ? K : AT_ONCE;
        for (ptrdiff_t k = 0; k < size; k += LANES) /* 1.5 * 2^23 + 64: the whole number is in the last bits */
            *(vf *)(bits + k) = BOUNDED(load(x + k), all(-1.0f), all(1.0f)) * 63.0f + 12582976.0f;
        for (ptrdiff_t k = 0; k < size; k++) q[k] = (uint8_t)bits[k];
    }
}

/* product_KIND: out[m][p*16 + j] = from[m][p*16 + j] + sum over k of x[m][k] * w[p][k][j], for constant M and P; rows of
   `from` are `fs` apart, which is 0 for a bias. */
#define PRODUCT(KIND)                                                                                                  \
    INLINE void product_##KIND(int M, int P, const input_##KIND *x, ptrdiff_t xs, matrix w, ptrdiff_t K,               \
                               const float *from, ptrdiff_t fs, float *out, ptrdiff_t os)
#define PANELS(KIND)                                                                                                   \
    const char *panel[SUMS];                                                                                           \
    EACH(p, P) panel[p] = (const char *)w.weights + p * BYTES_##KIND(K);

PRODUCT(fp32) {
    PANELS(fp32)
    vf sum[TILE][SUMS], each[SUMS];
    EACH(m, M) EACH(p, P * WIDE) sum[m][p] = load(from + m * fs + p * LANES);
    for (ptrdiff_t k = 0; k < K; k++) {
        EACH(p, P * WIDE) each[p] = load((const float *)panel[p / WIDE] + k * PANEL + p % WIDE * LANES);
        EACH(m, M) {
            vf value = all(x[m * xs + k]);
            EACH(p, P * WIDE) sum[m][p] += value * each[p];
        }
    }
    EACH(m, M) EACH(p, P * WIDE) store(out + m * os + p * LANES, sum[m][p]);
}

/* A vector of the packed matrix holds two inputs a lane. */
PRODUCT(bf16) {
    PANELS(bf16)
    vf sum[TILE][SUMS];
    vi two[SUMS];
    EACH(m, M) EACH(p, P * WIDE) sum[m][p] = load(from + m * fs + p * LANES);
    for (ptrdiff_t k = 0; k < K; k += 2) {
        EACH(p, P * WIDE) two[p] = *(const vi *)((const uint16_t *)panel[p / WIDE] + k * PANEL + p % WIDE * 2 * LANES);
#ifdef DOT2
        EACH(m, M) {
            int32_t pair;
            memcpy(&pair, x + m * xs + k, 4);
            EACH(p, P * WIDE) sum[m][p] = DOT2(sum[m][p], pair - (vi){0}, two[p]);
        }
#else
        EACH(n, 2) {
            vf each[SUMS];
            EACH(p, P * WIDE) each[p] = n ? (vf)(two[p] & (int32_t)0xffff0000) : (vf)(two[p] << 16);
            EACH(m, M) {
                vf value = all(x[m * xs + k + n]);
                EACH(p, P * WIDE) sum[m][p] += value * each[p];
            }
        }
#endif
    }
    EACH(m, M) EACH(p, P * WIDE) store(out + m * os + p * LANES, sum[m][p]);
}

/* A vector holds four inputs a lane; sums are exact, and begin at what takes the 64 out again. */
PRODUCT(int8) {
    PANELS(int8)
    vi sum[TILE][SUMS], four[SUMS];
    EACH(m, M) EACH(p, P * WIDE) sum[m][p] = *(const vi *)(w.starts + p * LANES);
    for (ptrdiff_t k = 0; k < K; k += 4) {
        EACH(p, P * WIDE) four[p] = *(const vi *)(panel[p / WIDE] + k * PANEL + p % WIDE * 4 * LANES);
        EACH(m, M) {
            int32_t value;
            memcpy(&value, x + m * xs + k, 4);
            EACH(p, P * WIDE) sum[m][p] = DOT4(sum[m][p], value - (vi){0}, four[p]);
        }
    }
    EACH(m, M) EACH(p, P * WIDE) {
        vf product = __builtin_convertvector(sum[m][p], vf) * load(w.scales + p * LANES);
        store(out + m * os + p * LANES, load(from + m * fs + p * LANES) + product);
    }
}

/* rows that the next part takes, of parts of nearly the same size */
INLINE ptrdiff_t share(ptrdiff_t left, ptrdiff_t most) {
    ptrdiff_t parts = (left + most - 1) / most;
    return (left + parts - 1) / parts;
}
INLINE ptrdiff_t tile(ptrdiff_t left) { return share(left, TILE); }

/* tile_KIND for any rows <= TILE; rows_KIND for any rows, which meet a panel while it is near; add_KIND for any panels */
#if TILE == 2
#define MORE(KIND)
#else
#define MORE(KIND)                                                                                                     \
    case 3: product_##KIND(3, P, x, xs, w, K, from, fs, out, os); break;                                               \
    case 4: product_##KIND(4, P, x, xs, w, K, from, fs, out, os); break;                                               \
    case 5: product_##KIND(5, P, x, xs, w, K, from, fs, out, os); break;                                               \
    case 6: product_##KIND(6, P, x, xs, w, K, from, fs, out, os); break;
#endif
INLINE matrix panels_from(matrix w, ptrdiff_t bytes, ptrdiff_t outputs) {
    w.weights = (const char *)w.weights + bytes;
    if (w.scales) w.scales += outputs, w.starts += outputs;
    return w;
}
#define PANELS_FROM(KIND, p) panels_from(w, (p) * BYTES_##KIND(K), (p) * PANEL)
#define ADD(KIND)                                                                                                      \
    INLINE void tile_##KIND(int rows, int P, const input_##KIND *x, ptrdiff_t xs, matrix w, ptrdiff_t K,               \
                            const float *from, ptrdiff_t fs, float *out, ptrdiff_t os) {                               \
        switch (rows) {                                                                                                \
        case 1: product_##KIND(1, P, x, xs, w, K, from, fs, out, os); break;                                           \
        case 2: product_##KIND(2, P, x, xs, w, K, from, fs, out, os); break;                                           \
        MORE(KIND)                                                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    INLINE void rows_##KIND(ptrdiff_t rows, int P, const input_##KIND *x, ptrdiff_t xs, matrix w, ptrdiff_t K,         \
                            const float *from, ptrdiff_t fs, float *out, ptrdiff_t os) {                               \
        for (ptrdiff_t r = 0, size; r < rows; r += size) {                                                             \
            size = rows <= TILE_##KIND ? rows : share(rows - r, TILE_##KIND);                                          \
            tile_##KIND((int)size, P, x + r * xs, xs, w, K, from + r * fs, fs, out + r * os, os);                      \
        }                                                                                                              \
    }                                                                                                                  \
    static void add_##KIND(ptrdiff_t rows, const input_##KIND *x, ptrdiff_t xs, matrix w, ptrdiff_t K,                 \
                           ptrdiff_t panels, const float *from, ptrdiff_t fs, float *out, ptrdiff_t os) {              \
        ptrdiff_t p = 0;                                                                                               \
        if (rows == 1)                                                                                                 \
            for (; p + ALONE_##KIND <= panels; p += ALONE_##KIND)                                                      \
                product_##KIND(1, ALONE_##KIND, x, xs, PANELS_FROM(KIND, p), K, from + p * PANEL, fs,                  \
                               out + p * PANEL, os);                                                                   \
        for (; p + TOGETHER <= panels; p += TOGETHER)                                                                  \
            rows_##KIND(rows, TOGETHER, x, xs, PANELS_FROM(KIND, p), K, from + p * PANEL, fs, out + p * PANEL, os);    \
        for (; p < panels; p++)                                                                                        \
            rows_##KIND(rows, 1, x, xs, PANELS_FROM(KIND, p), K, from + p * PANEL, fs, out + p * PANEL, os);           \
    }
ADD(fp32)
ADD(bf16)
ADD(int8)
