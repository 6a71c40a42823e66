"""Readers: what reads sources first, and is then an engine that writes, or answers, under each of them.

What is read of a source never changes: it belongs to the engine and is shared between rows, each of which says in the
part ``source`` of its state under which of them it stands. After a scan, the part ``attention`` [B, T, S] holds where
every step looked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import FloatsBE, FloatsBTS, FloatsNE, FloatsNSH, FloatsNTV, FloatsTBH, IdsBT, NumbersB, NumbersN
from ..datasets.encoder_input import EncoderInput
from ..networks.cells import find_cell
from ..networks.spec import NetworkSpec
from .base import Engine, EngineState, FirstState, Scanned, check_like
from .encoder import Encoder, MakeScan, Tensors, pool


class Reader(ABC):
    """A network that reads before it writes."""

    @abstractmethod
    def encode(self, given: EncoderInput) -> Engine:
        """Return the engine under some sources; its ``start`` has a row for each of them."""

    @abstractmethod
    def vectors(self, given: EncoderInput) -> FloatsNE:
        """Return what the encoder has in its memory when it has read each source."""


@dataclass(frozen=True)
class AttentionMemory:
    """The positions of N sources for attention, of which the first ``sizes`` are real."""

    keys: FloatsNSH
    values: FloatsNSH
    sizes: NumbersN


MakeWriter = Callable[[FirstState, AttentionMemory | None], Engine]
"""Makes the engine that writes, of the first state of N rows and the memory of N sources."""


class LightReader(Reader):
    """A reader without torch, by an encoder and what makes the engine that writes."""

    def __init__(self, spec: NetworkSpec, tensors: Tensors, make_scan: MakeScan, make_writer: MakeWriter) -> None:
        assert spec.encoder, "there is nothing else that reads"
        self.spec, self.tensors, self.make_writer = spec, tensors, make_writer
        self.encoder = Encoder(spec.encoder, tensors, make_scan)

    def encode(self, given: EncoderInput) -> Engine:
        found = self.encoder.read(given)
        if self.spec.pooling != "none":
            return Answers(pool(found, self.spec.pooling) @ self.tensors["head.weight"].T + self.tensors["head.bias"])
        memory = None
        if self.spec.attention != "none":
            weights = (self.tensors[f"attention.{name}.weight"] for name in ("key", "value"))
            keys, values = (self.encoder.times(found.places, each) for each in weights)
            memory = AttentionMemory(keys, values, found.sizes)
        return self.make_writer(self.first_state(found.whole), memory)

    def vectors(self, given: EncoderInput) -> FloatsNE:
        return self.encoder.read(given).whole

    def first_state(self, whole: FloatsBE) -> FirstState:
        """Return the state before the first unit, [N, layers, H] a part, and which source each row stands under."""
        flat = np.tanh(whole @ self.tensors["bridge.weight"].T + self.tensors["bridge.bias"])
        parts = find_cell(self.spec.cell, self.spec.context).parts
        each = flat.reshape(len(flat), len(parts), self.spec.layers, -1).swapaxes(0, 1)
        return {**dict(zip(parts, each, strict=True)), "source": np.arange(len(flat))}


class Answers(Engine):
    """The logits of N sources, known before anything is read: an engine whose ids do not matter."""

    def __init__(self, logits: FloatsNTV) -> None:
        self.logits = logits.astype(np.float32)

    def start(self, rows: int) -> EngineState:
        return {"source": np.arange(rows), "place": np.zeros(rows, np.int64)}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        positions = state["place"][:, None] + np.arange(ids.shape[1])
        logits = self.logits[state["source"][:, None], np.minimum(positions, self.logits.shape[1] - 1)]
        return logits, {**state, "place": state["place"] + ids.shape[1]}


def attend(tensors: Tensors, h: FloatsTBH, memory: AttentionMemory, source: NumbersB) -> tuple[FloatsTBH, FloatsBTS]:
    """Return what the layers above the first read in place of its outputs h, and the weights.

    The counterpart of ``networks.modules.attention``.
    """
    rows, keys, values = h.swapaxes(0, 1), memory.keys[source], memory.values[source]
    if "attention.query.weight" in tensors:
        query = rows @ tensors["attention.query.weight"].T + tensors["attention.query.bias"]
        scores = np.tanh(keys[:, None] + query[:, :, None]) @ tensors["attention.score"]
    else:
        scores = rows @ keys.swapaxes(1, 2)
    real = np.arange(keys.shape[1]) < memory.sizes[source][:, None]
    scores = np.where(real[:, None], scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weights = powers / powers.sum(-1, keepdims=True)
    hidden = rows @ tensors["attention.hidden.weight"].T + tensors["attention.hidden.bias"]
    return np.tanh(hidden + weights @ values).swapaxes(0, 1), weights
