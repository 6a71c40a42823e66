"""How much of a held-out part also stands in the part to learn from: a text that repeats itself judges nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..text.base import Ids, release
from ..text.vocabulary import BOUNDARY

SPAN = 64
"""Characters that are copied where they stand in both parts: seldom said twice by chance, as novelty has it."""
MAX_SPANS = 4096
"""Spans of the held-out part that are looked for."""
AT_ONCE = 1 << 20
BASE = np.uint64(0x9E3779B97F4A7C15)
"""The odd number whose powers weigh the units of a span; sums wrap around."""


def copied_share(train: Ids, held_out: Ids, characters_per_unit: float = 1.0) -> float:
    """Return the share of a held-out part's spans that also stand in the training part; 0 where it has none.

    A span has ``SPAN`` characters, in so many units, and none crosses the end of a document.
    """
    size = max(4, round(SPAN / max(1.0, characters_per_unit)))
    every = spans_of(np.asarray(held_out), size)
    if not len(every):
        return 0.0
    chosen = every[:: max(1, len(every) // MAX_SPANS)]
    wanted = np.unique(chosen)
    found = np.zeros(len(wanted), bool)
    for start in range(0, len(train), AT_ONCE):
        part = np.asarray(train[start : start + AT_ONCE + size])
        there = rolling(part, size)
        places = np.searchsorted(wanted, there)
        places[places == len(wanted)] = 0
        found[places[wanted[places] == there]] = True
        release(train)
    return float(found[np.searchsorted(wanted, chosen)].mean())


def spans_of(ids: Ids, size: int) -> NDArray[np.uint64]:
    """Return the hashes of spans of a text that follow one another, but for those across the end of a document."""
    whole = ids[: len(ids) // size * size].reshape(-1, size)
    inside = ~(whole == BOUNDARY).any(1)
    hashes = rolling(ids, size)[::size][: len(whole)]
    chosen: NDArray[np.uint64] = hashes[inside]
    return chosen


def rolling(ids: Ids, size: int) -> NDArray[np.uint64]:
    """Return the hash of every span of so many units: a polynomial of its ids, modulo 2 to the 64 (Karp and Rabin)."""
    if len(ids) < size:
        return np.empty(0, np.uint64)
    powers = np.cumprod(np.full(size, BASE, np.uint64))
    mixed = (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
    total = np.zeros(len(ids) - size + 1, np.uint64)
    for place in range(size):
        total += mixed[place : len(ids) - size + 1 + place] * powers[place]
    return total
