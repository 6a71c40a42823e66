"""Matrix products with bf16 operands, where the processor multiplies their pairs.

oneDNN compiles such a product for every shape it meets, and takes up to ten milliseconds for it: longer than the
product itself. Examples come in hundreds of shapes, so they are filled up with zeros to a few.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.function import once_differentiable

from ... import kernels
from .tensors import TensorKN, TensorMK, TensorMN, TensorNK, TensorXK, TensorXN

WORTH = 1 << 24
"""Multiplications from which on bf16 is faster, its conversions included."""
MIN_ROWS, AN_OCTAVE = 64, 8
"""Rows that a shape is filled up to at least, and shapes between a number and its double."""


class Product(torch.autograd.Function):
    """``x`` and ``y`` → their product in fp32, of bf16 operands, as are both gradients.

    A ``y`` that is in bf16 already is taken as it is.
    """

    @staticmethod
    def forward(ctx: Any, x: TensorMK, y: TensorKN) -> TensorMN:
        left, right = filled(x), y if y.dtype == torch.bfloat16 else filled(y.t()).t()
        ctx.save_for_backward(left, right)
        ctx.rows, ctx.columns = len(x), y.shape[1]
        return (left @ right)[: len(x), : y.shape[1]].float()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: TensorMN) -> tuple[TensorMK | None, TensorKN | None]:
        # of z = x y: dx = dz y^T and dy = x^T dz, of the operands as they were multiplied; that they were rounded to
        # bf16 before has the derivative 1
        left, right = ctx.saved_tensors
        for_x, for_y = ctx.needs_input_grad
        back = slope.new_zeros(len(left), right.shape[1], dtype=torch.bfloat16)
        back[: ctx.rows, : ctx.columns] = slope
        dx = (back @ right.t())[: ctx.rows].float() if for_x else None
        return dx, (left.t() @ back)[:, : ctx.columns].float() if for_y else None


def product(x: TensorXK, y: TensorKN, precision: str) -> TensorXN:
    """Return ``x`` times ``y``; in bf16 where that is the precision, and faster, or where y is bf16."""
    if y.dtype != torch.bfloat16 and (x.numel() * y.shape[1] < WORTH or not multiplies_bf16(precision)):
        return x @ y
    found: TensorMN = Product.apply(x.flatten(0, -2), y)  # type: ignore[no-untyped-call]  # torch has no types for it
    return found.view(*x.shape[:-1], -1)


def summed(x: TensorMN, y: TensorMK, precision: str) -> TensorNK:
    """Return ``x^T y``, without a gradient: a product over many rows."""
    if x.numel() * y.shape[1] < WORTH or not multiplies_bf16(precision):
        return x.t() @ y
    return (filled(x).t() @ filled(y)).float()


def multiplies_bf16(precision: str) -> bool:
    """Tell whether products have bf16 operands: it is the precision, and the processor multiplies their pairs."""
    library = kernels.load()
    return precision == "bf16" and library is not None and library.pairs


def filled(x: TensorMK) -> TensorNK:
    """Return a matrix in bf16; on a CPU with rows of zeros behind it, up to a number of rows that comes again."""
    rows = filled_rows(len(x)) if x.device.type == "cpu" else len(x)
    if rows == len(x):
        return x.bfloat16()
    whole = x.new_empty(rows, x.shape[1], dtype=torch.bfloat16)
    whole[: len(x)] = x
    whole[len(x) :] = 0
    return whole


def filled_rows(rows: int) -> int:
    """Return the next of a few numbers of rows, at most an eighth more, or a few dozen."""
    step = max(MIN_ROWS, (1 << max(rows, 1).bit_length() - 1) // AN_OCTAVE)
    return -(-rows // step) * step
