"""A stack of recurrent layers, with the parameters of ``torch.nn.RNN``, ``GRU`` and ``LSTM``."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..cells.base import Cell, Recurrence, State
from ..cells.scan import fused_scan, product, scan
from .dropout import Chance, dropout

NetworkState = dict[str, Tensor]
"""The parts of a stack's state by name, each [B, layers, H]."""


class Stack(nn.Module):
    """``layers`` cells one upon another, scanned by kernels of a ``kind``; all arrays have time first: [T, B, ...]."""

    def __init__(self, cell: Cell, input_sizes: list[int], hidden_size: int, dropout: float, kind: str) -> None:
        super().__init__()
        self.cell, self.hidden_size, self.dropout, self.kind = cell, hidden_size, dropout, kind
        self.layers = len(input_sizes)
        rows = self.cell.gates * hidden_size
        through_state = rows if cell.recurrent else 0
        for layer, width in enumerate(input_sizes):
            self.register_parameter(f"weight_ih_l{layer}", nn.Parameter(torch.empty(rows, width)))
            self.register_parameter(f"weight_hh_l{layer}", nn.Parameter(torch.empty(through_state, hidden_size)))
            self.register_parameter(f"bias_ih_l{layer}", nn.Parameter(torch.empty(rows)))
            self.register_parameter(f"bias_hh_l{layer}", nn.Parameter(torch.empty(through_state)))

    def weights(self, layer: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A layer's W_ih, W_hh, b_ih and b_hh."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w_ih, w_hh, b_ih, b_hh = (self.get_parameter(f"{name}_l{layer}") for name in names)
        return w_ih, w_hh, b_ih, b_hh

    def forward(
        self,
        first: Tensor,
        state: NetworkState,
        chance: Chance | None,
        fused: bool = False,
        constant: Tensor | None = None,
    ) -> tuple[Tensor, NetworkState]:
        """The last layer's outputs [T, B, H] and the last state.

        ``first`` is the first layer's share ``a`` [T, B, G*H], or what it reads [T, B, I] if the scan is ``fused``; to
        that, a ``constant`` share [B, G*H] is still to be added.
        """
        last: list[State] = []
        y = first
        for layer in range(self.layers):
            before = tuple(state[part][:, layer] for part in self.cell.parts)
            if fused:
                y, after = fused_scan(self.cell, y, before, self.weights(layer), None if layer else constant)
            else:
                y, after = self.run(self.project(y, layer) if layer else y, layer, before)
            y = dropout(y, self.dropout, chance)
            last.append(after)
        parts = zip(*last, strict=True)
        return y, {name: torch.stack(part, 1) for name, part in zip(self.cell.parts, parts, strict=True)}

    def project(self, x: Tensor, layer: int) -> Tensor:
        """``W_ih x + b_ih`` of a layer."""
        w_ih, _, b_ih, _ = self.weights(layer)
        if layer and self.kind == "bf16":
            return product(x, w_ih.t(), self.kind) + b_ih
        return nn.functional.linear(x, w_ih, b_ih)

    def run(self, a: Tensor, layer: int, state: State) -> tuple[Tensor, State]:
        """One layer over time; a single step without a gradient needs no scan."""
        _, w_hh, _, b_hh = self.weights(layer)
        if len(a) == 1 and not torch.is_grad_enabled():
            after = self.cell.step(a[0], state, Recurrence(w_hh, b_hh))
            return after[0][None], after
        return scan(self.cell, a, state, Recurrence(w_hh, b_hh), self.kind)
