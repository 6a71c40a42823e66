import numpy as np
import pytest
import torch
from torch import nn

from unrolled.networks.cells import CELLS
from unrolled.networks.modules import build
from unrolled.networks.modules.stack import Stack
from unrolled.networks.spec import NetworkSpec

cells = pytest.mark.parametrize("cell", sorted(CELLS))
depths = pytest.mark.parametrize("layers", [1, 2, 3])


def stack_of(cell: str, layers: int, hidden: int = 16, dropout: float = 0.0) -> Stack:
    """A stack that reads five inputs."""
    return build(NetworkSpec(9, 9, 5, cell, hidden, layers, dropout), seed=layers).rnn


def stock_of(cell: str, layers: int, hidden: int = 16) -> nn.RNNBase:
    return getattr(nn, CELLS[cell].torch_name)(5, hidden, layers)


def first_state(stack: Stack, rows: int) -> dict[str, torch.Tensor]:
    rng = torch.Generator().manual_seed(rows)
    return {part: torch.randn(rows, stack.layers, stack.hidden_size, generator=rng) for part in stack.cell.parts}


def run(stack: Stack, x: torch.Tensor, fused: bool = False, rng: np.random.Generator | None = None):
    return stack(x if fused else stack.project(x, 0), first_state(stack, x.shape[1]), rng, fused)


def run_stock(module: nn.RNNBase, stack: Stack, x: torch.Tensor):
    """PyTorch's outputs and last state, in the shape of ours."""
    first = tuple(part.transpose(0, 1).contiguous() for part in first_state(stack, x.shape[1]).values())
    outputs, last = module(x, first if len(first) > 1 else first[0])
    parts = zip(stack.cell.parts, last if len(first) > 1 else (last,), strict=True)
    return outputs, {name: part.transpose(0, 1) for name, part in parts}


def assert_near(one, two, error: float = 1e-5) -> None:
    (outputs, last), (expected, expected_last) = one, two
    assert torch.allclose(outputs, expected, rtol=0, atol=error)
    assert last.keys() == expected_last.keys()
    assert all(torch.allclose(last[name], expected_last[name], rtol=0, atol=error) for name in last)


@cells
@depths
def test_our_weights_run_in_pytorchs_module(cell, layers):
    stack, stock, x = stack_of(cell, layers), stock_of(cell, layers), torch.randn(7, 3, 5)
    stock.load_state_dict(stack.state_dict())
    assert_near(run(stack, x), run_stock(stock, stack, x))


@cells
@depths
def test_pytorchs_weights_run_here(cell, layers):
    stack, stock, x = stack_of(cell, layers), stock_of(cell, layers), torch.randn(7, 3, 5)
    stack.load_state_dict(stock.state_dict())
    assert_near(run(stack, x), run_stock(stock, stack, x))


@cells
def test_the_way_of_a_gpu_gives_the_same(cell):
    stack, x = stack_of(cell, 2), torch.randn(7, 3, 5)
    assert_near(run(stack, x, fused=True), run(stack, x))


@cells
def test_single_steps_without_a_gradient_give_the_same(cell):
    stack, x = stack_of(cell, 2), torch.randn(7, 3, 5)
    whole = run(stack, x)
    state, outputs = first_state(stack, 3), []
    with torch.no_grad():
        for each in stack.project(x, 0):
            y, state = stack(each[None], state, None)
            outputs.append(y)
    assert_near((torch.cat(outputs), state), whole)


@cells
def test_a_width_that_no_kernel_takes_gives_the_same_as_pytorch(cell):
    stack, stock, x = stack_of(cell, 2, hidden=7), stock_of(cell, 2, hidden=7), torch.randn(4, 3, 5)
    stock.load_state_dict(stack.state_dict())
    assert_near(run(stack, x), run_stock(stock, stack, x))


@cells
def test_one_row_of_one_step_leaves_the_weights_as_they_are(cell):
    stack = stack_of(cell, 2, hidden=1)
    before = {name: each.clone() for name, each in stack.state_dict().items()}
    run(stack, torch.randn(1, 1, 5))[0].sum().backward()
    assert all(torch.equal(before[name], each) for name, each in stack.state_dict().items())


@cells
def test_rows_do_not_touch_one_another(cell):
    stack, x = stack_of(cell, 2), torch.randn(6, 4, 5)
    other = x.clone()
    other[:, 1:] += 1
    assert torch.allclose(run(stack, x)[0][:, 0], run(stack, other)[0][:, 0], rtol=0, atol=1e-6)
    assert not torch.allclose(run(stack, x)[0][:, 1:], run(stack, other)[0][:, 1:], rtol=0, atol=1e-3)


def test_dropout_works_on_outputs_and_not_on_states():
    stack, x = stack_of("gru", 1, dropout=0.5), torch.randn(7, 3, 5)
    outputs, last = run(stack, x)
    thinned, same = run(stack, x, rng=np.random.default_rng(1))
    dropped = thinned == 0
    assert torch.equal(last["h"], same["h"]) and 0 < dropped.sum() < dropped.numel()
    assert torch.equal(thinned[~dropped], 2 * outputs[~dropped])


def test_dropout_works_between_layers():
    stack, x = stack_of("gru", 2, dropout=0.5), torch.randn(7, 3, 5)
    last, thinned = run(stack, x)[1]["h"], run(stack, x, rng=np.random.default_rng(1))[1]["h"]
    assert torch.equal(last[:, 0], thinned[:, 0]) and not torch.allclose(last[:, 1], thinned[:, 1])
