/* Inference: reading ids, and drawing them. */

#include <stdlib.h>

#define BLOCK (8 * TILE) /* rows that go through a step together, so that weights are fetched once for all of them */

typedef struct {
    float *a, *u; /* a block of rows: [BLOCK, G*H] twice */
    void *q;      /* [BLOCK, H], as products read them */
    double *p;    /* ROOM(outputs): probabilities */
    int32_t *ids; /* [outputs]: what a filter chooses among */
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
    m->p = malloc(ROOM(n->outputs) * sizeof(double));
    m->ids = malloc((size_t)n->outputs * sizeof(int32_t));
    if (m->a) m->u = m->a + rows * wide;
    m->z = 0;
    if (n->attention.looks != NONE && make_attention_room(m, n, s, rows)) return 1;
    return !(m->a && m->q && m->p && m->ids);
}

static void free_room(room *m) {
    free(m->a);
    free(m->q);
    free(m->p);
    free(m->ids);
    free(m->z);
}

/* out = bias + W x for a block of rows, in the network's kind of weights */
static void linear(const network *n, matrix w, const float *bias, ptrdiff_t rows, const float *x, ptrdiff_t xs,
                   ptrdiff_t panels, float *out, ptrdiff_t os, void *q) {
    const ptrdiff_t K = n->hidden;
    switch (n->kind) {
    case FP32: add_fp32(rows, x, xs, w, K, panels, bias, 0, out, os); break;
    case BF16:
        for (ptrdiff_t r = 0; r < rows; r++) prepare_bf16(x + r * xs, K, (input_bf16 *)q + r * K);
        add_bf16(rows, q, K, w, K, panels, bias, 0, out, os);
        break;
    case INT8:
        for (ptrdiff_t r = 0; r < rows; r++) prepare_int8(x + r * xs, K, (input_int8 *)q + r * K);
        add_int8(rows, q, K, w, K, panels, bias, 0, out, os);
    }
}

/* One layer for a block of rows; a[row] is the input's share. The state's rows are `stride` apart. */
static void layer_step(const network *n, int layer, ptrdiff_t rows, const float *const *a, float *h, float *c,
                       ptrdiff_t stride, room *m) {
    const ptrdiff_t H = n->hidden, G = GATES[n->cell], wide = G * H;
    if (RECURRENT[n->cell])
        linear(n, n->w_hh[layer], n->b_hh[layer], rows, h, stride, wide / PANEL, m->u, wide, m->q);
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
    linear(n, w, b, rows, x, xs, n->hidden / PANEL, out, n->hidden, m->q);
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
            linear(n, n->w_ih[layer], n->b_ih[layer], rows, below, below_stride, wide / PANEL, m->a, wide, m->q);
            for (ptrdiff_t r = 0; r < rows; r++) a[r] = m->a + r * wide;
        }
        layer_step(n, layer, rows, a, h + layer * H, c ? c + layer * H : 0, stride, m);
        below = h + layer * H, below_stride = stride;
        if (!layer && n->attention.looks != NONE) {
            attend(n, &s, rows, apart, h, stride, m);
            below = m->z, below_stride = H;
        }
    }
    linear(n, n->head, n->b_head, rows, below, below_stride, n->outputs / PANEL, logits, spread, m->q);
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
                    draw_one(f, logits + q * n->outputs, n->ids, uniforms[q * steps + t], m.p, m.ids);
            block_step(n, seen(s, r, steps, t), size, ids + r * steps + t, steps, h + r * stride, c ? c + r * stride : 0,
                       logits + r * n->outputs, n->outputs, &m);
        }
    }
    free_room(&m);
    return failed;
}
