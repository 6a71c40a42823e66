"""The constraint against loops: where a text goes round in circles, the temperature rises until it leaves them.

It looks at periods of the text alone and takes no unit out of the game: a penalty for units that were written before,
as many libraries have it, also falls on spaces and on what has to be said again.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from ...arrays import NumbersN
from ...config import GenerateOptions
from .base import Constraint

LONGEST_PERIOD = 400
"""Characters of the longest period that is seen."""
ROUNDS = 2
"""Times that a period is written again before it counts as a loop."""
MIN_REPEATED = 24
"""Characters that repeat at least: a line of dashes is no loop."""
EMPTY = 48
"""White space in a row that counts as a loop of its own: more than any line is indented."""
RISE, FALL = 0.1, 0.05
"""What the temperature rises by with each unit within a loop, and falls by with each behind it."""
HOTTEST = 2.0
ENOUGH = np.maximum(ROUNDS * np.arange(1, LONGEST_PERIOD + 1), MIN_REPEATED)


@dataclass(frozen=True, eq=False)
class NoLoops(Constraint):
    """For each period, how many of the last characters are those one period before.

    Capitals are taken for small letters and any white space for one space: a loop of words is one of characters then.
    """

    tail: str = ""
    runs: NumbersN = field(default_factory=lambda: np.zeros(LONGEST_PERIOD, np.int64))
    heat: float = 0.0
    blank: int = 0
    """White space at the end of the text."""

    def after(self, unit: int, text: str) -> NoLoops:
        read = self
        for character in text.casefold():
            read = read.read(" " if character.isspace() else character)
        heat = read.heat + RISE if read.looping else max(0.0, read.heat - FALL)
        return dataclasses.replace(read, heat=heat)

    def read(self, character: str) -> NoLoops:
        """Return the constraint after one more character."""
        if character == " " and self.tail.endswith(" "):
            return dataclasses.replace(self, blank=self.blank + 1)
        before = np.frombuffer(self.tail[::-1].encode("utf-32-le", "surrogatepass"), np.uint32)
        same = np.zeros(LONGEST_PERIOD, np.bool_)
        same[: len(before)] = before == ord(character)
        return NoLoops((self.tail + character)[-LONGEST_PERIOD:], np.where(same, self.runs + 1, 0), self.heat)

    @property
    def looping(self) -> bool:
        """Whether the text's end repeats a period often enough."""
        return self.blank >= EMPTY or bool((self.runs >= ENOUGH).any())

    def options(self, options: GenerateOptions) -> GenerateOptions:
        if not self.heat:
            return options
        hot = max(options.temperature, min(options.temperature + self.heat, HOTTEST))
        return dataclasses.replace(options, temperature=hot)
