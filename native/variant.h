/* Names that end in the variant's: forward_avx2, forward_portable, … */
#define JOIN(a, b) a##_##b
#define JOINED(a, b) JOIN(a, b)
#define NAME(name) JOINED(name, VARIANT)
#define QUOTE(a) #a
#define WORD(a) QUOTE(a)

#include "unrolled.h"
#ifndef OPEN
#define OPEN 0
#endif
#include "vector.h"
#include "product.h"
#ifdef TILES
#include "amx.h"
#endif
#include "cells.h"
#include "scan.h"
#include "attention.h"
#include "select.h"
#include "draw.h"
#include "infer.h"
#include "chain.h"
#include "rank.h"
#include "loss.h"

const variant NAME(variant) = {WORD(VARIANT), PAIRS, OPEN,      NAME(forward), NAME(backward),
                               NAME(scan),    NAME(draw), NAME(write),   NAME(rank), NAME(lose)};
