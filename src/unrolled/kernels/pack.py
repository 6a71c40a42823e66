"""Packing: weights laid out as the kernels read them (``native/unrolled.h``), padded to panels of 16 with zeros.

A panel is 16 units: one vector of AVX-512 in float32, two of AVX2, and a row of a tile of AMX. Within a panel the units
of one input lie side by side and the inputs follow each other, so that a product reads the weights once, from the
beginning to the end, and loads whole vectors. A padded unit has zero weights and zero biases, so its state stays zero
in every cell.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import ArrayPGKQN, ArrayX, FloatsN, FloatsX, IdsN
from .precision import to_bf16, to_int8

PANEL = 16
"""Units of a panel, as in ``native/product.h``."""
Weights = dict[str, FloatsX]
Packed = tuple[ArrayX, FloatsN, IdsN]
"""Weights in some precision; with int8, the scale and the start of every output (ones and zeros otherwise). Aligned."""
LINE = 64  # bytes of a cache line: a vector that lies across two costs twice
PAGE = 1 << 21  # bytes of a huge page, which saves a large array 512 faults when it is filled, and misses when read
BESIDE = {"fp32": 1, "bf16": 2, "int8": 4}
"""Inputs of an output that lie side by side, as many as one instruction multiplies and adds up."""
STEPS, MIDDLE = 63, 64  # int8: an input x is read as MIDDLE + STEPS * x


def padded(size: int) -> int:
    """Return a size rounded up to whole panels."""
    return -(-size // PANEL) * PANEL


def pad(array: ArrayX, *shape: int, dtype: Any = np.float32) -> ArrayX:
    """Return a copy grown to a shape with zeros behind, in float32 unless another type is asked for."""
    grown = np.zeros(shape, dtype)
    grown[tuple(slice(size) for size in array.shape)] = array
    return grown


def by_gates(array: ArrayX, gates: int, dtype: Any = np.float32) -> ArrayX:
    """Return numbers [..., G*H] → [..., H/16 * G * 16]: all gates of 16 units side by side, units padded.

    A cell's state is made of all its gates: so they are there at once, and the gates of a step need no memory of their
    own between the product and the cell.
    """
    rest, units = array.shape[:-1], array.shape[-1] // gates
    each = pad(array.reshape(*rest, gates, units), *rest, gates, padded(units), dtype=dtype)
    blocks = each.reshape(*rest, gates, padded(units) // PANEL, PANEL).swapaxes(-2, -3)
    return blocks.reshape(*rest, gates * padded(units))


def panels(matrix: ArrayX, gates: int, inputs: int, beside: int = 1) -> ArrayPGKQN:
    """Return a matrix [G*H, K] → [H/16, G, ``inputs`` / ``beside``, 16, ``beside``], units and inputs padded.

    Input by input there are 16 outputs side by side, or several inputs of each of them. All gates of 16 units follow
    each other, as in ``by_gates``. Every weight is moved once: a process that writes little spends its time here.
    """
    units = len(matrix) // gates
    whole = matrix.reshape(gates, units, matrix.shape[1])
    if whole.shape[1:] != (padded(units), inputs):
        whole = pad(whole, gates, padded(units), inputs, dtype=matrix.dtype)
    blocks = whole.reshape(gates, padded(units) // PANEL, PANEL, inputs // beside, beside).transpose(1, 0, 3, 2, 4)
    packed = room(blocks.shape, matrix.dtype)
    packed[...] = blocks
    return packed


def pack(matrix: FloatsX, precision: str, gates: int = 1, inputs: int | None = None) -> Packed:
    """Return a matrix [G*H, K] in a precision, units and inputs padded, the latter to ``inputs``; copies of all."""
    matrix, inputs = np.asarray(matrix, np.float32), inputs or padded(matrix.shape[1])
    outputs = gates * padded(len(matrix) // gates)
    numbers: ArrayX
    if precision == "int8":
        # Instructions for int8 multiply an unsigned number by a signed one, so an input x from -1 to 1 is read as
        # MIDDLE + STEPS * x, from 1 to 127: two products of it then fit into 16 bits where they are added there. What
        # MIDDLE adds to an output is known beforehand, MIDDLE times the sum of its weights, and taken off at the start
        numbers, scales = to_int8(matrix)
        starts = by_gates(-MIDDLE * numbers.sum(1, dtype=np.int32), gates, np.int32)
        scales = by_gates(scales / np.float32(STEPS), gates)
    else:
        numbers = to_bf16(matrix) if precision == "bf16" else matrix
        scales, starts = np.ones(outputs, np.float32), np.zeros(outputs, np.int32)
    return panels(numbers, gates, inputs, BESIDE[precision]), aligned(scales), aligned(starts)


def room(shape: tuple[int, ...], dtype: Any) -> ArrayX:
    """Return an array to be filled that begins at a cache line, or at a huge page where it has at least one."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    bounds = PAGE if size >= PAGE else LINE  # NumPy asks the system for huge pages from 4 MiB on
    taken = np.empty(size + bounds, np.uint8)
    begin = -taken.ctypes.data % bounds
    made: ArrayX = taken[begin : begin + size].view(dtype).reshape(shape)
    return made


def aligned(array: ArrayX) -> ArrayX:
    """Return a copy that begins at a cache line."""
    copy = room(array.shape, array.dtype)
    copy[...] = array
    return copy
