"""Long short-term memory (Hochreiter and Schmidhuber 1997) with the forget gate of Gers et al. 2000."""

from __future__ import annotations

from ...arrays import EitherBGH, EitherTBGH, EitherTBH
from .base import Cell, Gradients, Recurrence, State, Tape, blocks, history, sigmoid, tanh


class LSTM(Cell):
    """A hidden state h and a memory c, with input, forget and output gates around a candidate g."""

    name = "lstm"
    title = "LSTM"
    gates = products = 4
    parts = ("h", "c")
    torch_name = "LSTM"
    forget_gate = 1
    native = 2
    keeps = True  # tanh(c)

    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        h, c = state
        i, f, g, o = blocks(a + h @ recurrence.w_hh.T + recurrence.b_hh, 4)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        return h, c

    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        h, c = history(state, len(a))
        w = recurrence.w_hh.t().contiguous()
        gates = a + recurrence.b_hh
        tanh_c = c.new_empty(len(a), *c.shape[1:])
        for t, now in enumerate(gates):
            now.addmm_(h[t], w)
            i, f, g, o = blocks(now, 4)
            now[:, : 2 * h.shape[-1]].sigmoid_()
            g.tanh_()
            o.sigmoid_()
            c[t + 1].copy_(c[t]).mul_(f).addcmul_(i, g)
            tanh_c[t].copy_(c[t + 1]).tanh_()
            h[t + 1].copy_(o).mul_(tanh_c[t])
        return Tape((h, c), (gates, tanh_c))

    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        # c' = f c + i g and h' = o tanh(c'). What reaches c' comes along c and through h':
        #   dc' += o (1 - tanh(c')^2) dh'    di = g dc'    df = c dc'    dg = i dc'    do = tanh(c') dh'
        # each times the slope of its gate's function; then dc = f dc' and dh = W^T da.
        (_, c), (gates, tanh_c), (dh, dc) = tape.states, tape.kept, last
        slopes = self.slopes(gates)
        through_c = 1 - tanh_c * tanh_c
        for t in reversed(range(len(gates))):
            i, f, g, o = blocks(gates[t], 4)
            di, df, dg, do = blocks(slopes[t], 4)
            dh = dh + outputs[t]
            dc = dc.addcmul(dh * o, through_c[t])
            di.mul_(dc).mul_(g)
            df.mul_(dc).mul_(c[t])
            dg.mul_(dc).mul_(i)
            do.mul_(dh).mul_(tanh_c[t])
            dc = dc * f
            dh = slopes[t] @ recurrence.w_hh
        return Gradients(slopes, slopes, (dh, dc))

    def slopes(self, gates: EitherTBGH) -> EitherTBGH:
        """Return the derivative of each gate's function, from its value: s(1 - s) for the sigmoids, 1 - g² for tanh."""
        slopes = gates - gates * gates
        g, slope = blocks(gates, 4)[2], blocks(slopes, 4)[2]
        slope.copy_(g).mul_(g).neg_().add_(1)
        return slopes
