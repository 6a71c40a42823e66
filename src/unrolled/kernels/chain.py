"""Writing by a Markov chain in the kernels."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from ..arrays import ArrayX, DoublesBT, DoublesBV, FlagsV, FloatsBV, IdsBT, NumbersBO, NumbersX
from .checks import check_filters, checked_ids, contiguous, integers, shaped, two_sizes
from .library import Library
from .pack import pad, padded
from .structures import Filters, Ngrams, Tree
from .threads import over_rows

Levels = Sequence[tuple[ArrayX, ArrayX, ArrayX, ArrayX, ArrayX]]
"""The starts, units, shares, sums and lefts of the n-grams of every length, to be checked."""


class PackedChain:
    """A Markov chain's tree as the kernels read it; calls change nothing in it.

    ``levels`` are the starts, units, shares, sums and lefts of the n-grams of every length (``native/unrolled.h``).
    With ``joints`` [V], the n-grams of one unit have two contexts: behind a unit for which it is true, the second one.
    """

    def __init__(self, library: Library, levels: Levels, ids: int, joints: FlagsV | None = None) -> None:
        self.library, self.ids, self.outputs = library, ids, padded(ids)
        check_levels(levels, ids, 1 if joints is None else 2)
        self.joints = None if joints is None else shaped(contiguous(joints, np.uint8), (ids,), "the joints")
        types = (np.int64, np.int32, np.float64, np.float64, np.float64)
        self.kept = [[contiguous(part, dtype) for part, dtype in zip(level, types, strict=True)] for level in levels]
        each = [Ngrams(*(part.ctypes.data for part in level)) for level in self.kept]
        where = None if self.joints is None else self.joints.ctypes.data
        self.tree = Tree((Ngrams * len(each))(*each), where, len(each), ids, self.outputs)

    def checked_nodes(self, nodes: NumbersX, rows: int) -> NumbersBO:
        """Return the nodes of so many rows, each the number of a context or -1; raises ``ValueError`` for others."""
        contexts = np.array([len(starts) - 1 for starts, *_ in self.kept])
        integers(shaped(nodes, (rows, len(contexts)), "the nodes"), "the nodes")
        if (nodes < -1).any() or (nodes >= contexts).any() or (nodes[:, 0] < 0).any():
            raise ValueError(f"nodes go from {nodes.min()} to {nodes.max()}; there are so many contexts: {contexts}")
        return nodes

    def draw(
        self, logits: FloatsBV | DoublesBV, nodes: NumbersX, filters: Filters, uniforms: DoublesBT, threads: int
    ) -> tuple[IdsBT, FloatsBV, NumbersBO]:
        """Draw an id for every uniform and read it: the ids, the last logits, the next nodes."""
        rows, steps = two_sizes(uniforms, "the uniforms")
        check_filters(filters, self.ids)
        uniforms = contiguous(uniforms, np.float64)
        given = np.asarray(shaped(logits, (rows, self.ids), "the logits"), np.float32)
        last = pad(given, rows, self.outputs)
        after = np.array(self.checked_nodes(nodes, rows), np.int64, order="C")
        ids = np.empty((rows, steps), np.int32)

        def part(begin: int, end: int) -> None:
            uniforms_at, where, read, found = (each[begin:].ctypes.data for each in (uniforms, after, last, ids))
            run, tree = self.library.variant.write, ctypes.byref(self.tree)
            if run(tree, ctypes.byref(filters), uniforms_at, end - begin, steps, where, read, found):
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return ids, last[:, : self.ids], after


def check_levels(levels: Levels, ids: int, contexts: int = 1) -> None:
    """Raise ``ValueError`` where the tables of n-grams would lead the kernels out of their arrays.

    Those of one unit are of so many ``contexts``, each with all ids.
    """
    first = contexts
    for number, (starts, units, shares, sums, left) in enumerate(levels):
        integers(starts, "the starts")
        if starts.shape != (contexts + 1,) or starts[0] != 0 or (np.diff(starts) < 0).any():
            raise ValueError(f"the starts of {contexts} contexts must rise from 0")
        grams = int(starts[-1])
        for name, array, count in (("shares", shares, grams), ("sums", sums, grams), ("left", left, contexts)):
            shaped(array, (count,), name)
        checked_ids(shaped(units, (grams,), "units"), ids)
        contexts = len(units) if number else ids
    if not levels or not np.array_equal(levels[0][1], np.tile(np.arange(ids), first)):
        raise ValueError(f"the n-grams of one unit must be all {ids} ids")
    if (np.diff(levels[0][0]) != ids).any():
        raise ValueError(f"each context of the n-grams of one unit must have all {ids} ids")
