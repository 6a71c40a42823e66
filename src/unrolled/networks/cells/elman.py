"""The Elman network (Elman 1990, Finding structure in time): one state, one tanh."""

from __future__ import annotations

from ...arrays import EitherBGH, EitherTBGH, EitherTBH
from .base import Cell, Gradients, Recurrence, State, Tape, history, tanh


class Elman(Cell):
    """``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)``."""

    name = "elman"
    title = "Elman"
    gates = products = 1
    parts = ("h",)
    torch_name = "RNN"
    learning_rate_factor = 0.5  # no gates tame the gradient
    native = 0

    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        (h,) = state
        return (tanh(a + h @ recurrence.w_hh.T + recurrence.b_hh),)

    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        (h,) = history(state, len(a))
        w = recurrence.w_hh.t().contiguous()
        inputs = a + recurrence.b_hh
        for t in range(len(a)):
            h[t + 1].copy_(inputs[t]).addmm_(h[t], w).tanh_()
        return Tape((h,), ())

    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        # h' = tanh(u) with u = a + W h + b, and tanh' = 1 - tanh^2. So du = (1 - h'^2) dh', which is da, too, because a
        # is only added; and dh = W^T du.
        (h,), (dh,) = tape.states, last
        da = h[1:] * h[1:]
        da.neg_().add_(1)
        for t in reversed(range(len(da))):
            da[t].mul_(dh + outputs[t])
            dh = da[t] @ recurrence.w_hh
        return Gradients(da, da, (dh,))
