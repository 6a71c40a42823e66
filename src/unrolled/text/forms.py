"""One text in several forms: how letters with marks are coded, and which spaces there are.

What a model learnt in one form it recognises in every other: a text to read is brought into the form of the text that
was learnt (Unicode Standard Annex 15). What is written stays as it was learnt, and what is shown as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

NORMAL: tuple[Literal["NFC"], Literal["NFD"]] = ("NFC", "NFD")
"""Letters with their marks in one code point, or in several."""
SPACES = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
"""Spaces that stand where others have U+0020: a pattern, compiled where a text has any."""
is_space = partial(re.fullmatch, SPACES)
PLAIN = " "


@dataclass(frozen=True)
class Form:
    """The form of a text: its normal form, if all of it is in one, and the spaces beside U+0020 that stand in it."""

    normal: str = ""
    spaces: str = ""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Form:
        """Return the form of some texts."""
        watched = Watched(texts)
        watched.finish()
        return watched.form

    @classmethod
    def inferred(cls, units: Iterable[str]) -> Form:
        """Return the form that units tell of: older files say nothing else. Of a few letters they tell none."""
        letters = {letter for unit in units for letter in unit if letter > "\x7f"}
        composed = any(len(unicodedata.normalize("NFD", letter)) > 1 for letter in letters)
        marks = any(unicodedata.combining(letter) for letter in letters)
        normal = "NFC" if composed else "NFD" if marks and all(map(is_decomposed, letters)) else ""
        return cls(normal, "".join(sorted(filter(is_space, letters))))

    @classmethod
    def restored(cls, value: Any) -> Form | None:
        """Return the form that a file describes; raises ``ValueError`` for what is none."""
        if value is None:
            return None
        if not isinstance(value, Mapping) or set(value) != {"normal", "spaces"}:
            raise ValueError("the form of a text is not described by normal and spaces")
        normal, spaces = value["normal"], value["spaces"]
        if normal not in ("", *NORMAL) or not isinstance(spaces, str) or not all(map(is_space, spaces)):
            raise ValueError(f"the form of a text is {str(value)[:60]!r}")
        return cls(normal, spaces)

    def applied(self, text: str, letters: Set[str] | None = None) -> str:
        """Return a text in this form; ``letters`` are those that are known, if only some are.

        Line ends become line feeds, and other spaces the one that is known.
        """
        if "\r" in text and not (letters and "\r" in letters):
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        known = self.spaces[0] if letters and self.spaces and PLAIN not in letters else PLAIN
        if text.isascii():
            return text if known == PLAIN else text.replace(PLAIN, known)
        for normal in NORMAL:
            if self.normal == normal and not unicodedata.is_normalized(normal, text):
                text = unicodedata.normalize(normal, text)
        text = re.sub(SPACES, lambda found: found[0] if found[0] in self.spaces else known, text)
        return text if known == PLAIN else text.replace(PLAIN, known)


def is_decomposed(letter: str) -> bool:
    """Tell whether a letter has no marks in its code point."""
    return unicodedata.normalize("NFD", letter) == letter


class Watched:
    """Texts that are gone through once, and the form that they turn out to have."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts, self.begun = texts, False
        self.normal: list[Literal["NFC", "NFD"]] = list(NORMAL)
        self.spaces = set[str]()

    def __iter__(self) -> Iterator[str]:
        self.begun = True
        for text in self.texts:
            if not text.isascii():
                self.normal = [each for each in self.normal if unicodedata.is_normalized(each, text)]
                self.spaces.update(re.findall(SPACES, text))
            yield text

    def finish(self) -> None:
        """Go through the texts for their form alone."""
        for _ in self:
            pass

    def beside(self, other: Watched) -> Form:
        """Return the form of what was gone through here and there."""
        normal = next((each for each in self.normal if each in other.normal), "")
        return Form(normal, "".join(sorted(self.spaces | other.spaces)))

    @property
    def form(self) -> Form:
        """The form of what was gone through; of a text that is in both normal forms, the usual one."""
        return self.beside(self)
