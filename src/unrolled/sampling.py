"""Sampling: pure filters on logits, and the draw.

A filter takes logits [..., V] in float64 and gives them back with minus infinity where a unit is out of the game;
they run in Hugging Face's order: temperature, top-k, top-p, min-p.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count as count_from
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from .arrays import DoublesB, DoublesBT, DoublesBV, DoublesT, DoublesXV, FloatsXV, IdsB
from .config import GenerateOptions
from .text.vocabulary import BOUNDARY, NEVER, SPECIAL

Logits = TypeVar("Logits", FloatsXV, DoublesXV)
OUT = -np.inf
FEW = 256
"""Uniforms that are computed in Python, of all rows together."""
MULTIPLIERS, INCREMENTS = (0xD2E7470EE14C6C93, 0xCA5A826395121157), (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS, WORD = 10, 2**64 - 1
COLD = 1e-6  # a lower temperature could divide logits to infinity


def temperature(logits: DoublesXV, value: float) -> DoublesXV:
    """Divide by the temperature; at 0, or next to it, only the likeliest unit (the first of equals) stays."""
    if value < COLD:
        best = logits.argmax(-1)[..., None]
        return np.where(np.arange(logits.shape[-1]) == best, logits, OUT)
    return logits / value


def top_k(logits: DoublesXV, k: int) -> DoublesXV:
    """Keep the k likeliest units, and those that are as likely as the last of them (Fan et al. 2018, section 5.2)."""
    if k >= logits.shape[-1]:
        return logits
    least = np.partition(logits, -k, axis=-1)[..., -k, None]
    return np.where(logits < least, OUT, logits)


def top_p(logits: DoublesXV, p: float) -> DoublesXV:
    """Keep the fewest likeliest units that together reach p (Holtzman et al. 2020, section 3.1)."""
    order = np.argsort(logits, axis=-1, kind="stable")
    cumulative = np.cumsum(softmax(np.take_along_axis(logits, order, -1)), axis=-1)
    gone = cumulative <= 1 - p
    gone[..., -1] = False
    out = np.empty_like(gone)
    np.put_along_axis(out, order, gone, -1)
    return np.where(out, OUT, logits)


def min_p(logits: DoublesXV, p: float) -> DoublesXV:
    """Keep units at least p times as likely as the likeliest (Nguyen et al. 2024)."""
    probabilities = softmax(logits)
    return np.where(probabilities < p * probabilities.max(-1, keepdims=True), OUT, logits)


def softmax(logits: DoublesXV) -> DoublesXV:
    """Probabilities over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    probabilities: DoublesXV = powers / powers.sum(-1, keepdims=True)
    return probabilities


def logs_of(probabilities: DoublesXV) -> DoublesXV:
    """Return logits of probabilities; ``NEVER`` for what is impossible."""
    logs: DoublesXV = np.log(probabilities, out=np.full(probabilities.shape, NEVER), where=probabilities > 0)
    return logs


def forbid_special(logits: Logits, ends: bool = False) -> Logits:
    """Return logits without what is never written: unknown, unseen, the boundary unless it ``ends`` a document."""
    left = forbid_unseen(logits)
    left[..., BOUNDARY + ends : SPECIAL] = OUT
    return left


def forbid_unseen(logits: Logits) -> Logits:
    """Return a copy of logits with minus infinity for units that never occurred where the model learnt."""
    left = logits.copy()
    left[logits < NEVER / 2] = OUT
    return left


FILTERS: dict[str, Callable[[DoublesXV, Any], DoublesXV]] = {
    "temperature": temperature,
    "top_k": top_k,
    "top_p": top_p,
    "min_p": min_p,
}
"""The filters by the names of their options, in their order; one whose option is None lets everything through."""


def asked_for(options: GenerateOptions) -> dict[str, Any]:
    """Return the filters that the options ask for, by their names, each with its value."""
    return {name: value for name in FILTERS if (value := getattr(options, name)) is not None}


def distribution(logits: FloatsXV | DoublesXV, options: GenerateOptions) -> DoublesXV:
    """Return the probabilities [..., V] from which a unit is drawn."""
    left = forbid_special(logits.astype(np.float64), not options.endless)
    for name, value in asked_for(options).items():
        left = FILTERS[name](left, value)
    return softmax(left)


def draw(probabilities: DoublesBV, uniforms: DoublesB) -> IdsB:
    """Draw one id a row, by the inverse of the cumulative sum in id order, from uniforms from 0 to 1."""
    cumulative = np.cumsum(probabilities, axis=-1)
    passed = cumulative <= uniforms[:, None] * cumulative[:, -1:]
    last = probabilities.shape[-1] - 1 - (probabilities[:, ::-1] > 0).argmax(-1)
    ids: IdsB = np.minimum(passed.sum(-1), last).astype(np.int32)
    return ids


class Uniforms:
    """The uniforms of some rows: number n of a row is output n of Philox keyed by (seed, row) (Salmon et al. 2011).

    The first ``FEW`` come from Python: to import NumPy's generators takes twenty times as long as to compute these.
    """

    def __init__(self, seed: int, rows: range) -> None:
        self.seed, self.rows, self.count = seed, rows, 0
        self.streams: list[Callable[[int], DoublesT]] = [few_uniforms(seed, row) for row in rows]

    def next(self, count: int = 1) -> DoublesBT:
        """Return the next ``count`` numbers of every row."""
        before, self.count = self.count, self.count + count
        if before * len(self.rows) <= FEW < self.count * len(self.rows):
            generators = [np.random.Philox(key=np.array([self.seed, row], np.uint64)) for row in self.rows]
            self.streams = [np.random.Generator(generator).random for generator in generators]
            for stream in self.streams:
                stream(before)
        return np.array([stream(count) for stream in self.streams])


def few_uniforms(seed: int, row: int) -> Callable[[int], DoublesT]:
    """Return what gives the next uniforms of a row, so many at a call."""
    numbers = (number for block in count_from(1) for number in philox(seed, row, block))
    return lambda count: np.array(list(islice(numbers, count)))


def philox(seed: int, row: int, block: int) -> list[float]:
    """Return four uniforms: what Philox 4x64-10 makes of a block's number under the key (seed, row)."""
    keys, (a, b, c, d) = (seed, row), (block, 0, 0, 0)
    for _ in range(ROUNDS):
        one, two = MULTIPLIERS[0] * a, MULTIPLIERS[1] * c
        a, b, c, d = two >> 64 ^ b ^ keys[0], two & WORD, one >> 64 ^ d ^ keys[1], one & WORD
        keys = ((keys[0] + INCREMENTS[0]) & WORD, (keys[1] + INCREMENTS[1]) & WORD)
    return [(word >> 11) * 2.0**-53 for word in (a, b, c, d)]
