/* Long short-term memory. See networks/cells/lstm.py for the mathematics; gates are in the order i, f, g, o. */

typedef struct { vf i, f, g, o, c; } lstm_values;

/* a has a gate every `as` floats, u every 16 */
INLINE lstm_values lstm_unit(const float *a, ptrdiff_t as, const float *u, vf c) {
    lstm_values v;
    v.i = vsigmoid(load(a) + load(u));
    v.f = vsigmoid(load(a + as) + load(u + PANEL));
    v.g = vtanh(load(a + 2 * as) + load(u + 2 * PANEL));
    v.o = vsigmoid(load(a + 3 * as) + load(u + 3 * PANEL));
    v.c = v.f * c + v.i * v.g;
    return v;
}

INLINE void lstm_step(const float *a, const float *u, float *h, float *c) {
    lstm_values v = lstm_unit(a, PANEL, u, load(c));
    store(c, v.c);
    store(h, v.o);
}

/* apart from the step, which would wait for every c */
INLINE void lstm_finish(float *h, const float *c) { store(h, load(h) * vtanh(load(c))); }

/* kept: tanh(c) */
INLINE void lstm_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    const ptrdiff_t H = s->hidden, place = row * H + unit, next = place + s->rows * H;
    lstm_values v = lstm_unit(a, H, u, load(s->c + place));
    float *gates = s->gates + row * 4 * H + unit;
    store(gates, v.i);
    store(gates + H, v.f);
    store(gates + 2 * H, v.g);
    store(gates + 3 * H, v.o);
    vf k = vtanh(v.c);
    store(s->c + next, v.c);
    store(s->kept + place, k);
    store(s->h + next, v.o * k);
}

INLINE void lstm_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    const ptrdiff_t H = s->hidden, place = row * H + unit;
    const float *gates = s->gates + row * 4 * H + unit;
    float *da = s->da + row * 4 * H + unit;
    vf i = load(gates), f = load(gates + H), g = load(gates + 2 * H), o = load(gates + 3 * H);
    vf k = load(s->kept + place), dh = load(s->dh + at) + load(s->outputs + place);
    vf dc = load(s->dc + at) + dh * o * (1.0f - k * k);
    store(da, dc * g * i * (1.0f - i));
    store(da + H, dc * load(s->c + place) * f * (1.0f - f));
    store(da + 2 * H, dc * i * (1.0f - g * g));
    store(da + 3 * H, dh * k * o * (1.0f - o));
    store(s->dc + at, dc * f);
    store(s->dh + at, all(0));
}
