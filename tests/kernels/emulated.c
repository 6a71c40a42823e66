/* The library of the emulated variants. */
#include "unrolled.h"

const int64_t unrolled_abi[] = UNROLLED_ABI_TABLE;

extern const variant variant_avx512, variant_avx512_bf16, variant_amx;

int unrolled_variants(const variant **found, int most) {
    found[0] = &variant_avx512;
    found[1] = &variant_avx512_bf16;
    found[2] = &variant_amx;
    return most < 3 ? most : 3;
}
