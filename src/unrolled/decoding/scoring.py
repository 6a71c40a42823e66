"""Scoring: how many bits a text costs under a model, unit by unit.

*streamed* carries the state through the whole text, which begins with the boundary; *cold-256* starts afresh every 256
units, each predicted from at least one before it (nanoGPT's way). Both are static, unless an engine learns from the
text: such figures are labelled adaptive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config import GenerateOptions, ScoreOptions
from ..errors import InputError
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, UNKNOWN, Vocabulary
from .engines import Engine
from .sampling import distribution
from .search import Read

WINDOW = 256
AT_ONCE = 1024
ROWS = 64
CODE_POINTS = 1_114_112
SPACELESS = re.compile(r"[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\ua9e0-\uaa7f]")
"""Scripts that put no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """What a text costs: ``bits`` of each scored unit, in the text's order."""

    mode: str
    text: str
    units: tuple[str, ...]
    bits: Floats
    alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()
    unknown: int = 0
    adaptive: bool = False

    @property
    def label(self) -> str:
        """How the text was scored: "streamed, static", …: figures with different labels are not to be compared."""
        return f"{self.mode}, {'adaptive' if self.adaptive else 'static'}"

    @property
    def scored(self) -> str:
        """The text of the scored units."""
        return "".join(self.units)

    @property
    def total_bits(self) -> float:
        """Bits of the whole text."""
        return float(self.bits.sum())

    @property
    def bits_per_char(self) -> float:
        """Bits per character (code point)."""
        return self.total_bits / len(self.scored)

    @property
    def bits_per_byte(self) -> float:
        """Bits per byte of UTF-8."""
        return self.total_bits / len(self.scored.encode("utf-8", "surrogatepass"))

    @property
    def bits_per_word(self) -> float | None:
        """Bits per word between spaces; None where the script has no spaces between words."""
        words = len(self.scored.split())
        spaceless = len(SPACELESS.findall(self.scored))
        return None if not words or 2 * spaceless > len(self.scored) else self.total_bits / words

    @property
    def nats_per_char(self) -> float:
        """The same in nats, as most papers on small corpora have it."""
        return self.bits_per_char * math.log(2)

    @property
    def perplexity(self) -> float:
        """Perplexity per unit: 2 to the bits of a unit."""
        return float(2 ** (self.total_bits / len(self.bits)))

    def lines(self) -> list[tuple[int, float, str]]:
        """(line number, bits per character, text) of every line that is not blank, the most surprising first."""
        breaks = np.array([unit.count("\n") for unit in self.units])
        line = np.cumsum(breaks) - breaks  # a newline belongs to the line that it ends
        bits = np.bincount(line, self.bits)
        sizes = np.bincount(line, [len(unit) for unit in self.units])
        texts = self.scored.split("\n")[: len(bits)]
        found = [(n + 1, float(bits[n] / sizes[n]), text) for n, text in enumerate(texts) if text.strip()]
        return sorted(found, key=lambda each: -each[1])

    def summary(self) -> dict[str, object]:
        """The figures, as JSON has them."""
        return {
            "mode": self.label,
            "characters": len(self.scored),
            "units": len(self.bits),
            "bits_per_char": self.bits_per_char,
            "bits_per_word": self.bits_per_word,
            "bits_per_byte": self.bits_per_byte,
            "nats_per_char": self.nats_per_char,
            "perplexity": self.perplexity,
            "unknown_characters": self.unknown,
        }


def score(engine: Engine, vocabulary: Vocabulary, text: str, options: ScoreOptions) -> Score:
    """Score a text; raises ``InputError`` if it is too short for the mode."""
    ids = vocabulary.encode(text)
    blocks = streamed(engine, ids) if options.mode == "streamed" else cold(engine, ids)
    first = 0 if options.mode == "streamed" else 1
    targets = ids[first:]
    if not len(targets):
        raise InputError(
            f"the text has {len(ids)} units, and {options.mode} needs at least {first + 1}; give more text"
        )
    bits, tops, place = [], [], 0
    for logits in blocks:
        costs = surprisal(logits, targets[place : place + len(logits)], len(vocabulary))
        bits.append(costs)
        if options.top:
            tops += alternatives(logits, vocabulary, options.top)
        place += len(logits)
    units = tuple(vocabulary.kind.split(text)[first:])
    unknown = int((targets == UNKNOWN).sum())
    return Score(options.mode, text, units, np.concatenate(bits), tuple(tops), unknown, options.adaptive)


def streamed(engine: Engine, ids: Ids) -> Iterator[Floats]:
    """Logits for every unit of a text, the state carried from the boundary to the end."""
    inputs = np.concatenate([np.array([BOUNDARY], np.int32), ids[:-1]])[None]
    state = engine.start(1)
    for place in range(0, len(ids), AT_ONCE):
        logits, state = engine.scan(inputs[:, place : place + AT_ONCE], state)
        yield logits[0].astype(np.float64)


def cold(engine: Engine, ids: Ids) -> Iterator[Floats]:
    """Logits for every unit but the first, from a fresh state at every window."""
    inputs = ids[:-1]
    whole = len(inputs) // WINDOW * WINDOW
    windows = inputs[:whole].reshape(-1, WINDOW)
    for place in range(0, len(windows), ROWS):
        rows = windows[place : place + ROWS]
        logits, _ = engine.scan(rows, engine.start(len(rows)))
        yield logits.reshape(-1, logits.shape[-1]).astype(np.float64)
    if whole < len(inputs):
        logits, _ = engine.scan(inputs[None, whole:], engine.start(1))
        yield logits[0].astype(np.float64)


def surprisal(logits: Floats, targets: Ids, vocabulary_size: int) -> Floats:
    """Bits of each target; an unknown character costs the unknown unit and the naming of a code point."""
    log_probabilities = log_softmax(logits)[np.arange(len(targets)), targets]
    naming = math.log2(CODE_POINTS - vocabulary_size)
    return -log_probabilities / math.log(2) + np.where(targets == UNKNOWN, naming, 0.0)


def log_softmax(logits: Floats) -> Floats:
    """Logarithms of the probabilities over the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return logs


def alternatives(logits: Floats, vocabulary: Vocabulary, count: int) -> list[tuple[tuple[str, float], ...]]:
    """The likeliest units of each row of logits, with their probabilities."""
    probabilities = np.exp(log_softmax(logits))
    order = np.argsort(-probabilities, axis=-1, kind="stable")[:, :count]
    return [
        tuple((vocabulary.text_of(int(unit)), float(row[unit])) for unit in best)
        for row, best in zip(probabilities, order, strict=True)
    ]


def next_units(read: Read, vocabulary: Vocabulary, options: GenerateOptions, count: int) -> list[tuple[str, float]]:
    """The likeliest next units after a prompt, as they would be drawn."""
    probabilities = distribution(read.logits, options)[0]
    order = np.argsort(-probabilities, kind="stable")[:count]
    return [(vocabulary.text_of(int(unit)), float(probabilities[unit])) for unit in order if probabilities[unit] > 0]
