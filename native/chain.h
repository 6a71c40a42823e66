/* Writing by a Markov chain: the tree of its n-grams, a step in it, and what it predicts. */

/* The id that begins a document: what stands before it is no context. */
#define BEGINNING 0

/* The n-gram of a context and one more unit, or -1 */
static int64_t child(const ngrams *n, int64_t context, int32_t id) {
    int64_t low = n->starts[context], high = n->starts[context + 1];
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (n->units[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n->starts[context + 1] && n->units[low] == id ? low : -1;
}

static void read_unit(const tree *n, int32_t id, int64_t *nodes) {
    for (int32_t length = n->order - 1; length > 0; length--) {
        int64_t context = nodes[length - 1];
        int known = context >= 0 && (length == 1 || id != BEGINNING);
        nodes[length] = known ? child(n->levels + length - 1, context, id) : -1;
    }
}

/* Logits of what comes next. p has room for all outputs. */
static void predict(const tree *n, const int64_t *nodes, double *p, float *logits) {
    double left = 1; /* for all lengths below */
    for (int32_t length = n->order; length > 1; length--)
        if (nodes[length - 1] >= 0) left *= n->levels[length - 1].left[nodes[length - 1]];
    double uniform = n->levels[0].left[0] / n->ids;
    for (int32_t i = 0; i < n->ids; i++) p[i] = (uniform + n->levels[0].shares[i]) * left;
    for (int32_t i = n->ids; i < n->outputs; i++) p[i] = 1;
    for (int32_t length = 2; length <= n->order; length++) {
        const ngrams *grams = n->levels + length - 1;
        int64_t context = nodes[length - 1];
        if (context < 0) continue;
        left /= grams->left[context];
        for (int64_t i = grams->starts[context]; i < grams->starts[context + 1]; i++)
            p[grams->units[i]] += grams->shares[i] * left;
    }
    for (int32_t i = 0; i < n->outputs; i += LANES / 2) {
        vd *place = (vd *)(p + i);
        *place = dlog(*place);
    }
    for (int32_t i = 0; i < n->outputs; i++) logits[i] = (float)p[i];
}

static int NAME(write)(const tree *n, const filters *f, const double *uniforms, int64_t rows, int64_t steps,
                       int64_t *nodes, float *logits, int32_t *ids) {
    double *p = malloc((size_t)n->outputs * sizeof(double));
    int32_t *order = malloc((size_t)n->outputs * sizeof(int32_t));
    int failed = !p || !order;
    for (int64_t r = 0; !failed && r < rows; r++)
        for (int64_t t = 0; t < steps; t++) {
            int32_t id = draw_one(f, logits + r * n->outputs, n->ids, uniforms[r * steps + t], p, order);
            ids[r * steps + t] = id;
            read_unit(n, id, nodes + r * n->order);
            predict(n, nodes + r * n->order, p, logits + r * n->outputs);
        }
    free(p);
    free(order);
    return failed;
}
