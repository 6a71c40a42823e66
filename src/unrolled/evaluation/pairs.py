"""What given texts cost under their sources: bits per character of translations that somebody else wrote."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..analysis.scoring import naming_bits
from ..api.source_model import SourceModel
from ..errors import OptionError
from ..formats.sources import Source
from ..generation.prediction import Generated, Predictor
from ..tasks import TASKS
from ..tasks.base import ExampleRows
from ..text.vocabulary import UNKNOWN
from .rows import read_test


@dataclass(frozen=True)
class Pair:
    """A source and a text, with the bits that the text costs under it, its end included."""

    source: str
    text: str
    bits: float
    characters: int
    unknown: int = 0

    @property
    def bits_per_char(self) -> float:
        """Bits per character (code point)."""
        return self.bits / max(1, self.characters)

    def facts(self) -> dict[str, Any]:
        """Return the pair as JSON has it: the log-probability in nats, too."""
        return {
            "source": self.source,
            "text": self.text,
            "log_probability": -self.bits * math.log(2),
            "bits": self.bits,
            "bits_per_char": self.bits_per_char,
        }


@dataclass(frozen=True)
class PairScores:
    """What pairs cost, one by one as they came."""

    pairs: tuple[Pair, ...]
    notes: tuple[str, ...] = ()

    @property
    def bits(self) -> float:
        """Bits of all texts."""
        return sum(each.bits for each in self.pairs)

    @property
    def characters(self) -> int:
        """Characters of all texts."""
        return sum(each.characters for each in self.pairs)

    @property
    def bits_per_char(self) -> float:
        """Bits per character of all texts together."""
        return self.bits / max(1, self.characters)

    def worst(self, count: int) -> list[tuple[int, Pair]]:
        """Return the pairs that cost most per character, each with its number from 1; at most so many."""
        return sorted(enumerate(self.pairs, 1), key=lambda each: -each[1].bits_per_char)[:count]

    def summary(self, count: int = 10) -> dict[str, Any]:
        """Return the figures as JSON has them, with the worst pairs."""
        return {
            "pairs": len(self.pairs),
            "characters": self.characters,
            "bits": self.bits,
            "log_probability": -self.bits * math.log(2),
            "bits_per_char": self.bits_per_char,
            "unknown_characters": sum(each.unknown for each in self.pairs),
            "worst": [{"pair": number, **each.facts()} for number, each in self.worst(count)],
            "notes": list(self.notes),
        }


def score_pairs(model: SourceModel, source: Source, **reading: Any) -> PairScores:
    """Score the texts of a table of pairs under their sources; raises ``OptionError`` for a model that writes none."""
    if not TASKS[model.bundle.config.task].writes:
        raise OptionError(
            f"this model is made to {model.bundle.config.task}; pairs are scored by one that translates or captions"
        )
    test = read_test(model.bundle, source, reading)
    return PairScores(costs(model._predictor, test), test.notes)


def costs(predictor: Predictor, test: ExampleRows) -> tuple[Pair, ...]:
    """Return what the text of every row costs."""
    found = predictor.score([source for source, _ in test.rows], [text for _, text in test.rows])
    return tuple(cost(predictor, each) for each in found)


def cost(predictor: Predictor, scored: Generated) -> Pair:
    """Return a scored text in bits; the letters that the model does not know have to be named, which costs, too."""
    vocabulary = predictor.vocabulary
    ids = vocabulary.encode(scored.text)
    bits = -scored.log_probability / math.log(2) + naming_bits(vocabulary.split(scored.text), ids, vocabulary).sum()
    return Pair(scored.source, scored.text, float(bits), vocabulary.characters(ids), int((ids == UNKNOWN).sum()))
