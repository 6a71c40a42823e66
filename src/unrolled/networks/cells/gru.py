"""The gated recurrent unit (Cho et al. 2014), in cuDNN's and PyTorch's form: reset after the product."""

from __future__ import annotations

from ...arrays import EitherBGH, EitherTBGH, EitherTBH
from .base import Cell, Gradients, Recurrence, State, Tape, blocks, history, sigmoid, tanh


class GRU(Cell):
    """A hidden state h, with a reset gate r inside the candidate n and an update gate z between old and new."""

    name = "gru"
    title = "GRU"
    gates = products = 3
    parts = ("h",)
    torch_name = "GRU"
    native = 1
    keeps = True  # W_hn h + b_hn
    separate = True  # the reset gate stands between

    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        (h,) = state
        a_r, a_z, a_n = blocks(a, 3)
        u_r, u_z, u_n = blocks(h @ recurrence.w_hh.T + recurrence.b_hh, 3)
        r = sigmoid(a_r + u_r)
        z = sigmoid(a_z + u_z)
        n = tanh(a_n + r * u_n)
        return (n + z * (h - n),)

    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        (h,) = history(state, len(a))
        size = h.shape[-1]
        w = recurrence.w_hh.t().contiguous()
        u = a.new_empty(a.shape).copy_(recurrence.b_hh)
        gates = a.clone()
        for t, now in enumerate(gates):
            u[t].addmm_(h[t], w)
            r, z, n = blocks(now, 3)
            now[:, : 2 * size].add_(u[t, :, : 2 * size]).sigmoid_()
            n.addcmul_(r, u[t, :, 2 * size :]).tanh_()
            h[t + 1].copy_(h[t]).sub_(n).mul_(z).add_(n)
        return Tape((h,), (gates, u))

    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        # h' = n + z (h - n) with n = tanh(a_n + r u_n), u = W h + b, and sigmoids s' = s - s^2. So
        #   da_n = (1 - n^2) (1 - z) dh'     da_z = (z - z^2) (h - n) dh'     da_r = (r - r^2) u_n da_n
        # and du is the same but for du_n = r da_n, because the reset gate stands between; dh = z dh' + W^T du.
        (h,), (gates, u), (dh,) = tape.states, tape.kept, last
        da, du = gates.new_empty(gates.shape), gates.new_empty(gates.shape)
        size = h.shape[-1]
        for t in reversed(range(len(gates))):
            r, z, n = blocks(gates[t], 3)
            dr, dz, dn = blocks(da[t], 3)
            dh = dh + outputs[t]
            dn.copy_(1 - n * n).mul_(1 - z).mul_(dh)
            dz.copy_(z - z * z).mul_(h[t] - n).mul_(dh)
            dr.copy_(r - r * r).mul_(u[t, :, 2 * size :]).mul_(dn)
            du[t].copy_(da[t])
            du[t, :, 2 * size :].mul_(r)
            dh = (dh * z).addmm_(du[t], recurrence.w_hh)
        return Gradients(da, du, (dh,))
