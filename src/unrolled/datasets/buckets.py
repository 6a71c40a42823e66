"""Batches of documents: rows of nearly the same length side by side, padded to the longest of them.

Every document begins without a state, so that nothing leaks from one into the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..text.base import Ids
from ..text.vocabulary import BOUNDARY
from .batches import Batch, TextBatches

PIECE = 16  # sequences, after which a long document is cut: its rest then begins without a state, too
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Where pieces begin, how many units each of them predicts, and of which documents they are."""

    begins: Places
    sizes: Places
    documents: Places

    def __getitem__(self, which: Places | slice) -> Pieces:
        return Pieces(self.begins[which], self.sizes[which], self.documents[which])


class Buckets(TextBatches):
    """Documents, a boundary before each and behind the last, in batches of about ``batch_size`` x ``length`` units."""

    def __init__(self, ids: Ids, batch_size: int, length: int, seed: int) -> None:
        super().__init__(ids, batch_size, length, seed)
        self.pieces = cut_pieces(ids, PIECE * self.length)
        descending = np.sort(self.pieces.sizes)[::-1]
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
        """Return all steps of a group."""
        first, last, steps = self.groups[number]
        return padded(self.ids, self.pieces[self.order(epoch)[0][first:last]], steps)

    def shuffled(self, epoch: int) -> tuple[Places, Places]:
        """Return an epoch's order: of the pieces, the longest first and equals in any order; and of the groups."""
        rng, sizes = self.rng(4, epoch), self.pieces.sizes
        return np.lexsort((rng.random(len(sizes)), -sizes)), rng.permutation(len(self.groups))


def cut_pieces(ids: Ids, longest: int) -> Pieces:
    """Return the pieces of all documents, none of them longer than so many units."""
    places = np.flatnonzero(ids == BOUNDARY)
    sizes = np.diff(places)
    counts = -(-sizes // longest)
    which = np.repeat(np.arange(len(sizes)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pieces(places[which] + number * longest, np.minimum(sizes[which] - number * longest, longest), which)


def group(descending: Places, units: int, length: int) -> Iterator[tuple[int, int, int]]:
    """Yield groups of pieces side by side, and in how many steps each is read: (first, last, steps)."""
    first = 0
    while first < len(descending):
        steps = -(-int(descending[first]) // length)
        rows = max(1, units // -(-int(descending[first]) // steps))
        last = min(first + rows, len(descending))
        yield first, last, steps
        first = last


def padded(ids: Ids, pieces: Pieces, steps: int) -> list[Batch]:
    """Pieces side by side, in so many steps of the same length; what stands behind a piece's end does not count."""
    begins = pieces.begins[:, None]
    length = -(-int(pieces.sizes.max()) // steps)
    offsets = np.arange(length * steps)
    counts = offsets < pieces.sizes[:, None]
    places = np.where(counts, begins + offsets, begins)
    batches = []
    for start in range(0, length * steps, length):
        part = np.s_[:, start : start + length]
        fresh = np.full(len(begins), start == 0)
        batches.append(Batch(ids[places[part]], ids[places[part] + 1], fresh, counts[part], pieces.documents))
    return batches


def each_once(ids: Ids, units: int, length: int) -> Iterator[Batch]:
    """Yield all documents of a held-out text, each whole and from a fresh state, in batches of about so many units."""
    pieces = cut_pieces(ids, len(ids))
    pieces = pieces[np.argsort(-pieces.sizes, kind="stable")]
    for first, last, steps in group(pieces.sizes, units, length):
        yield from padded(ids, pieces[first:last], steps)
