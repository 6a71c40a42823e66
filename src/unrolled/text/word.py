"""The unit ``word``: a word with the space before it, a number, a run of punctuation, a newline."""

from __future__ import annotations

from .base import SpelledUnit
from .grapheme import compiled

WORD = (
    r" ?[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*"  # don't is one word
    r"| ?\p{N}+"
    r"| ?[^\s\p{L}\p{M}\p{N}]+"
    r"|\n"
    r"|[^\S\n]+(?=[^\S\n])|[^\S\n]"  # the last of many spaces belongs to the word behind it
)


class Word(SpelledUnit):
    """Words in their case; one that was never seen is spelled with characters, so that nothing is out of reach."""

    spaced = True

    def split(self, text: str) -> list[str]:
        return words(text)

    def spell(self, unit: str) -> list[str]:
        return list(unit)


def words(text: str) -> list[str]:
    """Return the words of a text, and all that stands between them."""
    return list(compiled(WORD).findall(text))
