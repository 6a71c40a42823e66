"""An index of a text that tells, while something is written, how much of its end stands in that text.

The text is kept backwards: what ends alike then begins alike, and stands together in the suffix array. So one binary
search finds the longest end of what was written, however long it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from ..text.byte import as_bytes
from .suffix_array import END, is_inside, suffix_array


@dataclass(frozen=True)
class SpanIndex:
    """The documents of a text as bytes, backwards, and the order of their suffixes."""

    raw: bytes
    order: memoryview

    @classmethod
    def of(cls, documents: Iterable[str]) -> SpanIndex:
        """Return the index of documents, across which nothing is found."""
        raw = b"".join(as_bytes(document[::-1]) + END for document in documents) or END
        return cls(raw, suffix_array(raw).data)  # a memoryview gives single numbers faster than an array

    def longest_end(self, text: str) -> str:
        """Return the longest end of some characters that stands in the text."""
        wanted = as_bytes(text[::-1])
        position = bisect_left(self.order, wanted, key=lambda at: self.raw[at : at + len(wanted)])
        beside = self.order[max(0, position - 1) : position + 1]
        size = max(self.in_common(wanted, at) for at in beside)
        while size < len(wanted) and is_inside(wanted[size]):
            size -= 1
        length = len(wanted[:size].decode("utf-8", "surrogatepass"))
        return text[len(text) - length :]

    def in_common(self, wanted: bytes, at: int) -> int:
        """Return how many bytes are alike from a place on."""
        if self.raw.startswith(wanted, at):
            return len(wanted)
        return bisect_left(range(len(wanted)), 1, key=lambda size: not self.raw.startswith(wanted[: size + 1], at))


@dataclass(frozen=True)
class Follower:
    """What follows a text character by character; ``copied`` is its longest end that stands in the index.

    A follower is a value: ``after`` gives another one, so what would come of a character can be asked without harm.
    """

    index: SpanIndex
    copied: str = ""

    def after(self, character: str) -> Follower:
        """Return the follower once one more character is written: the copied end grows by one at most."""
        return Follower(self.index, self.index.longest_end(self.copied + character))
