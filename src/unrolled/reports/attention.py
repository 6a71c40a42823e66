"""Attention as pictures: over what was read, over an image, and both in a page of HTML that is complete in itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from .grid import grid, picture
from .labels import fitted, shown

TILE = 150  # pixels across one of the images in a row
TALLEST = 2.0  # times as high as wide at most; what is higher is squeezed
A_ROW = 6  # of images; more go on below
GAP, LINE = 10, 24  # pixels between images, and for the words below
MAX_WORD_COLUMNS = 16  # columns of the words below an image
SHADE = 0.75
"""How dark an image is where nothing was looked at."""

Example = Mapping[str, Any]


def matrix(source: Sequence[str], written: Sequence[str], attention: ArrayLike, title: str = "Attention") -> str:
    """Return attention [written, source] as an SVG.

    The units that were read on top, those that were written at the left.

    The ink is the square root of the share, so that faint attention is seen; the share itself is under the pointer.
    Raises ``InputError`` where the attention is not of this shape, or not of shares.
    """
    shares = np.asarray(attention, np.float64)
    check(shares, shares.shape == (len(written), len(source)), f"[{len(written)}, {len(source)}]")

    def tell(row: int, column: int) -> str:
        return f"{shown(written[row])} ← {shown(source[column])}: {shares[row, column]:.1%}"

    return grid(np.sqrt(shares), written, source, title, tell)


@dataclass(frozen=True)
class Jpeg:
    """The bytes of a JPEG image, its width and its height."""

    data: bytes
    width: int
    height: int


def over_image(image: Jpeg, written: Sequence[str], attention: ArrayLike, title: str = "Attention") -> str:
    """Return attention [written, g, g] over an image as an SVG: bright where it was looked at.

    The image stands once for each unit that was written; its grid covers the whole of it, brightest where the unit has
    most attention. Raises ``InputError`` where the attention is not of this shape.
    """
    shares = np.asarray(attention, np.float64)
    fits = shares.ndim == 3 and shares.size > 0 and len(shares) == len(written)
    check(shares, fits, f"[{len(written)}, rows, columns] of at least one unit")
    height = round(TILE * min(image.height / image.width, TALLEST))
    # The bytes stand in the picture once; the name is theirs, for a page may have several pictures.
    name = f"i{hashlib.sha256(image.data).hexdigest()[:16]}"
    data = f"data:image/jpeg;base64,{base64.b64encode(image.data).decode()}"
    one = f'<image id="{name}" href="{data}" width="{TILE}" height="{height}" preserveAspectRatio="none"/>'
    tiles = [
        tile(n % A_ROW * (TILE + GAP), n // A_ROW * (height + LINE + GAP), name, words, shade(share, height))
        for n, (words, share) in enumerate(zip(written, shares, strict=True))
    ]
    rows = -(-len(written) // A_ROW)
    size = min(len(written), A_ROW) * (TILE + GAP), rows * (height + LINE + GAP)
    return picture(*size, title, [f"<defs>{one}</defs>", *tiles])


def tile(x: int, y: int, image: str, words: str, shades: Sequence[str]) -> str:
    """Return an image with its shades, and what was written meanwhile above it."""
    shown = escape(fitted(words, MAX_WORD_COLUMNS))
    head = f'<text x="{TILE / 2:g}" y="16" text-anchor="middle" fill="currentColor">{shown}</text>'
    drawn = f'<g transform="translate(0 {LINE})"><use href="#{image}"/>{"".join(shades)}</g>'
    return f'<g transform="translate({x} {y})">{head}{drawn}</g>'


def shade(shares: NDArray[np.float64], height: int) -> list[str]:
    """Return a dark square for each cell of a grid, the darker the less attention it has."""
    rows, columns = shares.shape
    dark = SHADE * (1 - shares / (shares.max() or 1))
    wide, high = TILE / columns, height / rows
    return [
        f'<rect x="{wide * column:.4g}" y="{high * row:.4g}" width="{wide:.4g}" height="{high:.4g}" '
        f'shape-rendering="crispEdges" opacity="{dark[row, column]:.2f}"/>'
        for row, column in np.ndindex(rows, columns)
        if dark[row, column] >= 0.005
    ]


def check(shares: NDArray[np.float64], fits: bool, expected: str) -> None:
    """Raise ``InputError`` unless the attention fits what is expected, and is finite and nowhere negative."""
    if not fits or not np.isfinite(shares).all() or (shares < 0).any():
        raise InputError(f"got attention {list(shares.shape)}; give shares from 0 to 1 as {expected}")


def page(title: str, examples: Sequence[Example]) -> str:
    """Return a page of several examples, with all that it shows in it.

    An example has ``written`` and ``attention``, and what was read: the units of ``source``, or the ``image``, a
    ``Jpeg``. It may have a ``title``, and ``texts``: whole texts by what they are, such as source and reference.
    """
    template = files(__package__).joinpath("attention.html").read_text("utf-8")
    articles = "\n".join(article(example, number) for number, example in enumerate(examples, 1))
    return template.replace("<!-- title -->", escape(shown(title))).replace("<!-- examples -->", articles)


def article(example: Example, number: int) -> str:
    """Return one example in HTML."""
    title = example.get("title") or f"Example {number}"
    entries = [
        f"<dt>{escape(shown(name))}</dt><dd dir=auto>{escape(shown(text))}</dd>"
        for name, text in example.get("texts", {}).items()
    ]
    texts = f"<dl>{''.join(entries)}</dl>" if entries else ""
    return f"<article><h2>{escape(shown(title))}</h2>{texts}<div class=card>{drawn(example, title)}</div></article>"


def drawn(example: Example, title: str) -> str:
    """Return the picture of an example."""
    written, attention, named = example["written"], example["attention"], f"Attention: {title}"
    if "image" in example:
        return over_image(example["image"], written, attention, named)
    return matrix(example["source"], written, attention, named)
