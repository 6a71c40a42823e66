/* x86 with AMX beside AVX-512, BF16 and VNNI, under Linux, which gives the tiles to those who ask. */
#include "unrolled.h"
#if defined(KNOWS_TILES) || defined(EMULATED)
#include "target.h"
TARGET("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,avx2,fma")

#define VARIANT amx
#define NARROW
#define TILES
#include "avx512.h"
#include "variant.h"
END_TARGET
#endif
