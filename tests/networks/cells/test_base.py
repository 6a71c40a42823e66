import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import ModelOptions
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Cell, Recurrence, blocks, history, scan_by_steps, sigmoid, tanh

names = pytest.mark.parametrize("name", [name for name in sorted(CELLS) if CELLS[name].torch_name])
numbers = st.floats(-1e30, 1e30)


def as_numpy(case) -> tuple:
    """The case's input, state and weights as arrays."""
    arrays = [each.detach().numpy() for each in (case.a, case.recurrence.w_hh, case.recurrence.b_hh)]
    return arrays[0], tuple(part.detach().numpy() for part in case.state), Recurrence(*arrays[1:])


def test_every_cell_of_the_table_can_be_chosen():
    choices = [ModelOptions(cell=name).cell for name in CELLS]
    assert choices == ["elman", "gru", "lstm"]


@names
def test_a_cell_keeps_the_shapes_of_pytorchs_module(name, case):
    made = case(name, hidden=7)
    assert made.module.weight_hh_l0.shape == (made.cell.gates * 7, 7)
    assert len(made.stock()[1]) == len(made.cell.parts)


@names
def test_steps_in_numpy_agree_with_pytorchs_module(name, case):
    made = case(name, dtype=torch.float32)
    outputs, last = scan_by_steps(made.cell, *as_numpy(made))
    expected, expected_last = made.stock()
    assert np.stack(outputs) == pytest.approx(expected.detach().numpy(), abs=1e-5)
    for part, same in zip(last, expected_last, strict=True):
        assert part == pytest.approx(same.detach().numpy(), abs=1e-5)


@names
def test_a_step_is_the_same_in_numpy_and_torch(name, case):
    made = case(name)
    a, state, recurrence = as_numpy(made)
    for ours, theirs in zip(
        made.cell.step(a[0], state, recurrence),
        made.cell.step(made.a[0], made.state, made.recurrence),
        strict=True,
    ):
        assert ours == pytest.approx(theirs.detach().numpy(), abs=1e-14)


@names
def test_a_step_changes_none_of_its_arguments(name, case):
    a, state, recurrence = as_numpy(case(name))
    before = [each.copy() for each in (a, *state, recurrence.w_hh, recurrence.b_hh)]
    case(name).cell.step(a[0], state, recurrence)
    for was, now in zip(before, (a, *state, recurrence.w_hh, recurrence.b_hh), strict=True):
        assert np.array_equal(was, now)


@names
def test_the_output_is_the_first_part_of_the_state(name, case):
    outputs, last = scan_by_steps(case(name).cell, *as_numpy(case(name)))
    assert len(outputs) == 6 and np.array_equal(outputs[-1], last[0])


@names
def test_no_input_makes_a_state_that_is_not_finite(name, case):
    a, state, recurrence = as_numpy(case(name, dtype=torch.float32))
    outputs, last = scan_by_steps(case(name).cell, a * 1e30, state, recurrence)
    assert all(np.isfinite(each).all() for each in (*outputs, *last))


@pytest.mark.parametrize("missing", ["step", "forward", "backward"])
def test_a_cell_without_one_of_its_methods_cannot_be_made(missing):
    methods = {name: getattr(Cell, name) for name in ("step", "forward", "backward")}
    whole = {name: lambda *_: None for name in methods if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Cell,), whole)()


@given(numbers)
def test_the_sigmoid_is_between_0_and_1_and_symmetric(x):
    value = sigmoid(np.array(x))
    assert 0 <= value <= 1 and value + sigmoid(np.array(-x)) == pytest.approx(1)


def test_the_sigmoid_has_the_values_of_the_logistic_function():
    x = np.linspace(-20, 20, 101)
    assert sigmoid(x) == pytest.approx(1 / (1 + np.exp(-x)), abs=1e-15)
    assert sigmoid(torch.from_numpy(x)).numpy() == pytest.approx(sigmoid(x), abs=1e-15)


@given(numbers)
def test_tanh_is_the_same_in_numpy_and_torch(x):
    assert tanh(np.array(x)) == pytest.approx(tanh(torch.tensor(x, dtype=torch.float64)).item(), abs=1e-15)


@given(st.integers(1, 5), st.integers(1, 5))
def test_blocks_are_equal_cuts_of_the_last_axis(count, size):
    x = np.arange(2 * count * size).reshape(2, count * size)
    cut = blocks(x, count)
    assert [each.shape for each in cut] == [(2, size)] * count
    assert np.array_equal(np.concatenate(cut, axis=-1), x) and all(np.shares_memory(each, x) for each in cut)


def test_a_history_begins_with_the_first_state():
    state = (torch.ones(2, 3), torch.zeros(2, 3, dtype=torch.float64))
    rooms = history(state, 4)
    assert [room.shape for room in rooms] == [(5, 2, 3)] * 2
    assert all(torch.equal(room[0], part) and room.dtype == part.dtype for room, part in zip(rooms, state, strict=True))
