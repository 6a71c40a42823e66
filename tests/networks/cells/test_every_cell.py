"""What is true of every cell, whether PyTorch has it or not: its three functions say the same."""

import numpy as np
import pytest
import torch
from torch import Tensor

from unrolled.networks.cells import CELLS, WINDOWS
from unrolled.networks.cells.base import Cell, Recurrence, State, scan_by_steps
from unrolled.networks.modules.scan import scan

EVERY = [*CELLS.values(), *(made(3) for made in WINDOWS.values())]
cells = pytest.mark.parametrize("cell", EVERY, ids=lambda cell: cell.name)
HIDDEN = 3


def case(cell: Cell, steps: int = 5, rows: int = 2) -> tuple[Tensor, State, Recurrence]:
    """An input's share, a first state and weights, all in float64 and far from zero."""
    rng, wide = torch.Generator().manual_seed(steps), cell.gates * HIDDEN
    through = wide if cell.recurrent else 0
    shapes = [(steps, rows, wide), (through, HIDDEN), (through,), *[(rows, HIDDEN)] * len(cell.parts)]
    made = [torch.randn(shape, generator=rng, dtype=torch.float64).requires_grad_() for shape in shapes]
    return made[0], tuple(made[3:]), Recurrence(made[1], made[2])


@cells
def test_all_steps_at_once_are_one_step_after_another(cell):
    a, state, recurrence = case(cell)
    outputs, last = scan(cell, a, state, recurrence)
    slow, slow_last = scan_by_steps(cell, a, state, recurrence)
    assert torch.allclose(outputs, torch.stack(slow), rtol=0, atol=1e-12)
    assert all(torch.allclose(one, two, rtol=0, atol=1e-12) for one, two in zip(last, slow_last, strict=True))


@cells
def test_a_step_is_the_same_in_numpy_and_torch(cell):
    a, state, recurrence = case(cell)
    arrays = [each.detach().numpy() for each in (a[0], *state, recurrence.w_hh, recurrence.b_hh)]
    found = cell.step(arrays[0], tuple(arrays[1:-2]), Recurrence(*arrays[-2:]))
    for one, two in zip(found, cell.step(a[0], state, recurrence), strict=True):
        np.testing.assert_allclose(one, two.detach().numpy(), atol=1e-14)


def flat(cell: Cell, a: Tensor, w_hh: Tensor, b_hh: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
    outputs, last = scan(cell, a, state, Recurrence(w_hh, b_hh))
    return outputs, *last


@cells
def test_the_way_back_agrees_with_autograd_and_with_finite_differences(cell):
    a, state, recurrence = case(cell)
    given = (a, recurrence.w_hh, recurrence.b_hh, *state)
    assert torch.autograd.gradcheck(lambda *each: flat(cell, *each), given)
    slow, slow_last = scan_by_steps(cell, a, state, recurrence)
    (outputs, *last), weight = flat(cell, *given), torch.linspace(-1, 1, 5, dtype=torch.float64)[:, None, None]
    totals = [
        (y * weight).sum() + sum(((n + 1) * part).sum() for n, part in enumerate(after))
        for y, after in ((outputs, last), (torch.stack(slow), slow_last))
    ]
    wanted = [each for each in given if each.numel()]
    exact = torch.autograd.grad(totals[1], wanted, allow_unused=True, materialize_grads=True)
    for one, two in zip(torch.autograd.grad(totals[0], wanted), exact, strict=True):
        assert torch.allclose(one, two, rtol=0, atol=1e-10)


@cells
def test_a_cell_says_what_every_cell_has_to_say(cell):
    facts = (cell.name, cell.title, cell.gates, cell.parts, cell.products)
    assert all(facts[:4]) and cell.parts[0] == "h" and cell.products >= 0
    assert cell.forget_gate is None or cell.forget_gate < cell.gates
