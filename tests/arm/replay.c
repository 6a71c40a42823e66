/* Replay golden vectors that vectors.py wrote on x86 (vector_file.py says how): call every kernel of every variant that this
   processor runs with what it was given there, and compare what comes out.

   replay FILE VARIANT...: the names of all variants that must be found, the best first. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unrolled.h"

extern const int64_t unrolled_abi[];
int unrolled_variants(const variant **found, int most);

enum type { BYTES, FLOAT32, FLOAT64, INT32, INT64 };
enum { MOST_VARIANTS = 8, MOST_LAYERS = 2, MOST_ORDER = 5, MOST_GROUPS = 32 };

/* What stands before the data of every item */
typedef struct {
    int64_t bytes, type;
    double tolerance;
    char unused[40];
} header;

static char *place, *end; /* in the file's copy that a variant works on */
static header last;       /* of the item that was read last */
static const char *called; /* the name of the call */
static int64_t compared, failures;

/* The results of one kernel in one precision: how many calls, and the greatest error in parts of what is allowed */
static struct {
    char name[32];
    int calls;
    double worst;
} groups[MOST_GROUPS], *group;

static void stop(const char *why) {
    fprintf(stderr, "replay: %s\n", why);
    exit(2);
}

/* The data of the next item; a null pointer where it has none */
static void *next(void) {
    if (end - place < (ptrdiff_t)sizeof last) stop("the file ends too early");
    memcpy(&last, place, sizeof last);
    char *data = place + sizeof last;
    place = data + (last.bytes + 63) / 64 * 64;
    if (place > end) stop("the file ends within an item");
    return last.bytes ? data : 0;
}

/* Numbers of the item that was read last, as doubles: those of its types are exact */
static double value(const void *data, int64_t i) {
    switch (last.type) {
    case FLOAT32: return ((const float *)data)[i];
    case FLOAT64: return ((const double *)data)[i];
    case INT32: return ((const int32_t *)data)[i];
    case INT64: return (double)((const int64_t *)data)[i];
    default: return ((const unsigned char *)data)[i];
    }
}

/* The next item is what an array must hold now. */
static void check(const char *what, const void *found) {
    static const int64_t size[] = {1, 4, 8, 4, 8};
    const void *expected = next();
    for (int64_t i = 0; expected && i < last.bytes / size[last.type]; i++) {
        double a = value(found, i), b = value(expected, i), error = fabs(a - b);
        if (a == b || (isnan(a) && isnan(b))) error = 0; /* infinities, too */
        compared++;
        if (last.tolerance > 0 && error / last.tolerance > group->worst) group->worst = error / last.tolerance;
        if (error <= last.tolerance) continue;
        if (failures++ < 20)
            printf("%s: %s[%lld] is %.9g, not %.9g (within %g)\n", called, what, (long long)i, a, b, last.tolerance);
        return;
    }
}

static void replay_forward(const variant *v) {
    const int64_t *n = next();
    forward_scan s = {.steps = n[0], .rows = n[1], .hidden = n[2], .begin = n[3], .end = n[4]};
    s.cell = (int32_t)n[5], s.kind = (int32_t)n[6];
    s.a = next(), s.b_hh = next(), s.ids = next(), s.w = next();
    s.gates = next(), s.kept = next(), s.h = next(), s.c = next(), s.q = next();
    v->forward(&s);
    check("gates", s.gates);
    check("kept", s.kept);
    check("h", s.h);
    check("c", s.c);
}

static void replay_backward(const variant *v) {
    const int64_t *n = next();
    backward_scan s = {.steps = n[0], .rows = n[1], .hidden = n[2], .begin = n[3], .end = n[4]};
    s.cell = (int32_t)n[5], s.kind = (int32_t)n[6];
    s.ids = next(), s.table = next(), s.w = next();
    s.gates = next(), s.kept = next(), s.h = next(), s.c = next(), s.outputs = next();
    s.da = next(), s.du = next(), s.dh = next(), s.dc = next(), s.q = next();
    if (!n[7]) s.du = s.da; /* one and the same */
    v->backward(&s);
    check("table", s.table);
    check("da", s.da);
    check("du", s.du);
    check("dh", s.dh);
    check("dc", s.dc);
}

static matrix next_matrix(void) {
    matrix m;
    m.weights = next(), m.scales = next(), m.starts = next();
    return m;
}

/* A network, and what points at its layers */
typedef struct {
    network n;
    matrix w_ih[MOST_LAYERS], w_hh[MOST_LAYERS];
    const float *b_ih[MOST_LAYERS], *b_hh[MOST_LAYERS];
} layered;

static void next_network(layered *l) {
    const int64_t *n = next();
    *l = (layered){.n = {.cell = (int32_t)n[0], .kind = (int32_t)n[1], .layers = (int32_t)n[2], .hidden = (int32_t)n[3],
                         .ids = (int32_t)n[4], .outputs = (int32_t)n[5]}};
    l->n.table = next();
    if (n[2] > MOST_LAYERS) stop("a network has more layers than there is room for");
    for (int layer = 0; layer < n[2]; layer++) {
        l->w_ih[layer] = next_matrix(), l->w_hh[layer] = next_matrix();
        l->b_ih[layer] = next(), l->b_hh[layer] = next();
    }
    l->n.w_ih = l->w_ih, l->n.w_hh = l->w_hh, l->n.b_ih = l->b_ih, l->n.b_hh = l->b_hh;
    l->n.head = next_matrix();
    attention *a = &l->n.attention;
    a->looks = (int32_t)n[6], a->query = next_matrix(), a->hidden = next_matrix();
    l->n.b_head = next(), a->b_query = next(), a->b_hidden = next(), a->v = next();
}

/* What a call of a network is given: its rows and steps, what they look at, their states */
typedef struct {
    layered l;
    int64_t rows, steps;
    memory m;
    const memory *seen;
    float *h, *c;
} call;

static void next_call(call *k) {
    next_network(&k->l);
    const int64_t *n = next();
    k->rows = n[0], k->steps = n[1], k->m = (memory){.longest = n[2]};
    k->seen = n[2] ? &k->m : 0;
    if (k->seen) {
        k->m.keys = next(), k->m.values = next(), k->m.starts = next(), k->m.source = next();
        k->m.weights = next();
    }
    k->h = next(), k->c = next();
}

static void check_states(const call *k) {
    check("h", k->h);
    check("c", k->c);
}

static void replay_scan(const variant *v) {
    call k;
    next_call(&k);
    const int32_t *ids = next();
    float *logits = next();
    if (v->scan(&k.l.n, k.seen, ids, k.rows, k.steps, k.h, k.c, logits)) stop("no memory");
    check("logits", logits);
    check_states(&k);
    if (k.m.weights) check("weights", k.m.weights);
}

static filters next_filters(void) {
    const double *x = next();
    const int64_t *n = next();
    return (filters){x[0], x[1], x[2], (int32_t)n[0], (int32_t)n[1], (int32_t)n[2]};
}

static void replay_draw(const variant *v) {
    call k;
    next_call(&k);
    const filters f = next_filters();
    const double *uniforms = next();
    float *logits = next();
    int32_t *ids = next();
    if (v->draw(&k.l.n, k.seen, &f, uniforms, k.rows, k.steps, k.h, k.c, logits, ids)) stop("no memory");
    check("ids", ids);
    check("logits", logits);
    check_states(&k);
}

static void replay_write(const variant *v) {
    const int64_t *n = next();
    ngrams levels[MOST_ORDER];
    tree t = {.levels = levels, .order = (int32_t)n[0], .ids = (int32_t)n[1], .outputs = (int32_t)n[2]};
    if (n[0] > MOST_ORDER) stop("a chain is of a higher order than there is room for");
    for (int level = 0; level < n[0]; level++) {
        ngrams *g = levels + level;
        g->starts = next(), g->units = next(), g->shares = next(), g->sums = next(), g->left = next();
    }
    t.joints = next();
    const filters f = next_filters();
    const double *uniforms = next();
    int64_t *nodes = next();
    float *logits = next();
    int32_t *ids = next();
    if (v->write(&t, &f, uniforms, n[3], n[4], nodes, logits, ids)) stop("no memory");
    check("ids", ids);
    check("nodes", nodes);
    check("logits", logits);
}

static void replay_rank(const variant *v) {
    const int64_t *n = next();
    ranking r = {.rows = n[0], .apart = n[1], .size = (int32_t)n[2], .special = (int32_t)n[3]};
    r.ends = (int32_t)n[4], r.count = (int32_t)n[5];
    r.logits = next(), r.ids = next(), r.values = next(), r.sums = next();
    v->rank(&r);
    check("ids", r.ids);
    check("values", r.values);
    check("sums", r.sums);
}

static void replay_lose(const variant *v) {
    const int64_t *n = next();
    const double *x = next();
    loss s = {.begin = 0, .end = n[0], .size = (int32_t)n[1], .kept = (float)x[0], .scale = (float)x[1]};
    s.logits = next(), s.nats = next(), s.targets = next();
    v->lose(&s);
    check("logits", s.logits);
    check("nats", s.nats);
}

static const struct {
    const char *name;
    void (*replay)(const variant *);
} kernels[] = {{"forward", replay_forward}, {"backward", replay_backward}, {"scan", replay_scan}, {"draw", replay_draw},
               {"write", replay_write},     {"rank", replay_rank},         {"lose", replay_lose}};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/* Enter a call, "kernel precision and what else", among those of its kernel and precision. */
static void enter(const char *name) {
    const char *first = strchr(name, ' '), *second = first ? strchr(first + 1, ' ') : 0;
    size_t length = second ? (size_t)(second - name) : 0;
    if (!length || length >= sizeof group->name) stop("a call has no name");
    for (group = groups; group->calls; group++) {
        if (!strncmp(group->name, name, length) && !group->name[length]) break;
        if (group + 1 == groups + MOST_GROUPS) stop("more kernels than there is room for");
    }
    memcpy(group->name, name, length);
    group->calls++;
    called = name;
}

static void replay_all(const variant *v) {
    memset(groups, 0, sizeof groups);
    next(); /* the ABI table */
    while (place < end) {
        enter(next());
        int k = 0;
        for (; k < KERNELS; k++) {
            size_t length = strlen(kernels[k].name);
            if (!strncmp(called, kernels[k].name, length) && called[length] == ' ') break;
        }
        if (k == KERNELS) stop("a kernel is not known");
        kernels[k].replay(v);
    }
    for (group = groups; group < groups + MOST_GROUPS && group->calls; group++)
        printf("%-9s %-14s %4d calls, errors up to %.2g of what is allowed\n", v->name, group->name, group->calls,
               group->worst);
}

/* A copy of the file at a cache line, as the kernels' arrays are */
static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) stop("the file cannot be read");
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = aligned_alloc(64, *size);
    if (!bytes || fread(bytes, 1, *size, file) != *size) stop("the file cannot be read");
    fclose(file);
    return bytes;
}

int main(int count, char **arguments) {
    if (count < 3) stop("usage: replay FILE VARIANT...");
    size_t size;
    char *whole = read_file(arguments[1], &size);
    place = whole, end = whole + size;
    const int64_t *abi = next();
    if (memcmp(abi, unrolled_abi, (size_t)last.bytes)) stop("the structures are not those that Python has");

    const variant *found[MOST_VARIANTS];
    int variants = unrolled_variants(found, MOST_VARIANTS), right = variants == count - 2;
    for (int i = 0; i < variants; i++) {
        printf("variant %d: %s\n", i + 1, found[i]->name);
        right = right && !strcmp(found[i]->name, arguments[2 + i]);
    }
    if (!right) stop("these are not the variants that this processor should run");

    char *copy = aligned_alloc(64, size);
    if (!copy) stop("no memory");
    for (int i = 0; i < variants; i++) {
        place = memcpy(copy, whole, size), end = copy + size;
        replay_all(found[i]);
    }
    printf("%lld numbers compared, %lld arrays differ\n", (long long)compared, (long long)failures);
    return failures != 0;
}
