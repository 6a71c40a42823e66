/* Training: a cell over time, forward and backward, for the rows of one thread. */

static const ptrdiff_t GATES[] = {[ELMAN] = 1, [GRU] = 3, [LSTM] = 4};
#define MOST_GATES 4

/* `row` counts over all steps: step * rows + row; `at` is a place in arrays that have no steps. */
INLINE void unit_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    switch (s->cell) {
    case ELMAN: elman_forward(s, a, u, row, unit); break;
    case GRU: gru_forward(s, a, u, row, unit); break;
    case LSTM: lstm_forward(s, a, u, row, unit); break;
    }
}

INLINE void unit_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    switch (s->cell) {
    case ELMAN: elman_backward(s, row, unit, at); break;
    case GRU: gru_backward(s, row, unit, at); break;
    case LSTM: lstm_backward(s, row, unit, at); break;
    }
}

/* One row's inputs of a product, as its kind reads them: nothing to do for fp32 */
INLINE void prepare(int32_t kind, const float *x, ptrdiff_t K, float *q, ptrdiff_t row) {
    if (kind == BF16) prepare_bf16(x, K, (input_bf16 *)q + row * K);
}

/* out += W x for a tile of rows and the panels after the first `skip`: from x in fp32, from q's `row` on in bf16 */
INLINE void multiply(int32_t kind, ptrdiff_t rows, const float *x, const float *q, ptrdiff_t row, ptrdiff_t K,
                     const void *w, ptrdiff_t skip, ptrdiff_t panels, float *out, ptrdiff_t os) {
    const matrix all = {w, 0, 0};
    if (kind == BF16)
        add_bf16(rows, (const input_bf16 *)q + row * K, K, panels_from(all, skip * BYTES_bf16(K), 0), K, panels, out, os);
    else
        add_fp32(rows, x, K, panels_from(all, skip * BYTES_fp32(K), 0), K, panels, out, os);
}

/* u of a tile of rows for the 16 units from `unit`: b_hh + W_hh h */
INLINE void recur(const forward_scan *s, ptrdiff_t t, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t unit,
                  float u[][MOST_GATES * PANEL]) {
    const ptrdiff_t H = s->hidden, G = GATES[s->cell];
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t g = 0; g < G; g++) memcpy(u[r] + g * PANEL, s->b_hh + g * H + unit, PANEL * sizeof(float));
    multiply(s->kind, rows, s->h + (t * s->rows + row) * H, s->q, row, H, s->w, unit / PANEL * G, G, u[0],
             MOST_GATES * PANEL);
}

static void NAME(forward)(const forward_scan *s) {
    const ptrdiff_t H = s->hidden, G = GATES[s->cell];
    float u[TILE][MOST_GATES * PANEL];
    for (ptrdiff_t t = 0; t < s->steps; t++) {
        for (ptrdiff_t r = s->begin; r < s->end; r++) prepare(s->kind, s->h + (t * s->rows + r) * H, H, s->q, r);
        for (ptrdiff_t unit = 0; unit < H; unit += PANEL)
            for (ptrdiff_t r = s->begin, size; r < s->end; r += size) {
                size = tile(s->end - r);
                recur(s, t, r, size, unit, u);
                for (ptrdiff_t q = 0; q < size; q++)
                    for (int j = 0; j < PANEL; j += LANES) {
                        ptrdiff_t row = t * s->rows + r + q;
                        unit_forward(s, s->a + row * G * H + unit + j, u[q] + j, row, unit + j);
                    }
            }
    }
}

static void NAME(backward)(const backward_scan *s) {
    const ptrdiff_t H = s->hidden, K = GATES[s->cell] * H;
    for (ptrdiff_t t = s->steps - 1; t >= 0; t--) {
        for (ptrdiff_t r = s->begin; r < s->end; r++) {
            for (ptrdiff_t unit = 0; unit < H; unit += LANES) unit_backward(s, t * s->rows + r, unit, r * H + unit);
            prepare(s->kind, s->du + (t * s->rows + r) * K, K, s->q, r);
        }
        for (ptrdiff_t unit = 0; unit < H; unit += PANEL)
            for (ptrdiff_t r = s->begin, size; r < s->end; r += size) {
                size = tile(s->end - r);
                multiply(s->kind, size, s->du + (t * s->rows + r) * K, s->q, r, K, s->w, unit / PANEL, 1,
                         s->dh + r * H + unit, H);
            }
    }
}
