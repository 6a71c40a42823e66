/* The gated recurrent unit. See networks/cells/gru.py for the mathematics; gates are in the order r, z, n. */

typedef struct { vf r, z, n, h; } gru_values;

INLINE gru_values gru_unit(const float *a, ptrdiff_t as, const float *u, vf h) {
    gru_values v;
    vf e[2];
    EACH(gate, 2) e[gate] = load(a + gate * as) + load(u + gate * PANEL);
    odds(2, e);
    vf r_z = 1.0f / ((1.0f + e[0]) * (1.0f + e[1])); /* a division for both */
    v.r = (1.0f + e[1]) * r_z;
    v.z = (1.0f + e[0]) * r_z;
    v.n = vtanh(load(a + 2 * as) + v.r * load(u + 2 * PANEL));
    v.h = v.n + v.z * (h - v.n);
    return v;
}

INLINE void gru_step(const float *a, const float *u, float *h, float *c) { store(h, gru_unit(a, PANEL, u, load(h)).h); }

INLINE void gru_finish(float *h, const float *c) {}

/* kept: W_hn h + b_hn */
INLINE void gru_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    const ptrdiff_t H = s->hidden, place = row * H + unit;
    gru_values v = gru_unit(a, H, u, load(s->h + place));
    float *gates = s->gates + row * 3 * H + unit;
    store(gates, v.r);
    store(gates + H, v.z);
    store(gates + 2 * H, v.n);
    store(s->kept + place, load(u + 2 * PANEL));
    store(s->h + place + s->rows * H, v.h);
}

INLINE void gru_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    const ptrdiff_t H = s->hidden, place = row * H + unit, first = row * 3 * H + unit;
    vf r = load(s->gates + first), z = load(s->gates + first + H), n = load(s->gates + first + 2 * H);
    vf dh = load(s->dh + at) + load(s->outputs + place);
    vf dn = dh * (1.0f - z) * (1.0f - n * n);
    vf dz = dh * (load(s->h + place) - n) * z * (1.0f - z);
    vf dr = dn * load(s->kept + place) * r * (1.0f - r);
    store(s->da + first, dr);
    store(s->da + first + H, dz);
    store(s->da + first + 2 * H, dn);
    store(s->du + first, dr);
    store(s->du + first + H, dz);
    store(s->du + first + 2 * H, dn * r);
    store(s->dh + at, dh * z);
}
