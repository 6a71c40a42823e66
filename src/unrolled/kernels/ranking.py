"""Ranking: the likeliest ids of rows of logits, in the kernels."""

from __future__ import annotations

import ctypes

import numpy as np

from ..arrays import DoublesB, FloatsBK, FloatsBV, IdsBK
from .checks import contiguous, two_sizes
from .library import Library
from .structures import Ranking
from .threads import over_rows

WORTH = 1 << 15
"""Logits from which on threads are faster."""


def rank(
    library: Library, logits: FloatsBV, count: int, special: int, ends: bool, threads: int
) -> tuple[IdsBK, FloatsBK, DoublesB]:
    """Return the ids of the greatest logits, these, and the logarithm of the sum of all powers.

    The greatest come first, of equals the lower id; ids below ``special`` are left out, but for 0 where it ``ends``.
    Raises ``ValueError`` where there are not so many ids, and for arrays that are no rows of numbers.
    """
    rows, size = two_sizes(logits, "the logits")
    if not 0 < count <= size:
        raise ValueError(f"{count} ids of {size} are asked for; it must be at least 1, and no more than there are")
    if special < 0:
        raise ValueError(f"there are {special} special ids; there must be at least 0")
    each = logits.itemsize
    whole = logits.strides[1] == each and logits.strides[0] % each == 0  # rows may lie apart, by whole numbers
    if logits.dtype != np.float32 or not whole or not logits.flags.aligned:
        logits = contiguous(logits, np.float32)
    ids, values, sums = np.empty((rows, count), np.int32), np.empty((rows, count), np.float32), np.empty(rows)
    apart = logits.strides[0] // logits.itemsize

    def part(begin: int, end: int) -> None:
        pointers = (each[begin:].ctypes.data for each in (ids, values, sums))
        given = Ranking(logits[begin:].ctypes.data, end - begin, apart, size, special, ends, count, *pointers)
        library.variant.rank(ctypes.byref(given))

    over_rows(part, rows, threads if logits.size >= WORTH else 1)
    return ids, values, sums
