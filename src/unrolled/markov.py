"""The Markov chain of n units: counts, smoothed by interpolated and modified Kneser–Ney.

Chen and Goodman 1999, section 3. The yardstick of every text: what the last few units alone tell about the next one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .text.base import Ids

LEAST = 0.1
"""Taken off every n-gram at least, so that a text too small to tell discounts leaves something to shorter contexts."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def bits_of(train: Ids, held_out: Ids, vocabulary: int, order: int) -> Floats:
    """Bits of every unit of a held-out text but the first, for a chain that counted a training text.

    ``order`` is the length of the longest n-gram: each unit is predicted from ``order - 1`` units before it.
    """
    both = np.concatenate([train, held_out]).astype(np.int64)
    grams = number_grams(both, vocabulary, order)
    probability = np.full(len(held_out) - 1, 1 / vocabulary)
    places = np.arange(len(train) + 1, len(both))
    for length in range(1, order + 1):
        events, contexts = counted(grams, length, len(train), order)
        context, event = grams[length - 1][places - 1], grams[length][places]
        probability = interpolated(events, contexts, event, context, probability)
    bits: Floats = -np.log2(probability)
    return bits


def number_grams(ids: Numbers, vocabulary: int, order: int) -> list[Numbers]:
    """For every length up to ``order``, the number of the n-gram that ends at each place; equal ones are equal.

    Zero is what ends before the text.
    """
    grams = [np.zeros(len(ids), np.int64), ids + 1]
    for _ in range(2, order + 1):
        pairs = before(grams[-1]) * vocabulary + ids
        grams.append(np.unique(pairs, return_inverse=True)[1].reshape(-1) + 1)
    return grams


def before(grams: Numbers) -> Numbers:
    """What ended one place earlier."""
    return np.insert(grams[:-1], 0, 0)


def counted(grams: list[Numbers], length: int, train: int, order: int) -> tuple[Floats, Numbers]:
    """The count of each n-gram of a length, and the context of each (-1 where it was never seen).

    Below the longest, an n-gram counts once for each different unit that came before it.
    """
    events, contexts = grams[length][:train], before(grams[length - 1])[:train]
    if length < order:
        first = np.unique(grams[length + 1][:train], return_index=True)[1]
        events, contexts = events[first], contexts[first]
    size = int(grams[length].max()) + 1
    owner = np.full(size, -1, np.int64)
    owner[events] = contexts
    return np.bincount(events, minlength=size).astype(np.float64), owner


def discounts(counts: Floats) -> Floats:
    """What is taken off n-grams counted once, twice, and more often (Chen and Goodman 1999, equation 26)."""
    once, twice, thrice, four = (max(1.0, float((counts == times).sum())) for times in (1, 2, 3, 4))
    share = once / (once + 2 * twice)
    taken = [1 - 2 * share * twice / once, 2 - 3 * share * thrice / twice, 3 - 4 * share * four / thrice]
    return np.array([0.0, *np.clip(taken, LEAST, [1, 2, 3])])


def interpolated(counts: Floats, owner: Numbers, event: Numbers, context: Numbers, shorter: Floats) -> Floats:
    """The probability of each event after its context, the share of the discounts given to shorter contexts."""
    seen = owner >= 0
    size = int(max(context.max(), owner.max())) + 1
    totals = np.bincount(owner[seen], counts[seen], size)
    off = discounts(counts)[np.minimum(counts, 3).astype(np.int64)]
    freed = np.bincount(owner[seen], off[seen], size)
    total = totals[context]
    known = np.maximum(total, 1)
    here = np.where(seen[event], counts[event] - off[event], 0.0)
    return np.where(total > 0, here / known + freed[context] / known * shorter, shorter)
