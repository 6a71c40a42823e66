"""What a cell is: how a state and an input make the next state.

The mathematics is written once and runs on NumPy arrays and on torch tensors alike. Letters: B rows side by side,
T units in time, H = ``hidden_size``, G = gates of the cell.

A layer computes ``a = W_ih x + b_ih`` for all units at once (for the first layer it is a table look-up) and hands it
to the cell, which adds what depends on the state. Weights have the names and the layout of ``torch.nn.LSTM``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ...arrays import (
    EitherBGH,
    EitherBH,
    EitherJ,
    EitherJH,
    EitherTBGH,
    EitherTBH,
    EitherTBJ,
    EitherTBY,
    EitherVGH,
    EitherX,
    EitherXK,
    EitherXN,
    EitherYBH,
)
from ...kernels import CellKernel

State = tuple[EitherBH, ...]
"""The cell's memory, part by part; the first is what the layer gives out."""


@dataclass(frozen=True, eq=False)
class Recurrence:
    """The weights that act on the state: none, [0, H] and [0], where it goes through none."""

    w_hh: EitherJH
    b_hh: EitherJ


class Cell(ABC):
    """One recurrence. It has no weights and no state of its own: both are arguments.

    What is particular about a cell stands here, and whoever wants to know it asks the cell; nobody asks for its name.
    """

    name: str
    """What ``--cell`` calls it, and its key in the table."""
    title: str
    """What a sentence calls it."""
    gates: int
    """How many blocks of H units the input's share has."""
    parts: tuple[str, ...]
    """The names of the state's parts."""
    torch_name: str = ""
    """The module of ``torch.nn`` that has the same weights and the same mathematics; empty if there is none."""
    recurrent: bool = True
    """Whether the state goes through weights, ``w_hh`` and ``b_hh``; else these are empty."""
    products: int
    """Products of [H, H] that a step is planned to take: the gates' recurrent ones, or as much as is done in place."""
    forget_gate: int | None = None
    """The gate whose bias begins 1 higher, so that the cell remembers at first; None for none."""
    learning_rate_factor: float = 1.0
    """The learning rate that it bears, relative to a cell whose gates tame the gradient."""
    default_context: int | None = None
    """Units that it looks back unless ``--context`` says otherwise; None where it looks back without end."""
    encodes: bool = True
    """Whether it can read a source, or write from one: its state tells of everything before."""
    native: int | None = None
    """Its number in ``native/cells.h``; None where it has no kernels and its own lines are run."""
    keeps: bool = False
    """Whether the kernels keep something for the way back beside the gates."""
    separate: bool = False
    """Whether the gradient of ``W_hh h + b_hh`` is another than that of the input's share."""

    @property
    def kernel(self) -> CellKernel | None:
        """What the kernels are told of it; None where it has none."""
        if self.native is None:
            return None
        return CellKernel(self.native, self.gates, self.parts, self.recurrent, self.keeps, self.separate)

    @abstractmethod
    def step(self, a: EitherBGH, state: State, recurrence: Recurrence) -> State:
        """Return the next state from the input's share ``a`` of the gates and the state."""

    @abstractmethod
    def forward(self, a: EitherTBGH, state: State, recurrence: Recurrence) -> Tape:
        """Return all steps over ``a`` with torch tensors, keeping what ``backward`` needs."""

    @abstractmethod
    def backward(self, tape: Tape, outputs: EitherTBH, last: State, recurrence: Recurrence) -> Gradients:
        """Return the gradients, from those of the outputs and of the last state.

        Backpropagation through time (Werbos 1990): from the last step to the first, what reaches a state is what its
        output is asked for and what the step behind it passes on. The weights' gradient is the caller's: it is one
        product over all of time.
        """


@dataclass(frozen=True, eq=False)
class Tape:
    """What a scan leaves behind: its ``states``, the first included, and what the cell ``kept`` for the way back."""

    states: tuple[EitherYBH, ...]
    kept: tuple[EitherTBY, ...]


@dataclass(frozen=True, eq=False)
class Gradients:
    """With respect to ``a``, to ``W_hh h + b_hh`` (as wide, or 0 where there is none) and to the first state.

    Where ``a`` was looked up in a table, with respect to that.
    """

    a: EitherTBGH | EitherVGH
    recurrent: EitherTBJ
    state: State


def scan_by_steps(cell: Cell, a: EitherTBGH, state: State, recurrence: Recurrence) -> tuple[list[EitherBH], State]:
    """Return every output over ``a``, one step at a time: the reference implementation of every scan."""
    outputs = []
    for each in a:
        state = cell.step(each, state, recurrence)
        outputs.append(state[0])
    return outputs, state


def sigmoid(x: EitherX) -> EitherX:
    """Return the logistic function; by way of tanh in NumPy, where exp would overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5 if isinstance(x, np.ndarray) else x.sigmoid()


def tanh(x: EitherX) -> EitherX:
    """Return the hyperbolic tangent."""
    return np.tanh(x) if isinstance(x, np.ndarray) else x.tanh()


def blocks(x: EitherXN, count: int) -> list[EitherXK]:
    """Return the last axis cut into equal blocks (views), one a gate."""
    size = x.shape[-1] // count
    return [x[..., index * size : (index + 1) * size] for index in range(count)]


def history(state: State, steps: int) -> tuple[EitherYBH, ...]:
    """Make room for all states of a scan, N = T + 1, the first one filled in."""
    rooms = tuple(part.new_empty(steps + 1, *part.shape) for part in state)
    for room, part in zip(rooms, state, strict=True):
        room[0] = part
    return rooms
