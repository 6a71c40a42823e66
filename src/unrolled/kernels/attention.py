"""What an attention looks at: the keys and values of sources, packed once, and the source of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import ArrayB, FloatsBTS, FloatsNH, FloatsX, NumbersK
from .checks import two_sizes
from .pack import aligned, pad, padded
from .structures import Memory


@dataclass(frozen=True)
class PackedMemory:
    """Keys and values of the N positions of all sources, as the kernels read them; where each starts, and the end.

    Sources lie one behind the other without padding, so that short ones cost no time; a row is whole panels wide, so
    that the kernels read it in whole vectors.
    """

    keys: FloatsNH
    values: FloatsNH
    starts: NumbersK

    def __len__(self) -> int:
        """Return how many sources there are."""
        return len(self.starts) - 1

    @property
    def longest(self) -> int:
        """The most positions of a source."""
        return int(np.diff(self.starts).max(initial=0))


@dataclass(frozen=True)
class Attended:
    """What the rows of a call look at: a memory, and the ``source`` of each row in it; many rows may share one."""

    memory: PackedMemory
    source: ArrayB

    def part(self, begin: int, weights: FloatsBTS | None) -> Memory:
        """Return the kernels' form for the rows from ``begin`` on.

        They fill in ``weights`` if given.
        """
        keys, values, starts = (each.ctypes.data for each in (self.memory.keys, self.memory.values, self.memory.starts))
        kept = None if weights is None else weights[begin:].ctypes.data
        return Memory(keys, values, starts, self.source[begin:].ctypes.data, kept, self.memory.longest)


def pack_memory(keys: FloatsX, values: FloatsX, sizes: Sequence[int]) -> PackedMemory:
    """Pack keys and values [N, H] of sources that lie one behind the other, each of so many positions.

    Raises ``ValueError`` for a source without a position: there is nothing to look at.
    """
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    if min(sizes, default=1) < 1:
        raise ValueError(f"a source has {min(sizes)} places; it must have at least 1")
    two_sizes(keys, "keys")
    if keys.shape != values.shape or len(keys) != starts[-1]:
        raise ValueError(f"keys {keys.shape} and values {values.shape} must both have {starts[-1]} places")
    wide = padded(keys.shape[1])
    packed_keys, packed_values = (aligned(pad(each, len(each), wide)) for each in (keys, values))
    return PackedMemory(packed_keys, packed_values, starts)
