"""The engine ``reference``: the network in NumPy, light and readable."""

from __future__ import annotations

import numpy as np

from ...bundle import Bundle
from ...cells import find_cell
from ...cells.base import Array, Recurrence, State, scan_by_steps
from ...tasks import TASKS
from ...tasks.base import NetworkSpec
from ...text.base import Ids
from ..condition import START
from .base import Engine, EngineState, Scanned, row_by_row


def open_bundle(bundle: Bundle, device: str, weights: str) -> Reference:
    """The engine for a model; the device is always the CPU."""
    spec = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies)
    return Reference(spec, float_tensors(bundle), first_state(bundle))


def float_tensors(bundle: Bundle) -> dict[str, Array]:
    """A model's weights in float32."""
    return {name: tensor.astype(np.float32) for name, tensor in bundle.tensors.items()}


def first_state(bundle: Bundle) -> dict[str, Array]:
    """The state before the first unit, [layers, H] a part: zeros, unless the model is under a condition."""
    config, tensors = bundle.config, bundle.tensors
    parts = find_cell(config.cell, config.context or 0).parts
    zeros = np.zeros((config.layers or 1, config.hidden_size or 1), np.float32)
    return {name: tensors.get(START + name, zeros).astype(np.float32) for name in parts}


def for_rows(first: dict[str, Array], rows: int) -> EngineState:
    """The same first state for many rows [B, layers, H]."""
    return {name: np.repeat(part[None], rows, 0) for name, part in first.items()}


def input_table(spec: NetworkSpec, tensors: dict[str, Array]) -> Array:
    """``W_ih x + b_ih`` of the first layer for every id [V, G*H]: reading an id is then a look-up."""
    w_ih, b_ih = tensors["rnn.weight_ih_l0"], tensors["rnn.bias_ih_l0"]
    return (w_ih.T if spec.one_hot else tensors["embedding.weight"] @ w_ih.T) + b_ih


class Reference(Engine):
    """A ``NetworkSpec`` run with NumPy."""

    def __init__(self, spec: NetworkSpec, tensors: dict[str, Array], first: dict[str, Array]) -> None:
        self.spec, self.tensors, self.first = spec, tensors, first
        self.cell = find_cell(spec.cell, spec.context)
        self.table = input_table(spec, tensors)

    def start(self, rows: int) -> EngineState:
        return for_rows(self.first, rows)

    def scan(self, ids: Ids, state: EngineState) -> Scanned:
        if ids.shape[1] == 1 and len(ids) > 1:
            return row_by_row(self.scan, ids, state)
        last: list[State] = []
        y = self.table[ids.T]
        for layer in range(self.spec.layers):
            a = self.project(y, layer) if layer else y
            first = tuple(state[part][:, layer] for part in self.cell.parts)
            outputs, after = scan_by_steps(self.cell, a, first, self.recurrence(layer))
            y = np.stack(outputs)
            last.append(after)
        parts = zip(*last, strict=True)
        logits = y @ self.tensors["head.weight"].T + self.tensors["head.bias"]
        return logits.swapaxes(0, 1), {
            name: np.stack(part, 1) for name, part in zip(self.cell.parts, parts, strict=True)
        }

    def project(self, x: Array, layer: int) -> Array:
        """``W_ih x + b_ih`` of a layer."""
        return x @ self.tensors[f"rnn.weight_ih_l{layer}"].T + self.tensors[f"rnn.bias_ih_l{layer}"]

    def recurrence(self, layer: int) -> Recurrence:
        """The weights that act on a layer's state."""
        return Recurrence(self.tensors[f"rnn.weight_hh_l{layer}"], self.tensors[f"rnn.bias_hh_l{layer}"])
