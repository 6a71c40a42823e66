"""Inference: a packed network that reads ids and draws them."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .checks import Array, checked_ids, pointer
from .library import Library
from .pack import aligned, by_gates, pack, pad, padded
from .structures import CELLS, KINDS, Filters, Matrix, Network
from .threads import over_rows

Floats = NDArray[np.float32]
Weights = dict[str, Floats]


@dataclass(frozen=True)
class Shape:
    """What a network looks like: its cell and gates, its layers and units, the ids it knows."""

    cell: str
    gates: int
    layers: int
    hidden: int
    ids: int
    has_c: bool


class PackedNetwork:
    """A network's weights as the kernels read them, packed once; calls change nothing in it.

    States are h and c of shape [B, layers, ``hidden``], where ``hidden`` is rounded up to whole panels.
    """

    def __init__(self, library: Library, shape: Shape, table: Floats, weights: Weights, kind: str) -> None:
        self.library, self.shape, self.kind = library, shape, kind
        self.hidden, self.outputs = padded(shape.hidden), padded(shape.ids)
        self.kept: list[Array] = []
        empty = Matrix(0, 0, 0)
        w_ih = [self.layer_matrix(weights[f"rnn.weight_ih_l{n}"]) if n else empty for n in range(shape.layers)]
        w_hh = [self.layer_matrix(weights[f"rnn.weight_hh_l{n}"]) for n in range(shape.layers)]
        self.network = Network(
            cell=CELLS[shape.cell],
            kind=KINDS[kind],
            layers=shape.layers,
            hidden=self.hidden,
            ids=shape.ids,
            outputs=self.outputs,
            table=self.keep(by_gates(np.ascontiguousarray(table.T), shape.gates).T),
            w_ih=(Matrix * shape.layers)(*w_ih),
            w_hh=(Matrix * shape.layers)(*w_hh),
            b_ih=self.biases(weights, "bias_ih"),
            b_hh=self.biases(weights, "bias_hh"),
            head=self.matrix(pad(weights["head.weight"], self.outputs, self.hidden)),
            b_head=self.keep(pad(weights["head.bias"], self.outputs)),
        )

    def keep(self, array: Array) -> int:
        """The address of an array that lives as long as this network."""
        self.kept.append(aligned(array))
        return int(self.kept[-1].ctypes.data)

    def matrix(self, whole: Floats) -> Matrix:
        """A padded matrix in this network's precision."""
        return Matrix(*map(self.keep, pack(whole, self.kind)))

    def layer_matrix(self, weight: Floats) -> Matrix:
        """A layer's matrix [G*H, H], its gates side by side."""
        rows = by_gates(weight, self.shape.gates)
        return self.matrix(pad(rows, len(rows), self.hidden))

    def biases(self, weights: Weights, name: str) -> ctypes.Array[ctypes.c_void_p]:
        """The address of every layer's bias."""
        each = [by_gates(weights[f"rnn.{name}_l{n}"], self.shape.gates) for n in range(self.shape.layers)]
        return (ctypes.c_void_p * len(each))(*map(self.keep, each))

    @property
    def bytes(self) -> int:
        """The size of all packed weights."""
        return sum(array.nbytes for array in self.kept)

    def scan(self, ids: Array, state: tuple[Floats, ...], threads: int = 1) -> tuple[Floats, tuple[Floats, ...]]:
        """Read ids [B, T]: logits [B, T, V] after each, and the next state; the given one stays as it is."""
        rows, steps = ids.shape
        ids = checked_ids(ids, self.shape.ids)
        after = self.copy(state, rows)
        logits = np.empty((rows, steps, self.outputs), np.float32)

        def part(begin: int, end: int) -> None:
            run = self.library.variant.scan
            places = [part[begin:].ctypes.data for part in after] + [0] * (2 - len(after))
            where = logits[begin:].ctypes.data
            failed = run(ctypes.byref(self.network), ids[begin:].ctypes.data, end - begin, steps, *places, where)
            if failed:
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return logits[:, :, : self.shape.ids], after

    def draw(
        self,
        logits: Floats,
        state: tuple[Floats, ...],
        filters: Filters,
        uniforms: NDArray[np.float64],
        threads: int = 1,
    ) -> tuple[NDArray[np.int32], Floats, tuple[Floats, ...]]:
        """Draw an id for every uniform [B, T] and read it: the ids, the last logits [B, V], the next state."""
        rows, steps = uniforms.shape
        if self.shape.ids <= filters.special:
            raise ValueError(f"there are {self.shape.ids} ids, and none of them may be drawn")
        uniforms = np.ascontiguousarray(uniforms, np.float64)
        last = pad(np.asarray(logits, np.float32), rows, self.outputs)
        after, ids = self.copy(state, rows), np.empty((rows, steps), np.int32)

        def part(begin: int, end: int) -> None:
            run, where = self.library.variant.draw, ctypes.byref(self.network)
            places = [part[begin:].ctypes.data for part in after] + [0] * (2 - len(after))
            chance, read, found = (each[begin:].ctypes.data for each in (uniforms, last, ids))
            if run(where, ctypes.byref(filters), chance, end - begin, steps, *places, read, found):
                raise MemoryError("no memory for the kernels")

        over_rows(part, rows, threads)
        return ids, last[:, : self.shape.ids], after

    def copy(self, state: tuple[Floats, ...], rows: int) -> tuple[Floats, ...]:
        """A state of our own to change in place, padded."""
        if len(state) != 1 + self.shape.has_c:
            raise ValueError(f"the state has {len(state)} parts; a cell {self.shape.cell} has {1 + self.shape.has_c}")
        own = tuple(pad(part, rows, self.shape.layers, self.hidden) for part in state)
        for part in own:
            pointer(part, np.float32, (rows, self.shape.layers, self.hidden), "the state")
        return own
