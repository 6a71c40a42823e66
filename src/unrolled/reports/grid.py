"""A matrix as a picture: cells with more or less ink, what the rows are at the left, what the columns are on top.

The words have the colour of the text around the picture, so that it can be read on white and on black.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from .labels import columns, fitted, shown

INK = "#2f6fb5"
FONT = "font-family=\"system-ui, 'Noto Sans', Padauk, 'Myanmar Text', 'Noto Sans Myanmar', sans-serif\""
MAX_LABEL_COLUMNS = 18  # columns of a label
WIDE, NARROW = 10.5, 7.8  # pixels of a column of text, in other scripts and in ASCII
MIN_INK = 0.004
"""Ink that is not seen is not drawn: most cells of a large picture."""
DARK = 0.55
"""Of ink: from here on words in it are white."""

Tell = Callable[[int, int], str]


def grid(
    ink: ArrayLike, left: Sequence[str], top: Sequence[str], title: str, tell: Tell, cell: int = 20, words: bool = False
) -> str:
    """Return an SVG of a matrix of ink [rows, columns], each from 0 to 1; ``title`` says aloud what it shows.

    ``tell`` gives what is known of a cell: written in it with ``words``, else shown under the pointer. ``cell`` is its
    size in pixels. Raises ``InputError`` unless there is a name for every row and every column.
    """
    shares = np.asarray(ink, np.float64)
    if shares.shape != (len(left), len(top)) or not np.isfinite(shares).all():
        raise InputError(f"got a matrix {shares.shape} of {len(left)} rows and {len(top)} columns; give finite numbers")
    across, down = room(left), room(top)
    cells = [
        square(across + cell * column, down + cell * row, cell, float(shares[row, column]), tell(row, column), words)
        for row, column in zip(*np.nonzero((shares > MIN_INK) | words), strict=True)
    ]
    sides = [label(across - 5, down + cell * (row + 0.5), each, False) for row, each in enumerate(left)]
    sides += [label(across + cell * (column + 0.5), down - 5, each, True) for column, each in enumerate(top)]
    width, height = across + cell * len(top) + 1, down + cell * len(left) + 1
    frame = (
        f'<path d="M{across} {down}h{cell * len(top)}v{cell * len(left)}h{-cell * len(top)}z" '
        'fill="none" stroke="currentColor" stroke-opacity=".35"/>'
    )
    return picture(width, height, title, [*sides, *cells, frame])


def picture(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    """Return an SVG of a size in pixels; programs that read aloud read its title."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FONT} font-size="13" role="img">'
    return "\n".join([head, f"<title>{escape(shown(title))}</title>", *parts, "</svg>"])


def room(labels: Sequence[str]) -> int:
    """Return the pixels that the widest of some labels takes."""
    return round(max((wide(fitted(each, MAX_LABEL_COLUMNS)) for each in labels), default=0)) + 12


def wide(text: str) -> float:
    """Return about the pixels that a text takes: browsers have fonts of their own."""
    return columns(text) * (NARROW if text.isascii() else WIDE)


def label(x: float, y: float, words: str, up: bool) -> str:
    """Return the name of a row, which ends at a point, or of a column, which goes up from it.

    Whole under the pointer.
    """
    turned = f' transform="rotate(-90 {x:g} {y:g})"' if up else ""
    where = f'x="{x:g}" y="{y:g}" text-anchor="{"start" if up else "end"}" dominant-baseline="central"{turned}'
    cut = fitted(words, MAX_LABEL_COLUMNS)
    whole = f"<title>{escape(shown(words))}</title>" if cut != shown(words) else ""
    return f'<text {where} fill="currentColor">{escape(cut)}{whole}</text>'


def square(x: int, y: int, size: int, ink: float, title: str, words: bool) -> str:
    """Return a cell with its ink, and with what is told of it."""
    ink = min(max(ink, 0.0), 1.0)
    place = f'x="{x}" y="{y}" width="{size}" height="{size}" fill="{INK}" fill-opacity="{ink:.3g}"'
    if not words:
        return f"<rect {place}><title>{escape(shown(title))}</title></rect>"
    colour = "#fff" if ink > DARK else "currentColor"
    centre = f'x="{x + size / 2:g}" y="{y + size / 2:g}" text-anchor="middle" dominant-baseline="central"'
    return f'<rect {place}/><text {centre} fill="{colour}">{escape(shown(title))}</text>'
