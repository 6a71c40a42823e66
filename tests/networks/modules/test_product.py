import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.networks.modules import product as module
from unrolled.networks.modules.product import Product, filled, filled_rows, multiplies_bf16, product, summed

sizes = st.tuples(*[st.integers(1, 150)] * 3)


def operands(rows: int, inner: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(rows)
    return torch.randn(rows, inner, generator=rng), torch.randn(inner, columns, generator=rng)


def near(found: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> bool:
    """To what bf16's eight bits leave of a product."""
    return bool(((found - x @ y).abs() <= 2**-6 * (x.abs() @ y.abs())).all())


@given(sizes=sizes)
def test_a_product_of_filled_operands_and_its_gradients_are_those_of_the_operands(sizes):
    x, y = (each.requires_grad_() for each in operands(*sizes))
    found = Product.apply(x, y)
    slope = torch.randn(found.shape, generator=torch.Generator().manual_seed(1))
    dx, dy = torch.autograd.grad(found, (x, y), slope)
    assert near(found, x, y) and near(dx, slope, y.t()) and near(dy, x.t(), slope)


@given(rows=st.integers(1, 1 << 20))
def test_a_matrix_is_filled_up_by_an_eighth_or_some_dozens_to_one_of_few_numbers(rows):
    assert rows <= filled_rows(rows) < rows + max(64, rows / 8)
    assert len({filled_rows(each) for each in range(4096, 8192)}) <= 9


def test_what_is_filled_up_is_zero():
    assert filled(torch.ones(65, 2)).tolist() == [[1.0, 1.0]] * 65 + [[0.0, 0.0]] * 63


def test_small_products_are_made_in_full():
    x, y = operands(8, 8, 8)
    assert torch.equal(product(x, y, "bf16"), x @ y) and torch.equal(summed(x, y, "bf16"), x.t() @ y)


@pytest.mark.skipif(not multiplies_bf16("bf16"), reason="this processor multiplies no pairs of bf16")
def test_large_products_are_made_of_bf16_over_any_dimensions(monkeypatch):
    monkeypatch.setattr(module, "WORTH", 1)
    x, y = operands(6, 5, 7)
    whole = x.bfloat16().float() @ y.bfloat16().float()
    assert torch.equal(product(x.view(2, 3, 5), y, "bf16"), whole.bfloat16().float().view(2, 3, 7))
    assert torch.equal(summed(x, x, "bf16"), (x.bfloat16().float().t() @ x.bfloat16().float()).bfloat16().float())
    assert torch.equal(product(x, y, "fp32"), x @ y)
