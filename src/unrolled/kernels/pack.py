"""Packing: weights laid out as the kernels read them (``native/unrolled.h``), padded to panels of 16 with zeros.

A panel is 16 units: one vector of AVX-512 in float32, two of AVX2, and a row of a tile of AMX. Within a panel the units
of one input lie side by side and the inputs follow each other, so that a product reads the weights once, from the
beginning to the end, and loads whole vectors. A padded unit has zero weights and zero biases, so its state stays zero
in every cell.
"""

from __future__ import annotations

import numpy as np

from ..arrays import ArrayX, FloatsN, FloatsNK, FloatsPKQ, FloatsX, IdsN
from .precision import to_bf16, to_int8

PANEL = 16
"""Units of a panel, as in ``native/product.h``."""
Weights = dict[str, FloatsX]
Packed = tuple[ArrayX, FloatsN, IdsN]
"""Weights in some precision; with int8, the scale and the start of every output (ones and zeros otherwise)."""
LINE = 64  # bytes of a cache line: a vector that lies across two costs twice
STEPS, MIDDLE = 63, 64  # int8: an input x is read as MIDDLE + STEPS * x


def padded(size: int) -> int:
    """Return a size rounded up to whole panels."""
    return -(-size // PANEL) * PANEL


def pad(array: FloatsX, *shape: int) -> FloatsX:
    """Return an array grown to a shape with zeros behind."""
    grown = np.zeros(shape, np.float32)
    grown[tuple(slice(size) for size in array.shape)] = array
    return grown


def by_gates(array: FloatsX, gates: int) -> FloatsX:
    """Return rows [G*H, ...] → [H/16 * G * 16, ...]: all gates of 16 units side by side, units padded.

    A cell's state is made of all its gates: so they are there at once, and the gates of a step need no memory of their
    own between the product and the cell.
    """
    rest = array.shape[1:]
    size = padded(len(array) // gates)
    each = pad(array.reshape(gates, -1, *rest), gates, size, *rest)
    blocks = each.reshape(gates, size // PANEL, PANEL, *rest).swapaxes(0, 1)
    return np.ascontiguousarray(blocks.reshape(gates * size, *rest))


def panels(matrix: FloatsNK) -> FloatsPKQ:
    """Return a matrix [N, K] with N in whole panels → [N/16, K, 16]: input by input, 16 outputs side by side."""
    return np.ascontiguousarray(matrix.reshape(-1, PANEL, matrix.shape[1]).swapaxes(1, 2))


def pack(matrix: FloatsNK, precision: str) -> Packed:
    """Return a matrix, its N outputs and K inputs both in whole panels, in a precision."""
    ones, zeros = np.ones(len(matrix), np.float32), np.zeros(len(matrix), np.int32)
    if precision == "fp32":
        return panels(matrix), ones, zeros
    if precision == "bf16":
        # [N/16, K/2, 16, 2]: the two inputs that one instruction multiplies and adds lie side by side
        pairs = panels(matrix).reshape(-1, matrix.shape[1] // 2, 2, PANEL).swapaxes(2, 3)
        return to_bf16(np.ascontiguousarray(pairs)), ones, zeros
    whole, scales = to_int8(matrix)
    # [N/16, K/4, 16, 4]: four inputs side by side, as instructions for int8 add them up. These multiply an unsigned
    # number by a signed one, so an input x from -1 to 1 is read as MIDDLE + STEPS * x, from 1 to 127: two products
    # of it then fit into 16 bits where they are added there. What MIDDLE adds to an output is known beforehand,
    # MIDDLE times the sum of its weights, and taken off at the start
    fours = whole.reshape(-1, PANEL, matrix.shape[1] // 4, 4).swapaxes(1, 2)
    starts = -MIDDLE * whole.sum(1, dtype=np.int32)
    return np.ascontiguousarray(fours), scales / np.float32(STEPS), starts


def aligned(array: ArrayX) -> ArrayX:
    """Return a copy that begins at a cache line."""
    room = np.empty(array.nbytes + LINE, np.uint8)
    begin = -room.ctypes.data % LINE
    copy = room[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
