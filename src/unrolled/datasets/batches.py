"""Batches: the text as rows of ids side by side, all of the same length.

Every batch is a function of (seed, step) alone, so that a run can go on from any step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..text.base import Ids


@dataclass(frozen=True)
class Batch:
    """``inputs`` and ``targets`` of shape [B, T]; ``fresh`` [B] tells which rows start without a state.

    Where rows are of unequal length, ``counts`` [B, T] tells which targets are more than padding; where a row is part
    of one document, ``documents`` [B] tells of which.
    """

    inputs: Ids
    targets: Ids
    fresh: NDArray[np.bool_]
    counts: NDArray[np.bool_] | None = None
    documents: NDArray[np.int64] | None = None


class Batches(ABC):
    """What is learnt from in batches of about ``batch_size`` rows of ``length`` units."""

    def __init__(self, batch_size: int, length: int, seed: int) -> None:
        self.batch_size, self.length, self.seed = batch_size, length, seed

    @property
    @abstractmethod
    def steps_per_epoch(self) -> int:
        """Batches in one pass over all of it."""

    @property
    @abstractmethod
    def units_per_step(self) -> float:
        """Units that a step learns from, about."""

    @abstractmethod
    def batch(self, step: int) -> Batch:
        """Return the batch of a step, counted from 0 over all epochs."""

    def rng(self, *place: int) -> np.random.Generator:
        """Return the generator of one place (an epoch, a step): the same whenever it is asked for."""
        return np.random.default_rng([self.seed, *place])


class TextBatches(Batches):
    """A text in rows, none of them longer than the text itself."""

    def __init__(self, ids: Ids, batch_size: int, length: int, seed: int) -> None:
        length = max(1, min(length, len(ids) - 1))
        super().__init__(max(1, min(batch_size, (len(ids) - 1) // length)), length, seed)
        self.ids = ids

    @property
    def units_per_step(self) -> float:
        return self.batch_size * self.length

    def cut(self, starts: NDArray[np.int64], fresh: NDArray[np.bool_]) -> Batch:
        """Return the rows that begin at ``starts``."""
        places = starts[:, None] + np.arange(self.length)
        return Batch(self.ids[places], self.ids[places + 1], fresh)


class Streams(TextBatches):
    """Contiguous streams: row b of a batch goes on where row b of the last one ended.

    Truncated backpropagation through time with the state carried along (Mikolov 2012, section 3.2.2). Each epoch
    begins at a random offset and without a state, and no stream runs over the end of the text; now and then
    (``reset_probability``) a stream forgets its state, so that the network also learns to start afresh.
    """

    def __init__(self, ids: Ids, batch_size: int, length: int, seed: int, reset_probability: float = 0.0) -> None:
        super().__init__(ids, batch_size, length, seed)
        self.reset_probability = reset_probability

    @property
    def steps_per_epoch(self) -> int:
        return (len(self.ids) - 1) // (self.batch_size * self.length)

    def batch(self, step: int) -> Batch:
        epoch, place = divmod(step, self.steps_per_epoch)
        stride = self.steps_per_epoch * self.length
        slack = len(self.ids) - 1 - self.batch_size * stride
        offset = int(self.rng(1, epoch).integers(slack + 1))
        starts = offset + np.arange(self.batch_size) * stride + place * self.length
        forgets = self.rng(2, step).random(self.batch_size) < self.reset_probability
        return self.cut(starts, forgets | (place == 0))


class Windows(TextBatches):
    """Shuffled windows, each without a state: the lesson's ``nchars``."""

    @property
    def steps_per_epoch(self) -> int:
        return max(1, (len(self.ids) - 1) // self.length // self.batch_size)

    def batch(self, step: int) -> Batch:
        epoch, place = divmod(step, self.steps_per_epoch)
        rng = self.rng(3, epoch)
        windows = (len(self.ids) - 1) // self.length
        offset = int(rng.integers(len(self.ids) - windows * self.length))
        order = rng.permutation(windows)
        rows = order[place * self.batch_size : (place + 1) * self.batch_size]
        return self.cut(offset + rows * self.length, np.ones(len(rows), bool))


def side_by_side(ids: Ids, rows: int, length: int) -> Iterator[Batch]:
    """Yield a held-out text in ``rows`` streams.

    Each row but the first begins ``length`` units early, to have a state by the time it counts; the first begins
    where the text does, so that a text in one row is read exactly as it stands. Every target counts once.
    """
    targets = len(ids) - 1
    share = -(-targets // rows)
    begins = np.arange(rows) * share
    ends = np.minimum(begins + share, targets)
    lead = length if rows > 1 else 0
    for start in range(-lead, share, length):
        places = begins[:, None] + np.arange(start, min(start + length, share))
        counts = (places >= begins[:, None]) & (places < ends[:, None])
        fresh = np.full(rows, start == -lead)
        fresh[0] |= start == 0
        places = np.clip(places, 0, targets - 1)
        yield Batch(ids[places], ids[places + 1], fresh, counts)


def overlapping(ids: Ids, rows: int, window: int) -> Iterator[Batch]:
    """Yield a held-out text in windows, so many at a time, each a fresh start.

    Of all but the first only the later half counts: so every target there has half a window before it at least.
    """
    targets, lead = len(ids) - 1, window // 2
    begins = np.arange(0, max(1, targets - lead), window - lead)
    offsets = np.arange(window)
    for start in range(0, len(begins), rows):
        part = begins[start : start + rows, None]
        places = part + offsets
        counts = (places < targets) & ((offsets >= lead) | (part == 0))
        places = np.minimum(places, targets - 1)
        yield Batch(ids[places], ids[places + 1], np.ones(len(part), bool), counts)
