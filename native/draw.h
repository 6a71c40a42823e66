/* Drawing an id from logits: temperature, top-k, top-p and min-p, then the inverse of the cumulative sum in the order of
   ids. What is kept is what sampling.py keeps; nothing is sorted where a selection does. */

#include <math.h>

#define NEVER -1e30f /* the logit of a unit that never occurred; see text/vocabulary.py */
#define FEW 256      /* candidates that are sorted sooner than put into buckets */
#define DIGIT 11     /* bits of a key that make a bucket's number */
#define BUCKETS (1 << DIGIT)
#define UNDECIDED -1
#define STRETCH 64 /* probabilities that are summed at a time */

typedef float half_vf __attribute__((vector_size(LANES * 2), aligned(4), may_alias)); /* as many as a vd has lanes */

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

/* A whole number that is the greater the greater a float is, and the same for both zeros */
INLINE uint32_t key_of(float x) {
    uint32_t bits;
    x += 0.0f;
    memcpy(&bits, &x, 4);
    return bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
}

/* The first candidate in their order up to which weights (1 each without any) add up to more than `limit`: the digits of
   the logits' keys, from the highest on, part candidates into buckets, and only the one that passes the limit is looked
   into. Where rounding may decide, UNDECIDED: sums that are not in order are `doubt` off at most.
   `ids` are the candidates in the order of ids, and used up. */
static int32_t first_above(const float *logits, const double *weights, int32_t *ids, int32_t size, double limit,
                           double doubt) {
    double below = 0, sums[BUCKETS];
    for (int shift = 32 - DIGIT; size > 1; shift = shift > DIGIT ? shift - DIGIT : 0) {
        memset(sums, 0, sizeof sums);
        for (int32_t i = 0; i < size; i++)
            sums[key_of(logits[ids[i]]) >> shift & (BUCKETS - 1)] += weights ? weights[ids[i]] : 1;
        uint32_t bucket = 0;
        for (; bucket < BUCKETS; bucket++) {
            double sum = below + sums[bucket];
            if (sum > limit + doubt) break;
            if (sums[bucket] > 0 && sum > limit - doubt) return UNDECIDED;
            below = sum;
        }
        int32_t left = 0;
        for (int32_t i = 0; i < size; i++)
            if ((key_of(logits[ids[i]]) >> shift & (BUCKETS - 1)) == bucket) ids[left++] = ids[i];
        size = left;
        if (!shift) break;
    }
    for (int32_t i = 0; i < size; i++) {
        below += weights ? weights[ids[i]] : 1;
        if (below > limit + doubt) return ids[i];
        if (below > limit - doubt) return UNDECIDED;
    }
    return UNDECIDED;
}

/* Keep the k likeliest, and those that are as likely as the last of them. */
static void keep_top_k(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    int32_t count = 0;
    for (int32_t i = 0; i < size; i++)
        if (!is_special(f, i) && logits[i] >= NEVER / 2) ids[count++] = i;
    if (f->top_k >= count) return;
    int32_t last;
    if (count <= FEW) {
        sort(logits, ids, count);
        last = ids[count - f->top_k];
    } else {
        last = first_above(logits, 0, ids, count, count - f->top_k + 0.5, 0.25);
    }
    for (int32_t i = 0; last >= 0 && i < size; i++)
        if (logits[i] < logits[last]) p[i] = 0;
}

/* Keep the fewest likeliest that together reach top-p. */
static void keep_top_p(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    double total = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < size; i++) {
        total += p[i];
        if (p[i] > 0) ids[count++] = i;
    }
    if (count > FEW) {
        int32_t first = first_above(logits, p, ids, count, (1 - f->top_p) * total, total * count * 1e-15);
        if (first >= 0) {
            for (int32_t i = 0; i < size; i++)
                if (before(logits, i, first)) p[i] = 0;
            return;
        }
        count = 0;
        for (int32_t i = 0; i < size; i++)
            if (p[i] > 0) ids[count++] = i;
    }
    sort(logits, ids, count);
    double cumulative = 0;
    for (int32_t i = 0; i < count - 1; i++) {
        cumulative += p[ids[i]] / total;
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
