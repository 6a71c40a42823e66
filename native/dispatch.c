/* Which variants this processor can run. */

#include "unrolled.h"

extern const variant variant_portable;
#if defined(__x86_64__)
extern const variant variant_avx2, variant_avx512, variant_avx512_bf16;
#endif
#ifdef KNOWS_TILES
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
extern const variant variant_amx;

/* Whether there are tiles and the system lets this process use them (Documentation/arch/x86/xstate.rst) */
static int tiles(void) {
    enum { ASK = 0x1023, TILE_DATA = 18 }; /* ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA */
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 }; /* in edx of leaf 7; not every compiler has names for them */
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AMX_BF16) && (d & AMX_TILE) &&
           !syscall(SYS_arch_prctl, ASK, TILE_DATA);
}
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
    __builtin_cpu_init();
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    int narrow = __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
#ifdef KNOWS_TILES
    if (avx512 && narrow && tiles() && count < most) found[count++] = &variant_amx;
#endif
    if (avx512 && narrow && count < most) found[count++] = &variant_avx512_bf16;
    if (avx512 && count < most) found[count++] = &variant_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && count < most) found[count++] = &variant_avx2;
#endif
#if defined(__aarch64__)
    if (has_dot() && count < most) found[count++] = &variant_neon_dot;
    if (count < most) found[count++] = &variant_neon;
#endif
    if (count < most) found[count++] = &variant_portable;
    return count;
}
