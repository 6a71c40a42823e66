"""What the tests of cells share: PyTorch's module beside ours, with the same weights and the same input."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Cell, Recurrence, State


@dataclass
class Case:
    """A cell, PyTorch's module of one layer with random weights, inputs [T, B, I] and a first state."""

    cell: Cell
    module: nn.RNNBase
    x: Tensor
    state: State

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(self.module.weight_hh_l0, self.module.bias_hh_l0)

    @property
    def a(self) -> Tensor:
        """The input's share, as a layer computes it."""
        return nn.functional.linear(self.x, self.module.weight_ih_l0, self.module.bias_ih_l0)

    def stock(self) -> tuple[Tensor, State]:
        """PyTorch's outputs and last state."""
        first = tuple(part[None] for part in self.state)
        outputs, last = self.module(self.x, first if len(first) > 1 else first[0])
        return outputs, tuple(part[0] for part in (last if len(first) > 1 else (last,)))

    def leaves(self) -> list[Tensor]:
        """All that gradients are wanted of."""
        return [self.x, *self.state, *self.module.parameters()]


@pytest.fixture
def case() -> Callable[..., Case]:
    def make(name: str, steps: int = 6, rows: int = 3, hidden: int = 4, dtype: torch.dtype = torch.float64) -> Case:
        rng = torch.Generator().manual_seed(steps + 10 * rows + 100 * hidden)

        def noise(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=rng, dtype=dtype).requires_grad_()

        cell = CELLS[name]
        module = getattr(nn, cell.torch_name)(5, hidden, dtype=dtype)
        for parameter in module.parameters():  # the biases, too, far from zero
            parameter.data = noise(*parameter.shape).detach() / hidden**0.5
        return Case(cell, module, noise(steps, rows, 5), tuple(noise(rows, hidden) for _ in cell.parts))

    return make
