import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

import unrolled
from unrolled import kernels
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Recurrence, scan_by_steps
from unrolled.networks.modules import fused_loss
from unrolled.networks.modules.scan import fused_scan, scan

names = pytest.mark.parametrize("name", [name for name in sorted(CELLS) if CELLS[name].torch_name])
shapes = st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 6))


def ours(case, state=None) -> tuple[Tensor, tuple[Tensor, ...]]:
    return scan(case.cell, case.a, state or case.state, case.recurrence)


def fused(case) -> tuple[Tensor, tuple[Tensor, ...]]:
    return fused_scan(case.cell, case.x, case.state, tuple(case.module.parameters()))


def gradients(case, result: tuple[Tensor, tuple[Tensor, ...]]) -> list[Tensor]:
    """Of a loss that every output and every part of the last state has another share in."""
    outputs, last = result
    rng = torch.Generator().manual_seed(9)
    loss = torch.zeros((), dtype=outputs.dtype)
    for each in (outputs, *last):
        loss = loss + (each * torch.randn(each.shape, generator=rng, dtype=each.dtype)).sum()
    return list(torch.autograd.grad(loss, case.leaves()))


def farthest(found: list[Tensor], expected: list[Tensor]) -> float:
    """The largest error, relative to the largest value of each tensor."""
    pairs = zip(found, expected, strict=True)
    return max(((one - two).abs().max() / two.abs().max()).item() for one, two in pairs)


@names
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(shape=shapes)
def test_a_scan_agrees_with_its_slow_twin(name, case, shape):
    made = case(name, *shape)
    outputs, last = ours(made)
    slow, slow_last = scan_by_steps(made.cell, made.a, made.state, made.recurrence)
    assert torch.allclose(outputs, torch.stack(slow), rtol=0, atol=1e-12)
    assert all(torch.allclose(one, two, rtol=0, atol=1e-12) for one, two in zip(last, slow_last, strict=True))


@names
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(shape=shapes)
def test_gradients_agree_with_pytorchs_autograd(name, case, shape):
    made = case(name, *shape)
    assert farthest(gradients(made, ours(made)), gradients(made, made.stock())) < 1e-9


@names
def test_gradients_agree_with_finite_differences(name, case):
    made = case(name, steps=3, rows=2, hidden=2)

    def run(a: Tensor, w_hh: Tensor, b_hh: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        outputs, last = scan(made.cell, a, state, Recurrence(w_hh, b_hh))
        return outputs, *last

    leaves = (made.a, made.recurrence.w_hh, made.recurrence.b_hh, *made.state)
    assert torch.autograd.gradcheck(run, tuple(each.detach().requires_grad_() for each in leaves))


@names
@pytest.mark.parametrize("hidden", [16, 48])
def test_single_precision_is_as_near_to_double_as_pytorchs(name, case, hidden):
    single, double = case(name, 20, 4, hidden, torch.float32), case(name, 20, 4, hidden)
    for one, two in zip(single.leaves(), double.leaves(), strict=True):
        two.data = one.data.double()
    expected = gradients(double, [double.stock()[0].float(), [part.float() for part in double.stock()[1]]])
    error = farthest(gradients(single, ours(single)), expected)
    assert error < 4 * farthest(gradients(single, single.stock()), expected) + 1e-6


@names
def test_a_scan_in_two_pieces_is_the_whole(name, case):
    made = case(name)
    whole, last = ours(made)
    head, between = scan(made.cell, made.a[:2], made.state, made.recurrence)
    tail, end = scan(made.cell, made.a[2:], between, made.recurrence)
    assert torch.equal(torch.cat([head, tail]), whole)
    assert all(torch.equal(one, two) for one, two in zip(end, last, strict=True))


@names
def test_a_scan_changes_none_of_its_arguments(name, case):
    made = case(name)
    before = [each.detach().clone() for each in (made.a, *made.leaves())]
    gradients(made, ours(made))
    assert all(torch.equal(was, now) for was, now in zip(before, (made.a, *made.leaves()), strict=True))


@names
def test_the_last_state_alone_has_a_gradient(name, case):
    made = case(name)
    found, expected = (torch.autograd.grad(result[1][-1].sum(), made.leaves()) for result in (ours(made), made.stock()))
    assert farthest(list(found), list(expected)) < 1e-9


@names
def test_pytorchs_own_scan_is_the_same(name, case):
    made = case(name)
    outputs, last = fused(made)
    expected, expected_last = ours(made)
    assert torch.allclose(outputs, expected, rtol=0, atol=1e-12)
    assert all(torch.allclose(one, two, rtol=0, atol=1e-12) for one, two in zip(last, expected_last, strict=True))
    assert farthest(gradients(made, fused(made)), gradients(made, ours(made))) < 1e-9


@pytest.mark.parametrize("cell", CELLS.values(), ids=lambda cell: cell.name)
def test_a_constant_share_of_the_gates_is_the_same_in_pytorchs_own_scan(cell):
    steps, rows, inputs, hidden = 5, 3, 4, 16
    wide = cell.gates * hidden
    weights = [torch.randn(wide, n, generator=torch.Generator().manual_seed(n)) / 4 for n in (inputs, hidden)]
    biases = [torch.randn(wide, generator=torch.Generator().manual_seed(n)) for n in (7, 8)]
    x, constant = torch.randn(steps, rows, inputs), torch.randn(rows, wide)
    state = tuple(torch.randn(rows, hidden) for _ in cell.parts)
    ours, _ = scan(cell, x @ weights[0].T + biases[0] + constant, state, Recurrence(weights[1], biases[1]))
    theirs, _ = fused_scan(cell, x, state, (*weights, *biases), constant)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(kernels.load() is None, reason="the kernels are not built")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("task", "width", "rows"), [("language", 50, 7), ("translate", 48, 13), ("classify", 20, 3)])
def test_training_leaves_the_kernels_for_no_width_and_no_rows(
    tables, text_file, monkeypatch, task, width, rows, precision
):
    def fail(*given):
        raise AssertionError("the cell's own lines")

    lost, lose = [], fused_loss.lose
    monkeypatch.setattr(CELLS["lstm"], "forward", fail)
    monkeypatch.setattr(CELLS["lstm"], "backward", fail)
    monkeypatch.setattr(fused_loss, "lose", lambda *given: (lost.append(given), lose(*given))[1])
    read = {"language": text_file, "translate": tables["reversals"], "classify": tables["pets"]}[task]
    options = {"hidden_size": width, "batch_size": rows, "cell": "lstm", "steps": 2, "threads": 1, "layers": 2}
    unrolled.train(read, task=task, precision=precision, **options)  # an encoder's two ways have half the units each
    assert lost or task == "classify"  # whose answers are few
