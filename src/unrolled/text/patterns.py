"""Regular expressions over a text that is still being written: whether it can yet become one that matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex

from ..errors import OptionError
from ..sharing import Recomputed, cached_property

MOST_SECONDS = 2.0
"""For one look at one line: an expression can be written so that it takes for ever."""


@dataclass(frozen=True)
class Pattern(Recomputed):
    """A regular expression of the package ``regex`` for a whole text."""

    source: str

    @cached_property
    def compiled(self) -> Any:
        """The expression; raises ``OptionError`` where it is none."""
        try:
            return regex.compile(self.source)
        except regex.error as error:
            raise OptionError(f"I got {self.source!r} as a regular expression ({error}); write another") from None

    def matches(self, text: str, begun: bool = False) -> bool:
        """Tell whether a text matches from its beginning to its end, or could, if more of it came (``begun``)."""
        try:
            return self.compiled.fullmatch(text, partial=begun, timeout=MOST_SECONDS) is not None
        except TimeoutError:
            raise OptionError(
                f"the regular expression {self.source!r} takes too long for a line; write one with fewer repetitions"
            ) from None
