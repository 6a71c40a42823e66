"""The loss of a tied head over many units, and its gradients, a few rows at a time.

All logits of a step would be hundreds of megabytes that are read and written a dozen times. Here each part of them is
made, turned into its gradient and used while it lies in the cache; none is kept (Wijmans et al. 2024, section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ...text.vocabulary import NEVER
from .product import filled, multiplies_bf16
from .tensors import Scalar, TensorN, TensorNK, TensorV, TensorVK

ROWS_PER_BLOCK = 512
"""Rows at a time: more need memory that is not near, fewer add up the table's gradient too often."""

MIN_PROBABILITY = 1e-37
"""The least probability whose logarithm is taken."""


class FusedLoss(torch.autograd.Function):
    """Outputs ``x``, a tied embedding's ``table``, the ``bias`` and targets → the mean loss in nats, smoothed and not.

    Smoothing spreads over the units that occur. Only the first loss has a gradient. Products are of a ``precision``.
    """

    @staticmethod
    def forward(
        ctx: Any, x: TensorNK, table: TensorVK, bias: TensorV, targets: TensorN, smoothing: float, precision: str
    ) -> tuple[Scalar, Scalar]:
        # Of logits l = x E^T + b over V units, n of which occur, with smoothing s (Szegedy et al. 2016, section 7):
        #   loss = log sum exp(l) - (1 - s) l_target - s mean(l of those that occur)
        #   dl = softmax(l) - (1 - s) [target] - s / n [occurs]      dx = dl E     dE = dl^T x     db = sum of dl
        # The last term of dl is the same for all rows: its share of the gradients is added once, behind the loop.
        operand: Callable[[TensorNK], TensorNK] = filled if multiplies_bf16(precision) else lambda each: each
        dx, d_table, d_bias = torch.empty_like(x), torch.zeros_like(table), torch.zeros_like(bias)
        smoothed, plain = x.new_zeros(()), x.new_zeros(())
        units = table.to(torch.bfloat16 if multiplies_bf16(precision) else x.dtype)
        occurs = (bias > NEVER / 2).to(x.dtype)
        count = occurs.sum()
        everywhere, center, middle = smoothing / count, occurs @ units.to(x.dtype), (bias * occurs).sum() / count
        for part, wanted, into in zip(*(torch.split(each, ROWS_PER_BLOCK) for each in (x, targets, dx)), strict=True):
            read = operand(part)
            logits = (read @ units.t())[: len(part)] + bias  # in float32: the bias is
            picked = logits.gather(1, wanted[:, None])
            means = part @ center / count + middle  # of all logits, without reading them
            slopes = logits.softmax(1)
            losses = -slopes.gather(1, wanted[:, None]).clamp_min(MIN_PROBABILITY).log_()
            plain += losses.sum()
            smoothed += losses.sum() + smoothing * (picked.sum() - means.sum())
            slopes.scatter_add_(1, wanted[:, None], torch.full_like(picked, smoothing - 1))
            d_bias += slopes.sum(0)
            low = operand(slopes)
            into.copy_((low @ units)[: len(part)]).sub_(everywhere * center)
            d_table += low.t() @ read
        d_table.addr_(occurs, everywhere * x.sum(0), alpha=-1)  # what is spread over units is the same for each
        d_bias -= everywhere * len(x) * occurs
        ctx.save_for_backward(dx, d_table, d_bias)
        mean = plain / len(x)
        ctx.mark_non_differentiable(mean)
        return smoothed / len(x), mean

    @staticmethod
    def backward(ctx: Any, slope: Scalar, _: Scalar) -> tuple[TensorNK, TensorVK, TensorV, None, None, None]:
        # the gradients of the sum were made on the way forward; those of the mean are these over N, by the chain rule
        dx, d_table, d_bias = ctx.saved_tensors
        scale = slope / max(1, len(dx))
        return dx * scale, d_table * scale, d_bias * scale, None, None, None
