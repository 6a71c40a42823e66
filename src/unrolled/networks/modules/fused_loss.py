"""The loss of a head, and its gradients, a few rows at a time.

All logits of a step would be hundreds of megabytes that are read and written a dozen times. Here each part of them is
made, turned into its gradient and used while it lies in the cache; none is kept (Wijmans et al. 2024, section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ... import kernels
from ...kernels.loss import lose
from ...text.vocabulary import NEVER
from .product import filled, multiplies_bf16
from .tensors import Scalar, TensorN, TensorNK, TensorNV, TensorV, TensorVK

ROWS_PER_BLOCK = 512
"""Rows at a time, of many units: more need memory that is not near, fewer add up the table's gradient too often."""
LOGITS_PER_BLOCK = 1 << 20
"""Of few units, as many rows as have so many logits."""

MIN_PROBABILITY = 1e-37
"""The least probability whose logarithm is taken."""


class FusedLoss(torch.autograd.Function):
    """Outputs ``x``, a ``table`` of a row a unit, the ``bias`` and targets → the mean loss in nats, smoothed and not.

    Smoothing spreads over the units that occur. Only the first loss has a gradient. Products are of a ``precision``.
    """

    @staticmethod
    def forward(
        ctx: Any, x: TensorNK, table: TensorVK, bias: TensorV, targets: TensorN, smoothing: float, precision: str
    ) -> tuple[Scalar, Scalar]:
        # Of logits l = x E^T + b over V units, n of which occur, with smoothing s (Szegedy et al. 2016, section 7):
        #   loss = log sum exp(l) - (1 - s) l_target - s mean(l of those that occur)
        #   dl = softmax(l) - (1 - s) [target] - s / n [occurs]      dx = dl E     dE = dl^T x     db = sum of dl
        # The last term of dl is the same for all rows: its share of the gradients is added once, behind the loop. All
        # is divided by N, for a mean is what has the gradient.
        narrow = multiplies_bf16(precision)
        operand: Callable[[TensorNK], TensorNK] = filled if narrow else lambda each: each
        dx, d_table, d_bias = torch.empty_like(x), torch.zeros_like(table), torch.zeros_like(bias)
        smoothed, plain, each = x.new_zeros(()), x.new_zeros(()), 1 / max(1, len(x))
        units = table.to(torch.bfloat16 if narrow else x.dtype)
        occurs = (bias > NEVER / 2).to(x.dtype)
        count = occurs.sum()
        everywhere, center, middle = smoothing / count, occurs @ units.to(x.dtype), (bias * occurs).sum() / count
        at_once = max(ROWS_PER_BLOCK, LOGITS_PER_BLOCK // len(table))
        for part, wanted, into in zip(*(torch.split(of_all, at_once) for of_all in (x, targets, dx)), strict=True):
            read = operand(part)
            logits = (read @ units.t())[: len(part)] + bias  # in float32: the bias is
            if smoothing:  # the mean of all logits, without reading them
                spread = logits.gather(1, wanted[:, None])[:, 0] - (part @ center / count + middle)
                smoothed += smoothing * spread.sum()
            slopes, losses = slopes_and_losses(logits, wanted, smoothing, each, precision)
            plain += losses.sum()
            d_bias += slopes.sum(0)
            low = operand(slopes)
            into.copy_((low @ units)[: len(part)])
            if smoothing:
                into.sub_(each * everywhere * center)
            d_table += low.t() @ read
        if smoothing:  # what is spread over units is the same for each
            d_table.addr_(occurs, each * everywhere * x.sum(0), alpha=-1)
            d_bias -= everywhere * each * len(x) * occurs
        ctx.save_for_backward(dx, d_table, d_bias)
        mean = plain * each
        ctx.mark_non_differentiable(mean)
        return (smoothed + plain) * each, mean

    @staticmethod
    def backward(ctx: Any, slope: Scalar, _: Scalar) -> tuple[TensorNK, TensorVK, TensorV, None, None, None]:
        # the gradients were made on the way forward; those of what follows are these times its own, by the chain rule
        found = ctx.saved_tensors
        dx, d_table, d_bias = found if slope == 1 else (slope * each for each in found)
        return dx, d_table, d_bias, None, None, None


def slopes_and_losses(
    logits: TensorNV, targets: TensorN, smoothing: float, scale: float, precision: str
) -> tuple[TensorNV, TensorN]:
    """Return the slopes of losses by logits, which are used up, times a ``scale``, and each target's nats."""
    library = kernels.load() if precision != "off" and logits.device.type == "cpu" else None
    if library is not None and logits.dtype == torch.float32:
        found = lose(library, logits.numpy(), targets.numpy(), 1 - smoothing, scale, torch.get_num_threads())
        return logits, torch.from_numpy(found)
    slopes = logits.softmax(1)
    losses = -slopes.gather(1, targets[:, None]).clamp_min(MIN_PROBABILITY).log_()
    slopes.scatter_add_(1, targets[:, None], torch.full_like(losses, smoothing - 1))
    return slopes.mul_(scale), losses[:, 0]
