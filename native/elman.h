/* The Elman network: h' = tanh(a + u). See networks/cells/elman.py for the mathematics. */

INLINE void elman_step(const float *a, const float *u, float *h, float *c) { store(h, vtanh(load(a) + load(u))); }

INLINE void elman_finish(float *h, const float *c) {}

INLINE void elman_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    elman_step(a, u, s->h + (row + s->rows) * s->hidden + unit, 0);
}

INLINE void elman_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    const ptrdiff_t place = row * s->hidden + unit;
    vf h = load(s->h + place + s->rows * s->hidden);
    store(s->da + place, (load(s->dh + at) + load(s->outputs + place)) * (1.0f - h * h));
    store(s->dh + at, all(0));
}
