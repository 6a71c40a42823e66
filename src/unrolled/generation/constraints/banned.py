"""The constraint against words: none of some words or phrases is written, whatever its case."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from ...analysis.scoring import SPACELESS
from ...config import GenerateOptions
from .base import Constraint

APOSTROPHES = "'’"


@dataclass(frozen=True)
class Banned(Constraint):
    """Refuses what would complete one of the ``words``; ``tail`` is the end of the text in small letters and spaces."""

    words: tuple[str, ...]
    tail: str = " "

    @classmethod
    def of(cls, words: tuple[str, ...], before: str) -> Banned:
        """Return the constraint behind a prompt, whose own words are the user's; one that is begun there counts."""
        first = cls(tuple(plain(f"{word} ").strip() for word in words))
        return replace(first, tail=plain(before, " ")[-first.kept :])

    @property
    def kept(self) -> int:
        """Characters of the tail that are looked at."""
        return max(map(len, self.words)) + 2

    def after(self, unit: int, text: str) -> Banned | None:
        tail = self.tail
        for character in text:
            tail = plain(character, tail)
            if self.stands_at_the_end(tail):
                return None
        return replace(self, tail=tail[-self.kept :])

    def stands_at_the_end(self, tail: str) -> bool:
        """Tell whether a banned word is whole at the end of a text; where no spaces part words, within a longer one.

        An apostrophe is part of "don't", and parts two words as well.
        """
        parted = tail.replace("'", " ")
        return any(
            tail.endswith(word)
            if SPACELESS.match(word[-1])
            else (tail if "'" in word else parted).endswith(f" {word} ")
            for word in self.words
        )

    def may_end(self) -> bool:
        return not self.stands_at_the_end(plain(" ", self.tail))

    def options(self, options: GenerateOptions) -> GenerateOptions:
        return options


def plain(text: str, before: str = "") -> str:
    """Return a text behind another one, in small letters; what stands between words is one space."""
    found = before
    for character in text.casefold():
        if character.isalnum() or unicodedata.category(character)[0] == "M":
            found += character
        elif character in APOSTROPHES and found[-1:].isalpha():
            found += "'"
        elif not found.endswith(" "):
            found = found.rstrip("'") + " "
    return found
