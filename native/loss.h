/* The loss of rows of logits, and its slopes in their place, while a row is near: what else would be written and read
   half a dozen times. */

#define FAINT -87.0f /* below which a power counts for nothing, and vexp stops */

/* Whole vectors of a row, and what is left of it in one more vector, with `rest` behind its end */
INLINE vf last_vector(const float *x, ptrdiff_t from, ptrdiff_t size, float rest) {
    float lanes[LANES];
    for (int i = 0; i < LANES; i++) lanes[i] = from + i < size ? x[from + i] : rest;
    return load(lanes);
}

INLINE void store_last(float *x, ptrdiff_t from, ptrdiff_t size, vf values) {
    float lanes[LANES];
    store(lanes, values);
    for (ptrdiff_t i = from; i < size; i++) x[i] = lanes[i - from];
}

/* exp of differences to the greatest, nothing where that is nothing */
INLINE vf powers(vf x, vf greatest) {
    vf away = x - greatest;
    return (vf)((vi)vexp(away) & (away > all(FAINT)));
}

static void NAME(lose)(const loss *s) {
    const ptrdiff_t V = s->size, whole = V / LANES * LANES;
    for (int64_t row = s->begin; row < s->end; row++) {
        float *x = s->logits + row * V, lanes[LANES], greatest, picked = x[s->targets[row]];
        vf end = last_vector(x, whole, V, -INFINITY), most = end, sum = all(0);
        vi none = end != end; /* what is no number: minima and maxima may pass it over */
        for (ptrdiff_t i = 0; i < whole; i += LANES) most = MAX(load(x + i), most), none |= load(x + i) != load(x + i);
        store(lanes, most);
        greatest = lanes[0];
        for (int i = 1; i < LANES; i++)
            if (lanes[i] > greatest) greatest = lanes[i];
        for (int i = 0; i < LANES; i++)
            if (none[i]) greatest = picked = NAN;
        for (ptrdiff_t i = 0; i < whole; i += LANES) {
            vf power = powers(load(x + i), all(greatest));
            store(x + i, power);
            sum += power;
        }
        vf last = powers(end, all(greatest));
        const float all_powers = total(sum + last), share = s->scale / all_powers;
        s->nats[row] = logf(all_powers) + greatest - picked;
        for (ptrdiff_t i = 0; i < whole; i += LANES) store(x + i, load(x + i) * share);
        store_last(x, whole, V, last * share);
        x[s->targets[row]] -= s->kept * s->scale;
    }
}
