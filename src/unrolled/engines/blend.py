"""The engine that blends writers: the mean of their probabilities, with weights that stay as they are given.

The others' units are put in the order of the first one's, letter by letter, as alphabets differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import DoublesBTV, DoublesXV, FloatsXK, IdsBT, IdsV
from ..errors import OptionError
from ..sampling import logs_of, softmax
from ..text.vocabulary import BOUNDARY, SPECIAL, UNKNOWN, Vocabulary
from .base import Engine, EngineState, Scanned, check_like, joined, part_of

LEAST_SUM = 1e-30
"""Of a sum of probabilities by which is divided."""


@dataclass(frozen=True, eq=False)
class Writer:
    """An engine, its weight from 0 to 1, and where it has the first one's units.

    ``reads`` [V] are the ids that it reads in place of the first one's, ``writes`` [V] where it has their probability:
    ``UNKNOWN``, which is never written, for a unit that it lacks.
    """

    engine: Engine
    weight: float
    reads: IdsV
    writes: IdsV


class Blend(Engine):
    """Writers of one kind of unit; the first one's ids are those of all."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self.writers = writers

    def start(self, rows: int) -> EngineState:
        return joined([writer.engine.start(rows) for writer in self.writers])

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        for number, writer in enumerate(self.writers):
            writer.engine.check(part_of(state, number))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        mixed: DoublesBTV = np.zeros((*ids.shape, len(self.writers[0].reads)))
        after = []
        for number, writer in enumerate(self.writers):
            logits, own = writer.engine.scan(writer.reads[ids], part_of(state, number))
            mixed += writer.weight * probabilities(logits, writer.writes)
            after.append(own)
        return logs_of(mixed).astype(np.float32), joined(after)


def probabilities(logits: FloatsXK, writes: IdsV) -> DoublesXV:
    """Return a writer's probabilities of the first one's units, from its own logits; 0 for what it lacks.

    They sum to 1, so that its weight is what it counts for, unless all that it expects is lacking.
    """
    own = softmax(logits.astype(np.float64))
    own[..., UNKNOWN] = 0.0
    found = own[..., writes]
    shares: DoublesXV = found / np.maximum(found.sum(-1, keepdims=True), LEAST_SUM)
    return shares


def as_writer(engine: Engine, weight: float, own: Vocabulary, first: Vocabulary, ends: bool) -> Writer:
    """Return a writer beside the first one; the ``ends`` of its documents are written where both have them.

    Raises ``OptionError`` where the two do not cut a text alike.
    """
    refuse_other_units(own, first)
    writes = np.full(len(first), UNKNOWN, np.int32)
    reads = writes.copy()
    reads[BOUNDARY], writes[BOUNDARY] = BOUNDARY, BOUNDARY if ends else UNKNOWN
    for number, unit in enumerate(first.units, SPECIAL):
        writes[number] = own.index.get(unit, UNKNOWN)
        kin = own.encode_prompt(unit)[0] if unit not in own.index else [own.index[unit]]
        reads[number] = kin[0] if len(kin) == 1 else UNKNOWN
    return Writer(engine, weight, reads, writes)


def refuse_other_units(own: Vocabulary, first: Vocabulary) -> None:
    """Raise ``OptionError`` for another kind of unit, and for other words or tokens; alphabets may differ."""
    if own.unit != first.unit:
        raise OptionError(
            f"I got --mix with a model of {own.unit}s for a model of {first.unit}s; give one of the same unit"
        )
    if own.kind.several and set(filter(longer, own.units)) != set(filter(longer, first.units)):
        raise OptionError(
            f"I got --mix with a model of other {own.unit}s, which cuts a text in other places; give one that began "
            "with the same base (--start), or models of characters"
        )


def longer(unit: str) -> bool:
    """Tell whether a unit is more than a letter."""
    return len(unit) > 1
