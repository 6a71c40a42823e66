"""Narrow weights: matrices as bf16 or int8, in a file or in the kernels; vectors stay float32.

bf16 is the upper half of a float32. int8 has one scale for each output (Jacob et al. 2018, section 2.1, symmetric).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import ArrayX, Bf16X, FloatsN, FloatsNK, FloatsX, Int8NK

PRECISIONS = ("fp32", "bf16", "int8")
SCALE = ".scale"
BLOCK = 1 << 18
"""NumbersX that are rounded at a time."""
Tensors = dict[str, ArrayX]


def to_precision(tensors: Mapping[str, ArrayX], precision: str) -> Tensors:
    """Return tensors as a file keeps them: bf16 as its bits in uint16, int8 with its scales beside it."""
    kept: Tensors = {}
    for name, tensor in tensors.items():
        if tensor.ndim != 2 or precision == "fp32":
            kept[name] = tensor
        elif precision == "bf16":
            kept[name] = to_bf16(tensor)
        else:
            kept[name], kept[name + SCALE] = to_int8(tensor)
    return kept


def to_fp32(kept: Mapping[str, ArrayX]) -> Tensors:
    """Return the float32 tensors that narrow ones stand for."""
    tensors = {}
    for name, tensor in kept.items():
        if tensor.dtype == np.uint16:
            tensors[name] = from_bf16(tensor)
        elif tensor.dtype == np.int8:
            tensors[name] = tensor * kept[name + SCALE][:, None]
        elif not name.endswith(SCALE):
            tensors[name] = tensor
    return tensors


def to_bf16(array: FloatsX) -> Bf16X:
    """Return the nearest bf16, as its bits; halves go to even."""
    bits = array.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bf16(bits: Bf16X) -> FloatsX:
    """Return the float32 of bf16 bits, exactly."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def to_int8(matrix: FloatsNK) -> tuple[Int8NK, FloatsN]:
    """Return whole numbers from -127 to 127 and a scale for each row, such that numbers * scale is near the matrix."""
    scales, whole = np.empty(len(matrix), np.float32), np.empty(matrix.shape, np.int8)
    rows = max(1, BLOCK // max(1, matrix.shape[1]))  # at a time: what is in between is four times as large
    for begin in range(0, len(matrix), rows):
        part, end = matrix[begin : begin + rows], begin + rows
        greatest = np.abs(part).max(1, initial=0) / 127
        scales[begin:end] = np.where(greatest == 0, 1, greatest)
        whole[begin:end] = np.rint(part / scales[begin:end, None])
    return whole, scales
