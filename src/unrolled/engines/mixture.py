"""The engine that blends others: a weighted mean of their probabilities, with weights that sum to one.

The weights follow what each member was worth lately (the posterior of a mixture, with a floor under its learning rate),
apart for every pair of how sure the members were.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import DoublesC, DoublesCM, DoublesNMV, DoublesNV, IdsBT, IdsK
from ..sampling import logs_of, softmax
from .base import Engine, EngineState, Scanned, check_like, joined, part_of

LEVELS = 12
"""How finely a member's certainty is told: a level for every third of a nat of its likeliest unit."""
RATE = 0.005
"""How fast weights move at least; at first they move faster."""
TOLERANCE = 1e-3
"""How far from 1 the sum of probabilities may be that a file brings."""
TRUST = 20
"""What the weights at the start are worth, in units read."""


class Mixture(Engine):
    """Engines over the same units and their weights at the start."""

    def __init__(self, members: Sequence[Engine], weights: Sequence[float]) -> None:
        self.members, self.weights = members, np.asarray(weights)

    def start(self, rows: int) -> EngineState:
        cases = LEVELS ** len(self.members)
        state = {
            "weights": np.tile(self.weights, (rows, cases, 1)),
            "read": np.zeros((rows, cases)),
            "expected": np.zeros((rows, len(self.members), 0)),
        }
        return {**state, **joined([member.start(rows) for member in self.members])}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        weights, expected = state["weights"], state["expected"]
        if (weights < 0).any() or (abs(weights.sum(-1) - 1) > TOLERANCE).any() or (state["read"] < 0).any():
            raise ValueError("the weights of its mixture do not sum to 1")
        if (expected < 0).any() or (expected.size and (abs(expected.sum(-1) - 1) > TOLERANCE).any()):
            raise ValueError("what its mixture expects does not sum to 1")
        for number, member in enumerate(self.members):
            member.check(part_of(state, number))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        scanned = [member.scan(ids, part_of(state, number)) for number, member in enumerate(self.members)]
        probabilities = np.stack([softmax(logits.astype(np.float64)) for logits, _ in scanned], 2)  # [B, T, M, V]
        mixed = np.empty((*ids.shape, probabilities.shape[-1]))
        weights, read = state["weights"].copy(), state["read"].copy()
        for row in range(len(ids)):
            before = state["expected"][row][None]
            expected = probabilities[row] if not before.size else np.concatenate([before, probabilities[row]])
            heard = ids[row, len(ids[row]) + 1 - len(expected) :]
            mixed[row] = follow(expected, heard, weights[row], read[row])[-ids.shape[1] :]
        own = {"weights": weights, "read": read, "expected": probabilities[:, -1]}
        return logs_of(mixed).astype(np.float32), {**own, **joined([after for _, after in scanned])}


def follow(expected: DoublesNMV, heard: IdsK, weights: DoublesCM, read: DoublesC) -> DoublesNV:
    """Return the mixtures of what the members expect; after each but the last, the unit that came is heard.

    ``weights`` and ``read`` are changed in place.
    """
    levels = np.minimum((-3 * np.log(expected.max(-1))).astype(int), LEVELS - 1)
    cases = levels @ LEVELS ** np.arange(expected.shape[1])
    given = np.empty(expected.shape[:2])
    for position, case in enumerate(cases.tolist()):
        given[position] = weights[case]
        if position < len(heard):
            worth = weights[case] * expected[position, :, heard[position]]
            if not worth.any():  # no member thought it possible: it tells them not apart
                continue
            read[case] += 1
            rate = max(RATE, 1 / (read[case] + TRUST))
            weights[case] += rate * (worth / worth.sum() - weights[case])
    mixed: DoublesNV = np.einsum("nm,nmv->nv", given, expected)
    return mixed
