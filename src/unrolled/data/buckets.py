"""Batches of documents: rows of nearly the same length side by side, padded to the longest of them.

Every document begins without a state, so that nothing leaks from one into the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..text.base import Ids
from ..text.vocabulary import BOUNDARY
from .batches import Batch, Batches

PIECE = 16  # sequences, after which a long document is cut: its rest then begins without a state, too
Places = NDArray[np.int64]


class Buckets(Batches):
    """Documents, a boundary before each and behind the last, in batches of about ``batch_size`` x ``length`` units."""

    def __init__(self, ids: Ids, batch_size: int, length: int, seed: int) -> None:
        super().__init__(ids, batch_size, length, seed)
        self.begins, self.sizes = cut_pieces(ids, PIECE * self.length)
        descending = np.sort(self.sizes)[::-1]
        self.groups = list(group(descending, self.batch_size * self.length, self.length))
        self.order, self.read = lru_cache(2)(self.shuffled), lru_cache(1)(self.read_group)

    @property
    def steps_per_epoch(self) -> int:
        return sum(steps for _, _, steps in self.groups)

    def batch(self, step: int) -> Batch:
        epoch, place = divmod(step, self.steps_per_epoch)
        _, turns = self.order(epoch)
        ends = np.cumsum([self.groups[turn][2] for turn in turns])
        which = int(np.searchsorted(ends, place, "right"))
        return self.read(epoch, int(turns[which]))[place - int(ends[which])]

    def read_group(self, epoch: int, number: int) -> list[Batch]:
        """All steps of a group."""
        first, last, steps = self.groups[number]
        pieces = self.order(epoch)[0][first:last]
        return padded(self.ids, self.begins[pieces], self.sizes[pieces], steps)

    def shuffled(self, epoch: int) -> tuple[Places, Places]:
        """An epoch's order: of the pieces, the longest first and equals in any order; and of the groups."""
        chance = self.chance(4, epoch)
        return np.lexsort((chance.random(len(self.sizes)), -self.sizes)), chance.permutation(len(self.groups))


def cut_pieces(ids: Ids, longest: int) -> tuple[Places, Places]:
    """Where the pieces of all documents begin, and how many units each of them predicts."""
    places = np.flatnonzero(ids == BOUNDARY)
    sizes = np.diff(places)
    counts = -(-sizes // longest)
    which = np.repeat(np.arange(len(sizes)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    begins = places[which] + number * longest
    return begins, np.minimum(sizes[which] - number * longest, longest)


def group(descending: Places, units: int, length: int) -> Iterator[tuple[int, int, int]]:
    """Groups of pieces side by side, and in how many steps each group is read: (first, last, steps)."""
    first = 0
    while first < len(descending):
        steps = -(-int(descending[first]) // length)
        rows = max(1, units // -(-int(descending[first]) // steps))
        last = min(first + rows, len(descending))
        yield first, last, steps
        first = last


def padded(ids: Ids, begins: Places, sizes: Places, steps: int) -> list[Batch]:
    """Pieces side by side, in so many steps of the same length; what stands behind a piece's end does not count."""
    length = -(-int(sizes.max()) // steps)
    offsets = np.arange(length * steps)
    counts = offsets < sizes[:, None]
    places = np.where(counts, begins[:, None] + offsets, begins[:, None])
    batches = []
    for start in range(0, length * steps, length):
        part = np.s_[:, start : start + length]
        fresh = np.full(len(begins), start == 0)
        batches.append(Batch(ids[places[part]], ids[places[part] + 1], fresh, counts[part]))
    return batches


def each_once(ids: Ids, units: int, length: int) -> Iterator[Batch]:
    """All documents of a held-out text, each whole and from a fresh state, in batches of about so many units."""
    begins, sizes = cut_pieces(ids, len(ids))
    order = np.argsort(-sizes, kind="stable")
    for first, last, steps in group(sizes[order], units, length):
        yield from padded(ids, begins[order[first:last]], sizes[order[first:last]], steps)
