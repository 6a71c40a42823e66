"""Scoring: how many bits a text costs under a model, unit by unit.

*streamed* carries the state through the whole text, which begins with the boundary; *cold-256* starts afresh every 256
units, each predicted from at least one before it (nanoGPT's way). Both are static, unless an engine learns from the
text: such figures are labelled adaptive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ..arrays import DoublesB, DoublesT, DoublesTV, DoublesXV, FloatsBV, IdsN, IdsT
from ..config import GenerateOptions, ScoreOptions
from ..datasets.boundaries import with_end
from ..engines import Engine
from ..engines.prompt import PromptState
from ..errors import InputError
from ..formats.documents import SEPARATORS, split_documents
from ..sampling import distribution
from ..text.base import Unit
from ..text.vocabulary import BOUNDARY, NEVER, UNKNOWN, Vocabulary

WINDOW = 256
UNITS_AT_ONCE = 1024
WINDOWS_AT_ONCE = 64
MAX_LOGITS = 1 << 22  # at once: with a large vocabulary, few windows side by side
CODE_POINTS = 1_114_112
MOST_BITS = 1000  # of a word; 2 to more is no float
SPACELESS = re.compile(r"[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\ua9e0-\uaa7f]")
"""Scripts that put no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han."""


@dataclass(frozen=True)
class Score:
    """What a text costs: ``bits`` of each scored unit, in the text's order."""

    mode: str
    text: str
    units: tuple[str, ...]
    bits: DoublesT
    kind: Unit
    alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()
    unknown: int = 0
    adaptive: bool = False
    documents: str = "whole"

    @property
    def label(self) -> str:
        """How the text was scored: "streamed, static", …: figures with different labels are not to be compared."""
        return f"{self.mode}, {'adaptive' if self.adaptive else 'static'}"

    @property
    def scored(self) -> str:
        """The text of the scored units."""
        return self.kind.shown(self.units)

    @property
    def characters(self) -> int:
        """Characters (code points) of the scored units."""
        return sum(map(self.kind.characters, self.units))

    @property
    def total_bits(self) -> float:
        """Bits of the whole text."""
        return float(self.bits.sum())

    @property
    def bits_per_char(self) -> float:
        """Bits per character (code point)."""
        return self.total_bits / self.characters

    @property
    def bits_per_byte(self) -> float:
        """Bits per byte of UTF-8."""
        return self.total_bits / sum(map(self.kind.bytes, self.units))

    @property
    def bits_per_word(self) -> float | None:
        """Bits per word between spaces; None where the script has no spaces between words."""
        words = len(self.scored.split())
        spaceless = len(SPACELESS.findall(self.scored))
        return None if not words or 2 * spaceless > len(self.scored) else self.total_bits / words

    @property
    def perplexity_per_word(self) -> float | None:
        """Perplexity per word between spaces: 2 to the bits of a word, whatever the unit; None beyond all numbers."""
        bits = self.bits_per_word
        return None if bits is None or bits > MOST_BITS else float(2**bits)

    @property
    def upper_bound(self) -> bool:
        """Whether the text could also be spelled in other ways, each of which has a share of its probability."""
        return self.kind.several

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
        sizes = np.bincount(line, list(map(self.kind.characters, self.units)))
        texts = self.scored.split("\n")[: len(bits)]
        numbers = list(range(1, len(texts) + 1))
        if self.documents == "lines":  # blank ones are no documents
            numbers = [n for n, text in enumerate(self.text.split("\n"), 1) if text.strip()]
        each = zip(numbers, bits, sizes, texts, strict=False)
        found = [(number, float(cost / size), text) for number, cost, size, text in each if text.strip()]
        return sorted(found, key=lambda each: -each[1])

    def summary(self) -> dict[str, object]:
        """Return the figures, as JSON has them."""
        return {
            "mode": self.label,
            "characters": self.characters,
            "units": len(self.bits),
            "bits_per_char": self.bits_per_char,
            "bits_per_word": self.bits_per_word,
            "bits_per_byte": self.bits_per_byte,
            "nats_per_char": self.nats_per_char,
            "perplexity": self.perplexity,
            "perplexity_per_word": self.perplexity_per_word,
            "upper_bound": self.upper_bound,
            "unknown_characters": self.unknown,
        }


def score(engine: Engine, vocabulary: Vocabulary, text: str, options: ScoreOptions, documents: str = "whole") -> Score:
    """Score a text or each of its documents; raises ``InputError`` if it is too short for the mode."""
    if documents != "whole" and options.mode != "streamed":
        raise InputError(f"this model reads {documents} as documents, and {options.mode} forgets; use --mode=streamed")
    if documents != "whole" and options.adaptive:
        raise InputError(f"this model reads {documents} apart, so there is nothing to adapt to; leave --adaptive out")
    text, engine = vocabulary.as_learnt(text), engine.scoring()
    texts = split_documents(text, documents)
    each = [with_end(vocabulary.encode(part), documents) for part in texts]
    blocks = chain(*(streamed(engine, part) for part in each)) if options.mode == "streamed" else cold(engine, each[0])
    first = 0 if options.mode == "streamed" else 1
    ids = np.concatenate(each) if each else np.empty(0, np.int32)
    targets = ids[first:]
    if not len(targets):
        raise InputError(
            f"the text has {len(ids)} units, and {options.mode} needs at least {first + 1}; give more text"
        )
    separator = [] if documents == "whole" else [SEPARATORS[documents]]
    units = tuple(unit for part in texts for unit in [*vocabulary.split(part), *separator])[first:]
    naming = naming_bits(units, targets, vocabulary)
    bits, tops, position = [], [], 0
    for logits in blocks:
        logs = log_probabilities(logits, vocabulary.unseen)
        bits.append(surprisal(logs, targets[position : position + len(logs)]))
        if options.top:
            tops += alternatives(logs, vocabulary, options.top)
        position += len(logits)
    unknown = int((targets == UNKNOWN).sum())
    costs = np.concatenate(bits) + naming
    return Score(options.mode, text, units, costs, vocabulary.kind, tuple(tops), unknown, options.adaptive, documents)


def streamed(engine: Engine, ids: IdsN) -> Iterator[DoublesTV]:
    """Yield logits for every unit of a text, the state carried from the boundary to the end."""
    inputs = np.concatenate([np.array([BOUNDARY], np.int32), ids[:-1]])[None]
    state = engine.start(1)
    for position in range(0, len(ids), UNITS_AT_ONCE):
        logits, state = engine.scan(inputs[:, position : position + UNITS_AT_ONCE], state)
        yield logits[0].astype(np.float64)


def cold(engine: Engine, ids: IdsN) -> Iterator[DoublesTV]:
    """Yield logits for every unit but the first, from a fresh state at every window."""
    inputs = ids[:-1]
    whole = len(inputs) // WINDOW * WINDOW
    windows = inputs[:whole].reshape(-1, WINDOW)
    position, rows = 0, 1
    while position < len(windows):
        part = windows[position : position + rows]
        logits, _ = engine.scan(part, engine.start(len(part)))
        yield logits.reshape(-1, logits.shape[-1]).astype(np.float64)
        position, rows = position + len(part), max(1, min(WINDOWS_AT_ONCE, MAX_LOGITS // logits[0].size))
    if whole < len(inputs):
        logits, _ = engine.scan(inputs[None, whole:], engine.start(1))
        yield logits[0].astype(np.float64)


def surprisal(logs: DoublesTV, targets: IdsT) -> DoublesT:
    """Return the bits of each target, from the logarithms of all probabilities."""
    picked: DoublesT = logs[np.arange(len(targets)), targets]
    return -picked / math.log(2)


def naming_bits(units: Sequence[str], targets: IdsT, vocabulary: Vocabulary) -> DoublesT:
    """Return what an unknown unit costs beside the unknown unit's own bits: the naming of its code points.

    One code point is one of those that the vocabulary lacks; a unit of several also has to tell where it ends.
    """
    bits = np.zeros(len(units))
    for position in np.flatnonzero(targets == UNKNOWN).tolist():
        size = len(units[position])
        one = math.log2(CODE_POINTS - len(vocabulary)) if vocabulary.unit == "char" else math.log2(CODE_POINTS) + 1
        bits[position] = size * one
    return bits


def log_sum(logits: FloatsBV) -> DoublesB:
    """Return what log-probabilities are less than logits, for each row.

    Powers in float32, summed in float64.
    """
    most = logits.max(-1)
    total: DoublesB = most + np.log(np.exp(logits - most[:, None]).sum(-1, dtype=np.float64))
    return total


def log_softmax(logits: DoublesXV) -> DoublesXV:
    """Return the logarithms of the probabilities over the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    logs: DoublesXV = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return logs


def log_probabilities(logits: DoublesXV, unseen: float) -> DoublesXV:
    """Return the logarithms of the probabilities that scoring tells: units that never occurred share ``unseen`` evenly.

    They are never drawn; but a text may have them, and its bits are to be finite, and the sum over all units one.
    """
    logs, never = log_softmax(logits), logits < NEVER / 2
    count = never.sum(-1, keepdims=True)
    if not unseen or not count.any():
        return logs
    kept = np.where(count > 0, math.log1p(-unseen), 0.0)
    mixed: DoublesXV = np.where(never, math.log(unseen) - np.log(np.maximum(count, 1)), logs + kept)
    return mixed


def alternatives(logs: DoublesTV, vocabulary: Vocabulary, count: int) -> list[tuple[tuple[str, float], ...]]:
    """Return the likeliest units of each row of log-probabilities, with their probabilities."""
    probabilities = np.exp(logs)
    order = np.argsort(-probabilities, axis=-1, kind="stable")[:, :count]
    return [
        tuple((vocabulary.text_of(int(unit)), float(row[unit])) for unit in best)
        for row, best in zip(probabilities, order, strict=True)
    ]


def next_units(
    read: PromptState, vocabulary: Vocabulary, options: GenerateOptions, count: int
) -> list[tuple[str, float]]:
    """Return the likeliest next units after a prompt, as they would be drawn."""
    probabilities = distribution(read.logits, options)[0]
    order = np.argsort(-probabilities, kind="stable")[:count]
    likely = [int(unit) for unit in order if probabilities[unit] > 0]
    return [(vocabulary.text_of(unit, read.begun), float(probabilities[unit])) for unit in likely]
