"""The confusion matrix: as lines for a terminal, and as an SVG. Rows are gold labels, columns predicted ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from .grid import grid
from .labels import columns, fitted, padded, right

MIN_CELL_COLUMNS = 4  # columns of a cell: a name that is cut shorter says nothing
SMALL, LARGE = 16, 44  # pixels of a cell of the picture
WRITTEN = 12
"""Labels at most of which the picture writes every count."""

Counts = NDArray[np.int64]


def lines(confusion: ArrayLike, labels: Sequence[str], width: int = 80) -> list[str]:
    """Return the matrix [L, L] as lines of at most ``width`` columns.

    Of more labels than fit, those most often confused.
    """
    counts = checked(confusion, labels)
    digits = max(MIN_CELL_COLUMNS, len(str(counts.max(initial=0))))
    side = min(max((columns(fitted(each, width)) for each in labels), default=0), width // 4)
    kept = most_confused(counts, (width - side) // (digits + 1))
    names = [labels[n] for n in kept]
    widest = max((columns(fitted(each, width)) for each in names), default=0)
    cell = max(digits, min(widest, (width - side) // max(len(kept), 1) - 1))
    rows = [names, *([str(count) if count else "·" for count in row] for row in counts[np.ix_(kept, kept)])]
    drawn = [
        padded(fitted(name, side), side) + "".join(f" {right(fitted(each, cell), cell)}" for each in row)
        for name, row in zip(["", *names], rows, strict=True)
    ]
    which = f"; {len(kept)} of {len(labels)} labels, those most often confused" if len(kept) < len(labels) else ""
    return [*drawn, f"rows: gold, columns: predicted{which}"]


def svg(confusion: ArrayLike, labels: Sequence[str], title: str) -> str:
    """Return the matrix [L, L] as a picture: the more of a label's examples are in a cell, the more ink."""
    counts = checked(confusion, labels)
    written = len(labels) <= WRITTEN

    def tell(row: int, column: int) -> str:
        count = counts[row, column]
        return str(count) if written else f"{labels[row]} → {labels[column]}: {count}"

    size = max(SMALL, min(LARGE, 640 // max(len(labels), 1)))
    ink = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return grid(ink, labels, labels, title, tell, size, written)


def most_confused(counts: Counts, most: int) -> list[int]:
    """Return the labels, at most so many, with the most errors in their rows and columns; in their own order."""
    errors = counts.sum(0) + counts.sum(1) - 2 * np.diag(counts)
    chosen: list[int] = np.sort(np.argsort(-errors, kind="stable")[:most]).tolist()
    return chosen


def checked(confusion: ArrayLike, labels: Sequence[str]) -> Counts:
    """Return the counts; raises ``InputError`` unless there is a row and a column for every label."""
    counts = np.asarray(confusion, np.int64)
    if counts.shape != (len(labels), len(labels)):
        raise InputError(f"got a matrix {counts.shape} for {len(labels)} labels; give a row and a column for each")
    return counts
