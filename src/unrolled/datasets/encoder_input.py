"""What networks are given to read before they write: rows of unequal length, or all alike, by their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class EncoderInput:
    """Some rows side by side: ``values`` [B, ...] and, where they are padded, how many of a row's places are real.

    Where each place could have an answer of its own and not all do, ``places`` has those of each row that do, rising.
    """

    values: NDArray[Any]
    sizes: Numbers | None = None
    places: Ragged | None = None

    def answering(self, row: int) -> Numbers:
        """Return the places of a padded row that answer: all that are real, unless it is said which."""
        assert self.sizes is not None, "rows of places are padded"
        return np.arange(self.sizes[row]) if self.places is None else self.places.row(row)

    def __len__(self) -> int:
        return len(self.values)


class Rows(Protocol):
    """Many rows, of which some are taken at a time."""

    @property
    def sizes(self) -> Numbers:
        """How long every row is."""

    def take(self, which: Numbers) -> EncoderInput:
        """Return some rows side by side."""

    def first(self, count: int) -> Rows:
        """Return the first so many rows."""


@dataclass(frozen=True)
class Shared:
    """Rows of one shape [N, ...], each of them the source of several examples: example n has the row ``rows[n]``."""

    values: NDArray[Any]
    rows: Numbers

    @property
    def sizes(self) -> Numbers:
        return np.ones(len(self.rows), np.int64)

    def take(self, which: Numbers) -> EncoderInput:
        return EncoderInput(self.values[self.rows[which]])

    def first(self, count: int) -> Shared:
        return Shared(self.values, self.rows[:count])


@dataclass(frozen=True)
class Ragged:
    """Rows of unequal length, one behind another in ``flat``; row n begins at ``starts[n]``."""

    flat: NDArray[np.int32]
    starts: Numbers

    @classmethod
    def of(cls, rows: Iterable[NDArray[np.int32]]) -> Ragged:
        """Return the rows that some arrays are."""
        each = [np.asarray(row, np.int32) for row in rows]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in each], dtype=np.int64)])
        return cls(np.concatenate([*each, np.empty(0, np.int32)]), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Numbers:
        return np.diff(self.starts)

    def row(self, number: int) -> Numbers:
        """Return one row."""
        return self.flat[self.starts[number] : self.starts[number + 1]].astype(np.int64)

    def take(self, which: Numbers) -> EncoderInput:
        """Return some rows, padded with zeros to the longest of them."""
        sizes = self.sizes[which]
        offsets = np.arange(max(1, int(sizes.max(initial=0))))
        real = offsets < sizes[:, None]
        values = np.zeros(real.shape, np.int32)
        values[real] = self.flat[(self.starts[which][:, None] + offsets)[real]]
        return EncoderInput(values, sizes)

    def first(self, count: int) -> Ragged:
        """Return the first so many rows."""
        starts = self.starts[: count + 1]
        return Ragged(self.flat[: starts[-1]], starts)


def side_by_side(rows: Iterable[NDArray[np.int32]]) -> EncoderInput:
    """Return some arrays as rows of one, padded."""
    ragged = Ragged.of(rows)
    return ragged.take(np.arange(len(ragged)))
