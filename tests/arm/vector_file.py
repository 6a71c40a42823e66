"""A file of golden vectors: what kernels were given, and what came out; and what all of them share.

A file is a row of items: a header of 64 bytes (the data's bytes and type, and the tolerance of what came out), then the
data, filled up to whole 64 bytes. A missing array has no bytes. The first item is the ABI table; then each call is its
name, its numbers and every array in the order in which ``replay.c`` reads them, as they are before the call, and the
arrays that it changes as they are afterwards. Dimensions have the letters of ``native/unrolled.h``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.kernels.structures import Filters, abi_table
from unrolled.networks.cells import CELLS

Array = np.ndarray[Any, Any]
TYPES = {"uint8": 0, "int8": 0, "uint16": 0, "float32": 1, "float64": 2, "int32": 3, "int64": 4}
KERNEL_CELLS = {name: cell.kernel for name, cell in CELLS.items() if cell.kernel is not None}
SUMS = 2e-5
"""Sums in another order and the rounding of exp, through a few steps."""
NEAR = {"fp32": SUMS, "bf16": 5e-3, "int8": 2e-2}
"""The same, where a state that rounds the other way counts as one step of its precision, 1/256 or 1/63 of a weight."""
SPECIAL = 2
PLAIN = {"temperature": 1.0, "top_p": 1.0, "min_p": 0.0, "top_k": 0, "special": SPECIAL, "ends": 0}
WHOLE = ("top_k", "special", "ends")
"""The filters that are whole numbers."""
FILTERS: dict[str, dict[str, float]] = {
    "plain": {"ends": 1},
    "greedy": {"temperature": 0.0},
    "temperature": {"temperature": 0.7},
    "top-k": {"top_k": 7},
    "top-k-of-many": {"top_k": 290},
    "top-p": {"top_p": 0.8},
    "min-p": {"min_p": 0.05},
    "all": {"temperature": 1.3, "top_k": 40, "top_p": 0.9, "min_p": 0.01},
}


class Vectors:
    """A file of golden vectors that is being written."""

    def __init__(self, path: Path) -> None:
        self.stream = path.open("wb")
        self.put(np.array(abi_table()))

    def put(self, array: Array | None, tolerance: float = 0.0) -> None:
        """Write an array, or that there is none."""
        data = b"" if array is None else array.tobytes()
        kind = 0 if array is None else TYPES[array.dtype.name]
        self.stream.write(struct.pack("<qqd40x", len(data), kind, tolerance) + data + bytes(-len(data) % 64))

    def begin(self, *names: str) -> None:
        """Begin a call; the first name is the kernel's."""
        self.put(np.frombuffer(" ".join(names).encode() + b"\0", np.uint8))

    def numbers(self, *numbers: int) -> None:
        """Write whole numbers."""
        self.put(np.array(numbers, np.int64))

    def reals(self, *numbers: float) -> None:
        """Write real numbers."""
        self.put(np.array(numbers, np.float64))


def normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


def filters_of(filters: dict[str, float]) -> Filters:
    return Filters(**{name: int(each) if name in WHOLE else each for name, each in filters.items()})


def put_filters(out: Vectors, filters: dict[str, float]) -> None:
    out.reals(*(filters[name] for name in ("temperature", "top_p", "min_p")))
    out.numbers(*(int(filters[name]) for name in WHOLE))


def settled(draw: Callable[[float, float, Array], Array], rows: int, steps: int, margin: float) -> Array:
    """Uniforms [rows, steps] that draw the same ids when they, or what is drawn from, move by a margin.

    ``draw`` returns the ids [rows, steps] at uniforms and filters that are moved by so much, and at states by so much.
    """
    rng = np.random.default_rng(rows)
    uniforms = rng.random((rows, steps))
    for _ in range(200):
        first = draw(0, 0, uniforms)
        moved = [(margin, 0.0), (-margin, 0.0), (0.0, margin / 10), (0.0, -margin / 10)]
        loose = np.any([(draw(*by, uniforms) != first).any(1) for by in moved], axis=0)
        if not loose.any():
            return uniforms
        uniforms[loose] = rng.random((int(loose.sum()), steps))
    raise AssertionError(f"no uniforms are far enough from the next id: {loose}")
