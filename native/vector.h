/* Vectors of LANES floats, and the functions that cells and draws need, written once with the compiler's vector extensions.

   Error bounds (absolute for sigmoid and tanh, relative for exp), tested against float64 over the whole range:
   exp 3e-7, sigmoid 2e-7, tanh 3e-7; exp of doubles 1e-15. Of log of doubles, absolute or relative, whichever
   is the larger: 1e-15. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EACH(n, limit) _Pragma("GCC unroll 8") for (int n = 0; n < (limit); n++)
#define INLINE static inline __attribute__((always_inline, unused))

typedef float vf __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef uint32_t vu __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE vf load(const float *p) { return *(const vf *)p; }
INLINE void store(float *p, vf x) { *(vf *)p = x; }
INLINE vf all(float x) { return x - (vf){0}; }

#ifndef MIN /* the instruction set's own */
INLINE vf choose(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
#define MIN(x, y) choose((x) < (y), x, y)
#define MAX(x, y) choose((x) > (y), x, y)
#endif
#ifndef BOUNDED /* x from low to high; what is no number stays that, for these give their second argument then */
#define BOUNDED(x, low, high) MAX(low, MIN(high, x))
#endif

/* exp(r) for |r| up to half of ln 2, to 3e-9: 1 + r + the polynomial of least relative error. Of several vectors, operation
   by operation over all of them: a processor sees a few dozen instructions ahead, which is less than four such chains. */
INLINE void exps_near_0(int count, vf *r) {
    vf square[4], low[4], high[4];
    EACH(i, count) square[i] = r[i] * r[i];
    EACH(i, count) high[i] = r[i] * 8.368745e-3f + 4.1668391e-2f;
    EACH(i, count) low[i] = r[i] * 1.66665204e-1f + 4.99999934e-1f;
    EACH(i, count) high[i] = square[i] * 1.381454e-3f + high[i];
    EACH(i, count) r[i] += 1.0f;
    EACH(i, count) high[i] = high[i] * square[i] + low[i];
    EACH(i, count) r[i] = high[i] * square[i] + r[i];
}

#define ROUNDS_WHOLE 12582912.0f /* 1.5 * 2^23: adding it rounds to a whole number, in the last bits */
INLINE vf power_of_2(vf whole) { return (vf)(((vu)whole + 127) << 23); }

/* exp of several vectors by 2^n times that; saturates below -87 and above 88. */
INLINE void exps(int count, vf *x) {
    vf n[4], power[4];
    EACH(i, count) x[i] = BOUNDED(x[i], all(-87.0f), all(88.0f));
    EACH(i, count) n[i] = x[i] * 1.44269504f + ROUNDS_WHOLE;
    EACH(i, count) power[i] = power_of_2(n[i]);
    EACH(i, count) n[i] -= ROUNDS_WHOLE;
    EACH(i, count) x[i] = x[i] - n[i] * 0.693359375f + n[i] * 2.12194440e-4f;
    exps_near_0(count, x);
    EACH(i, count) x[i] *= power[i];
}
INLINE vf vexp(vf x) {
    exps(1, &x);
    return x;
}

/* What stays below infinity when three are multiplied with each other and with a state */
#define STEEPEST 28.0f

/* x[n] becomes exp(-x[n]), the odds against a gate: sigmoid(x) = 1 / (1 + odds), tanh(x / 2) = (1 - odds) / (1 + odds).
   Up to STEEPEST, one product takes the whole part of the exponent away, where exps need two. */
INLINE void odds(int count, vf *x) {
    vf n[4], power[4];
    EACH(i, count) x[i] = BOUNDED(x[i], all(-STEEPEST), all(STEEPEST));
    EACH(i, count) n[i] = ROUNDS_WHOLE - x[i] * 1.44269504f;
    EACH(i, count) power[i] = power_of_2(n[i]);
    EACH(i, count) n[i] -= ROUNDS_WHOLE;
    EACH(i, count) x[i] = -x[i] - n[i] * 0.693147181f;
    exps_near_0(count, x);
    EACH(i, count) x[i] *= power[i];
}

typedef double vd __attribute__((vector_size(LANES * 4), aligned(8), may_alias));
typedef int64_t vl __attribute__((vector_size(LANES * 4), aligned(8), may_alias));
typedef uint64_t vul __attribute__((vector_size(LANES * 4), aligned(8), may_alias));

/* exp of doubles up to 0, the same way with Taylor's coefficients; 0 below -700. Half the lanes. */
INLINE vd dexp(vd x) {
    const vd magic = 6755399441055744.0 - (vd){0}; /* 1.5 * 2^52 */
    vl gone = x < -700.0;
    x = (vd)(~gone & (vl)x);
    vd n = x * 1.4426950408889634 + magic;
    vd power = (vd)(((vul)n + 1023) << 52);
    n -= magic;
    vd r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
    vd p = 1.0 / 6227020800.0 - (vd){0};
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 1.0 / 2.0;
    p = p * r * r + r + 1.0;
    return (vd)(~gone & (vl)(p * power));
}

/* log of normal doubles above 0, by the series of atanh. Half the lanes. */
INLINE vd dlog(vd x) {
    const vd magic = 6755399441055744.0 - (vd){0};
    vl bits = (vl)x, n = (bits >> 52) - 1023;
    vd m = (vd)((bits & 0xfffffffffffff) | 0x3ff0000000000000);
    vl large = m > 1.4142135623730951;
    m -= (vd)(large & (vl)(0.5 * m));
    n -= large;
    vd s = (m - 1.0) / (m + 1.0), q = s * s;
    vd p = 1.0 / 19.0 - (vd){0};
    p = p * q + 1.0 / 17.0;
    p = p * q + 1.0 / 15.0;
    p = p * q + 1.0 / 13.0;
    p = p * q + 1.0 / 11.0;
    p = p * q + 1.0 / 9.0;
    p = p * q + 1.0 / 7.0;
    p = p * q + 1.0 / 5.0;
    p = p * q + 1.0 / 3.0;
    p = p * q + 1.0;
    return 2.0 * s * p + ((vd)(n + (vl)magic) - magic) * 0.6931471805599453;
}

INLINE vf vsigmoid(vf x) {
    odds(1, &x);
    return 1.0f / (1.0f + x);
}
INLINE vf vtanh(vf x) {
    x += x;
    odds(1, &x);
    return (1.0f - x) / (1.0f + x);
}
