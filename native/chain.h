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
        int64_t context = length == 1 ? 0 : nodes[length - 1]; /* n-grams of one unit are numbered by their ids */
        int known = context >= 0 && (length == 1 || id != BEGINNING);
        nodes[length] = known ? child(n->levels + length - 1, context, id) : -1;
    }
    nodes[0] = n->joints && n->joints[id];
}

/* Logits of what comes next. p has room for all outputs. */
static void predict(const tree *n, const int64_t *nodes, double *p, float *logits) {
    double left = 1; /* for all lengths below */
    for (int32_t length = n->order; length > 1; length--)
        if (nodes[length - 1] >= 0) left *= n->levels[length - 1].left[nodes[length - 1]];
    double uniform = n->levels[0].left[nodes[0]] / n->ids;
    const double *first = n->levels[0].shares + nodes[0] * n->ids;
    for (int32_t i = 0; i < n->ids; i++) p[i] = (uniform + first[i]) * left;
    for (int32_t i = n->ids; i < n->outputs; i++) p[i] = 1;
    for (int32_t length = 2; length <= n->order; length++) {
        const ngrams *grams = n->levels + length - 1;
        int64_t context = nodes[length - 1];
        if (context < 0) continue;
        if (grams->left[context] > 0) {
            left /= grams->left[context];
        } else { /* nothing is left for shorter contexts */
            left = 1;
            for (int32_t longer = length + 1; longer <= n->order; longer++)
                if (nodes[longer - 1] >= 0) left *= n->levels[longer - 1].left[nodes[longer - 1]];
        }
        for (int64_t i = grams->starts[context]; i < grams->starts[context + 1]; i++)
            p[grams->units[i]] += grams->shares[i] * left;
    }
    for (int32_t i = 0; i < n->outputs; i++) {
        logits[i] = p[i] > 0 ? 0 : NEVER;
        p[i] = p[i] > 0 ? p[i] : 1;
    }
    for (int32_t i = 0; i < n->outputs; i += LANES / 2) {
        vd *place = (vd *)(p + i);
        *place = dlog(*place);
    }
    for (int32_t i = 0; i < n->outputs; i++) logits[i] = logits[i] < 0 ? NEVER : (float)p[i];
}

/* A context's n-grams while an id is searched: those before `first` count already, those from `last` on do not. */
typedef struct {
    int64_t start, first, last, found;
    double weight; /* of the context's shares; 0 for a context that is not known */
} range;

/* The probability of all ids up to one; each range notes how many of its n-grams these are. */
static double up_to(const tree *n, int32_t id, double each, range *ranges) {
    double sum = each * (id + 1);
    for (int32_t length = 0; length < n->order; length++) {
        range *r = ranges + length;
        const ngrams *grams = n->levels + length;
        int64_t low = r->first, high = r->last;
        while (low < high) {
            int64_t middle = (low + high) / 2;
            if (grams->units[middle] <= id)
                low = middle + 1;
            else
                high = middle;
        }
        r->found = low;
        if (low > r->start) sum += r->weight * grams->sums[low - 1];
    }
    return sum;
}

/* The id of a uniform at temperature 1 and without filters, by the inverse of the cumulative sum in the order of ids. Each
   context keeps the sums of its own, so that there is a search instead of a sum over all ids. */
static int32_t search(const tree *n, const filters *f, const int64_t *nodes, double uniform, range *ranges) {
    double left = 1;
    for (int32_t length = n->order - 1; length >= 0; length--) {
        const ngrams *grams = n->levels + length;
        int64_t context = nodes[length];
        range *r = ranges + length;
        *r = (range){0};
        if (context < 0) continue;
        r->start = r->first = grams->starts[context];
        r->last = grams->starts[context + 1];
        r->weight = left;
        left *= grams->left[context];
    }
    double each = left / n->ids, end = f->ends ? up_to(n, 0, each, ranges) : 0;
    double special = up_to(n, f->special - 1, each, ranges), all = up_to(n, n->ids - 1, each, ranges);
    double wanted = uniform * (end + all - special);
    if (wanted < end) return 0;
    wanted += special - end;
    int32_t low = f->special, high = n->ids - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        int above = up_to(n, middle, each, ranges) > wanted;
        for (int32_t length = 0; length < n->order; length++)
            *(above ? &ranges[length].last : &ranges[length].first) = ranges[length].found;
        if (above)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int NAME(write)(const tree *n, const filters *f, const double *uniforms, int64_t rows, int64_t steps,
                       int64_t *nodes, float *logits, int32_t *ids) {
    const int plain = f->temperature == 1 && f->top_k <= 0 && f->top_p >= 1 && f->min_p <= 0;
    double *p = malloc(ROOM(n->outputs) * sizeof(double));
    int32_t *chosen = malloc((size_t)n->outputs * sizeof(int32_t));
    range *ranges = malloc((size_t)n->order * sizeof(range));
    int failed = !p || !chosen || !ranges;
    for (int64_t r = 0; !failed && r < rows; r++) {
        int64_t *where = nodes + r * n->order;
        float *last = logits + r * n->outputs;
        for (int64_t t = 0; t < steps; t++) {
            double uniform = uniforms[r * steps + t];
            /* the first is drawn from the given logits, in which units may be missing */
            int32_t id = plain && t ? search(n, f, where, uniform, ranges) : draw_one(f, last, n->ids, uniform, p, chosen);
            ids[r * steps + t] = id;
            read_unit(n, id, where);
            if (!plain || t == steps - 1) predict(n, where, p, last);
        }
    }
    free(p);
    free(chosen);
    free(ranges);
    return failed;
}
