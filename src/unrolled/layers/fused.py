"""The loss of a tied head over many units, and its gradients, a few rows at a time.

All logits of a step would be hundreds of megabytes that are read and written a dozen times. Here each part of them is
made, turned into its gradient and used while it lies in the cache; none is kept (Wijmans et al. 2024, section 4).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..cells.scan import narrow

ROWS = 128
"""Rows at a time: with thousands of units, a few megabytes."""


class FusedLoss(torch.autograd.Function):
    """``x`` [N, K], ``table`` [V, K], ``bias`` [V] and targets [N] → the mean loss in nats, smoothed and plain.

    Only the first has a gradient. Products are of a ``kind``.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, table: Tensor, bias: Tensor, targets: Tensor, smoothing: float, kind: str
    ) -> tuple[Tensor, Tensor]:
        dtype = torch.bfloat16 if narrow(kind) else x.dtype
        rows, units = x.to(dtype), table.to(dtype)
        dx, d_table, d_bias = torch.empty_like(x), torch.zeros_like(table), torch.zeros_like(bias)
        smoothed, plain = x.new_zeros(()), x.new_zeros(())
        for part, wanted, into in zip(*(torch.split(each, ROWS) for each in (rows, targets, dx)), strict=True):
            logits = (part @ units.t()) + bias  # in float32: the bias is
            everything = logits.logsumexp(1, keepdim=True)
            picked = logits.gather(1, wanted[:, None])
            losses = everything - picked
            plain += losses.sum()
            smoothed += losses.sum() + smoothing * (picked.sum() - logits.mean(1).sum())
            slopes = logits.sub_(everything).exp_().sub_(smoothing / len(bias))
            slopes.scatter_add_(1, wanted[:, None], torch.full_like(picked, smoothing - 1))
            d_bias += slopes.sum(0)
            low = slopes.to(dtype)
            into.copy_(low @ units)
            d_table += low.t() @ part
        ctx.save_for_backward(dx, d_table, d_bias)
        mean = plain / len(x)
        ctx.mark_non_differentiable(mean)
        return smoothed / len(x), mean

    @staticmethod
    def backward(ctx: Any, slope: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        dx, d_table, d_bias = ctx.saved_tensors
        scale = slope / max(1, len(dx))
        return dx * scale, d_table * scale, d_bias * scale, None, None, None
