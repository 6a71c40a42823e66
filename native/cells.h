/* The cells that have kernels: an include and a line of the table for each. docs/adding-a-cell.md says what a header has
   to hold. */
#include "elman.h"
#include "gru.h"
#include "lstm.h"

/* Number (`native` in networks/cells/<cell>.py), name, gates, and whether the state goes through W_hh and b_hh */
#define CELLS(CELL)      \
    CELL(0, elman, 1, 1) \
    CELL(1, gru, 3, 1)   \
    CELL(2, lstm, 4, 1)  \
    /* a new one stands above this line */

#define AS_GATES(number, name, gates, recurrent) [number] = gates,
#define AS_RECURRENT(number, name, gates, recurrent) [number] = recurrent,
#define AS_ROOM(number, name, gates, recurrent) char name[gates];
static const ptrdiff_t GATES[] = {CELLS(AS_GATES)};
static const int RECURRENT[] = {CELLS(AS_RECURRENT)};
typedef union { CELLS(AS_ROOM) } room_for_gates;
#define MOST_GATES ((ptrdiff_t)sizeof(room_for_gates))

/* `row` counts over all steps: step * rows + row; `at` is a place in arrays that have no steps. */
#define AS_FORWARD(number, name, gates, recurrent) \
    case number: name##_forward(s, a, u, row, unit); break;
INLINE void unit_forward(const forward_scan *s, const float *a, const float *u, ptrdiff_t row, ptrdiff_t unit) {
    switch (s->cell) { CELLS(AS_FORWARD) }
}

#define AS_BACKWARD(number, name, gates, recurrent) \
    case number: name##_backward(s, row, unit, at); break;
INLINE void unit_backward(const backward_scan *s, ptrdiff_t row, ptrdiff_t unit, ptrdiff_t at) {
    switch (s->cell) { CELLS(AS_BACKWARD) }
}

#define AS_STEP(number, name, gates, recurrent) \
    case number: name##_step(a, u, h, c); break;
INLINE void unit_step(int32_t cell, const float *a, const float *u, float *h, float *c) {
    switch (cell) { CELLS(AS_STEP) }
}

#define AS_FINISH(number, name, gates, recurrent) \
    case number: name##_finish(h, c); break;
INLINE void unit_finish(int32_t cell, float *h, const float *c) {
    switch (cell) { CELLS(AS_FINISH) }
}
