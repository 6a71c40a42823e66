"""A stack of recurrent layers, with the parameters of ``torch.nn.RNN``, ``GRU`` and ``LSTM``."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from ..cells.base import Cell, Recurrence, State
from .dropout import Rng, dropout
from .product import product
from .scan import Share, fused_scan, scan, whole
from .tensors import (
    TensorBGH,
    TensorBX,
    TensorJ,
    TensorJH,
    TensorN,
    TensorNI,
    TensorTBH,
    TensorTBN,
    TensorXGH,
    TensorXI,
)

NetworkState = dict[str, TensorBX]
"""The parts of a state by name, rows first; a stack's are [B, layers, H]."""


class Recurrent(nn.Module):
    """Layers of cells, scanned by kernels of a ``precision``; all arrays have time first: [T, B, ...]."""

    def __init__(self, cell: Cell, input_sizes: list[int], hidden_size: int, dropout: float, precision: str) -> None:
        super().__init__()
        self.cell, self.hidden_size, self.dropout, self.precision = cell, hidden_size, dropout, precision
        self.layers = len(input_sizes)
        for layer, width in enumerate(input_sizes):
            self.add_layer(f"l{layer}", width)

    def add_layer(self, name: str, width: int) -> None:
        """Add the parameters of one more layer, which reads so many inputs."""
        rows = self.cell.gates * self.hidden_size
        through_state = rows if self.cell.recurrent else 0
        self.register_parameter(f"weight_ih_{name}", nn.Parameter(torch.empty(rows, width)))
        self.register_parameter(f"weight_hh_{name}", nn.Parameter(torch.empty(through_state, self.hidden_size)))
        self.register_parameter(f"bias_ih_{name}", nn.Parameter(torch.empty(rows)))
        self.register_parameter(f"bias_hh_{name}", nn.Parameter(torch.empty(through_state)))

    def weights(self, layer: int, direction: str = "") -> tuple[TensorNI, TensorJH, TensorN, TensorJ]:
        """Return a layer's W_ih, W_hh, b_ih and b_hh."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w_ih, w_hh, b_ih, b_hh = (self.get_parameter(f"{name}_l{layer}{direction}") for name in names)
        return w_ih, w_hh, b_ih, b_hh

    def project(self, x: TensorXI, layer: int, direction: str = "") -> TensorXGH:
        """Return ``W_ih x + b_ih`` of a layer."""
        w_ih, _, b_ih, _ = self.weights(layer, direction)
        if self.precision == "bf16":
            return product(x, w_ih.t(), self.precision) + b_ih
        return nn.functional.linear(x, w_ih, b_ih)

    def run(self, a: Share, layer: int, state: State, direction: str = "") -> tuple[TensorTBH, State]:
        """Return one layer over time; a single step without a gradient needs no scan."""
        _, w_hh, _, b_hh = self.weights(layer, direction)
        if len(a) == 1 and not torch.is_grad_enabled():
            after = self.cell.step(whole(a)[0], state, Recurrence(w_hh, b_hh))
            return after[0][None], after
        return scan(self.cell, a, state, Recurrence(w_hh, b_hh), self.precision)


class Stack(Recurrent):
    """Cells one upon another, whose state goes on from one call to the next."""

    def forward(
        self,
        first: TensorTBN | Share,
        state: NetworkState,
        rng: Rng | None,
        fused: bool = False,
        constant: TensorBGH | None = None,
        above: Callable[[TensorTBH], TensorTBH] | None = None,
    ) -> tuple[TensorTBH, NetworkState]:
        """Return the last layer's outputs and the last state.

        ``first`` is the first layer's share ``a`` [T, B, G*H], or what it reads [T, B, I] if the scan is ``fused``; to
        that, a ``constant`` share is still to be added. What stands ``above`` the first layer turns its
        outputs into what is read from there on.
        """
        last: list[State] = []
        read: TensorTBN | Share = first
        for layer in range(self.layers):
            before = tuple(state[part][:, layer] for part in self.cell.parts)
            if fused:
                y, after = fused_scan(self.cell, whole(read), before, self.weights(layer), None if layer else constant)
            else:
                y, after = self.run(self.project(whole(read), layer) if layer else read, layer, before)
            if above and not layer:
                y = above(y)
            read = y = dropout(y, self.dropout, rng)
            last.append(after)
        parts = zip(*last, strict=True)
        return y, {name: torch.stack(part, 1) for name, part in zip(self.cell.parts, parts, strict=True)}
