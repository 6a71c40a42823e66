"""The engine of a Markov chain: its state is where in the tree of n-grams the last units stand."""

from __future__ import annotations

import numpy as np

from .. import kernels
from ..arrays import DoublesBT, FloatsBV, IdsBT
from ..config import GenerateOptions
from ..cores import default_threads
from ..kernels.chain import PackedChain
from ..model_file.bundle import Bundle
from ..networks.markov import SPELLED, Chain
from ..networks.written_chain import Joints, WrittenChain
from ..text.vocabulary import NEVER
from .base import DrawingEngine, Drawn, Engine, EngineState, Scanned, check_like
from .native import as_filters, kernels_can_draw


def open_bundle(bundle: Bundle, device: str, weights: str) -> Engine:
    """Return the engine for a model; the device is always the CPU. Where there are kernels, they draw."""
    vocabulary, library = bundle.vocabularies["text"], kernels.load()
    whole = Chain(bundle.tensors, len(vocabulary), bundle.config.smoothing)
    chain, spelled, ends = whole, bundle.tensors.get(SPELLED), None
    if spelled is not None:
        joints = Joints.of(vocabulary)
        chain, ends = WrittenChain(whole, spelled.astype(np.int64), joints), joints.ends
    if library is None:
        return Markov(chain, whole)
    parts = [(each.starts, each.units, each.shares, each.sums, each.left) for each in chain.levels]
    return DrawingMarkov(Markov(chain, whole), PackedChain(library, parts, len(vocabulary), ends))


class Markov(Engine):
    """A ``Chain`` behind the contract of an engine; what it scores with is the ``whole`` one."""

    def __init__(self, chain: Chain, whole: Chain | None = None) -> None:
        self.chain, self.whole = chain, whole or chain

    def scoring(self) -> Engine:
        return self if self.whole is self.chain else Markov(self.whole)

    def start(self, rows: int) -> EngineState:
        return {"nodes": self.chain.start(rows)}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        self.chain.check(state["nodes"])

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        nodes = self.chain.read(ids, state["nodes"])
        probabilities = self.chain.predict(nodes.reshape(-1, self.chain.order))
        logits = np.full(probabilities.shape, NEVER, np.float32)
        np.log(probabilities, out=logits, where=probabilities > 0, casting="same_kind")
        return logits.reshape(*ids.shape, -1), {"nodes": nodes[:, -1]}


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

    def scoring(self) -> Engine:
        return self if self.slow.whole is self.slow.chain else self.slow.scoring()

    def can_draw(self, options: GenerateOptions) -> bool:
        return kernels_can_draw(options)

    def draw(self, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT) -> Drawn:
        filters, threads = as_filters(options), self.threads or default_threads()
        ids, last, nodes = self.packed.draw(logits, state["nodes"], filters, uniforms, threads)
        return ids, last, {"nodes": nodes}
