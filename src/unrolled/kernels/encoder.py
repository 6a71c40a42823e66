"""An encoder's layer over time without torch: the training scan forward, for its outputs alone."""

from __future__ import annotations

import numpy as np

from ..arrays import FloatsBH, FloatsTBGH, FloatsTBH, FloatsX
from .cell import CellKernel
from .checks import shaped, two_sizes
from .library import Library
from .pack import pad, padded, panels
from .training import Sizes, forward


class PackedLayer:
    """A layer's recurrent weights ``w_hh`` [G*H, H] and ``b_hh`` [G*H], packed once; calls change nothing in it."""

    def __init__(self, library: Library, cell: CellKernel, w_hh: FloatsX, b_hh: FloatsX) -> None:
        self.library, self.cell, self.units = library, cell, two_sizes(w_hh, "w_hh")[1]
        self.hidden, gates = padded(self.units), cell.gates if cell.recurrent else 0
        shaped(w_hh, (gates * self.units, self.units), "w_hh")
        shaped(b_hh, (gates * self.units,), "b_hh")
        self.w_hh = self.b_hh = np.empty(0, np.float32)
        if not gates:
            return
        self.w_hh = panels(np.asarray(w_hh, np.float32), gates, self.hidden).reshape(-1)
        # there the gates themselves are not in blocks
        self.b_hh = pad(b_hh.reshape(gates, -1), gates, self.hidden).reshape(-1)

    def scan(self, a: FloatsTBGH, threads: int = 1) -> tuple[FloatsTBH, tuple[FloatsBH, ...]]:
        """Return the outputs and the last state's parts, from the input's share ``a`` of the gates.

        The first state is zero. Rows are shared out to threads.
        """
        steps, rows = a.shape[:2] if a.ndim == 3 else (0, 0)
        count = self.cell.gates
        shaped(a, (steps, rows, count * self.units), "a")
        sizes = Sizes(self.cell, steps, rows, self.hidden, threads)
        each = pad(a.reshape(steps, rows, count, self.units), steps, rows, count, self.hidden)
        gates = each.reshape(sizes.wide)  # nobody asks for the gates: they take the place of a's copy
        states = {name: np.empty(sizes.states, np.float32) for name in self.cell.parts}
        for part in states.values():
            part[0] = 0
        kept = {"kept": np.empty(sizes.narrow, np.float32)} if self.cell.keeps else {}
        arrays = {"a": gates, "gates": gates, "b_hh": self.b_hh, "w": self.w_hh}
        forward(self.library, sizes, arrays | kept | states)
        return states["h"][1:, :, : self.units], tuple(part[-1, :, : self.units] for part in states.values())
