/* Training: a cell over time, forward and backward, for the rows of one thread. */

#define ABREAST 4 /* panels that the way back takes at a time: sums enough to hide a product's latency */

/* One row's inputs of a product, as its kind reads them: nothing to do for fp32 */
INLINE void prepare(int32_t kind, const float *x, ptrdiff_t K, float *q, ptrdiff_t row) {
    if (kind == BF16) prepare_bf16(x, K, (input_bf16 *)q + row * K);
}

/* The rows that a product takes at a time, and what has to be made ready for so many */
#ifdef TILES
#define MOST_ROWS 16
INLINE ptrdiff_t block(int32_t kind, ptrdiff_t left) { return share(left, kind == BF16 ? MOST_ROWS : TILE); }
INLINE void ready(int32_t kind, ptrdiff_t rows, ptrdiff_t *shaped) {
    if (kind == BF16 && rows != *shaped) shape_tiles(*shaped = rows);
}
INLINE void done(int32_t kind) {
    if (kind == BF16) _tile_release();
}
#else
#define MOST_ROWS TILE
INLINE ptrdiff_t block(int32_t kind, ptrdiff_t left) { return tile(left); }
INLINE void ready(int32_t kind, ptrdiff_t rows, ptrdiff_t *shaped) {}
INLINE void done(int32_t kind) {}
#endif

/* out += W x for a block of rows and the panels after the first `skip`: from x in fp32, from q's `row` on in bf16 */
INLINE void multiply(int32_t kind, ptrdiff_t rows, const float *x, const float *q, ptrdiff_t row, ptrdiff_t K,
                     const void *w, ptrdiff_t skip, ptrdiff_t panels, float *out, ptrdiff_t os) {
    const matrix all = {w, 0, 0};
#ifdef TILES
    if (kind == BF16) {
        add_in_tiles((const input_bf16 *)q + row * K, (const char *)w + skip * BYTES_bf16(K), K, panels, out, os);
        return;
    }
#endif
    if (kind == BF16)
        add_bf16(rows, (const input_bf16 *)q + row * K, K, panels_from(all, skip * BYTES_bf16(K), 0), K, panels, out, os,
                 out, os);
    else
        add_fp32(rows, x, K, panels_from(all, skip * BYTES_fp32(K), 0), K, panels, out, os, out, os);
}

/* u of a block of rows for the 16 units from `unit`: b_hh + W_hh h, where the cell has them */
INLINE void recur(const forward_scan *s, ptrdiff_t t, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t unit,
                  float u[][MOST_GATES * PANEL]) {
    const ptrdiff_t H = s->hidden, G = GATES[s->cell];
    if (!RECURRENT[s->cell]) return;
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t g = 0; g < G; g++) memcpy(u[r] + g * PANEL, s->b_hh + g * H + unit, PANEL * sizeof(float));
    multiply(s->kind, rows, s->h + (t * s->rows + row) * H, s->q, row, H, s->w, unit / PANEL * G, G, u[0],
             MOST_GATES * PANEL);
}

static void NAME(forward)(const forward_scan *s) {
    const ptrdiff_t H = s->hidden, G = GATES[s->cell];
    float u[MOST_ROWS][MOST_GATES * PANEL];
    ptrdiff_t shaped = 0;
    for (ptrdiff_t t = 0; t < s->steps; t++) {
        for (ptrdiff_t r = s->begin; RECURRENT[s->cell] && r < s->end; r++)
            prepare(s->kind, s->h + (t * s->rows + r) * H, H, s->q, r);
        for (ptrdiff_t unit = 0; unit < H; unit += PANEL)
            for (ptrdiff_t r = s->begin, size; r < s->end; r += size) {
                size = block(s->kind, s->end - r);
                ready(s->kind, size, &shaped);
                recur(s, t, r, size, unit, u);
                for (ptrdiff_t q = 0; q < size; q++)
                    for (int j = 0; j < PANEL; j += LANES) {
                        ptrdiff_t row = t * s->rows + r + q, from = s->ids ? s->ids[row] : row;
                        unit_forward(s, s->a + from * G * H + unit + j, u[q] + j, row, unit + j);
                    }
            }
    }
    done(s->kind);
}

/* da of a row [K] to that of the table which the row's id names */
INLINE void add_to_table(const backward_scan *s, ptrdiff_t row, ptrdiff_t K) {
    const float *da = s->da + row * K;
    float *sum = s->table + s->ids[row] * K;
    for (ptrdiff_t k = 0; k < K; k += LANES) store(sum + k, load(sum + k) + load(da + k));
}

static void NAME(backward)(const backward_scan *s) {
    const ptrdiff_t H = s->hidden, K = GATES[s->cell] * H;
    ptrdiff_t shaped = 0;
    for (ptrdiff_t t = s->steps - 1; t >= 0; t--) {
        for (ptrdiff_t r = s->begin; r < s->end; r++) {
            for (ptrdiff_t unit = 0; unit < H; unit += LANES) unit_backward(s, t * s->rows + r, unit, r * H + unit);
            if (s->ids) add_to_table(s, t * s->rows + r, K);
            if (RECURRENT[s->cell]) prepare(s->kind, s->du + (t * s->rows + r) * K, K, s->q, r);
        }
        for (ptrdiff_t panel = 0; RECURRENT[s->cell] && panel < H / PANEL; panel += ABREAST)
            for (ptrdiff_t r = s->begin, size; r < s->end; r += size) {
                ptrdiff_t panels = H / PANEL - panel < ABREAST ? H / PANEL - panel : ABREAST;
                size = block(s->kind, s->end - r);
                ready(s->kind, size, &shaped);
                multiply(s->kind, size, s->du + (t * s->rows + r) * K, s->q, r, K, s->w, panel, panels,
                         s->dh + r * H + panel * PANEL, H);
            }
    }
    done(s->kind);
}
