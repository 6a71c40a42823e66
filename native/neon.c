/* Every 64-bit ARM. */
#if defined(__aarch64__)
#include <arm_neon.h>

#define VARIANT neon
#define OPEN 1 /* on Apple's chips PyTorch has a matrix unit that we cannot use */
#include "neon.h"
#include "variant.h"
#endif
