/* Whether a 64-bit ARM processor has the dot product of int8, sdot, asked of its system. */

#if defined(__linux__)
#include <sys/auxv.h>
static int has_dot(void) {
    enum { ASIMDDP = 1 << 20 }; /* HWCAP_ASIMDDP; not every system's headers have it */
    return (getauxval(AT_HWCAP) & ASIMDDP) != 0;
}
#elif defined(__APPLE__)
#include <sys/sysctl.h>
static int has_dot(void) {
    int there = 0;
    size_t size = sizeof there;
    return !sysctlbyname("hw.optional.arm.FEAT_DotProd", &there, &size, 0, 0) && there;
}
#elif defined(_WIN32)
__declspec(dllimport) int __stdcall IsProcessorFeaturePresent(unsigned long); /* <windows.h> has an INT8 of its own */
static int has_dot(void) {
    enum { DOT_PRODUCT = 43 }; /* PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE */
    return IsProcessorFeaturePresent(DOT_PRODUCT);
}
#else
static int has_dot(void) { return 0; }
#endif
