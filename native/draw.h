/* Drawing an id from logits: temperature, then top-k, top-p and min-p, then the inverse of the cumulative sum in the order of
   ids. What is kept and drawn is what sampling.py keeps and draws in double precision. Single precision decides first: it
   knows how far off its sums may be, and only where the decision lies within that, double precision takes its place. */

#include <math.h>

#define STRETCH 64 /* probabilities that are summed at a time */
#define STRETCH_NARROW (2 * LANES) /* of those in single precision */
#define ROOM(size) ((size_t)(size) + 4 * STRETCH) /* doubles that a draw from so many logits needs */

/* How far a sum in single precision may be off, as a share of the sum of all: an exponential is 3e-7 off, its exponent y
   1.8e-7 y, whose mean is at most the logarithm of how many there are, and additions in single precision are 9e-7 off. */
INLINE double doubt_narrow(int32_t size) {
    double doubt = 1.2e-6;
    for (; size; size /= 2) doubt += 1.5e-7; /* more than 2e-7 log(size) */
    return doubt;
}
/* and by how much one of them, next to what is drawn at all */
#define DOUBT_OF_ONE 2e-5

INLINE vd doubles(const float *p) { return __builtin_convertvector(*(const half_vf *)p, vd); }
INLINE vd all_doubles(double x) { return x - (vd){0}; }

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

/* The same in single precision */
static void soften_narrow(const filters *f, const float *logits, int32_t size, float *w) {
    const vf cold = all((float)(1 / f->temperature)), greatest = all(greatest_logit(f, logits, size));
    int32_t i = 0;
    for (; i < size; i += BREADTH * LANES) {
        vf x[BREADTH], y[BREADTH];
        EACH(n, BREADTH) x[n] = load(logits + (i + n * LANES < size ? i + n * LANES : i));
        EACH(n, BREADTH) y[n] = (x[n] - greatest) * cold;
        exps(BREADTH, y);
        EACH(n, BREADTH) store(w + i + n * LANES, (vf)((vi)y[n] & (x[n] >= NEVER / 2)));
    }
    for (i = 0; i < f->special && i < size; i++)
        if (is_special(f, i)) w[i] = 0;
    for (i = size; i % STRETCH_NARROW; i++) w[i] = 0;
}

/* The sum of a stretch of probabilities in double precision, always in the same order */
static double sum_of(const double *p, int32_t begin, int32_t size) {
    double lanes[LANES / 2];
    vd sum = all_doubles(0);
    int32_t end = size - begin < STRETCH ? size : begin + STRETCH;
    for (int32_t i = begin; i < end; i += LANES / 2) sum += *(const vd *)(p + i);
    *(vd *)lanes = sum;
    for (int i = 1; i < LANES / 2; i++) lanes[0] += lanes[i];
    return lanes[0];
}

/* The sums of all stretches in single precision, and how many there are */
static int32_t narrow_sums(const float *w, int32_t size, float *sums) {
    int32_t count = 0;
    for (int32_t i = 0; i < size; i += STRETCH_NARROW) sums[count++] = total(load(w + i) + load(w + i + LANES));
    return count;
}

/* Keep the k likeliest, and those that are as likely as the last of them. */
static void keep_top_k(const filters *f, const float *logits, int32_t size, weights w, int32_t *ids) {
    const weights ones = {0, 0};
    span every = {NEVER / 2, greatest_logit(f, logits, size), 0, 0};
    weigh(f, logits, ones, size, &every);
    if (f->top_k >= every.count) return;
    every.low = lowest(f, logits, size);
    int32_t last = first_above(f, logits, ones, size, ids, every, 0, every.count - f->top_k + 0.5, 0.25);
    if (last >= 0) cut_below(logits, size, logits[last], w);
}

/* Keep the fewest likeliest that together reach top-p, by a selection; UNDECIDED, and nothing done, where sums are too near
   each other for that. `all` is the sum of all weights, `doubt` how far sums may be off. */
static int32_t select_top_p(const filters *f, const float *logits, int32_t size, weights w, int32_t *ids, double all,
                            double doubt) {
    const double limit = (1 - f->top_p) * all;
    if (!(limit > 0)) return UNDECIDED;
    /* what is less likely than the limit's share of one unit is gone, all of it together */
    const float greatest = greatest_logit(f, logits, size);
    const float share = greatest + (float)(f->temperature * log(limit / size)) * 1.0001f;
    span gone = {NEVER / 2, share < greatest ? share : greatest, 0, 0}, s = {gone.high, greatest, 0, 0};
    weigh(f, logits, w, size, &gone);
    weigh(f, logits, w, size, &s);
    if (gone.weight >= limit - doubt) return UNDECIDED;
    int32_t first = first_above(f, logits, w, size, ids, s, gone.weight, limit, doubt);
    if (first < 0) return UNDECIDED;
    cut_below(logits, size, logits[first], w);
    for (int32_t i = 0; i < first; i++)
        if (logits[i] == logits[first]) clear(w, i);
    return 0;
}

/* The same as sampling.py does it, whatever the sums are */
static void sort_top_p(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
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

/* Zero where a unit is out */
static void filter(const filters *f, const float *logits, int32_t size, double *p, int32_t *ids) {
    const weights w = {0, p};
    if (f->top_k > 0 && f->top_k < size) keep_top_k(f, logits, size, w, ids);
    if (f->top_p < 1) {
        double all = 0;
        for (int32_t begin = 0; begin < size; begin += STRETCH) all += sum_of(p, begin, size);
        if (size <= FEW || select_top_p(f, logits, size, w, ids, all, all * size * 1e-15))
            sort_top_p(f, logits, size, p, ids);
    }
    for (int32_t i = 0; f->min_p > 0 && i < size; i++)
        if (p[i] < f->min_p) p[i] = 0; /* the likeliest, which no filter takes out, has 1 */
}

/* The same in single precision; UNDECIDED where that does not know. `sums` is room. */
static int32_t filter_narrow(const filters *f, const float *logits, int32_t size, float *w, int32_t *ids, float *sums) {
    const weights narrow = {w, 0};
    const float less = (float)(f->min_p * (1 - DOUBT_OF_ONE)), least = (float)(f->min_p * (1 + DOUBT_OF_ONE));
    if (f->top_k > 0 && f->top_k < size) keep_top_k(f, logits, size, narrow, ids);
    if (f->top_p < 1) {
        double all = 0;
        for (int32_t n = narrow_sums(w, size, sums); n; n--) all += sums[n - 1];
        if (select_top_p(f, logits, size, narrow, ids, all, all * doubt_narrow(size))) return UNDECIDED;
    }
    if (!(f->min_p > 0)) return 0;
    vi between = {0};
    for (int32_t i = 0; i < size; i += LANES) {
        vf x = load(w + i);
        between |= (x > less) & (x < least);
        store(w + i, (vf)((vi)x & (x >= least)));
    }
    for (int lane = 0; lane < LANES; lane++)
        if (between[lane]) return UNDECIDED;
    return less > 1e-37f ? 0 : UNDECIDED; /* where vexp stops */
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

/* The same in single precision; UNDECIDED where the sums may lie on the other side of it. `sums` is room. */
static int32_t invert_narrow(const float *w, int32_t size, double uniform, float *sums) {
    const int32_t count = narrow_sums(w, size, sums);
    double all = 0, cumulative = 0;
    for (int32_t n = 0; n < count; n++) all += sums[n];
    if (!(all <= size)) return UNDECIDED; /* a logit was no number */
    const double doubt = doubt_narrow(size) * all, least = uniform * all - doubt, most = uniform * all + doubt;
    int32_t n = 0;
    while (n < count && cumulative + sums[n] <= least) cumulative += sums[n++];
    for (int32_t i = n * STRETCH_NARROW; i < size && i < (n + 1) * STRETCH_NARROW; i++) {
        cumulative += w[i];
        if (cumulative > least) return cumulative > most ? i : UNDECIDED;
    }
    return UNDECIDED;
}

/* Draw an id by a uniform from 0 to 1; at temperature 0 the likeliest, the first of equals. p has ROOM, ids have room for
   all. */
static int32_t draw_one(const filters *f, const float *logits, int32_t size, double uniform, double *p, int32_t *ids) {
    const int32_t id = f->ends ? 0 : f->special;
    if (f->temperature == 0) {
        float greatest = greatest_logit(f, logits, size);
        for (int32_t i = 0; i < size; i++)
            if (logits[i] == greatest && !is_special(f, i)) return i;
        return id;
    }
    float *w = (float *)p, *sums = w + size + 4 * LANES;
    soften_narrow(f, logits, size, w);
    if (!filter_narrow(f, logits, size, w, ids, sums)) {
        int32_t found = invert_narrow(w, size, uniform, sums);
        if (found != UNDECIDED) return found;
    }
    soften(f, logits, size, p);
    filter(f, logits, size, p, ids);
    return invert(p, size, uniform, id);
}
