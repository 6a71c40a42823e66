/* Inference: reading ids, and drawing them. */

#include <math.h>
#include <stdlib.h>

typedef struct {
    float *a, *u, *y; /* a tile of rows: [TILE, G*H] twice, [TILE, H] */
    int8_t *q;        /* one row in int8 */
    double *left;     /* [2, outputs]: probabilities, and room to sort */
    int32_t *order;   /* [outputs] */
} room;

static int make_room(room *m, const network *n) {
    const size_t wide = (size_t)GATES[n->cell] * n->hidden;
    m->a = malloc(TILE * (2 * wide + n->hidden) * sizeof(float));
    m->q = malloc(n->hidden);
    m->left = malloc(2 * (size_t)n->outputs * sizeof(double));
    m->order = malloc((size_t)n->outputs * sizeof(int32_t));
    if (m->a) m->u = m->a + TILE * wide, m->y = m->u + TILE * wide;
    return !(m->a && m->q && m->left && m->order);
}

static void free_room(room *m) {
    free(m->a);
    free(m->q);
    free(m->left);
    free(m->order);
}

/* out += W x for a tile of rows, in the network's kind of weights */
static void add(const network *n, matrix w, ptrdiff_t rows, const float *x, ptrdiff_t xs, ptrdiff_t panels, float *out,
                ptrdiff_t os, int8_t *q) {
    const ptrdiff_t K = n->hidden;
    switch (n->kind) {
    case FP32: add_fp32(rows, x, xs, w.weights, K, panels, out, os); break;
    case BF16: add_bf16(rows, x, xs, w.weights, K, panels, out, os); break;
    case INT8:
        for (ptrdiff_t r = 0; r < rows; r++) {
            quantise(x + r * xs, K, q);
            add_int8(q, w, K, panels, out + r * os);
        }
    }
}

INLINE void unit_step(const network *n, const float *a, const float *u, float *h, float *c) {
    switch (n->cell) {
    case ELMAN: elman_unit(a, u, h); break;
    case GRU: store(h, gru_unit(a, PANEL, u, load(h)).h); break;
    case LSTM: {
        lstm_values v = lstm_unit(a, PANEL, u, load(c));
        store(c, v.c);
        store(h, v.o * v.k);
    }
    }
}

/* One layer for a tile of rows; a holds the input's share. The state's rows are `stride` apart. */
static void layer_step(const network *n, int layer, ptrdiff_t rows, const float *a, float *h, float *c, ptrdiff_t stride,
                       room *m) {
    const ptrdiff_t H = n->hidden, G = GATES[n->cell], wide = G * H;
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(m->u + r * wide, n->b_hh[layer], wide * sizeof(float));
    add(n, n->w_hh[layer], rows, h, stride, G * H / PANEL, m->u, wide, m->q);
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t unit = 0; unit < H; unit += PANEL)
            for (int j = 0; j < PANEL; j += LANES)
                unit_step(n, a + r * wide + unit * G + j, m->u + r * wide + unit * G + j, h + r * stride + unit + j,
                          c ? c + r * stride + unit + j : 0);
}

/* Read one id a row of a tile; the logits' rows are `spread` apart. */
static void tile_step(const network *n, ptrdiff_t rows, const int32_t *ids, ptrdiff_t apart, float *h, float *c,
                      float *logits, ptrdiff_t spread, room *m) {
    const ptrdiff_t H = n->hidden, wide = GATES[n->cell] * H, stride = n->layers * H;
    for (ptrdiff_t r = 0; r < rows; r++)
        memcpy(m->a + r * wide, n->table + ids[r * apart] * wide, wide * sizeof(float));
    for (int layer = 0; layer < n->layers; layer++) {
        if (layer) {
            for (ptrdiff_t r = 0; r < rows; r++) memcpy(m->a + r * wide, n->b_ih[layer], wide * sizeof(float));
            add(n, n->w_ih[layer], rows, h + (layer - 1) * H, stride, wide / PANEL, m->a, wide, m->q);
        }
        layer_step(n, layer, rows, m->a, h + layer * H, c ? c + layer * H : 0, stride, m);
    }
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(logits + r * spread, n->b_head, n->outputs * sizeof(float));
    add(n, n->head, rows, h + (n->layers - 1) * H, stride, n->outputs / PANEL, logits, spread, m->q);
}

static int NAME(scan)(const network *n, const int32_t *ids, int64_t rows, int64_t steps, float *h, float *c,
                      float *logits) {
    const ptrdiff_t stride = (ptrdiff_t)n->layers * n->hidden;
    room m;
    int failed = make_room(&m, n);
    for (int64_t r = 0, size; !failed && r < rows; r += size) {
        size = tile(rows - r);
        for (int64_t t = 0; t < steps; t++)
            tile_step(n, size, ids + r * steps + t, steps, h + r * stride, c ? c + r * stride : 0,
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

/* exp of all differences to the greatest; the sum */
static double powers(double *p, int32_t size) {
    double greatest = p[0], sum = 0;
    for (int32_t i = 1; i < size; i++)
        if (p[i] > greatest) greatest = p[i];
    for (int32_t i = 0; i < size; i++) sum += p[i] = exp(p[i] - greatest);
    return sum;
}

/* Unnormalised probabilities of logits after the filters; zero where a unit is out. */
static void filter(const filters *f, const float *logits, int32_t size, double *p, int32_t *order) {
    for (int32_t i = 0; i < size; i++) p[i] = i < f->special ? -INFINITY : logits[i] / f->temperature;
    double sum = powers(p, size), least = 0;
    if ((f->top_k > 0 && f->top_k < size) || f->top_p < 1) sort(p, order, size);
    if (f->top_k > 0 && f->top_k < size) {
        least = p[order[size - f->top_k]];
        for (int32_t i = 0; i < size; i++) {
            if (p[i] >= least) continue;
            sum -= p[i];
            p[i] = 0;
        }
    }
    if (f->top_p < 1) {
        double cumulative = 0, total = 0;
        for (int32_t i = 0; i < size; i++) total += p[order[i]];
        for (int32_t i = 0; i < size - 1; i++) {
            cumulative += p[order[i]];
            if (cumulative / total <= 1 - f->top_p) p[order[i]] = 0;
        }
    }
    double greatest = 0;
    for (int32_t i = 0; i < size; i++)
        if (p[i] > greatest) greatest = p[i];
    for (int32_t i = 0; i < size; i++)
        if (p[i] < f->min_p * greatest) p[i] = 0;
}

static int32_t draw_one(const filters *f, const float *logits, int32_t size, double uniform, double *p, int32_t *order) {
    int32_t id = f->special;
    if (f->temperature == 0) {
        for (int32_t i = f->special + 1; i < size; i++)
            if (logits[i] > logits[id]) id = i;
        return id;
    }
    filter(f, logits, size, p, order);
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

static int NAME(draw)(const network *n, const filters *f, const double *uniforms, int64_t rows, int64_t steps, float *h,
                      float *c, float *logits, int32_t *ids) {
    const ptrdiff_t stride = (ptrdiff_t)n->layers * n->hidden;
    room m;
    int failed = make_room(&m, n);
    for (int64_t r = 0, size; !failed && r < rows; r += size) {
        size = tile(rows - r);
        for (int64_t t = 0; t < steps; t++) {
            for (int64_t q = r; q < r + size; q++)
                ids[q * steps + t] =
                    draw_one(f, logits + q * n->outputs, n->ids, uniforms[q * steps + t], m.left, m.order);
            tile_step(n, size, ids + r * steps + t, steps, h + r * stride, c ? c + r * stride : 0,
                      logits + r * n->outputs, n->outputs, &m);
        }
    }
    free_room(&m);
    return failed;
}

const variant NAME(variant) = {WORD(VARIANT), NAME(forward), NAME(backward), NAME(scan), NAME(draw)};
