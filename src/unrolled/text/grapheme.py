"""The unit ``grapheme``: an extended grapheme cluster, what a reader calls a letter (UAX #29)."""

from __future__ import annotations

import regex

from .base import Unit

CLUSTER = regex.compile(r"\X")


class Grapheme(Unit):
    """Extended grapheme clusters of the Unicode version that ``regex`` has."""

    def split(self, text: str) -> list[str]:
        return list(CLUSTER.findall(text))
