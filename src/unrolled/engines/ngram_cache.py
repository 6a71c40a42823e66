"""The engine that learns from the text it reads: an n-gram of everything before, and nothing else.

Prediction by partial matching, interpolated from short contexts to long ones with a constant discount (Cleary and
Witten 1984; Chen and Goodman 1999, section 2.6), starting from a uniform distribution. A unit is counted in the longest
context that it was new in and in all longer ones, so that short contexts count variety (Moffat 1990). The uniform
distribution is over the units that occurred where the model learnt: another one is expected once it was read.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from ..arrays import DoublesV, FlagsV, IdsBT, IdsT
from ..sampling import logs_of
from .base import Engine, EngineState, Scanned, check_like

MAX_CONTEXT = 8
"""Units of the longest context."""
DISCOUNT = 0.5
"""Taken off every count and given to shorter contexts; small, because the mixture distrusts the memory anyway."""
KEPT = 256
"""Tables kept for states that may go on."""


class Tables:
    """What followed every context of up to ``MAX_CONTEXT`` units in one text."""

    def __init__(self, occur: FlagsV) -> None:
        self.size, self.read = len(occur), 0
        self.uniform: DoublesV = occur / occur.sum()
        self.followers: list[dict[int, dict[int, int]]] = [{} for _ in range(MAX_CONTEXT + 1)]
        self.totals: list[dict[int, int]] = [{} for _ in range(MAX_CONTEXT + 1)]
        self.contexts = [0] * (MAX_CONTEXT + 1)  # the last n units as one number, for each n

    def learn(self, unit: int) -> None:
        """Read one more unit."""
        for length in range(min(self.read, MAX_CONTEXT), -1, -1):
            context = self.contexts[length]
            followers = self.followers[length].setdefault(context, {})
            seen = followers.get(unit, 0)
            followers[unit] = seen + 1
            self.totals[length][context] = self.totals[length].get(context, 0) + 1
            if seen:
                break
        self.read += 1
        for length in range(min(self.read, MAX_CONTEXT), 0, -1):
            self.contexts[length] = self.contexts[length - 1] * self.size + unit

    def predict(self) -> DoublesV:
        """Return the probabilities of the next unit."""
        probabilities = self.uniform.copy()
        for length in range(min(self.read, MAX_CONTEXT) + 1):
            followers = self.followers[length].get(self.contexts[length])
            if followers is None:
                break
            total, count = self.totals[length][self.contexts[length]], len(followers)
            units = np.fromiter(followers.keys(), np.intp, count)
            probabilities *= DISCOUNT * count / total
            probabilities[units] += (np.fromiter(followers.values(), np.float64, count) - DISCOUNT) / total
        return probabilities


class NgramCache(Engine):
    """Its state is the text so far; the tables of the last states are kept beside it, so that going on costs little.

    Tables belong to who took them out: threads that go on from one text share nothing, and the later one reads it anew.
    """

    def __init__(self, occur: FlagsV) -> None:
        self.occur = occur
        self.kept: OrderedDict[bytes, Tables] = OrderedDict()

    def start(self, rows: int) -> EngineState:
        return {"history": np.zeros((rows, 0), np.int32)}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        if ((state["history"] < 0) | (state["history"] >= len(self.occur))).any():
            raise ValueError("its history has ids that the vocabulary does not have")

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        history = np.concatenate([state["history"], ids], 1).astype(np.int32)
        logits = np.empty((*ids.shape, len(self.occur)), np.float32)
        for row in range(len(ids)):
            tables = self.tables(state["history"][row])
            for position, unit in enumerate(ids[row].tolist()):
                tables.learn(unit)
                logits[row, position] = logs_of(tables.predict())
            self.keep(history[row], tables)
        return logits, {"history": history}

    def tables(self, history: IdsT) -> Tables:
        """Return the tables of a text: those kept, or made anew."""
        found = self.kept.pop(history.tobytes(), None)
        if found is None:
            found = Tables(self.occur)
            for unit in history.tolist():
                found.learn(unit)
        return found

    def keep(self, history: IdsT, tables: Tables) -> None:
        """Keep the tables of a text, and let the oldest go."""
        self.kept[history.tobytes()] = tables
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)
