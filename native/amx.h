/* The products of a training scan in the processor's tiles (Intel's AMX, since Sapphire Rapids): one instruction
   multiplies 16 rows of 32 inputs with 16 outputs' weights. A panel in bf16, [K/2][16][2], is a pile of such tiles.

   Tiles 0 to 3 are the sums of four panels, 4 the rows' inputs, 5 the weights; 6 and 7 are half as deep, for a K that is
   an odd number of 16. */

#define SUM_TILES 4
#define DEPTH 32 /* inputs of a tile */

typedef struct {
    uint8_t palette, start, zero[14];
    uint16_t bytes[16];
    uint8_t rows[16];
} tile_shapes;

static void shape_tiles(ptrdiff_t rows) {
    tile_shapes shapes = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        shapes.rows[t] = t == 5 ? DEPTH / 2 : t == 7 ? DEPTH / 4 : (uint8_t)rows;
        shapes.bytes[t] = t == 6 ? DEPTH : 2 * DEPTH;
    }
    _tile_loadconfig(&shapes);
}

/* DO(t) for every sum of P panels; a tile's number is part of its instruction */
#define SUMS_OF(P, DO)                                                                                                 \
    DO(0)                                                                                                              \
    if (P > 1) { DO(1) }                                                                                               \
    if (P > 2) { DO(2) }                                                                                               \
    if (P > 3) { DO(3) }
#define LOAD_SUM(t) _tile_loadd(t, out + t * PANEL, os * (ptrdiff_t)sizeof(float));
#define STORE_SUM(t) _tile_stored(t, out + t * PANEL, os * (ptrdiff_t)sizeof(float));
#define ADD_TILE(t)                                                                                                    \
    _tile_loadd(5, w + t * BYTES_bf16(K) + k * 2 * PANEL, 4 * PANEL);                                                  \
    _tile_dpbf16ps(t, 4, 5);
#define ADD_HALF(t)                                                                                                    \
    _tile_loadd(7, w + t * BYTES_bf16(K) + k * 2 * PANEL, 4 * PANEL);                                                  \
    _tile_dpbf16ps(t, 6, 7);

INLINE void some_panels(int P, const input_bf16 *x, const char *w, ptrdiff_t K, float *out, ptrdiff_t os) {
    ptrdiff_t k = 0;
    SUMS_OF(P, LOAD_SUM)
    for (; k + DEPTH <= K; k += DEPTH) {
        _tile_loadd(4, x + k, K * (ptrdiff_t)sizeof *x);
        SUMS_OF(P, ADD_TILE)
    }
    if (k < K) {
        _tile_loadd(6, x + k, K * (ptrdiff_t)sizeof *x);
        SUMS_OF(P, ADD_HALF)
    }
    SUMS_OF(P, STORE_SUM)
}

/* out[m][p*16 + j] += sum over k of x[m][k] * w[p][k][j], for as many rows as the tiles are shaped for */
static void add_in_tiles(const input_bf16 *x, const char *w, ptrdiff_t K, ptrdiff_t panels, float *out, ptrdiff_t os) {
    ptrdiff_t p = 0;
    for (; p + SUM_TILES <= panels; p += SUM_TILES)
        some_panels(SUM_TILES, x, w + p * BYTES_bf16(K), K, out + p * PANEL, os);
    switch (panels - p) {
    case 3: some_panels(3, x, w + p * BYTES_bf16(K), K, out + p * PANEL, os); break;
    case 2: some_panels(2, x, w + p * BYTES_bf16(K), K, out + p * PANEL, os); break;
    case 1: some_panels(1, x, w + p * BYTES_bf16(K), K, out + p * PANEL, os); break;
    }
}
