"""A vocabulary: the units that a model knows, each with its id."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import UNITS
from .base import Ids, Unit

BOUNDARY = 0
"""The id of the boundary: it stands before every document, and an empty prompt starts from it."""
UNKNOWN = 1
"""The id of whatever the vocabulary does not hold; it is read, never written."""
SPECIAL = 2  # ids below this stand for no text


@dataclass(frozen=True)
class Vocabulary:
    """The units that a model knows, in the order of their ids (``units[0]`` has the id ``SPECIAL``)."""

    unit: str
    units: tuple[str, ...]

    @classmethod
    def of(cls, unit: str, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of all units in the texts, sorted."""
        found: set[str] = set()
        for text in texts:
            found.update(UNITS[unit].split(text))
        return cls(unit, tuple(sorted(found)))

    def __len__(self) -> int:
        """The number of ids, the special ones included."""
        return SPECIAL + len(self.units)

    @cached_property
    def kind(self) -> Unit:
        """The unit that cuts and joins."""
        return UNITS[self.unit]

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each unit."""
        return {unit: number for number, unit in enumerate(self.units, SPECIAL)}

    def encode(self, text: str) -> Ids:
        """The ids of a text; ``UNKNOWN`` where a unit is not in the vocabulary."""
        return self.kind.encode(text, self.index, UNKNOWN)

    def text_of(self, number: int) -> str:
        """The text of one id: nothing for the boundary, U+FFFD for the unknown unit."""
        if number >= SPECIAL:
            return self.units[number - SPECIAL]
        return "\ufffd" if number == UNKNOWN else ""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of many ids."""
        return self.kind.join([self.text_of(number) for number in ids])

    def characters(self, ids: Ids) -> int:
        """How many characters (code points) many ids stand for."""
        sizes = np.array([len(self.text_of(number)) for number in range(len(self))])
        return int(sizes[ids].sum())

    def encode_prompt(self, prompt: str) -> tuple[Ids, dict[str, str]]:
        """The ids of a prompt, and what was read in place of each unit that the model never saw.

        An unseen unit falls back to its compatibility form (NFKC), then to the other case, and at last to the
        unknown unit (shown as U+FFFD).
        """
        replaced = {unit: self.fall_back(unit) for unit in self.kind.split(prompt) if unit not in self.index}
        fallen = [replaced.get(unit, unit) for unit in self.kind.split(prompt)]
        return self.encode(self.kind.join(fallen)), replaced

    def fall_back(self, unit: str) -> str:
        """The nearest text that the vocabulary can spell in place of a unit that it does not hold."""
        normal = unicodedata.normalize("NFKC", unit)
        decomposed = "".join(c for c in unicodedata.normalize("NFKD", unit) if not unicodedata.combining(c))
        for variant in (normal, unit.swapcase(), normal.swapcase(), decomposed, decomposed.swapcase()):
            if variant and all(piece in self.index for piece in self.kind.split(variant)):
                return variant
        return "\ufffd"
