"""The unit ``grapheme``: an extended grapheme cluster, what a reader calls a letter (UAX #29)."""

from __future__ import annotations

from functools import cache
from typing import Any

from .base import Unit

JOINERS = r"[\p{InCB=Extend}\p{InCB=Linker}]*"
NO_CONJUNCT = (  # GB9c joins two consonants by a virama; regex also joins one to what is no consonant
    rf"[^\p{{InCB=Consonant}}\p{{GCB=Control}}\r\n]?{JOINERS}\p{{InCB=Linker}}{JOINERS}(?=\p{{InCB=Consonant}})"
)
CLUSTER = rf"{NO_CONJUNCT}|\X"


class Grapheme(Unit):
    """Extended grapheme clusters of the Unicode version that ``regex`` has."""

    def split(self, text: str) -> list[str]:
        return clusters(text)


@cache
def compiled(pattern: str) -> Any:
    """Return a pattern of ``regex``, which is imported where a unit needs it: characters do without."""
    import regex

    return regex.compile(pattern)


def clusters(text: str) -> list[str]:
    """Return the extended grapheme clusters of a text; of ASCII, only a CR and an LF are one."""
    return list(text) if text.isascii() and "\r" not in text else list(compiled(CLUSTER).findall(text))
