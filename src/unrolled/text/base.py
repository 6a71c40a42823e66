"""What a unit of text must be able to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ids: TypeAlias = "NDArray[np.int32]"
"""A text as numbers: one id a unit."""

CHUNK = 1 << 20  # characters that are split at a time, so that a gigabyte never becomes one list of strings

SIZE = 20_000
"""Words or syllables that are units, where nothing else is asked for: a model of them still has 30 MB."""


def release(ids: Ids) -> None:
    """Let go of what was read of a text that lies on the disk: else all of it stays in memory."""
    mapping = getattr(ids, "_mmap", None)
    if mapping is not None and hasattr(mapping, "madvise"):
        import mmap  # what lies in memory does without

        mapping.madvise(mmap.MADV_DONTNEED)


class Unit(ABC):
    """A way to cut text into pieces, such that ``join(split(text)) == text`` for every valid Unicode text."""

    breaks = True
    """Whether units begin anew after every newline, so that a text can be split part by part."""
    grows = True
    """Whether what stands at the end of a text can become another unit when more text comes."""
    spaced = False
    """Whether a unit may begin with the space before it."""
    apart = False
    """Whether a text's units are those of any two parts of it, so that ``length`` tells their number."""
    of_bytes = False
    """Whether units are bytes, or made of bytes, so that every letter can be written with them."""
    several = False
    """Whether a text can be written in several ways, so that the cost of one of them is an upper bound."""
    spelled = False
    """Whether a unit that is none of the vocabulary is written with smaller ones, which are."""

    @abstractmethod
    def split(self, text: str) -> list[str]:
        """Cut a text into its units."""

    def join(self, units: Sequence[str]) -> str:
        """Put units together again."""
        return "".join(units)

    def spell(self, unit: str) -> list[str]:
        """Smaller units in place of one that a vocabulary lacks; itself where there are none."""
        return [unit]

    def possible(self, unit: str) -> bool:
        """Tell whether a string can be a unit of this kind: a vocabulary of a file is checked by it."""
        return bool(unit)

    def known(self, units: Mapping[str, int]) -> Unit:
        """Return the unit for a vocabulary: itself, where the vocabulary does not decide how a text is cut."""
        return self

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        """Return the units of a vocabulary, in its order: ``texts`` are learnt from; ``given`` are all that there are.

        An alphabet is not what a network has to learn, so it is taken from all texts. Of units that can be spelled
        with an alphabet, the most frequent of the training texts (at most ``size``, ``SIZE`` where none is given, each
        at least ``least`` times) come on top.
        """
        return sorted({unit for text in given for part in self.parts(text) for unit in self.split(part)})

    def shown(self, units: Sequence[str]) -> str:
        """Return some units as people read them, whole or not."""
        return self.join(units)

    def decoder(self) -> Callable[[str], str]:
        """Return a function that takes unit after unit and gives the text complete by then; it can be copied."""
        return str

    def characters(self, unit: str) -> int:
        """Return how many characters (code points) a unit adds to a text."""
        return len(unit)

    def bytes(self, unit: str) -> int:
        """Return how many bytes of UTF-8 a unit adds to a text."""
        return len(unit.encode("utf-8", "surrogatepass"))

    def length(self, text: str) -> int:
        """Return how many units a text has, of a kind whose units stand ``apart``."""
        return len(text)

    def parts(self, text: str) -> Iterator[str]:
        """Yield a text in parts that can be split one by one."""
        start = 0
        while start < len(text):
            end = len(text)
            if self.breaks and end - start > CHUNK:
                newline = text.find("\n", start + CHUNK)
                end = newline + 1 if newline >= 0 else end
            yield text[start:end]
            start = end

    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        """Return the ids of a text's units, spelled where the index lacks one; ``unknown`` where even that fails."""
        known = Spelling(self, index, unknown)
        parts = [[number for unit in self.split(part) for number in known[unit]] for part in self.parts(text)]
        return np.concatenate([np.array(part, np.int32) for part in parts]) if parts else np.empty(0, np.int32)


class SpelledUnit(Unit):
    """A unit with smaller ones below it: any text can be written with the vocabulary that it learns."""

    several = True
    spelled = True

    @abstractmethod
    def spell(self, unit: str) -> list[str]:
        """Return the smaller units of a unit."""

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        alphabet = {letter for text in given for part in self.parts(text) for letter in self.spell(part)}
        counts = Counter(unit for text in texts for part in self.parts(text) for unit in self.split(part))
        return sorted(alphabet.union(unit for unit, count in counts.most_common(size or SIZE) if count >= least))


class Spelling(dict[str, list[int]]):
    """The ids of each unit that was met so far."""

    def __init__(self, kind: Unit, index: Mapping[str, int], unknown: int) -> None:
        self.kind, self.index, self.unknown = kind, index, unknown

    def __missing__(self, unit: str) -> list[int]:
        known = self.index.get(unit)
        ids = [known] if known is not None else [self.index.get(each, self.unknown) for each in self.kind.spell(unit)]
        self[unit] = ids
        return ids
