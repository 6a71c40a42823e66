"""The engine ``reference``: the network in NumPy, light and readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import FloatsBTS, FloatsTBGH, FloatsTBH, FloatsVGH, FloatsX, IdsBT
from ..model_file.bundle import Bundle
from ..networks.cells import find_cell
from ..networks.cells.base import Recurrence, State, scan_by_steps
from ..networks.spec import NetworkSpec
from ..tasks import TASKS
from ..text.vocabulary import BOUNDARY
from .base import Engine, EngineState, FirstState, Scanned, check_like, row_by_row
from .labels import START

if TYPE_CHECKING:
    from .reader import AttentionMemory, LightReader


def open_bundle(bundle: Bundle, device: str, weights: str) -> Reference:
    """Return the engine for a model; the device is always the CPU."""
    spec = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies)
    return Reference(spec, float_tensors(bundle), first_state(bundle))


def open_reader(bundle: Bundle, device: str, weights: str) -> LightReader:
    """Return the reader for a model; the device is always the CPU."""
    from .encoder import slow_scan  # who only writes does without
    from .reader import LightReader

    spec, tensors = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies), float_tensors(bundle)
    return LightReader(spec, tensors, slow_scan, lambda first, memory: Reference(spec, tensors, first, memory))


def float_tensors(bundle: Bundle) -> dict[str, FloatsX]:
    """Return a model's weights in float32, those that are shared or tied in each of their places."""
    tensors = {name: tensor.astype(np.float32, copy=False) for name, tensor in bundle.tensors.items()}
    if "head.project.weight" in tensors:
        tensors["head.weight"] = tensors["embedding.weight"] @ tensors.pop("head.project.weight")
    if "embedding.weight" in tensors:
        tensors.setdefault("encoder.embedding.weight", tensors["embedding.weight"])
    return tensors


def first_state(bundle: Bundle) -> FirstState:
    """Return the state before the first unit, [1, layers, H] a part: zeros, unless the model is under a condition."""
    config, tensors = bundle.config, bundle.tensors
    parts = find_cell(config.cell, config.context or 0).parts
    zeros = np.zeros((config.layers or 1, config.hidden_size or 1), np.float32)
    return {name: tensors.get(START + name, zeros).astype(np.float32)[None] for name in parts}


def for_rows(first: FirstState, rows: int) -> EngineState:
    """Return the first state of so many rows [B, layers, H]: it has as many, or one for all."""
    return {name: part if len(part) == rows else np.repeat(part, rows, 0) for name, part in first.items()}


def input_table(spec: NetworkSpec, tensors: dict[str, FloatsX]) -> FloatsVGH:
    """Return ``W_ih x + b_ih`` of the first layer for every id: reading an id is then a look-up."""
    w_ih, b_ih = tensors["rnn.weight_ih_l0"], tensors["rnn.bias_ih_l0"]
    table = (w_ih.T if spec.one_hot else tensors["embedding.weight"] @ w_ih.T) + b_ih
    return table if spec.feedback else np.repeat(table[[BOUNDARY]], len(table), 0)


class Reference(Engine):
    """A ``NetworkSpec`` run with NumPy, perhaps with sources to look back at."""

    def __init__(
        self,
        spec: NetworkSpec,
        tensors: dict[str, FloatsX],
        first: FirstState,
        memory: AttentionMemory | None = None,
    ) -> None:
        self.spec, self.tensors, self.first, self.memory = spec, tensors, first, memory
        self.cell = find_cell(spec.cell, spec.context)
        self.table = input_table(spec, tensors)

    def start(self, rows: int) -> EngineState:
        return for_rows(self.first, rows)

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        if ids.shape[1] == 1 and len(ids) > 1:
            return row_by_row(self.scan, ids, state)
        last: list[State] = []
        y, looked = self.table[ids.T], dict[str, FloatsBTS]()
        for layer in range(self.spec.layers):
            a = self.project(y, layer) if layer else y
            first = tuple(state[part][:, layer] for part in self.cell.parts)
            outputs, after = scan_by_steps(self.cell, a, first, self.recurrence(layer))
            y = np.stack(outputs)
            if self.memory and not layer:
                from .reader import attend

                y, looked["attention"] = attend(self.tensors, y, self.memory, state["source"])
            last.append(after)
        parts = zip(*last, strict=True)
        logits = y @ self.tensors["head.weight"].T + self.tensors["head.bias"]
        named = {name: np.stack(part, 1) for name, part in zip(self.cell.parts, parts, strict=True)}
        return logits.swapaxes(0, 1), {**state, **named, **looked}

    def project(self, x: FloatsTBH, layer: int) -> FloatsTBGH:
        """Return ``W_ih x + b_ih`` of a layer."""
        return x @ self.tensors[f"rnn.weight_ih_l{layer}"].T + self.tensors[f"rnn.bias_ih_l{layer}"]

    def recurrence(self, layer: int) -> Recurrence:
        """Return the weights that act on a layer's state."""
        return Recurrence(self.tensors[f"rnn.weight_hh_l{layer}"], self.tensors[f"rnn.bias_hh_l{layer}"])
