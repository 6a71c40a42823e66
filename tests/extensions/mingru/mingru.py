"""The minimal gated recurrent unit (Feng et al. 2024, Were RNNs All We Needed?, section 3.1)."""

from __future__ import annotations

from unrolled.arrays import EitherBGH, EitherTBGH, EitherTBH
from unrolled.networks.cells.base import Cell, Gradients, Recurrence, State, Tape, blocks, history, sigmoid


class MinGRU(Cell):
    """``h' = (1 - z) h + z n`` with the update gate ``z = sigmoid(a_z)`` and the candidate ``n = a_n``.

    Neither looks at the state, so that all of both is known before the first step.
    """

    name = "mingru"
    title = "minGRU"
    gates = 2
    parts = ("h",)
    recurrent = False
    products = 0
    native = 3

    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        (h,) = state
        z, n = blocks(a, 2)
        return (h + sigmoid(z) * (n - h),)

    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        (h,) = history(state, len(a))
        gates = a.clone()
        z, n = blocks(gates, 2)
        z.sigmoid_()
        for t in range(len(a)):
            h[t + 1].copy_(n[t]).sub_(h[t]).mul_(z[t]).add_(h[t])
        return Tape((h,), (gates,))

    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        (h,), (gates,), (dh,) = tape.states, tape.kept, last
        da = gates.new_empty(gates.shape)
        (z, n), (dz, dn) = blocks(gates, 2), blocks(da, 2)
        for t in reversed(range(len(gates))):
            dh = dh + outputs[t]
            dz[t] = dh * (n[t] - h[t]) * z[t] * (1 - z[t])  # z(1 - z) is the slope of the sigmoid
            dn[t] = dh * z[t]
            dh = dh * (1 - z[t])
        return Gradients(da, da[..., :0], (dh,))
