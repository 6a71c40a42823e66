"""AdamW for tables of which a step touches few rows: the embedding and the head of a large vocabulary.

Rows without a gradient stand still, where AdamW would read and write them all, at every step. What is remembered of a
row fades with the steps since it was last touched, as in AdamW.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

FURTHER = 4.0
"""Times the learning rate: AdamW's momentum would move a row for steps after it was touched.

Found on words of Sherlock Holmes and WikiText-2 (``docs/lab-notes.md``).
"""
EPSILON = 1e-8


class SparseAdamW(torch.optim.Optimizer):
    """Over tables [rows, K], whose gradients are sparse and coalesced, or whole."""

    def __init__(self, tables: Iterable[torch.nn.Parameter], betas: tuple[float, float], weight_decay: float) -> None:
        super().__init__(tables, {"lr": 0.0, "betas": betas, "weight_decay": weight_decay})

    def remembered(self, table: Tensor) -> dict[str, Tensor]:
        """Return what is remembered of a table, at first."""
        averages = {name: torch.zeros_like(table) for name in ("exp_avg", "exp_avg_sq")}
        return {**averages, "touched": torch.zeros(len(table), device=table.device), "step": torch.zeros(())}

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # we take no closure
        """One step of the rows that have a gradient."""
        assert closure is None, "none is ever given"
        for group in self.param_groups:
            for table in group["params"]:
                if table.grad is None:
                    continue
                state = self.state[table]
                if not state:
                    state |= self.remembered(table)
                state["step"] += 1
                self.move(table, state, group)

    def move(self, table: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        """AdamW's step for the rows of a table that have a gradient."""
        assert table.grad is not None, "only called where there is one"
        rows, gradient = touched_rows(table.grad)
        step, (beta, beta_squares), rate = state["step"].item(), group["betas"], group["lr"]
        since = (step - state["touched"][rows]).unsqueeze(1)
        state["touched"][rows] = step
        mean = (state["exp_avg"][rows] * beta**since).add_(gradient, alpha=1 - beta)
        squares = state["exp_avg_sq"][rows] * beta_squares**since
        squares.addcmul_(gradient, gradient, value=1 - beta_squares)
        state["exp_avg"][rows], state["exp_avg_sq"][rows] = mean, squares
        along = mean / ((squares / (1 - beta_squares**step)).sqrt_() + EPSILON)
        kept = (1 - rate * group["weight_decay"]) ** since
        table[rows] = (table[rows] * kept).sub_(along, alpha=FURTHER * rate / (1 - beta**step))


def touched_rows(gradient: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows that have a gradient, and their gradients."""
    if gradient.is_sparse:
        return gradient.indices()[0], gradient.values()
    return torch.arange(len(gradient), device=gradient.device), gradient
