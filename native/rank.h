/* Ranking: the likeliest ids of every row of logits, for searches that follow several. */

#include <math.h>

#define CHUNK 32 /* vectors of powers that are summed in single precision */

static double log_of_sum(const float *x, int64_t size) {
    float rest[LANES], lanes[LANES];
    int64_t whole = size / LANES * LANES;
    vf most = all(-INFINITY);
    vi none = {0}; /* what is no number */
    for (int64_t i = 0; i < LANES; i++) rest[i] = whole + i < size ? x[whole + i] : -INFINITY;
    for (int64_t i = 0; i < whole; i += LANES) most = MAX(load(x + i), most), none |= load(x + i) != load(x + i);
    store(lanes, MAX(load(rest), most));
    none |= load(rest) != load(rest);
    float greatest = lanes[0];
    for (int i = 0; i < LANES; i++) {
        if (lanes[i] > greatest) greatest = lanes[i];
        if (none[i]) return NAN;
    }
    double sum = 0;
    for (int64_t i = 0; i < whole;) {
        vf part = all(0);
        for (int n = 0; n < CHUNK && i < whole; n++, i += LANES) part += vexp(load(x + i) - greatest);
        sum += total(part);
    }
    store(lanes, vexp(load(rest) - greatest));
    for (int64_t i = whole; i < size; i++) sum += lanes[i - whole];
    return greatest + log(sum);
}

/* The ids of the greatest logits, the greatest first, of equals the lower id. Where there are fewer, id 0 and -infinity
   follow. */
static void greatest_ids(const ranking *r, const float *x, int32_t *ids, float *values) {
    int32_t kept = 0;
    for (int32_t i = r->ends ? 0 : r->special; i < r->size; i = i < r->special ? r->special : i + 1) {
        if (!(x[i] > (kept == r->count ? values[kept - 1] : -INFINITY))) continue;
        int32_t place = kept < r->count ? kept++ : kept - 1;
        for (; place && x[i] > values[place - 1]; place--) ids[place] = ids[place - 1], values[place] = values[place - 1];
        ids[place] = i, values[place] = x[i];
    }
    for (; kept < r->count; kept++) ids[kept] = 0, values[kept] = -INFINITY;
}

static void NAME(rank)(const ranking *r) {
    for (int64_t row = 0; row < r->rows; row++) {
        const float *x = r->logits + row * r->apart;
        greatest_ids(r, x, r->ids + row * r->count, r->values + row * r->count);
        r->sums[row] = log_of_sum(x, r->size);
    }
}
