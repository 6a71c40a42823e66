"""The training scan: all steps of one layer, forward and backward."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .checks import pointer
from .library import Library
from .structures import CELLS, BackwardScan, ForwardScan
from .threads import over_rows

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sizes:
    """A scan's cell and sizes: T steps, B rows, H units (whole panels of 16), G gates."""

    cell: str
    gates: int
    steps: int
    rows: int
    hidden: int
    threads: int

    @property
    def wide(self) -> tuple[int, int, int]:
        """The shape of all gates: [T, B, G*H]."""
        return self.steps, self.rows, self.gates * self.hidden

    @property
    def narrow(self) -> tuple[int, int, int]:
        """The shape of all outputs: [T, B, H]."""
        return self.steps, self.rows, self.hidden

    @property
    def states(self) -> tuple[int, int, int]:
        """The shape of all states: [T+1, B, H]."""
        return self.steps + 1, self.rows, self.hidden


def forward(library: Library, sizes: Sizes, arrays: dict[str, Floats]) -> None:
    """Fill ``gates``, ``kept``, ``h`` and ``c`` from ``a``, ``b_hh`` and ``w``; ``h[0]`` and ``c[0]`` are given."""
    wide, narrow, states = sizes.wide, sizes.narrow, sizes.states
    weights = (sizes.gates * sizes.hidden * sizes.hidden,)
    shapes = {"a": wide, "b_hh": wide[2:], "w": weights, "gates": wide, "kept": narrow, "h": states, "c": states}
    places = addresses(arrays, shapes)
    run(library.variant.forward, ForwardScan, sizes, places)


def backward(library: Library, sizes: Sizes, arrays: dict[str, Floats]) -> None:
    """Fill ``da`` and ``du``, and turn ``dh`` and ``dc`` from the last state's gradients into the first one's."""
    wide, narrow, states, flat = sizes.wide, sizes.narrow, sizes.states, sizes.narrow[1:]
    shapes = {"w": (wide[2] * sizes.hidden,), "gates": wide, "kept": narrow, "h": states, "c": states}
    shapes |= {"outputs": narrow, "da": wide, "du": wide, "dh": flat, "dc": flat}
    places = addresses(arrays, shapes)
    run(library.variant.backward, BackwardScan, sizes, places)


def addresses(arrays: dict[str, Floats], shapes: dict[str, tuple[int, ...]]) -> dict[str, int]:
    """The address of every array that there is, checked; 0 for those that a cell has no use for."""
    return {
        name: pointer(arrays[name], np.float32, shape, name) if name in arrays else 0 for name, shape in shapes.items()
    }


def run(function: object, kind: type[ForwardScan] | type[BackwardScan], sizes: Sizes, places: dict[str, int]) -> None:
    """Call a kernel on parts of the rows."""
    assert callable(function), "a variant has both"

    def part(begin: int, end: int) -> None:
        numbers = {"steps": sizes.steps, "rows": sizes.rows, "hidden": sizes.hidden, "begin": begin, "end": end}
        function(ctypes.byref(kind(**places, **numbers, cell=CELLS[sizes.cell])))

    over_rows(part, sizes.rows, sizes.threads)
