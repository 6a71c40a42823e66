"""The training scan: all steps of one layer, forward and backward."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np

from ..arrays import ArrayX
from .cell import CellKernel
from .checks import checked_ids, pointer
from .library import Library
from .pack import PANEL
from .structures import BackwardScan, ForwardScan, code_of
from .threads import over_rows

Arrays = dict[str, ArrayX]
FLOAT = 4  # bytes
PRECISIONS = ("fp32", "bf16")


@dataclass(frozen=True)
class Sizes:
    """A scan's cell and sizes: T steps, B rows, H units (whole panels of 16); its products' precision."""

    cell: CellKernel
    steps: int
    rows: int
    hidden: int
    threads: int
    precision: str = "fp32"
    table: int = 0
    """Rows of the table that ids are looked up in, V; 0 where a scan is given every step's share."""

    @property
    def parts(self) -> int:
        """Threads that have rows."""
        return max(1, min(self.threads, self.rows))

    @property
    def wide(self) -> tuple[int, int, int]:
        """The shape of all gates: [T, B, G*H]."""
        return self.steps, self.rows, self.cell.gates * self.hidden

    @property
    def narrow(self) -> tuple[int, int, int]:
        """The shape of all outputs: [T, B, H]."""
        return self.steps, self.rows, self.hidden

    @property
    def states(self) -> tuple[int, int, int]:
        """The shape of all states: [T+1, B, H]."""
        return self.steps + 1, self.rows, self.hidden

    @property
    def weights(self) -> tuple[int]:
        """The shape of the packed weights; there are none where the state goes through none."""
        return (self.through * self.hidden,)

    @property
    def through(self) -> int:
        """The length of ``b_hh``: G*H, or 0."""
        return self.cell.gates * self.hidden if self.cell.recurrent else 0


def forward(library: Library, sizes: Sizes, arrays: Arrays) -> None:
    """Fill ``gates``, ``kept``, ``h`` and ``c`` from ``a``, ``b_hh`` and ``w``; ``h[0]`` and ``c[0]`` are given.

    With ``ids`` [T, B], ``a`` is the table [V, G*H] that they are looked up in. What is filled may not overlap anything
    else, but for ``gates``, which may be ``a`` itself. Raises ``ValueError`` for an array that is missing or unfit.
    """
    wide, narrow, states = sizes.wide, sizes.narrow, sizes.states
    shapes = {
        "a": (sizes.table, wide[2]) if sizes.table else wide,
        "ids": wide[:2],
        "b_hh": (sizes.through,),
        "w": sizes.weights,
        "gates": wide,
        "kept": narrow,
        "h": states,
        "c": states,
    }
    needed = {"a", "gates", *sizes.cell.parts} | needed_by(sizes, {"w", "b_hh"})
    written = {"gates", "kept", "h", "c", "q"}
    pointers = addresses(sizes, arrays, shapes | {"q": narrow[1:]}, needed, written)
    run(library.variant.forward, ForwardScan, sizes, pointers)


def backward(library: Library, sizes: Sizes, arrays: Arrays) -> None:
    """Fill ``da`` and ``du``, and turn ``dh`` and ``dc`` from the last state's gradients into the first one's.

    With ``ids`` [T, B], every thread adds ``da`` up by ids in a part of ``table`` [threads, V, G*H], zero on entry.
    ``du`` is ``da`` itself where the cell has one sum of both. Nothing else that is filled may overlap anything. Raises
    ``ValueError`` for an array that is missing or unfit.
    """
    wide, narrow, states, flat = sizes.wide, sizes.narrow, sizes.states, sizes.narrow[1:]
    shapes = {"w": sizes.weights, "gates": wide, "kept": narrow, "h": states, "c": states}
    shapes |= {"outputs": narrow, "da": wide, "du": wide, "dh": flat, "dc": flat, "q": wide[1:]}
    shapes |= {"ids": wide[:2], "table": (sizes.parts, sizes.table, wide[2])}
    written = {"da", "du", *(f"d{name}" for name in sizes.cell.parts)}
    needed = {"gates", "outputs", *sizes.cell.parts, *written} | needed_by(sizes, {"w"})
    needed |= {"table"} if sizes.table else set()
    pointers = addresses(sizes, arrays, shapes, needed, written | {"q", "table"})
    if (pointers["du"] == pointers["da"]) == sizes.cell.separate and arrays["da"].size:
        raise ValueError(f"du must be {'another array than' if sizes.cell.separate else 'the same array as'} da")
    run(library.variant.backward, BackwardScan, sizes, pointers)


def needed_by(sizes: Sizes, weights: set[str]) -> set[str]:
    """Return the arrays that some scans need: ``weights`` and room for products, and what is kept for the way back."""
    room = {"q"} if sizes.precision == "bf16" else set()
    return (weights if sizes.cell.recurrent else set()) | room | ({"kept"} if sizes.cell.keeps else set())


def addresses(
    sizes: Sizes, arrays: Arrays, shapes: dict[str, tuple[int, ...]], needed: set[str], written: set[str]
) -> dict[str, int]:
    """Return the address of every array that there is, checked; 0 for those that a scan has no use for."""
    code_of(sizes.precision, PRECISIONS)
    if sizes.hidden % PANEL:
        raise ValueError(f"there are {sizes.hidden} units; they must be whole panels of {PANEL}")
    if sizes.precision == "bf16" and "q" not in arrays:
        raise ValueError("products in bf16 need the array q")
    if ("ids" in arrays) != bool(sizes.table):
        raise ValueError("ids need a table, and a table needs ids")
    if missing := sorted(needed - arrays.keys()):
        raise ValueError(f"the scan needs the array {missing[0]}")
    if "ids" in arrays:
        checked_ids(arrays["ids"], sizes.table)
    dtypes: dict[str, type] = {"ids": np.int32} | ({"w": np.uint16} if sizes.precision == "bf16" else {})
    return {
        name: pointer(arrays[name], dtypes.get(name, np.float32), shape, name, name in written) if name in arrays else 0
        for name, shape in shapes.items()
    }


def run(
    function: object, arguments: type[ForwardScan] | type[BackwardScan], sizes: Sizes, pointers: dict[str, int]
) -> None:
    """Call a kernel on parts of the rows."""
    assert callable(function), "a variant has both"

    def part(begin: int, end: int) -> None:
        numbers = {"steps": sizes.steps, "rows": sizes.rows, "hidden": sizes.hidden, "begin": begin, "end": end}
        code = code_of(sizes.precision)
        own = dict(pointers)
        if own.get("table"):  # the thread's: the rows are cut as `over_rows` does
            own["table"] += -(-begin * sizes.parts // max(1, sizes.rows)) * sizes.table * sizes.wide[2] * FLOAT
        function(ctypes.byref(arguments(**own, **numbers, cell=sizes.cell.number, kind=code)))

    over_rows(part, sizes.rows, sizes.threads)
