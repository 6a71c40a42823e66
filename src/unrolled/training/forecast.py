"""The forecast: bits per character of the held-out text before the first step, as an interval.

A Markov chain takes a second and knows most of what makes one text cost more bits than another; how much better a
network does depends on how much it sees. The line through runs over other texts, alone on the machine and beside busy
neighbours, and its spread, are those of ``benchmarks/forecast.py`` and ``benchmarks/forecast_holds.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .corpus_stats import CorpusStats

LINE = (-0.0021, -0.0816, -0.0122, 0.1971)
"""What each of the ``features`` adds to the logarithm of the network's bits over the chain's."""
SPREAD = 0.08
"""Of that logarithm to either side: 13 of 16 runs lie within, their texts left out; lists and tunes come lower."""
WIDER = 0.15
"""Of the same, for ten times more or less seen than was counted on."""
MAX_COPIED = 0.1
"""Of the held-out text, from which on its bits say how much was copied, and nothing of the text."""


@dataclass(frozen=True)
class Forecast:
    """Bits per character of the held-out text, and between what they will probably lie."""

    low: float
    expected: float
    high: float


def forecast(stats: CorpusStats, seen: float) -> Forecast | None:
    """Return what training that sees so many characters will come to; None where nothing is held out."""
    if stats.chain is None or stats.copied > MAX_COPIED:
        return None
    ratio = log_ratio(stats.length, seen)
    low, expected, high = (stats.chain * math.exp(ratio + off) for off in (-SPREAD, 0.0, SPREAD))
    return Forecast(low, expected, high)


def corrected(expected: Mapping[str, float], length: int, seen: float, counted_on: float) -> dict[str, float]:
    """Return a forecast for a run that sees other characters of a text's ``length`` than were ``counted_on``.

    It is moved along the line, and wider: the sizes of the network were chosen for what was counted on. A machine that
    is busy with other things makes fewer steps in its minutes.
    """
    off = log_ratio(length, seen) - log_ratio(length, counted_on)
    wider = WIDER * abs(math.log10(max(seen, 1.0) / max(counted_on, 1.0)))
    moved = {"low": off - wider, "expected": off, "high": off + wider}
    return {name: value * math.exp(moved[name]) for name, value in expected.items()}


def log_ratio(length: int, seen: float) -> float:
    """Return the logarithm of the network's bits over the chain's, on the line."""
    return sum(weight * feature for weight, feature in zip(LINE, features(length, seen), strict=True))


def features(length: int, seen: float) -> tuple[float, float, float, float]:
    """Return what a forecast depends on, of the characters ``seen`` and the ``length`` of the text to learn from.

    Both as logarithms, and how far what is seen falls short of one pass: a network that has not read a text once knows
    less of it than a chain that has.
    """
    read, whole = max(seen, 1.0), max(length, 1)
    return 1.0, math.log10(read / 1_000_000), math.log10(whole / 100_000), max(0.0, math.log10(whole / read))
