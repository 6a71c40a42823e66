"""The engine of a Markov chain: its state is where in the tree of n-grams the last units stand."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from .. import kernels
from ..arrays import DoublesBT, FlagsV, FloatsBV, IdsBT
from ..config import GenerateOptions
from ..cores import default_threads
from ..kernels.chain import PackedChain
from ..model_file.bundle import Bundle
from ..networks.markov import SPELLED, Chain
from ..text.vocabulary import NEVER, SPECIAL, Vocabulary
from .base import DrawingEngine, Drawn, Engine, EngineState, Scanned, check_like
from .native import as_filters, kernels_can_draw


def open_bundle(bundle: Bundle, device: str, weights: str) -> Engine:
    """Return the engine for a model; the device is always the CPU. Where there are kernels, they draw."""
    vocabulary = bundle.vocabularies["text"]
    whole = Chain(bundle.tensors, len(vocabulary), bundle.config.smoothing)
    spelled = bundle.tensors.get(SPELLED)
    if spelled is not None:
        return Markov(whole.without(spelled.astype(np.int64)), whole, Joints.of(vocabulary))
    library = kernels.load()
    if library is None:
        return Markov(whole)
    parts = [(each.starts, each.units, each.shares, each.sums, each.left) for each in whole.levels]
    return DrawingMarkov(Markov(whole), PackedChain(library, parts, len(vocabulary)))


@dataclass(frozen=True)
class Joints:
    """Which units end in a letter [V], and which begin with one: in a text with spaces, none of these follows those."""

    ends: FlagsV
    begins: FlagsV

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Joints | None:
        """Return those of a vocabulary whose units have their spaces with them; None for any other."""
        if not vocabulary.kind.spaced:
            return None
        special = [False] * SPECIAL
        ends = [*special, *(is_letter(unit[-1]) for unit in vocabulary.units)]
        begins = [*special, *(is_letter(unit[0]) for unit in vocabulary.units)]
        return cls(np.array(ends), np.array(begins))


def is_letter(character: str) -> bool:
    """Tell whether a character is a letter, or a mark on one."""
    return unicodedata.category(character)[0] in "LM"


class Markov(Engine):
    """A ``Chain`` behind the contract of an engine; what it scores with is the ``whole`` one."""

    def __init__(self, chain: Chain, whole: Chain | None = None, joints: Joints | None = None) -> None:
        self.chain, self.whole, self.joints = chain, whole or chain, joints

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
        if self.joints is not None:
            logits[self.joints.ends[ids.reshape(-1)][:, None] & self.joints.begins] = NEVER
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
        return self.slow.scoring()

    def can_draw(self, options: GenerateOptions) -> bool:
        return kernels_can_draw(options)

    def draw(self, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT) -> Drawn:
        filters, threads = as_filters(options), self.threads or default_threads()
        ids, last, nodes = self.packed.draw(logits, state["nodes"], filters, uniforms, threads)
        return ids, last, {"nodes": nodes}
