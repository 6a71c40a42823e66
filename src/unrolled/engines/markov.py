"""The engine of a Markov chain: its state is where in the tree of n-grams the last units stand."""

from __future__ import annotations

import numpy as np

from .. import kernels
from ..arrays import DoublesBT, FloatsBV, IdsBT
from ..config import GenerateOptions
from ..cores import default_threads
from ..kernels.chain import PackedChain
from ..model_file.bundle import Bundle
from ..networks.markov import Chain
from .base import DrawingEngine, Drawn, Engine, EngineState, Scanned, check_like
from .native import as_filters, kernels_can_draw


def open_bundle(bundle: Bundle, device: str, weights: str) -> Engine:
    """Return the engine for a model; the device is always the CPU. Where there are kernels, they draw."""
    size, library = len(bundle.vocabularies["text"]), kernels.load()
    chain = Markov(Chain(bundle.tensors, size, bundle.config.smoothing))
    if library is None:
        return chain
    parts = [(each.starts, each.units, each.shares, each.sums, each.left) for each in chain.chain.levels]
    return DrawingMarkov(chain, PackedChain(library, parts, size))


class Markov(Engine):
    """A ``Chain`` behind the contract of an engine."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def start(self, rows: int) -> EngineState:
        return {"nodes": self.chain.start(rows)}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        self.chain.check(state["nodes"])

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        nodes = self.chain.read(ids, state["nodes"])
        probabilities = self.chain.predict(nodes.reshape(-1, self.chain.order))
        logits = np.log(probabilities).astype(np.float32).reshape(*ids.shape, -1)
        return logits, {"nodes": nodes[:, -1]}


class DrawingMarkov(DrawingEngine):
    """The same, with draws in the kernels."""

    def __init__(self, slow: Markov, packed: PackedChain) -> None:
        self.slow, self.packed = slow, packed
        self.threads: int | None = None  # as many as there are cores at each call

    def start(self, rows: int) -> EngineState:
        return self.slow.start(rows)

    def check(self, state: EngineState) -> None:
        self.slow.check(state)

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        return self.slow.scan(ids, state)

    def can_draw(self, options: GenerateOptions) -> bool:
        return kernels_can_draw(options)

    def draw(self, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT) -> Drawn:
        filters, threads = as_filters(options), self.threads or default_threads()
        ids, last, nodes = self.packed.draw(logits, state["nodes"], filters, uniforms, threads)
        return ids, last, {"nodes": nodes}
