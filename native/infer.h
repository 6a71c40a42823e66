/* Inference: reading ids, and drawing them. */

#include <math.h>
#include <stdlib.h>

#define NEVER -1e30f /* the logit of a unit that never occurred; see text/vocabulary.py */
#define BLOCK (8 * TILE) /* rows that go through a step together, so that weights are fetched once for all of them */

typedef struct {
    float *a, *u; /* a block of rows: [BLOCK, G*H] twice */
    void *q;      /* [BLOCK, H], as products read them */
    double *left; /* [outputs]: probabilities, with whole vectors of room */
    int32_t *order; /* [outputs] */
    float *z, *query, *scores; /* attention: a block of rows [BLOCK, H] twice, and a source's places with whole vectors */
} room;

static int make_attention_room(room *m, const network *n, const memory *s, size_t rows) {
    const size_t size = rows * (size_t)n->hidden;
    m->z = malloc((2 * size + (size_t)s->longest + LANES) * sizeof(float));
    if (!m->z) return 1;
    m->query = m->z + size;
    m->scores = m->query + size;
    return 0;
}

/* Room for blocks of so many rows at most */
static int make_room(room *m, const network *n, const memory *s, int64_t most) {
    const size_t wide = (size_t)GATES[n->cell] * n->hidden, rows = (size_t)(most < 1 ? 1 : most < BLOCK ? most : BLOCK);
    m->a = malloc(rows * 2 * wide * sizeof(float));
    m->q = malloc(rows * (size_t)n->hidden * sizeof(float));
    m->left = malloc((size_t)n->outputs * sizeof(double));
    m->order = malloc((size_t)n->outputs * sizeof(int32_t));
    if (m->a) m->u = m->a + rows * wide;
    m->z = 0;
    if (n->attention.looks != NONE && make_attention_room(m, n, s, rows)) return 1;
    return !(m->a && m->q && m->left && m->order);
}

static void free_room(room *m) {
    free(m->a);
    free(m->q);
    free(m->left);
    free(m->order);
    free(m->z);
}

/* out += W x for a block of rows, in the network's kind of weights */
static void add(const network *n, matrix w, ptrdiff_t rows, const float *x, ptrdiff_t xs, ptrdiff_t panels, float *out,
                ptrdiff_t os, void *q) {
    const ptrdiff_t K = n->hidden;
    switch (n->kind) {
    case FP32: add_fp32(rows, x, xs, w, K, panels, out, os); break;
    case BF16:
        for (ptrdiff_t r = 0; r < rows; r++) prepare_bf16(x + r * xs, K, (input_bf16 *)q + r * K);
        add_bf16(rows, q, K, w, K, panels, out, os);
        break;
    case INT8:
        for (ptrdiff_t r = 0; r < rows; r++) prepare_int8(x + r * xs, K, (input_int8 *)q + r * K);
        add_int8(rows, q, K, w, K, panels, out, os);
    }
}

/* One layer for a block of rows; a[row] is the input's share. The state's rows are `stride` apart. */
static void layer_step(const network *n, int layer, ptrdiff_t rows, const float *const *a, float *h, float *c,
                       ptrdiff_t stride, room *m) {
    const ptrdiff_t H = n->hidden, G = GATES[n->cell], wide = G * H;
    if (RECURRENT[n->cell]) {
        for (ptrdiff_t r = 0; r < rows; r++) memcpy(m->u + r * wide, n->b_hh[layer], wide * sizeof(float));
        add(n, n->w_hh[layer], rows, h, stride, G * H / PANEL, m->u, wide, m->q);
    }
    for (ptrdiff_t r = 0; r < rows; r++) {
        float *h_row = h + r * stride, *c_row = c ? c + r * stride : 0;
        for (ptrdiff_t unit = 0; unit < H; unit += LANES) {
            ptrdiff_t place = unit / PANEL * PANEL * G + unit % PANEL;
            unit_step(n->cell, a[r] + place, m->u + r * wide + place, h_row + unit, c_row ? c_row + unit : 0);
        }
        for (ptrdiff_t unit = 0; unit < H; unit += LANES)
            unit_finish(n->cell, h_row + unit, c_row ? c_row + unit : 0);
    }
}

/* out = b + W x for a block of rows of H units each */
static void square(const network *n, matrix w, const float *b, ptrdiff_t rows, const float *x, ptrdiff_t xs, float *out,
                   room *m) {
    const ptrdiff_t H = n->hidden;
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * H, b, H * sizeof(float));
    add(n, w, rows, x, xs, H / PANEL, out, H, m->q);
}

/* z [rows, H] of a block of rows from their h1; rows of weights are `apart` steps from each other. */
static void attend(const network *n, const memory *s, ptrdiff_t rows, ptrdiff_t apart, const float *h, ptrdiff_t stride,
                   room *m) {
    const attention *w = &n->attention;
    const ptrdiff_t H = n->hidden;
    square(n, w->hidden, w->b_hidden, rows, h, stride, m->z, m);
    if (w->looks == ADDITIVE) square(n, w->query, w->b_query, rows, h, stride, m->query, m);
    for (ptrdiff_t r = 0; r < rows; r++) {
        const int64_t *place = s->starts + s->source[r];
        attend_row(s, place[0], place[1], w->looks == ADDITIVE ? w->v : 0,
                   w->looks == ADDITIVE ? m->query + r * H : h + r * stride, H, m->z + r * H, m->scores,
                   s->weights ? s->weights + r * apart * s->longest : 0);
    }
}

/* A call's memory as the rows from `row` on see it at step `t` */
INLINE memory seen(const memory *s, ptrdiff_t row, ptrdiff_t steps, ptrdiff_t t) {
    memory here = {0};
    if (s) here = *s, here.source += row;
    if (here.weights) here.weights += (row * steps + t) * here.longest;
    return here;
}

/* Read one id a row of a block; the logits' rows are `spread` apart. */
static void block_step(const network *n, memory s, ptrdiff_t rows, const int32_t *ids, ptrdiff_t apart, float *h,
                       float *c, float *logits, ptrdiff_t spread, room *m) {
    const ptrdiff_t H = n->hidden, wide = GATES[n->cell] * H, stride = n->layers * H;
    const float *a[BLOCK], *below = h; /* what the next layer reads, or the head */
    ptrdiff_t below_stride = stride;
    for (ptrdiff_t r = 0; r < rows; r++) a[r] = n->table + ids[r * apart] * wide;
    for (int layer = 0; layer < n->layers; layer++) {
        if (layer) {
            for (ptrdiff_t r = 0; r < rows; r++) a[r] = memcpy(m->a + r * wide, n->b_ih[layer], wide * sizeof(float));
            add(n, n->w_ih[layer], rows, below, below_stride, wide / PANEL, m->a, wide, m->q);
        }
        layer_step(n, layer, rows, a, h + layer * H, c ? c + layer * H : 0, stride, m);
        below = h + layer * H, below_stride = stride;
        if (!layer && n->attention.looks != NONE) {
            attend(n, &s, rows, apart, h, stride, m);
            below = m->z, below_stride = H;
        }
    }
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(logits + r * spread, n->b_head, n->outputs * sizeof(float));
    add(n, n->head, rows, below, below_stride, n->outputs / PANEL, logits, spread, m->q);
}

static int NAME(scan)(const network *n, const memory *s, const int32_t *ids, int64_t rows, int64_t steps, float *h,
                      float *c, float *logits) {
    const ptrdiff_t stride = (ptrdiff_t)n->layers * n->hidden;
    room m;
    int failed = make_room(&m, n, s, rows);
    for (int64_t r = 0, size; !failed && r < rows; r += size) {
        size = share(rows - r, BLOCK);
        for (int64_t t = 0; t < steps; t++)
            block_step(n, seen(s, r, steps, t), size, ids + r * steps + t, steps, h + r * stride, c ? c + r * stride : 0,
                       logits + (r * steps + t) * n->outputs, steps * n->outputs, &m);
    }
    free_room(&m);
    return failed;
}

/* The ids in the order of their probabilities, least first; equals in the order of ids: a heap sort */
static int before(const double *p, int32_t a, int32_t b) { return p[a] < p[b] || (p[a] == p[b] && a < b); }

static void sift(const double *p, int32_t *order, int32_t root, int32_t size) {
    for (int32_t child; (child = 2 * root + 1) < size; root = child) {
        if (child + 1 < size && before(p, order[child], order[child + 1])) child++;
        if (!before(p, order[root], order[child])) return;
        int32_t swap = order[root];
        order[root] = order[child];
        order[child] = swap;
    }
}

static void sort(const double *p, int32_t *order, int32_t size) {
    for (int32_t i = 0; i < size; i++) order[i] = i;
    for (int32_t i = size / 2 - 1; i >= 0; i--) sift(p, order, i, size);
    for (int32_t i = size - 1; i > 0; i--) {
        int32_t swap = order[0];
        order[0] = order[i];
        order[i] = swap;
        sift(p, order, 0, i);
    }
}

/* Probabilities of logits at a temperature, up to a factor: exp of the differences to the greatest. There is room for
   whole vectors. */
static void soften(const filters *f, const float *logits, int32_t size, double *p) {
    double greatest = -INFINITY;
    for (int32_t i = 0; i < size; i++) {
        int out = (i < f->special && (i || !f->ends)) || logits[i] < NEVER / 2;
        p[i] = out ? -INFINITY : logits[i] / f->temperature;
    }
    for (int32_t i = 0; i < size; i++)
        if (p[i] > greatest) greatest = p[i];
    for (int32_t i = size; i % (LANES / 2); i++) p[i] = greatest;
    for (int32_t i = 0; i < size; i += LANES / 2) {
        vd *place = (vd *)(p + i);
        *place = dexp(*place - greatest);
    }
}

/* Zero where a unit is out. */
static void filter(const filters *f, int32_t size, double *p, int32_t *order) {
    if ((f->top_k > 0 && f->top_k < size) || f->top_p < 1) sort(p, order, size);
    if (f->top_k > 0 && f->top_k < size) {
        double least = p[order[size - f->top_k]];
        for (int32_t i = 0; i < size; i++)
            if (p[i] < least) p[i] = 0;
    }
    if (f->top_p < 1) {
        double cumulative = 0, total = 0;
        for (int32_t i = 0; i < size; i++) total += p[order[i]];
        for (int32_t i = 0; i < size - 1; i++) {
            cumulative += p[order[i]];
            if (cumulative / total <= 1 - f->top_p) p[order[i]] = 0;
        }
    }
    if (f->min_p > 0) {
        double greatest = 0;
        for (int32_t i = 0; i < size; i++)
            if (p[i] > greatest) greatest = p[i];
        for (int32_t i = 0; i < size; i++)
            if (p[i] < f->min_p * greatest) p[i] = 0;
    }
}

static int32_t draw_one(const filters *f, const float *logits, int32_t size, double uniform, double *p, int32_t *order) {
    int32_t id = f->ends ? 0 : f->special;
    if (f->temperature == 0) {
        for (int32_t i = f->special; i < size; i++)
            if (logits[i] > logits[id]) id = i;
        return id;
    }
    soften(f, logits, size, p);
    filter(f, size, p, order);
    double total = 0, cumulative = 0;
    for (int32_t i = 0; i < size; i++) total += p[i];
    for (int32_t i = 0; i < size; i++) {
        if (p[i] == 0) continue;
        id = i;
        cumulative += p[i];
        if (cumulative > uniform * total) break;
    }
    return id;
}

static int NAME(draw)(const network *n, const memory *s, const filters *f, const double *uniforms, int64_t rows,
                      int64_t steps, float *h, float *c, float *logits, int32_t *ids) {
    const ptrdiff_t stride = (ptrdiff_t)n->layers * n->hidden;
    room m;
    int failed = make_room(&m, n, s, rows);
    for (int64_t r = 0, size; !failed && r < rows; r += size) {
        size = share(rows - r, BLOCK);
        for (int64_t t = 0; t < steps; t++) {
            for (int64_t q = r; q < r + size; q++)
                ids[q * steps + t] =
                    draw_one(f, logits + q * n->outputs, n->ids, uniforms[q * steps + t], m.left, m.order);
            block_step(n, seen(s, r, steps, t), size, ids + r * steps + t, steps, h + r * stride, c ? c + r * stride : 0,
                       logits + r * n->outputs, n->outputs, &m);
        }
    }
    free_room(&m);
    return failed;
}
