"""Inference: a packed network that reads ids and draws them."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import (
    ArrayBT,
    ArrayX,
    DoublesBT,
    DoublesBV,
    FloatsBLH,
    FloatsBLK,
    FloatsBTS,
    FloatsBTV,
    FloatsBV,
    FloatsGHH,
    FloatsH,
    FloatsX,
    IdsBT,
)
from .cell import CellKernel
from .checks import check_filters, checked_ids, contiguous, pointer, shaped, two_sizes
from .library import Library
from .pack import Weights, aligned, by_gates, pack, pad, padded
from .structures import ATTENTION_CODES, Attention, Filters, Matrix, Network, code_of
from .threads import over_rows

if TYPE_CHECKING:
    from .attention import Attended

State = tuple[FloatsBLH, ...]
"""h and c of every layer, its units padded to whole panels or not."""
StateK = tuple[FloatsBLK, ...]
"""The same with K units, which are whole panels."""
EMPTY = (0, 0, 0)
"""A matrix that there is none of."""


@dataclass(frozen=True)
class Shape:
    """What a network looks like: its cell, its layers and units, the ids it reads, and how it attends."""

    cell: CellKernel
    layers: int
    hidden: int
    ids: int
    attention: str = "none"

    def check(self, table: FloatsX, weights: Weights) -> None:
        """Raise ``ValueError`` for a weight of another shape: packing would fill it up with zeros, or lose some."""
        rows, size, predicted = self.cell.gates * self.hidden, self.hidden, len(weights["head.bias"])
        if min(self.layers, size) < 1:
            raise ValueError(f"there are {self.layers} layers of {size} units; there must be at least 1 of 1")
        through = rows if self.cell.recurrent else 0
        shaped(table, (self.ids, rows), "the table")
        wanted: dict[str, tuple[int, ...]] = {"head.weight": (predicted, size), "head.bias": (predicted,)}
        for layer in range(self.layers):
            wanted |= {f"rnn.weight_hh_l{layer}": (through, size), f"rnn.bias_hh_l{layer}": (through,)}
            wanted |= {f"rnn.weight_ih_l{layer}": (rows, size)} if layer else {}
            wanted |= {f"rnn.bias_ih_l{layer}": (rows,)}
        if self.attention != "none":
            wanted |= {"attention.hidden.weight": (size, size), "attention.hidden.bias": (size,)}
        if self.attention == "additive":
            wanted |= {"attention.query.weight": (size, size)}
            wanted |= {"attention.query.bias": (size,), "attention.score": (size,)}
        for name, shape in wanted.items():
            shaped(weights[name], shape, name)


class PackedNetwork:
    """A network's weights as the kernels read them, packed once; calls change nothing in it.

    It reads the ids that ``table`` [ids, G*H] has rows for, and predicts V, as many as the head has rows. A network
    whose ``shape.attention`` is "dot" or "additive" needs to be told what the rows of a call look at; another must not.
    States are h and c of shape [B, layers, ``hidden``], where ``hidden`` is rounded up to whole panels.
    """

    def __init__(self, library: Library, shape: Shape, table: FloatsX, weights: Weights, precision: str) -> None:
        self.library, self.shape, self.precision = library, shape, precision
        kind = code_of(precision)
        shape.check(table, weights)
        self.predicted = len(weights["head.bias"])
        self.hidden, self.outputs = padded(shape.hidden), padded(self.predicted)
        self.kept: list[ArrayX] = []
        w_ih = [self.layer_matrix(weights[f"rnn.weight_ih_l{n}"]) if n else Matrix(*EMPTY) for n in range(shape.layers)]
        w_hh = [self.layer_matrix(weights[f"rnn.weight_hh_l{n}"]) for n in range(shape.layers)]
        self.network = Network(
            cell=shape.cell.number,
            kind=kind,
            layers=shape.layers,
            hidden=self.hidden,
            ids=self.predicted,
            outputs=self.outputs,
            table=self.keep(aligned(by_gates(table, shape.cell.gates))),
            w_ih=(Matrix * shape.layers)(*w_ih),
            w_hh=(Matrix * shape.layers)(*w_hh),
            b_ih=self.biases(weights, "bias_ih"),
            b_hh=self.biases(weights, "bias_hh"),
            head=self.matrix(weights["head.weight"]),
            b_head=self.keep(aligned(pad(weights["head.bias"], self.outputs))),
            attention=self.attention(weights),
        )

    def keep(self, array: ArrayX) -> int:
        """Return the address of an array of ours, which lives as long as this network."""
        self.kept.append(array)
        return int(array.ctypes.data)

    def matrix(self, weight: FloatsX, gates: int = 1) -> Matrix:
        """Return a matrix in this network's precision, the gates of a unit side by side."""
        return Matrix(*map(self.keep, pack(weight, self.precision, gates, self.hidden)))

    def vector(self, weight: FloatsH) -> int:
        """Return the address of a padded vector of H."""
        return self.keep(aligned(pad(weight, self.hidden)))

    def layer_matrix(self, weight: FloatsGHH) -> Matrix:
        """Return a layer's matrix; none where the state goes through none."""
        return self.matrix(weight, self.shape.cell.gates) if len(weight) else Matrix(*EMPTY)

    def biases(self, weights: Weights, name: str) -> ctypes.Array[ctypes.c_void_p]:
        """Return the address of every layer's bias."""
        each = [by_gates(weights[f"rnn.{name}_l{n}"], self.shape.cell.gates) for n in range(self.shape.layers)]
        return (ctypes.c_void_p * len(each))(*map(self.keep, map(aligned, each)))

    def attention(self, weights: Weights) -> Attention:
        """Return how the first layer looks at a memory; only additive attention has a query and a score."""
        additive = self.shape.attention == "additive"
        vectors = ["attention.query.bias", "attention.hidden.bias", "attention.score"]
        if self.shape.attention == "none":
            return Attention(ATTENTION_CODES["none"])
        return Attention(
            ATTENTION_CODES[self.shape.attention],
            self.matrix(weights["attention.query.weight"]) if additive else Matrix(*EMPTY),
            self.matrix(weights["attention.hidden.weight"]),
            *(self.vector(weights[name]) if additive or "hidden" in name else None for name in vectors),
        )

    @property
    def bytes(self) -> int:
        """The size of all packed weights."""
        return sum(array.nbytes for array in self.kept)

    def scan(
        self, ids: ArrayBT, state: State, threads: int = 1, attended: Attended | None = None
    ) -> tuple[FloatsBTV, StateK]:
        """Read ids: logits after each, and the next state; the given one stays as it is."""
        return self.read(ids, state, threads, attended, None)

    def scan_weights(
        self, ids: ArrayBT, state: State, threads: int, attended: Attended
    ) -> tuple[FloatsBTV, StateK, FloatsBTS]:
        """Return the same, and what each step looked at.

        Weights over the positions of the longest source, zero behind a row's own.
        """
        weights = np.empty((*ids.shape, attended.memory.longest), np.float32)
        return *self.read(ids, state, threads, attended, weights), weights

    def read(
        self, ids: ArrayBT, state: State, threads: int, attended: Attended | None, weights: FloatsBTS | None
    ) -> tuple[FloatsBTV, StateK]:
        """Return what a scan gives; attention's ``weights`` are filled in where they are wanted."""
        rows, steps = two_sizes(ids, "the ids")
        ids, attended = checked_ids(ids, self.shape.ids), self.checked(attended, rows)
        after = self.copy(state, rows)
        logits = np.empty((rows, steps, self.outputs), np.float32)

        def part(begin: int, end: int) -> None:
            run, read, found = self.library.variant.scan, ids[begin:].ctypes.data, logits[begin:].ctypes.data
            pointers = [part[begin:].ctypes.data for part in after] + [0] * (2 - len(after))
            memory = attended and ctypes.byref(attended.part(begin, weights))
            if run(ctypes.byref(self.network), memory, read, end - begin, steps, *pointers, found):
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return logits[:, :, : self.predicted], after

    def draw(
        self,
        logits: FloatsBV | DoublesBV,
        state: State,
        filters: Filters,
        uniforms: DoublesBT,
        threads: int = 1,
        attended: Attended | None = None,
    ) -> tuple[IdsBT, FloatsBV, StateK]:
        """Draw an id for every uniform and read it: the ids, the last logits, the next state."""
        rows, steps = two_sizes(uniforms, "the uniforms")
        self.check_drawing(filters)
        uniforms, attended = contiguous(uniforms, np.float64), self.checked(attended, rows)
        given = np.asarray(shaped(logits, (rows, self.predicted), "the logits"), np.float32)
        last = pad(given, rows, self.outputs)
        after, ids = self.copy(state, rows), np.empty((rows, steps), np.int32)

        def part(begin: int, end: int) -> None:
            run, where = self.library.variant.draw, ctypes.byref(self.network)
            pointers = [part[begin:].ctypes.data for part in after] + [0] * (2 - len(after))
            uniforms_at, read, found = (each[begin:].ctypes.data for each in (uniforms, last, ids))
            memory = attended and ctypes.byref(attended.part(begin, None))
            if run(where, memory, ctypes.byref(filters), uniforms_at, end - begin, steps, *pointers, read, found):
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return ids, last[:, : self.predicted], after

    def check_drawing(self, filters: Filters) -> None:
        """Raise ``ValueError`` where no id may be drawn, or one that cannot be read."""
        check_filters(filters, self.predicted)
        if self.predicted > self.shape.ids:
            raise ValueError(f"{self.predicted} ids may be drawn, and only {self.shape.ids} can be read")

    def checked(self, attended: Attended | None, rows: int) -> Attended | None:
        """Return what the rows look at, as C expects it; raises ``ValueError`` if it does not suit this network."""
        if (attended is None) != (self.shape.attention == "none"):
            raise ValueError(f"attention is {self.shape.attention}, and the memory is {'not ' * (not attended)}given")
        if attended is None:
            return None
        memory, source = attended.memory, checked_ids(attended.source, len(attended.memory))
        for name, array in (("keys", memory.keys), ("values", memory.values)):
            pointer(array, np.float32, (int(memory.starts[-1]), self.hidden), name)
        pointer(source, np.int32, (rows,), "the rows' sources")
        return replace(attended, source=source)

    def copy(self, state: State, rows: int) -> StateK:
        """Return a state of our own to change in place, padded."""
        if len(state) != len(self.shape.cell.parts):
            raise ValueError(f"the state has {len(state)} parts; that of the cell has {len(self.shape.cell.parts)}")
        for part in state:
            width = part.shape[-1] if part.shape[-1:] == (self.hidden,) else self.shape.hidden
            shaped(part, (rows, self.shape.layers, width), "the state")
        return tuple(pad(part, rows, self.shape.layers, self.hidden) for part in state)
