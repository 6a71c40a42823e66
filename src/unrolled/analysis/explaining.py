"""Explaining: what a model expected at every place of a text, and what its neurons did there.

An activation is that after its unit was read: tanh(c) of an LSTM, h of any other cell (Karpathy, Johnson and Fei-Fei
2016, section 4.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import (
    DoublesT,
    DoublesTK,
    DoublesTV,
    FloatsLH,
    FloatsTLH,
    FloatsTN,
    FloatsYLH,
    IdsN,
    IdsT,
    IdsTK,
    NumbersTK,
)
from ..engines import Engine, EngineState
from ..engines.base import step
from ..errors import InputError
from ..text.vocabulary import BOUNDARY, Vocabulary
from .features import rank
from .passages import cut, grouped, measured
from .scoring import log_probabilities, naming_bits, surprisal

MAX_CHARACTERS = 5000
"""Characters that are explained: more would make a page too heavy to be opened."""
POSITIONS_AT_ONCE = 256  # places whose logits are kept at a time
MAX_WHOLE_VOCABULARY = 256  # a vocabulary up to this size is told as a whole
MAX_SHOWN_UNITS = 64  # of a larger one, so many units are told


@dataclass(frozen=True)
class Explanation:
    """T units, each with K candidates. ``candidates`` and ``came`` count in ``names``."""

    unit: str
    characters: int
    left_out: int
    groups: tuple[tuple[str, int], ...]
    """The text in pieces that can be drawn apart, and how many units each is made of."""
    pieces: tuple[str, ...]
    """Each unit as people read it."""
    bits: DoublesT
    names: tuple[str, ...]
    """Units as people read them; the boundary is empty."""
    came: IdsT
    candidates: IdsTK
    """Always with the unit that came."""
    logs: DoublesTK
    """Logarithms of the candidates' probabilities."""
    rest: DoublesT
    """Logarithms of the mean probability of the units that are no candidates."""
    rest_count: int
    layers: int = 0
    activations: FloatsTN | None = None
    """Of all neurons, layer by layer: N = layers * H."""
    ranked: tuple[tuple[str, tuple[tuple[int, float], ...]], ...] = ()
    """(feature, (neuron, r) of the best)."""


@dataclass(frozen=True)
class Expected:
    """What was told of some places: see ``Explanation``. Here ``candidates`` are ids."""

    bits: DoublesT
    candidates: IdsTK
    logs: DoublesTK
    rest: DoublesT


def explain(engine: Engine, vocabulary: Vocabulary, text: str, documents: str = "whole") -> Explanation:
    """Read a text unit by unit, at most ``MAX_CHARACTERS`` of it; raises ``InputError`` if it is empty."""
    passages = cut(vocabulary, text[:MAX_CHARACTERS], documents, len(text) > MAX_CHARACTERS)
    if not sum(len(passage.ids) for passage in passages):
        raise InputError("the text is empty; give some text to explain")
    engine = engine.scoring()
    read = [chunk for passage in passages for chunk in expectations(engine, passage.ids, vocabulary)]
    every, activations = joined([each for each, _ in read]), [each for _, each in read if each is not None]
    ids = np.concatenate([passage.ids for passage in passages])
    units = [unit for passage in passages for unit in passage.units]
    used, indices = np.unique(every.candidates, return_inverse=True)
    layers, neurons = stacked(activations)
    return Explanation(
        unit=vocabulary.unit,
        characters=sum(map(vocabulary.kind.characters, units)),
        left_out=max(0, len(text) - MAX_CHARACTERS),
        groups=tuple(group for passage in passages for group in grouped(vocabulary, passage)),
        pieces=tuple(vocabulary.kind.shown([unit]) for unit in units),
        bits=every.bits + naming_bits(units, ids, vocabulary),
        names=tuple(map(vocabulary.text_of, used.tolist())),
        came=np.searchsorted(used, ids).astype(np.int32),
        candidates=indices.reshape(every.candidates.shape).astype(np.int32),
        logs=every.logs,
        rest=every.rest,
        rest_count=len(vocabulary) - every.candidates.shape[1],
        layers=layers,
        activations=neurons,
        ranked=() if neurons is None else rank(measured(vocabulary, passages), neurons),
    )


def expectations(engine: Engine, ids: IdsN, vocabulary: Vocabulary) -> Iterator[tuple[Expected, FloatsTLH | None]]:
    """Yield what is told of a document's units, and the activations after each, a chunk at a time."""
    logits, state = step(engine, np.array([BOUNDARY], np.int32), engine.start(1))
    for start in range(0, len(ids), POSITIONS_AT_ONCE):
        targets = ids[start : start + POSITIONS_AT_ONCE]
        before, after = [], []
        for unit in targets:
            before.append(logits[0])
            logits, state = step(engine, np.array([unit], np.int32), state)
            after.append(neurons_of(state))
        logs = log_probabilities(np.stack(before).astype(np.float64), vocabulary.unseen)
        yield expected(logs, targets), stack(after)


def neurons_of(state: EngineState) -> FloatsLH | None:
    """Return the activations of a state of one row; None for an engine without neurons."""
    h = state.get("h")
    if h is None or h.ndim != 3:
        return None
    values: FloatsLH = np.tanh(state["c"][0]) if "c" in state else h[0]
    return values


def stack(after: Sequence[FloatsLH | None]) -> FloatsTLH | None:
    """Return the activations after several units as one array."""
    there = [each for each in after if each is not None]
    return np.stack(there) if there else None


def stacked(activations: Sequence[FloatsYLH]) -> tuple[int, FloatsTN | None]:
    """Return the number of layers, and the activations after all units with the layers side by side."""
    if not activations:
        return 0, None
    every = np.concatenate(activations)
    return every.shape[1], every.reshape(len(every), -1)


def expected(logs: DoublesTV, targets: IdsT) -> Expected:
    """Return what log-probabilities tell: all units of few, the likeliest and the rest of many."""
    rows, size = np.arange(len(targets))[:, None], logs.shape[1]
    count = size if size <= MAX_WHOLE_VOCABULARY else MAX_SHOWN_UNITS
    chosen = np.tile(np.arange(size), (len(logs), 1)) if count == size else likeliest(logs, targets)
    picked = logs[rows, chosen]
    mean = np.zeros(len(logs))
    if count < size:
        others = logs.copy()
        others[rows, chosen] = -np.inf
        mean = np.logaddexp.reduce(others, 1) - math.log(size - count)
    return Expected(surprisal(logs, targets), chosen.astype(np.int32), picked, mean)


def likeliest(logs: DoublesTV, targets: IdsT) -> NumbersTK:
    """Return the likeliest ids of each row; the unit that came takes the last place where it is not among them."""
    chosen: NumbersTK = np.argsort(-logs, axis=1, kind="stable")[:, :MAX_SHOWN_UNITS]
    missing = ~(chosen == targets[:, None]).any(1)
    chosen[missing, -1] = targets[missing]
    return chosen


def joined(chunks: Sequence[Expected]) -> Expected:
    """Return what was told of several chunks, as one."""
    names = ("bits", "candidates", "logs", "rest")
    return Expected(*(np.concatenate([getattr(each, name) for each in chunks]) for name in names))
