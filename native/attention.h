/* Attention of a decoder's first layer over the places of a source: Luong et al. 2015 (section 3.1, "general") and
   Bahdanau et al. 2015 (appendix A.1.2), with what depends on the source alone computed before. See unrolled.h.

   Keys and values are fp32 in every kind of network: they belong to a source, not to the weights, and are read once a
   step where the weights are read as often. */

#include <math.h>

#define PLACES 4 /* scores at a time: so many sums hide an addition's latency */

/* The sum of a vector's lanes, always in the same order */
INLINE float total(vf x) {
    float lanes[LANES];
    store(lanes, x);
    for (int half = LANES / 2; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

/* The scores of P places that lie one behind the other; x is h1 (dot) or W_query h1 + b_query (additive) */
INLINE void score(int P, const float *v, const float *keys, const float *x, ptrdiff_t H, float *scores) {
    vf sum[PLACES];
    EACH(p, P) sum[p] = all(0);
    for (ptrdiff_t unit = 0; unit < H; unit += LANES) {
        vf query = load(x + unit);
        EACH(p, P) {
            vf key = load(keys + p * H + unit);
            sum[p] += v ? load(v + unit) * vtanh(key + query) : key * query;
        }
    }
    EACH(p, P) scores[p] = total(sum[p]);
}

static void score_all(const float *v, const float *keys, const float *x, ptrdiff_t H, ptrdiff_t size, float *scores) {
    ptrdiff_t s = 0;
    for (; s + PLACES <= size; s += PLACES) score(PLACES, v, keys + s * H, x, H, scores + s);
    for (; s < size; s++) score(1, v, keys + s * H, x, H, scores + s);
}

/* There is room for whole vectors. */
static void softmax(float *x, ptrdiff_t size) {
    float greatest = -INFINITY, sum = 0;
    for (ptrdiff_t i = 0; i < size; i++)
        if (x[i] > greatest) greatest = x[i];
    for (ptrdiff_t i = size; i % LANES; i++) x[i] = greatest;
    for (ptrdiff_t i = 0; i < size; i += LANES) store(x + i, vexp(load(x + i) - greatest));
    for (ptrdiff_t i = 0; i < size; i++) sum += x[i];
    for (ptrdiff_t i = 0; i < size; i++) x[i] /= sum;
}

/* z = tanh(z + the weighted sum of the values), where z begins as W_hidden h1 + b_hidden */
static void look(const float *weights, const float *values, ptrdiff_t H, ptrdiff_t size, float *z) {
    for (ptrdiff_t s = 0; s < size; s++) {
        vf weight = all(weights[s]);
        for (ptrdiff_t unit = 0; unit < H; unit += LANES)
            store(z + unit, load(z + unit) + weight * load(values + s * H + unit));
    }
    for (ptrdiff_t unit = 0; unit < H; unit += LANES) store(z + unit, vtanh(load(z + unit)));
}

/* z of a row whose source has the places from `begin` to `end`. `scores` is room; the weights go to `kept`, unless it is
   a null pointer, with zeros behind. */
static void attend_row(const memory *m, int64_t begin, int64_t end, const float *v, const float *x, ptrdiff_t H,
                       float *z, float *scores, float *kept) {
    const ptrdiff_t size = end - begin;
    score_all(v, m->keys + begin * H, x, H, size, scores);
    softmax(scores, size);
    if (kept) {
        memcpy(kept, scores, size * sizeof(float));
        memset(kept + size, 0, (m->longest - size) * sizeof(float));
    }
    look(scores, m->values + begin * H, H, size, z);
}
