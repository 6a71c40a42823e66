/* Selecting among candidates, which are the ids that may be drawn, by their logits: nothing is sorted but the few that a
   decision hangs on. */

#define NEVER -1e30f /* the logit of a unit that never occurred; see text/vocabulary.py */
#define FEW 64 /* candidates that are sorted */
#define MOST_HALVINGS 48
#define UNDECIDED -1

typedef float half_vf __attribute__((vector_size(LANES * 2), aligned(4), may_alias)); /* as many as a vd has lanes */
typedef int32_t half_vi __attribute__((vector_size(LANES * 2), aligned(4), may_alias));

/* What candidates weigh, in single or in double precision (the other is NULL), or 1 each where both are NULL */
typedef struct {
    float *narrow;
    double *wide;
} weights;
INLINE void clear(weights w, int32_t i) {
    if (w.narrow) w.narrow[i] = 0;
    if (w.wide) w.wide[i] = 0;
}
INLINE double weight_of(weights w, int32_t i) { return w.narrow ? w.narrow[i] : w.wide ? w.wide[i] : 1; }

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
INLINE int within(const span *s, float logit) { return logit > s->low && logit <= s->high; }

enum { BREADTH = 4 }; /* sums side by side hide an addition's latency */

/* Count and weigh what a span holds among the first ids, in whole vectors; how many ids that were. */
static int32_t weigh_narrow(const float *logits, const float *w, int32_t size, span *s) {
    enum { ADDED = 8 }; /* vectors that are added up in single precision */
    const float low = s->low, high = s->high;
    vi count = {0};
    int32_t i = 0;
    while (i + BREADTH * LANES <= size) {
        vf sum[BREADTH] = {{0}};
        for (int n = 0; n < ADDED && i + BREADTH * LANES <= size; n++, i += BREADTH * LANES)
            EACH(m, BREADTH) {
                vf x = load(logits + i + m * LANES);
                vi inside = (x > low) & (x <= high);
                count -= inside;
                if (w) sum[m] += (vf)(inside & (vi)load(w + i + m * LANES));
            }
        s->weight += total((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
    for (int lane = 0; lane < LANES; lane++) s->count += count[lane];
    return i;
}

static int32_t weigh_wide(const float *logits, const double *w, int32_t size, span *s) {
    enum { half = LANES / 2 };
    const float low = s->low, high = s->high;
    half_vi count = {0};
    vd sum[BREADTH] = {{0}};
    int32_t i = 0;
    for (; i + BREADTH * half <= size; i += BREADTH * half)
        EACH(n, BREADTH) {
            half_vf x = *(const half_vf *)(logits + i + n * half);
            half_vi inside = (x > low) & (x <= high);
            count -= inside;
            sum[n] += (vd)(__builtin_convertvector(inside, vl) & *(const vl *)(w + i + n * half));
        }
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    for (int lane = 0; lane < half; lane++) s->count += count[lane], s->weight += sum[0][lane];
    return i;
}

/* What a span holds. What is special weighs nothing and is not counted. */
static void weigh(const filters *f, const float *logits, weights w, int32_t size, span *s) {
    s->count = 0, s->weight = 0;
    int32_t i = w.wide ? weigh_wide(logits, w.wide, size, s) : weigh_narrow(logits, w.narrow, size, s);
    for (; i < size; i++)
        if (within(s, logits[i])) s->count++, s->weight += weight_of(w, i);
    for (i = 0; i < f->special && i < size; i++)
        if (is_special(f, i) && within(s, logits[i])) s->count--;
    if (!w.narrow && !w.wide) s->weight = s->count;
}

/* The candidates of a span, and how many there are */
static int32_t list(const filters *f, const float *logits, int32_t size, const span *s, int32_t *ids) {
    const float low = s->low, high = s->high;
    int32_t count = 0;
    for (int32_t i = 0; i < size; i += BREADTH * LANES) {
        if (i + BREADTH * LANES <= size) { /* mostly none */
            vi inside = {0};
            EACH(m, BREADTH) {
                vf x = load(logits + i + m * LANES);
                inside |= (x > low) & (x <= high);
            }
            int64_t any = 0;
            for (int lane = 0; lane < LANES / 2; lane++) any |= ((vl)inside)[lane];
            if (!any) continue;
        }
        for (int32_t id = i; id < size && id < i + BREADTH * LANES; id++)
            if (within(s, logits[id]) && !is_special(f, id)) ids[count++] = id;
    }
    return count;
}

/* The first candidate in their order up to which weights add up to more than `limit`. The span that holds it is halved
   until it has few candidates, and only these are sorted. Where rounding may decide, UNDECIDED: sums are `doubt` off at
   most. `below` is the weight of what is not above the span. ids have room for all. */
static int32_t first_above(const filters *f, const float *logits, weights w, int32_t size, int32_t *ids, span s,
                           double below, double limit, double doubt) {
    for (int round = 0; round < MOST_HALVINGS && s.count > FEW; round++) {
        span lower = {s.low, s.low + (s.high - s.low) / 2, 0, 0};
        if (!(lower.high > s.low && lower.high < s.high)) break; /* next to each other: all that is left is equal */
        weigh(f, logits, w, size, &lower);
        double sum = below + lower.weight;
        if (lower.count && sum > limit - doubt && sum <= limit + doubt) return UNDECIDED;
        if (sum > limit)
            s = lower;
        else
            below = sum, s.low = lower.high, s.count -= lower.count;
    }
    const int32_t left = list(f, logits, size, &s, ids);
    sort(logits, ids, left);
    for (int32_t i = 0; i < left; i++) {
        below += weight_of(w, ids[i]);
        if (below > limit + doubt) return ids[i];
        if (below > limit - doubt) return UNDECIDED;
    }
    return UNDECIDED;
}

/* Logits below the least that stays weigh nothing from now on. */
static void cut_below(const float *logits, int32_t size, float least, weights w) {
    int32_t i = 0;
    for (; w.narrow && i + LANES <= size; i += LANES)
        store(w.narrow + i, (vf)((vi)load(w.narrow + i) & (load(logits + i) >= least)));
    for (; w.wide && i + LANES / 2 <= size; i += LANES / 2) {
        half_vi stays = *(const half_vf *)(logits + i) >= least;
        *(vl *)(w.wide + i) &= __builtin_convertvector(stays, vl);
    }
    for (; i < size; i++)
        if (logits[i] < least) clear(w, i);
}
