/* TARGET("features"): what follows is compiled for processors that have them, until END_TARGET. GCC takes the pragma as it
   stands; clang wants it around, and both want the intrinsics' header in reach. */
#ifdef EMULATED
#define TARGET(features)
#define END_TARGET
#else
#ifdef __aarch64__
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif
#define PRAGMA(text) _Pragma(#text)
#ifdef __clang__
#define TARGET(features) PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define END_TARGET PRAGMA(clang attribute pop)
#else
#define TARGET(features) PRAGMA(GCC target(features))
#define END_TARGET
#endif
#endif
