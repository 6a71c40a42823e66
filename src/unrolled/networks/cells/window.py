"""The window (Bengio et al. 2003, section 2): a feed-forward network over the last n inputs, as a cell.

Its memory is what the last inputs add to outputs still to come. So an input is read once, and reading stays a look-up.
"""

from __future__ import annotations

from ...arrays import EitherBGH, EitherTBGH, EitherTBH
from .base import Cell, Gradients, Recurrence, State, Tape, blocks, tanh


class Window(Cell):
    """``h = tanh(b + W_0 x + W_1 x_before + … + W_n-1 x_before^(n-1))``: a block of the gates for each place.

    State: h, then what is known of the next n - 1 outputs before their tanh.
    """

    name = "window"
    recurrent = False
    learning_rate_factor = 0.2  # no gates tame the gradient
    default_context = 6
    encodes = False  # what reads a source has no context to look back to

    def __init__(self, size: int) -> None:
        self.gates = self.products = size  # adding the shares up counts like a recurrent product
        self.title = f"window-of-{size}"
        self.parts = ("h", *(f"ahead_{lag}" for lag in range(1, size)))

    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        now, *later = blocks(a, self.gates)
        sums = state[1:]
        if not sums:
            return (tanh(now),)
        ahead = [share + before for share, before in zip(later, sums[1:], strict=False)]
        return (tanh(now + sums[0]), *ahead, later[-1])

    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        steps, size = len(a), state[0].shape[-1]
        ahead = a.new_zeros(steps + self.gates - 1, len(a[0]), size)
        for lag, sums in enumerate(state[1:]):
            ahead[lag] = sums
        for lag, share in enumerate(blocks(a, self.gates)):
            ahead[lag : lag + steps] += share
        h = ahead.new_empty(steps + 1, *ahead.shape[1:])
        h[0] = state[0]
        h[1:].copy_(ahead[:steps]).tanh_()
        return Tape((h, *(sums[None] for sums in ahead[steps:])), ())

    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        # h_t = tanh(s_t), and s_t is the sum of block k of a_(t-k) over all k, the first of which came with the state.
        # So ds_t = (1 - h_t^2) dh_t; sums behind the last step have what the last state is asked for. Block k of da_t
        # is ds_(t+k), and so is what the first state's part k brought.
        h, steps = tape.states[0][1:], len(outputs)
        d_ahead = h.new_empty(steps + self.gates - 1, *h.shape[1:])
        now = d_ahead[:steps].copy_(outputs)
        now[-1] += last[0]
        now.mul_(1 - h * h)
        for lag, sums in enumerate(last[1:], steps):
            d_ahead[lag] = sums
        da = h.new_empty(*h.shape[:2], self.gates * h.shape[2])
        for lag, share in enumerate(blocks(da, self.gates)):
            share.copy_(d_ahead[lag : lag + steps])
        nothing = da.new_empty(*da.shape[:2], 0)
        return Gradients(da, nothing, (h.new_zeros(h.shape[1:]), *d_ahead[: self.gates - 1].clone()))
