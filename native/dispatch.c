/* Which variants this processor can run. */

#include "unrolled.h"

extern const variant variant_portable;
#if defined(__x86_64__)
#include "x86.h"
extern const variant variant_avx2, variant_avx512, variant_avx512_bf16;
#ifdef KNOWS_TILES
extern const variant variant_amx;
#endif
#endif

#if defined(__aarch64__)
#include "arm.h"
extern const variant variant_neon, variant_neon_dot;
#endif

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

extern EXPORT const int64_t unrolled_abi[];
const int64_t unrolled_abi[] = UNROLLED_ABI_TABLE;

/* The variants from the best to the plainest, then a null pointer; those that the processor cannot run are left out. */
EXPORT int unrolled_variants(const variant **found, int most) {
    int count = 0;
#if defined(__x86_64__)
    int avx512 = has_avx512(), narrow = avx512 && has_narrow();
#ifdef KNOWS_TILES
    if (narrow && has_tiles() && count < most) found[count++] = &variant_amx;
#endif
    if (narrow && count < most) found[count++] = &variant_avx512_bf16;
    if (avx512 && count < most) found[count++] = &variant_avx512;
    if (has_avx2() && count < most) found[count++] = &variant_avx2;
#endif
#if defined(__aarch64__)
    if (has_dot() && count < most) found[count++] = &variant_neon_dot;
    if (count < most) found[count++] = &variant_neon;
#endif
    if (count < most) found[count++] = &variant_portable;
    return count;
}
