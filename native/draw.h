/* Drawing an id from logits: temperature, top-k, top-p and min-p, then the inverse of the cumulative sum in the order of
   ids. What is kept is what sampling.py keeps; nothing is sorted where a selection does. */

#include <math.h>

#define NEVER -1e30f /* the logit of a unit that never occurred; see text/vocabulary.py */
#define FEW 64 /* candidates that are sorted */
#define MOST_HALVINGS 48
#define UNDECIDED -1
#define STRETCH 64 /* probabilities that are summed at a time */

typedef float half_vf __attribute__((vector_size(LANES * 2), aligned(4), may_alias)); /* as many as a vd has lanes */
typedef int32_t half_vi __attribute__((vector_size(LANES * 2), aligned(4), may_alias));

INLINE vd doubles(const float *p) { return __builtin_convertvector(*(const half_vf *)p, vd); }
INLINE vd all_doubles(double x) { return x - (vd){0}; }

/* Whether an id may not be drawn, whatever its logit: the special ones, but for 0 where it ends a document */
INLINE int is_special(const filters *f, int32_t id) { return id < f->special && (id || !f->ends); }

/* The greatest logit that may be drawn; minus infinity where there is none. Logits lie in whole vectors. */
static float greatest_logit(const filters *f, const float *logits, int32_t size) {
    float lanes[LANES], greatest = -INFINITY;
    vf most = all(-INFINITY);
    int32_t i = 0;
    for (; i < size && (i < f->special || i % LANES); i++)
        if (!is_special(f, i) && logits[i] > greatest) greatest = logits[i];
    for (; i + LANES <= size; i += LANES) most = MAX(load(logits + i), most);
    for (; i < size; i++)
        if (logits[i] > greatest) greatest = logits[i];
    store(lanes, most);
    for (i = 0; i < LANES; i++)
        if (lanes[i] > greatest) greatest = lanes[i];
    return greatest;
}

/* Probabilities of logits at a temperature, up to a factor: exp of the differences to the greatest; 0 for what may not
   be drawn. Both have room for whole vectors. */
static void soften(const filters *f, const float *logits, int32_t size, double *p) {
    const vd heat = all_doubles(f->temperature), greatest = all_doubles(greatest_logit(f, logits, size)) / heat;
    for (int32_t i = 0; i < size; i += LANES / 2) {
        vd x = doubles(logits + i);
        vl out = x < (double)NEVER / 2;
        *(vd *)(p + i) = (vd)(~out & (vl)dexp(x / heat - greatest));
    }
    for (int32_t i = 0; i < f->special && i < size; i++)
        if (is_special(f, i)) p[i] = 0;
    for (int32_t i = size; i % (LANES / 2); i++) p[i] = 0;
}

/* The sum of a stretch of probabilities, always in the same order */
static double sum_of(const double *p, int32_t begin, int32_t size) {
    double lanes[LANES / 2];
    vd sum = all_doubles(0);
    int32_t end = size - begin < STRETCH ? size : begin + STRETCH;
    for (int32_t i = begin; i < end; i += LANES / 2) sum += *(const vd *)(p + i);
    *(vd *)lanes = sum;
    for (int i = 1; i < LANES / 2; i++) lanes[0] += lanes[i];
    return lanes[0];
}

/* A number next below the least logit of what may be drawn */
static float lowest(const filters *f, const float *logits, int32_t size) {
    float least = INFINITY;
    for (int32_t i = 0; i < size; i++)
        if (logits[i] >= NEVER / 2 && logits[i] < least && !is_special(f, i)) least = logits[i];
    return nextafterf(least, -INFINITY);
}

/* The order of candidates: by their logits, of equals by their ids. */
static int before(const float *logits, int32_t a, int32_t b) {
    return logits[a] < logits[b] || (logits[a] == logits[b] && a < b);
}

static void sift(const float *logits, int32_t *ids, int32_t root, int32_t size) {
    for (int32_t child; (child = 2 * root + 1) < size; root = child) {
        if (child + 1 < size && before(logits, ids[child], ids[child + 1])) child++;
        if (!before(logits, ids[root], ids[child])) return;
        int32_t swap = ids[root];
        ids[root] = ids[child];
        ids[child] = swap;
    }
}

/* Candidates in their order: a heap sort */
static void sort(const float *logits, int32_t *ids, int32_t size) {
    for (int32_t i = size / 2 - 1; i >= 0; i--) sift(logits, ids, i, size);
    for (int32_t i = size - 1; i > 0; i--) {
        int32_t swap = ids[0];
        ids[0] = ids[i];
        ids[i] = swap;
        sift(logits, ids, 0, i);
    }
}

/* Logits that lie above `low` and not above `high`: how many, and the sum of their weights. */
typedef struct {
    float low, high;
    int32_t count;
    double weight;
} span;

/* What a span holds; without weights each candidate counts 1, and what is special 0. */
static void weigh(const filters *f, const float *logits, const double *weights, int32_t size, span *s) {
    enum { half = LANES / 2, BREADTH = 4 }; /* sums side by side hide an addition's latency */
    const float low = s->low, high = s->high;
    double lanes[LANES / 2];
    int32_t i = 0, counts[LANES / 2];
    half_vi count = {0};
    vd sum[BREADTH] = {{0}};
    for (; i + BREADTH * half <= size; i += BREADTH * half)
        EACH(n, BREADTH) {
            half_vf x = *(const half_vf *)(logits + i + n * half);
            half_vi inside = (x > low) & (x <= high);
            count -= inside;
            if (weights) sum[n] += (vd)(__builtin_convertvector(inside, vl) & *(const vl *)(weights + i + n * half));
        }
    *(vd *)lanes = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    *(half_vi *)counts = count;
    s->count = 0, s->weight = 0;
    for (int lane = 0; lane < half; lane++) s->count += counts[lane], s->weight += lanes[lane];
    for (; i < size; i++)
        if (logits[i] > s->low && logits[i] <= s->high) s->count++, s->weight += weights ? weights[i] : 0;
    for (i = 0; i < f->special && i < size; i++)
        if (is_special(f, i) && logits[i] > s->low && logits[i] <= s->high) s->count--;
    if (!weights) s->weight = s->count;
}

/* The first candidate in their order up to which weights (1 each without any) add up to more than `limit`. The span that
   holds it is halved until it has few candidates, and only these are sorted. Where rounding may decide, UNDECIDED: sums
   that are not in order are `doubt` off at most. `below` is the weight of what is not above the span. ids have room for
   all. */
static int32_t first_above(const filters *f, const float *logits, const double *weights, int32_t size, int32_t *ids, span s,
                           double below, double limit, double doubt) {
    for (int round = 0; round < MOST_HALVINGS && s.count > FEW; round++) {
        span lower = {s.low, s.low + (s.high - s.low) / 2, 0, 0};
        if (!(lower.high > s.low && lower.high < s.high)) break; /* next to each other: all that is left is equal */
        weigh(f, logits, weights, size, &lower);
        double sum = below + lower.weight;
        if (lower.count && sum > limit - doubt && sum <= limit + doubt) return UNDECIDED;
        if (sum > limit)
            s = lower;
        else
            below = sum, s.low = lower.high, s.count -= lower.count;
    }
    int32_t left = 0;
    for (int32_t i = 0; i < size; i++)
        if (logits[i] > s.low && logits[i] <= s.high && !is_special(f, i)) ids[left++] = i;
    sort(logits, ids, left);
    for (int32_t i = 0; i < left; i++) {
        below += weights ? weights[ids[i]] : 1;
        if (below > limit + doubt) return ids[i];
        if (below > limit - doubt) return UNDECIDED;
    }
    return UNDECIDED;
}

/* Probabilities of logits below the least that stays become 0. */
static void cut_below(const float *logits, int32_t size, float least, double *p) {
    int32_t i = 0;
    for (; i + LANES / 2 <= size; i += LANES / 2) {
        half_vi stays = *(const half_vf *)(logits + i) >= least;
        *(vl *)(p + i) &= __builtin_convertvector(stays, vl);
    }
    for (; i < size; i++)
        if (logits[i] < least) p[i] = 0;
}

/* Keep the k likeliest, and those that are as likely as the last of them. */
static void keep_top_k(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    span every = {NEVER / 2, greatest_logit(f, logits, size), 0, 0};
    weigh(f, logits, 0, size, &every);
    if (f->top_k >= every.count) return;
    every.low = lowest(f, logits, size);
    int32_t last = first_above(f, logits, 0, size, ids, every, 0, every.count - f->top_k + 0.5, 0.25);
    if (last >= 0) cut_below(logits, size, logits[last], p);
}

/* Keep the fewest likeliest that together reach top-p. */
static void keep_top_p(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    double total_powers = 0;
    for (int32_t begin = 0; begin < size; begin += STRETCH) total_powers += sum_of(p, begin, size);
    const double limit = (1 - f->top_p) * total_powers, doubt = total_powers * size * 1e-15;
    if (size > FEW && limit > 0) {
        /* what is less likely than the limit's share of one unit is gone, all of it together */
        const float greatest = greatest_logit(f, logits, size);
        const float share = greatest + (float)(f->temperature * log(limit / size)) * 1.0001f;
        span gone = {NEVER / 2, share < greatest ? share : greatest, 0, 0}, s = {gone.high, greatest, 0, 0};
        weigh(f, logits, p, size, &gone);
        weigh(f, logits, p, size, &s);
        int32_t first = gone.weight < limit - doubt ? first_above(f, logits, p, size, ids, s, gone.weight, limit, doubt)
                                                    : UNDECIDED;
        if (first >= 0) {
            cut_below(logits, size, logits[first], p);
            for (int32_t i = 0; i < first; i++)
                if (logits[i] == logits[first]) p[i] = 0;
            return;
        }
    }
    double cumulative = 0, total_in_order = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < size; i++) {
        total_in_order += p[i];
        if (p[i] > 0) ids[count++] = i;
    }
    sort(logits, ids, count);
    for (int32_t i = 0; i < count - 1; i++) {
        cumulative += p[ids[i]] / total_in_order;
        if (cumulative <= 1 - f->top_p) p[ids[i]] = 0;
    }
}

/* Zero where a unit is out. */
static void filter(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    if (f->top_k > 0 && f->top_k < size) keep_top_k(f, logits, size, p, ids);
    if (f->top_p < 1) keep_top_p(f, logits, size, p, ids);
    for (int32_t i = 0; f->min_p > 0 && i < size; i++)
        if (p[i] < f->min_p) p[i] = 0; /* the likeliest, which no filter takes out, has 1 */
}

/* The id of a uniform from 0 to 1 */
static int32_t invert(const double *p, int32_t size, double uniform, int32_t id) {
    double total = 0, cumulative = 0;
    for (int32_t begin = 0; begin < size; begin += STRETCH) total += sum_of(p, begin, size);
    for (int32_t begin = 0; begin < size; begin += STRETCH) {
        double sum = sum_of(p, begin, size);
        int here = cumulative + sum > uniform * total, last = begin + STRETCH >= size;
        if (here || last) {
            double within = cumulative;
            for (int32_t i = begin; i < size && i < begin + STRETCH; i++) {
                if (p[i] == 0) continue;
                id = i;
                within += p[i];
                if (within > uniform * total) break;
            }
            if (here) break;
        }
        cumulative += sum;
    }
    return id;
}

/* Draw an id by a uniform from 0 to 1; at temperature 0 the likeliest, the first of equals. p and ids have room for all. */
static int32_t draw_one(const filters *f, const float *logits, int32_t size, double uniform, double *p, int32_t *ids) {
    const int32_t id = f->ends ? 0 : f->special;
    if (f->temperature == 0) {
        float greatest = greatest_logit(f, logits, size);
        for (int32_t i = 0; i < size; i++)
            if (logits[i] == greatest && !is_special(f, i)) return i;
        return id;
    }
    soften(f, logits, size, p);
    filter(f, logits, size, p, ids);
    return invert(p, size, uniform, id);
}
