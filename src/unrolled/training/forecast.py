"""The forecast: bits per character of the held-out text before the first step, as an interval.

A Markov chain takes a second and knows most of what makes one text cost more bits than another; how much better a
network does depends on how much it sees. The line through runs over other texts, and its spread, are those of
``benchmarks/forecast.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .corpus_stats import CorpusStats

LINE = (0.0122, -0.1061, -0.0290)
"""What each of the ``features`` adds to the logarithm of the network's bits over the chain's."""
SPREAD = 0.075
"""Of that logarithm to either side: twice the standard deviation of those runs, each text left out in turn."""
MAX_COPIED = 0.1
"""Of the held-out text, from which on its bits say how much was copied, and nothing of the text."""
LEAST_SEEN = 300_000
"""Characters seen, below which a forecast no longer depends on them: so small a text has other limits."""


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
    ratio = sum(weight * feature for weight, feature in zip(LINE, features(stats.length, seen), strict=True))
    low, expected, high = (stats.chain * math.exp(ratio + off) for off in (-SPREAD, 0.0, SPREAD))
    return Forecast(low, expected, high)


def corrected(expected: Mapping[str, float], share: float) -> dict[str, float]:
    """Return a forecast for a run that sees another ``share`` of what was counted on: moved, and wider by half of that.

    A machine that is busy with other things makes fewer steps in its minutes.
    """
    off = LINE[1] * math.log10(max(share, 1e-6))
    moved = {"low": off - abs(off) / 2, "expected": off, "high": off + abs(off) / 2}
    return {name: value * math.exp(moved[name]) for name, value in expected.items()}


def features(length: int, seen: float) -> tuple[float, float, float]:
    """Return what a forecast depends on: the logarithms of the characters seen, and of those to learn from."""
    return 1.0, math.log10(max(seen, LEAST_SEEN) / 1_000_000), math.log10(length / 100_000)
