"""What the kernels are told of a cell: a line of ``native/cells.h`` in plain numbers, and which arrays it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CellKernel:
    """A cell's number in ``native/cells.h``, its gates, and whether its state goes through ``w_hh`` and ``b_hh``.

    ``parts`` are those of its state: h, or h and c. Where it ``keeps`` something for the way back, there is an array
    [T, B, H] for it. Where ``separate``, the gradient of ``W_hh h + b_hh`` is another than that of the input's share.
    """

    number: int
    gates: int
    parts: tuple[str, ...] = ("h",)
    recurrent: bool = True
    keeps: bool = False
    separate: bool = False
