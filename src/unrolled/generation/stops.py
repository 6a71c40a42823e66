"""Stops: where a text ends, found while it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..config import GenerateOptions

SENTENCE = r"""[.!?…]+["'”’)\]»]*(?=\s)|[。！？။۔।]["'”’」』)]*(?=[^"'”’」』)])"""
"""A pattern, compiled where it is asked for: a process that writes little spends its time starting."""
CONTEXT = 16  # characters already let through that a sentence's end may reach back into


@dataclass(eq=False)
class Stopper:
    """Lets text through piece by piece until a stop; a stop string itself is never let through."""

    options: GenerateOptions
    done: bool = False
    held: str = ""
    passed: str = ""
    newlines: int = 0
    strings: tuple[str, ...] = field(init=False)
    watching: bool = field(init=False)

    def __post_init__(self) -> None:
        self.strings = tuple(filter(None, self.options.stop)) + (("\n",) if self.options.until == "line" else ())
        self.watching = bool(self.strings or self.options.until or self.options.lines is not None)

    def feed(self, piece: str) -> str:
        """Return what may be shown after one more piece; sets ``done`` at a stop."""
        if not self.watching:
            return piece
        text = self.held + piece
        cuts = [cut for cut in (self.string(text), self.line(text), self.sentence(text)) if cut is not None]
        self.done = bool(cuts)
        end = min(cuts) if cuts else len(text) - self.beginnings(text)
        self.held = "" if self.done else text[end:]
        self.newlines += text[:end].count("\n")
        self.passed = (self.passed + text[:end])[-CONTEXT:]
        return text[:end]

    def rest(self) -> str:
        """Return what was held back in case a stop string had begun."""
        held, self.held = self.held, ""
        return held

    def string(self, text: str) -> int | None:
        """Return where the first stop string begins."""
        return min((position for position in map(text.find, self.strings) if position >= 0), default=None)

    def line(self, text: str) -> int | None:
        """Return where the last wanted line ends."""
        if self.options.lines is None:
            return None
        breaks = [match.start() for match in re.finditer("\n", text)]
        wanted = self.options.lines - self.newlines - 1
        return breaks[wanted] if wanted < len(breaks) else None

    def sentence(self, text: str) -> int | None:
        """Return where the first sentence ends."""
        if self.options.until != "sentence":
            return None
        ends = (match.end() - len(self.passed) for match in re.finditer(SENTENCE, self.passed + text))
        return next((end for end in ends if end >= 0), None)

    def beginnings(self, text: str) -> int:
        """Return how many of the last characters could be the beginning of a stop string."""
        longest = max(map(len, self.strings), default=0)
        tails = range(min(longest - 1, len(text)), 0, -1)
        return next((size for size in tails if any(s.startswith(text[-size:]) for s in self.strings)), 0)
