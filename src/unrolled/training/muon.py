"""Muon: momentum whose matrices are made orthogonal (Jordan et al. 2024), gate by gate.

What it brings to an LSTM of characters is told in ``docs/lab-notes.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

MOMENTUM = 0.95
"""Measured: ``docs/lab-notes.md``, "Muon by turns"; 0.9 and 0.97 were worse."""
ITERATIONS = 3
"""Of Newton and Schulz: five change nothing that was measured, and cost two thirds more."""
TURNS = 2
"""Every other gate moves at a step, twice as far: half the cost, and the same loss."""
NARROW_FROM = 160
"""The least width from which on bf16 is faster, where it is at all."""
PART = 128
"""Rows of a symmetric product that are taken at a time (``docs/lab-notes.md``, "Half of a symmetric product")."""
SCALE = 0.12
"""Relative to the root of the width, so that one learning rate suits AdamW and Muon (Liu et al. 2025, section 2.2)."""

Move = tuple[Tensor, Tensor, float]
"""Gates, the way they are to go along, and how far."""


class Muon(torch.optim.Optimizer):
    """Over matrices [G*H, K]; each parameter group has its ``gates`` G, and whether wide products are ``narrow``."""

    def __init__(self, groups: Iterable[dict[str, Any]], weight_decay: float) -> None:
        super().__init__(groups, {"lr": 0.0, "weight_decay": weight_decay, "narrow": False})

    def remembered(self, parameter: Tensor) -> dict[str, Tensor]:
        """Return what is remembered of a parameter, at first."""
        return {"momentum": torch.zeros_like(parameter), "step": torch.zeros((), dtype=torch.int64)}

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # we take no closure
        """One step along the orthogonal part of the momentum (with Nesterov's look ahead)."""
        assert closure is None, "none is ever given"
        alike: dict[tuple[int, ...], list[Move]] = defaultdict(list)
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state |= self.remembered(parameter)
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                state["momentum"].lerp_(parameter.grad, 1 - MOMENTUM)
                ahead = parameter.grad.lerp(state["momentum"], MOMENTUM)
                turn = slice(int(state["step"]) % TURNS, None, TURNS)
                moved, along = (each.view(group["gates"], -1, parameter.shape[1])[turn] for each in (parameter, ahead))
                rows, columns = moved.shape[1:]
                if len(moved):
                    far = group["lr"] * SCALE * TURNS * rows / min(rows, columns) ** 0.5
                    narrow = group["narrow"] and min(rows, columns) >= NARROW_FROM
                    alike[(rows, columns, narrow)].append((moved, along.bfloat16() if narrow else along, far))
                state["step"] += 1
        for moves in alike.values():
            ways = orthogonal(torch.cat([along for _, along, _ in moves]))
            parts = torch.split(ways, [len(along) for _, along, _ in moves])
            for (moved, _, far), way in zip(moves, parts, strict=True):
                moved.sub_(way, alpha=far)


def flops(width: int, layers: int, gates: int) -> float:
    """Floating-point operations of a step over a stack, its input left out: three products of squares an iteration."""
    return 6.0 * ITERATIONS * gates * width**3 * (2 * layers - 1) / TURNS


def symmetric(x: Tensor, added: Tensor, beta: float, alpha: float) -> Tensor:
    """Return ``alpha x x^T + beta added`` of batches of matrices, where what is added is symmetric, too.

    Of wide ones in fp32 only half is computed: rows in parts, each as far as the diagonal; the rest is a copy.
    """
    size = x.shape[-2]
    parts = size // PART if x.dtype == torch.float32 else 1
    if parts < 2:
        return torch.baddbmm(added, x, x.mT, beta=beta, alpha=alpha)
    found = x.new_empty(*x.shape[:-2], size, size)
    for part in range(parts):
        begin, end = size * part // parts, size * (part + 1) // parts
        before = added[:, begin:end, :end] if added.ndim else added
        found[:, begin:end, :end] = torch.baddbmm(before, x[:, begin:end], x[:, :end].mT, beta=beta, alpha=alpha)
        found[:, :begin, begin:end] = found[:, begin:end, :begin].mT
    return found


def orthogonal(matrices: Tensor) -> Tensor:
    """Near to U V^T of every matrix's singular value decomposition U S V^T: Newton and Schulz's iteration.

    It spreads singular values over about 0.7 to 1.2 instead of ending at 1, which costs far fewer iterations.
    """
    turned = matrices.shape[-2] > matrices.shape[-1]
    x: Tensor = matrices.mT if turned else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    # the coefficients are Jordan's: as steep at 0 as they can be, so that small singular values grow fast
    for _ in range(ITERATIONS):
        square = symmetric(x, x.new_zeros(()), 0.0, 1.0)
        polynomial = symmetric(square, square, -4.7750, 2.0315)
        x = torch.baddbmm(x, polynomial, x, beta=3.4445)
    return x.mT if turned else x
