/* The kernels of unrolled: what Python sees. Every function is single-threaded and re-entrant: it touches nothing but
   its arguments, and rows outside [begin, end) are another thread's.

   A `cell` is its number in native/cells.h, which says how many gates it has, and whether it has W_hh and b_hh.

   Letters: T steps, B rows, H hidden units (a multiple of 16), G gates, V ids that may come out. Arrays are dense, the last axis first. */

#ifndef UNROLLED_H
#define UNROLLED_H

#include <stddef.h>
#include <stdint.h>

/* Compilers that know the tiles, on the system that gives them to those who ask */
#if defined(__x86_64__) && defined(__linux__) && (defined(__clang__) || __GNUC__ >= 11)
#define KNOWS_TILES
#endif

enum kind { FP32, BF16, INT8 };
enum looks { NONE, DOT, ADDITIVE };

/* Training, forward: from a [T, B, G*H] (the input's share of the gates) to all states. Where there are ids [T, B], a
   is a table [V, G*H] instead, of which they name the rows: what a layer reads that reads units.
   w is W_hh packed by gates, in panels as a `matrix` below: [H/16][G][H][16] in fp32. */
typedef struct {
    const float *a, *b_hh;
    const int32_t *ids;
    const void *w;
    float *gates;  /* [T, B, G*H], activated; may be `a` itself */
    float *kept;   /* [T, B, H]: what else a cell that keeps something needs on the way back */
    float *h, *c;  /* [T+1, B, H], the first step filled in */
    float *q;      /* [B, H]: room for bf16 */
    int64_t steps, rows, hidden, begin, end;
    int32_t cell, kind;
} forward_scan;

/* Training, backward. w is W_hh packed for its transpose: [H/16][G*H][16] in fp32. Where there are ids [T, B], da is
   added to the rows of `table` [V, G*H] that they name, while it is at hand; each call has a table of its own. */
typedef struct {
    const int32_t *ids;
    float *table;
    const void *w;
    const float *gates, *kept, *h, *c, *outputs; /* outputs: the gradient of every output [T, B, H] */
    float *da, *du; /* with respect to a and to W_hh h + b_hh; one and the same array where the cell has one sum of both */
    float *dh, *dc; /* [B, H]: of the last state on entry, of the first on return */
    float *q;       /* [B, G*H]: room for bf16 */
    int64_t steps, rows, hidden, begin, end;
    int32_t cell, kind;
} backward_scan;

/* A matrix [N, K] in panels of 16 outputs: [N/16][K][16] in fp32, [N/16][K/2][16][2] in bf16, and [N/16][K/4][16][4]
   in int8. An int8 matrix reads x as q = 64 + 63 x in 7 bits: W x is scale * (start + sum of w q) for each output. */
typedef struct {
    const void *weights;
    const float *scales;
    const int32_t *starts; /* -64 * sum of w */
} matrix;

/* How a decoder's first layer looks at the places of a source: z = tanh(W_hidden h1 + b_hidden + the values' mean under
   weights w), where w is the softmax of keys · h1 (DOT) or v · tanh(keys + W_query h1 + b_query) (ADDITIVE). What follows
   that layer reads z in place of h1; the state keeps h1. `query`, b_query and v are of ADDITIVE alone. */
typedef struct {
    int32_t looks;
    matrix query, hidden;                   /* [H, H] */
    const float *b_query, *b_hidden, *v;    /* [H] */
} attention;

/* A network for inference. Gates are in blocks of 16 units: [H/16][G][16]. */
typedef struct {
    int32_t cell, kind, layers, hidden, ids, outputs; /* ids: V; outputs: V up to a multiple of 16 */
    const float *table;                              /* W_ih x + b_ih of the first layer [G*H], for every id that may be read */
    const matrix *w_ih, *w_hh;                       /* one a layer; w_ih[0] is unused */
    const float *const *b_ih, *const *b_hh;          /* [G*H] */
    matrix head;
    const float *b_head;
    attention attention;
} network;

/* What the rows of a call look at: sources, one behind the other, each of at least one place. Many rows may share one. */
typedef struct {
    const float *keys, *values; /* [places of all sources, H] */
    const int64_t *starts;      /* of every source, and the end of the last */
    const int32_t *source;      /* [rows] */
    float *weights;             /* [rows, steps, longest], zero behind a source's places; or a null pointer: not wanted */
    int64_t longest;            /* the most places of a source */
} memory;

/* Which units may be drawn: temperature, then top-k, top-p and min-p (0, 1 and 0 leave all in). Ids below `special` never
   are, but for 0 where it `ends` a document. */
typedef struct {
    double temperature, top_p, min_p;
    int32_t top_k, special, ends;
} filters;

/* The n-grams of one length of a Markov chain, sorted by context and unit: those of a context, from starts[context] on, have
   shares of its probability, `sums` of which run through each context; what is left goes to shorter contexts. The n-grams
   of one unit are all ids. */
typedef struct {
    const int64_t *starts;
    const int32_t *units;
    const double *shares, *sums, *left;
} ngrams;

typedef struct {
    const ngrams *levels; /* one a length */
    /* Of each id, whether what follows it is of the second context of the n-grams of one unit; NULL where there is one. */
    const uint8_t *joints;
    int32_t order, ids, outputs; /* outputs: V rounded up to a multiple of 16 */
} tree;

/* Logits of `size` ids, rows `apart` from each other; of each row the `count` greatest: ids and values [rows, count], and
   sums [rows]: the logarithm of the sum of exp of all. Ids below `special` are left out, but for 0 where it `ends`. */
typedef struct {
    const float *logits;
    int64_t rows, apart;
    int32_t size, special, ends, count;
    int32_t *ids;
    float *values;
    double *sums;
} ranking;

/* The loss of rows of logits [rows, V], in which scale * (softmax - kept * [target]) is on return; `nats` [rows] of the
   targets. `kept` is what label smoothing leaves of a target, `scale` what a row counts in a mean. */
typedef struct {
    float *logits, *nats;
    const int64_t *targets;
    int64_t begin, end;
    int32_t size; /* V */
    float kept, scale;
} loss;

typedef struct {
    const char *name;
    int32_t pairs; /* whether the processor multiplies pairs of bf16, so that bf16 is the faster kind to train in */
    int32_t open;  /* whether another way to train may still be faster, so that it is measured */
    void (*forward)(const forward_scan *);
    void (*backward)(const backward_scan *);
    /* ids [rows, steps] → logits [rows, steps, outputs]; state [rows, layers, H] a part, changed in place. The memory is
       a null pointer for a network without attention. 0, or 1 if there was no room. */
    int (*scan)(const network *, const memory *, const int32_t *ids, int64_t rows, int64_t steps, float *h, float *c,
                float *logits);
    /* Draw `steps` ids a row from logits [rows, outputs] and read each: ids [rows, steps], uniforms [rows, steps]. */
    int (*draw)(const network *, const memory *, const filters *, const double *uniforms, int64_t rows, int64_t steps,
                float *h, float *c, float *logits, int32_t *ids);
    /* The same by a Markov chain; nodes [rows, order] are the numbers of the last 0, 1, 2, … units, or -1; that
       of no units is 0, or 1 where the last one has a joint. */
    int (*write)(const tree *, const filters *, const double *uniforms, int64_t rows, int64_t steps, int64_t *nodes,
                 float *logits, int32_t *ids);
    void (*rank)(const ranking *);
    void (*lose)(const loss *);
} variant;

/* What a caller compares with its own before it calls anything (src/unrolled/kernels/structures.py). The number goes up
   with every change that the sizes do not show: of a meaning, a type, the layout of a packed array, a function's
   arguments. Then come how many numbers follow, and the size and the last field's place of every struct. */
#define UNROLLED_ABI 3
#define UNROLLED_SHAPE(type, last) sizeof(type), offsetof(type, last)
#define UNROLLED_SHAPES \
    UNROLLED_SHAPE(forward_scan, kind), UNROLLED_SHAPE(backward_scan, kind), UNROLLED_SHAPE(matrix, starts), \
        UNROLLED_SHAPE(attention, v), UNROLLED_SHAPE(network, attention), UNROLLED_SHAPE(memory, longest), \
        UNROLLED_SHAPE(filters, ends), UNROLLED_SHAPE(ngrams, left), UNROLLED_SHAPE(tree, outputs), \
        UNROLLED_SHAPE(ranking, sums), UNROLLED_SHAPE(loss, scale), UNROLLED_SHAPE(variant, lose)
#define UNROLLED_ABI_TABLE {UNROLLED_ABI, sizeof((int64_t[]){UNROLLED_SHAPES}) / sizeof(int64_t), UNROLLED_SHAPES}

#endif
