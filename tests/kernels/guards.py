"""Arrays in all layouts, and memory around arrays in which nobody may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

GUARD = 192
"""Bytes before and behind an array: three lines of a cache, which a vector that goes too far would reach."""
CANARY = 0x7FE1
"""In 16 bits, so that as float32 (and as float64) it is no number, and as an id far beyond any table."""

LAYOUTS = ("plain", "fortran", "reversed", "every other", "repeated", "fixed", "between")


class Guarded:
    """Buffers that hold an array each, between two guards."""

    def __init__(self) -> None:
        self.buffers: list[tuple[np.ndarray, int]] = []

    def empty(self, shape: Any, dtype: Any = float, *_: Any, **__: Any) -> np.ndarray:
        """Room for an array, full of what is no number."""
        dtype, sizes = np.dtype(dtype), (shape,) if np.ndim(shape) == 0 else tuple(shape)
        inside = int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize
        buffer = REAL_EMPTY(GUARD + inside + GUARD + 1, np.uint8)
        buffer[: len(buffer) // 2 * 2].view(np.uint16)[:] = CANARY
        buffer[GUARD + inside :] = 0x7F
        self.buffers.append((buffer, inside))
        return buffer[GUARD : GUARD + inside].view(dtype).reshape(sizes)

    def zeros(self, shape: Any, dtype: Any = float, *_: Any, **__: Any) -> np.ndarray:
        """The same full of zeros."""
        room = self.empty(shape, dtype)
        room[...] = 0
        return room

    def copy(self, array: np.ndarray) -> np.ndarray:
        """A copy between guards."""
        room = self.empty(array.shape, array.dtype)
        room[...] = array
        return room

    def check(self) -> None:
        """Fail where something was written outside of an array."""
        for buffer, inside in self.buffers:
            assert (buffer[:GUARD].view(np.uint16) == CANARY).all(), "written before an array"
            assert (buffer[GUARD + inside :] == 0x7F).all(), "written behind an array"


REAL_EMPTY = np.empty


@contextmanager
def guarded() -> Iterator[Guarded]:
    """Give every array that the package makes room for, within, its guards; they are looked at in the end."""
    guards = Guarded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np, "empty", guards.empty)
        patch.setattr(np, "zeros", guards.zeros)
        yield guards
    guards.check()


def laid_out(array: np.ndarray, layout: str, guards: Guarded) -> np.ndarray:
    """The same numbers (but where rows are repeated) in another layout, between guards."""
    if not array.ndim or not array.size:
        return array
    if layout == "fortran":
        return guards.copy(np.ascontiguousarray(array.T)).T
    if layout == "reversed":
        return np.flip(guards.copy(np.flip(array)))
    if layout == "every other":
        wide = guards.copy(np.repeat(array, 2, -1))
        return wide[..., 1::2]
    if layout == "repeated":
        return np.broadcast_to(guards.copy(array[:1]), array.shape)
    copy = guards.copy(array)
    if layout == "fixed":
        copy.flags.writeable = False
    if layout == "between":
        room = guards.empty(copy.nbytes + 1, np.uint8)
        room[1:] = np.frombuffer(copy.tobytes(), np.uint8)
        return room[1:].view(array.dtype).reshape(array.shape)
    return copy
