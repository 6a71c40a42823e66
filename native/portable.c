/* Any processor: vectors of four, which every compiler maps to what there is (SSE2, NEON). */
#define VARIANT portable
#define LANES 4
#define TILE 2
#include "variant.h"
