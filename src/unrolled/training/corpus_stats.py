"""The survey of a text before training: its size, its variety, and what a Markov chain makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..datasets.copied import copied_share
from ..datasets.text import TextDataset
from ..networks.markov import bits_of
from ..text.vocabulary import SPECIAL

ORDER = 6
COUNTED = 300_000
"""Units at the end of the training part that the chain counts: more say little more and take seconds."""
JUDGED = 30_000
"""Units at the beginning of the held-out part that it is judged by."""
MAX_COPIED_FROM = 20_000_000
"""Units at the end of the training part in which the held-out part is looked for: some seconds."""
FEWEST = 100
"""Held-out units that say anything."""
SELDOM = 10
"""Times that a unit has to stand in the text for a network to learn it."""
WEIGHTS_PER_CHARACTER = 4.5
"""Weights worth having for each character of the text: more only memorise.

Measured: ``docs/lab-notes.md``, "learning rates with Muon were far too low"; 4.5 in place of 2.5.
"""


@dataclass(frozen=True)
class CorpusStats:
    """What is known of a text before anything is learnt from it.

    ``rare`` counts the units of the alphabet that stand fewer than ``SELDOM`` times in the training part; ``chain`` is
    what a Markov chain of ``ORDER`` needs for the held-out part, in bits per character: None where there is none.
    ``characters`` is the size of the text whatever its ``unit``; ``copied`` is the share of the held-out part that also
    stands in the training part.
    """

    units: int
    vocabulary: int
    rare: int = 0
    chain: float | None = None
    unit: str = "char"
    characters: int | None = None
    copied: float = 0.0

    @property
    def length(self) -> int:
        """The size of the text in characters."""
        return self.units if self.characters is None else self.characters

    @property
    def characters_per_unit(self) -> float:
        """How many characters a unit has in the mean; one, where it is a byte and has less."""
        return max(1.0, self.length / max(1, self.units))


def measure_corpus(split: TextDataset) -> CorpusStats:
    """Look at a text: a second for a long one."""
    counts = split.vocabulary.count(split.train)
    seen = counts[SPECIAL:]
    rare = int(((seen > 0) & (seen < SELDOM)).sum())
    characters, unit = split.characters(split.train), split.vocabulary.unit
    mean = characters / max(1, len(split.train))
    copied = copied_share(split.train[-MAX_COPIED_FROM:], split.valid, mean)
    return CorpusStats(len(split.train), len(split.vocabulary), rare, measure_chain(split), unit, characters, copied)


def measure_chain(split: TextDataset) -> float | None:
    """Return the bits per character of the beginning of the held-out part."""
    held_out = split.valid[:JUDGED]
    if len(held_out) < FEWEST:
        return None
    bits = bits_of(split.train[-COUNTED:], held_out, len(split.vocabulary), ORDER)
    return float(bits.sum()) / max(1, split.characters(held_out[1:]))
