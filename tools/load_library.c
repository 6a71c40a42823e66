/* Load a library of kernels and print the variants that it has for this processor, where there is no Python to do it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW) : 0;
    int (*variants)(const char ***, int) = library ? (int (*)(const char ***, int))dlsym(library, "unrolled_variants") : 0;
    if (!variants) return fprintf(stderr, "%s\n", count == 2 ? dlerror() : "load_library LIBRARY"), 1;
    const char **found[8];
    int there = variants(found, 8);
    for (int each = 0; each < there; each++) puts(*found[each]); /* the name is what a variant begins with */
    return 0;
}
