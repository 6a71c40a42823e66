/* Reads an array over and over: what a single core can read from the cache level that holds it. */

#include <stddef.h>

typedef float lanes __attribute__((vector_size(32)));

float read_all(const lanes *array, size_t count, int rounds) {
    lanes sum[8] = {{0}};
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i + 8 <= count; i += 8)
            for (int j = 0; j < 8; j++) sum[j] += array[i + j];
    lanes all = {0};
    for (int j = 0; j < 8; j++) all += sum[j];
    return all[0] + all[1] + all[2] + all[3] + all[4] + all[5] + all[6] + all[7];
}
