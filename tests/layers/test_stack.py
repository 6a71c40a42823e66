import numpy as np
import pytest
import torch
from torch import nn

from unrolled.cells import CELLS
from unrolled.layers.stack import Stack


def pair(cell: str, layers: int, hidden: int, width: int = 5) -> tuple[Stack, nn.RNNBase]:
    torch.manual_seed(layers)
    stock = getattr(nn, CELLS[cell].torch_name)(width, hidden, layers)
    stack = Stack(cell, [width] + [hidden] * (layers - 1), hidden, 0.5, native=True)
    stack.load_state_dict(stock.state_dict())
    return stack, stock


@pytest.mark.parametrize("hidden", [16, 21], ids=["kernels", "no kernels"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_a_stack_with_stock_weights_does_what_the_stock_module_does(cell, layers, hidden):
    stack, stock = pair(cell, layers, hidden)
    x = torch.randn(7, 3, 5)
    state = {part: torch.randn(3, layers, hidden) for part in stack.cell.parts}
    first = tuple(part.transpose(0, 1).contiguous() for part in state.values())
    expected, last = stock(x, first if len(first) > 1 else first[0])
    found, after = stack(stack.project(x, 0), state, None)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    for part, wanted in zip(after.values(), last if len(first) > 1 else (last,), strict=True):
        torch.testing.assert_close(part.transpose(0, 1), wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_weights_go_back_into_the_stock_module_to_the_last_bit(cell):
    stack, stock = pair(cell, 2, 8)
    other = getattr(nn, CELLS[cell].torch_name)(5, 8, 2)
    other.load_state_dict(stack.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(other.state_dict().values(), stock.state_dict().values(), strict=True))


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_the_fused_scan_gives_the_same_outputs_and_gradients(cell):
    stack, _ = pair(cell, 2, 16)
    x = torch.randn(6, 3, 5)
    state = {part: torch.randn(3, 2, 16) for part in stack.cell.parts}
    outputs = []
    for first, fused in ((x, True), (stack.project(x, 0), False)):
        stack.zero_grad()
        y, after = stack(first, state, None, fused)
        (y.square().sum() + sum(part.sum() for part in after.values())).backward()
        outputs.append((y, [parameter.grad.clone() for parameter in stack.parameters()]))
    torch.testing.assert_close(outputs[0][0], outputs[1][0], atol=1e-5, rtol=0)
    for one, other in zip(outputs[0][1], outputs[1][1], strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_a_single_step_without_a_gradient_is_the_scan_of_length_one():
    stack, _ = pair("lstm", 2, 16)
    x, state = torch.randn(1, 3, 5), {part: torch.randn(3, 2, 16) for part in ("h", "c")}
    with torch.no_grad():
        step, _ = stack(stack.project(x, 0), state, None)
    scan, _ = stack(stack.project(x, 0), state, None)
    torch.testing.assert_close(step, scan, atol=1e-6, rtol=0)


def test_dropout_falls_on_every_layer():
    stack, _ = pair("gru", 2, 16)
    state = {"h": torch.zeros(3, 2, 16)}
    y, _ = stack(stack.project(torch.randn(6, 3, 5), 0), state, np.random.Generator(np.random.SFC64(1)))
    assert 0.4 < (y == 0).float().mean() < 0.6
