/* What an x86 processor can run, asked of itself: the __builtin_cpu_supports of some compilers (ziglang's) always says no. */

#include <cpuid.h>
#ifdef KNOWS_TILES
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* The registers a, b, c, d of a leaf; zeros where there is no such leaf */
typedef struct {
    unsigned a, b, c, d;
} leaf;
static leaf ask(unsigned number, unsigned part) {
    leaf found = {0};
    if (!__get_cpuid_count(number, part, &found.a, &found.b, &found.c, &found.d)) return (leaf){0};
    return found;
}

/* Whether the system keeps these registers of every thread (the bits of XCR0) */
static int kept(unsigned registers) {
    if (!(ask(1, 0).c & bit_OSXSAVE)) return 0;
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & registers) == registers;
}

/* AVX2 and FMA; of the registers xmm and ymm */
static int has_avx2(void) { return kept(0x6) && (ask(1, 0).c & bit_FMA) && (ask(7, 0).b & bit_AVX2); }

/* AVX-512 (F, BW, DQ, VL); of the registers also zmm and the masks, which macOS keeps from their first use on */
static int has_avx512(void) {
#ifdef __APPLE__
    unsigned registers = 0x6;
#else
    unsigned registers = 0xe6;
#endif
    unsigned all = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    return has_avx2() && kept(registers) && (ask(7, 0).b & all) == all;
}

/* The products of bf16 pairs and of int8 fours */
static int has_narrow(void) {
    leaf seven = ask(7, 0);
    return (seven.c & bit_AVX512VNNI) && seven.a >= 1 && (ask(7, 1).a & bit_AVX512BF16);
}

#ifdef KNOWS_TILES
/* Whether there are tiles and the system lets this process use them (Documentation/arch/x86/xstate.rst) */
static int has_tiles(void) {
    enum { ASK = 0x1023, TILE_DATA = 18 }; /* ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA */
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 }; /* in d of leaf 7; not every compiler has names for them */
    unsigned d = ask(7, 0).d;
    return (d & AMX_BF16) && (d & AMX_TILE) && !syscall(SYS_arch_prctl, ASK, TILE_DATA);
}
#endif
