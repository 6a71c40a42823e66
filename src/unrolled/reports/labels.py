"""How the name of a label or a unit is shown: signs for what cannot be seen, and no wider than there is room."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from ..escaping import CONTROLS

SIGNS = {"\n": "⏎", "\r": "␍", "\t": "⇥"}


def shown(text: str) -> str:
    """Return a text in one line, without what neither a terminal nor XML can have.

    Signs for spaces that stand alone.
    """
    if text and not text.strip(" "):
        return "␣" * len(text)
    return "".join(map(sign, text))


def sign(letter: str) -> str:
    """Return a character, or what is shown in its place."""
    hidden = CONTROLS.match(letter) or letter in "\ufffe\uffff"
    return SIGNS.get(letter, "\ufffd") if hidden else letter


def fitted(text: str, width: int) -> str:
    """Return a text in one line of so many columns, as it is shown."""
    line = shown(text)
    if columns(line) <= width:
        return line
    kept = sum(total < width for total in accumulate(map(columns, line)))
    return f"{line[:kept]}…"


def columns(text: str) -> int:
    """Columns of a terminal that a text fills: wide letters two, marks on others none."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.category(letter) in ("Mn", "Me", "Cf") for letter in text)


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, to so many columns."""
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """Return a text with spaces before it, to so many columns."""
    return " " * (width - columns(text)) + text
