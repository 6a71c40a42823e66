/* Long short-term memory. See networks/cells/lstm.py for the mathematics; gates are in the order i, f, g, o. */

/* The odds against each gate, of which g is a tanh; a has a gate every `as` floats, u every 16. */
INLINE void lstm_odds(const float *a, ptrdiff_t as, const float *u, vf *e) {
    EACH(gate, 4) e[gate] = load(a + gate * as) + load(u + gate * PANEL);
    e[2] += e[2];
    odds(4, e);
}

/* c = f c + i g by one division; h holds 1 / o until it is finished. */
INLINE void lstm_step(const float *a, const float *u, float *h, float *c) {
    vf e[4];
    lstm_odds(a, PANEL, u, e);
    vf against = (1.0f + e[0]) * (1.0f + e[2]), f = 1.0f + e[1];
    store(c, (load(c) * against + (1.0f - e[2]) * f) / (f * against));
    store(h, 1.0f + e[3]);
}

/* apart from the step, which would wait for every c */
INLINE void lstm_finish(float *h, const float *c) {
    vf e = 2.0f * load(c);
    odds(1, &e);
    store(h, (1.0f - e) / (load(h) * (1.0f + e)));
}

/* kept: tanh(c) */
INLINE void lstm_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    const ptrdiff_t H = s->hidden, place = row * H + unit, next = place + s->rows * H;
    vf e[4];
    lstm_odds(a, H, u, e);
    vf i = 1.0f + e[0], f = 1.0f + e[1], g = 1.0f + e[2], o = 1.0f + e[3];
    vf i_f = 1.0f / (i * f), g_o = 1.0f / (g * o); /* a division for two gates */
    vf forget = i * i_f, enter = f * i_f, new = (1.0f - e[2]) * o * g_o, out = g * g_o;
    vf c = forget * load(s->c + place) + enter * new, k = vtanh(c);
    float *gates = s->gates + row * 4 * H + unit;
    store(gates, enter);
    store(gates + H, forget);
    store(gates + 2 * H, new);
    store(gates + 3 * H, out);
    store(s->c + next, c);
    store(s->kept + place, k);
    store(s->h + next, out * k);
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
