/* Any processor: vectors of four, which every compiler maps to what there is (SSE2). */
#define VARIANT portable
#define LANES 4
#define TILE 2
#define OPEN 1 /* PyTorch uses what the processor has */

/* byte i of every lane: of w with its sign, of x without */
#define BYTE(x, w, i) (((x) >> (8 * (i)) & 255) * ((w) << (24 - 8 * (i)) >> 24))
#define DOT4(sum, x, w) ((sum) + BYTE(x, w, 0) + BYTE(x, w, 1) + BYTE(x, w, 2) + BYTE(x, w, 3))
#include "variant.h"
