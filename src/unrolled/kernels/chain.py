"""Writing by a Markov chain in the kernels."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .checks import Array
from .library import Library
from .pack import pad, padded
from .structures import Filters, Ngrams, Tree
from .threads import over_rows

Floats = NDArray[np.float32]


class PackedChain:
    """A Markov chain's tree as the kernels read it; calls change nothing in it.

    ``levels`` are the starts, units, shares, sums and lefts of the n-grams of every length (``native/unrolled.h``).
    """

    def __init__(self, library: Library, levels: Sequence[tuple[Array, Array, Array, Array, Array]], ids: int) -> None:
        self.library, self.ids, self.outputs = library, ids, padded(ids)
        types = (np.int64, np.int32, np.float64, np.float64, np.float64)
        self.kept = [
            [np.ascontiguousarray(part, kind) for part, kind in zip(level, types, strict=True)] for level in levels
        ]
        each = [Ngrams(*(part.ctypes.data for part in level)) for level in self.kept]
        self.tree = Tree((Ngrams * len(each))(*each), len(each), ids, self.outputs)

    def draw(
        self, logits: Floats, nodes: NDArray[np.int64], filters: Filters, uniforms: NDArray[np.float64], threads: int
    ) -> tuple[NDArray[np.int32], Floats, NDArray[np.int64]]:
        """Draw an id for every uniform [B, T] and read it: the ids, the last logits [B, V], the next nodes."""
        rows, steps = uniforms.shape
        uniforms = np.ascontiguousarray(uniforms, np.float64)
        last, after = pad(np.asarray(logits, np.float32), rows, self.outputs), np.array(nodes, np.int64, order="C")
        ids = np.empty((rows, steps), np.int32)

        def part(begin: int, end: int) -> None:
            chance, where, read, found = (each[begin:].ctypes.data for each in (uniforms, after, last, ids))
            run, tree = self.library.variant.write, ctypes.byref(self.tree)
            if run(tree, ctypes.byref(filters), chance, end - begin, steps, where, read, found):
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return ids, last[:, : self.ids], after
