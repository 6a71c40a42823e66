/* The minimal gated recurrent unit. See mingru.py for the mathematics; gates are in the order z, n. */

typedef struct { vf z, n, h; } mingru_values;

/* a has a gate every `as` floats */
INLINE mingru_values mingru_unit(const float *a, ptrdiff_t as, vf h) {
    mingru_values v;
    v.z = vsigmoid(load(a));
    v.n = load(a + as);
    v.h = h + v.z * (v.n - h);
    return v;
}

INLINE void mingru_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    const ptrdiff_t H = s->hidden, place = row * H + unit;
    mingru_values v = mingru_unit(a, H, load(s->h + place));
    float *gates = s->gates + row * 2 * H + unit;
    store(gates, v.z);
    store(gates + H, v.n);
    store(s->h + place + s->rows * H, v.h);
}

INLINE void mingru_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    const ptrdiff_t H = s->hidden, place = row * H + unit, first = row * 2 * H + unit;
    vf z = load(s->gates + first), n = load(s->gates + first + H);
    vf dh = load(s->dh + at) + load(s->outputs + place);
    store(s->da + first, dh * (n - load(s->h + place)) * z * (1.0f - z));
    store(s->da + first + H, dh * z);
    store(s->dh + at, dh * (1.0f - z));
}

INLINE void mingru_step(const float *a, const float *u, float *h, float *c) { store(h, mingru_unit(a, PANEL, load(h)).h); }

INLINE void mingru_finish(float *h, const float *c) {}
