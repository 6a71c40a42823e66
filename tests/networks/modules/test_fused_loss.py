import pytest
import torch
from torch.nn.functional import cross_entropy

from unrolled.networks.modules.fused_loss import ROWS_PER_BLOCK, FusedLoss
from unrolled.networks.modules.product import multiplies_bf16
from unrolled.text.vocabulary import NEVER


@pytest.mark.parametrize("rows", [1, ROWS_PER_BLOCK, 2 * ROWS_PER_BLOCK + 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_part_by_part_it_is_the_loss_of_all_logits_at_once(rows, smoothing):
    rng = torch.Generator().manual_seed(rows)
    shapes = [(rows, 5), (11, 5), (11,)]
    leaves = [torch.randn(*shape, generator=rng, dtype=torch.float64, requires_grad=True) for shape in shapes]
    x, table, bias = leaves
    targets = torch.randint(11, (rows,), generator=rng)
    smoothed, plain = FusedLoss.apply(*leaves, targets, smoothing, "off")
    expected = cross_entropy(x @ table.t() + bias, targets, label_smoothing=smoothing)
    assert torch.allclose(smoothed, expected) and not plain.requires_grad
    assert torch.allclose(plain, cross_entropy(x @ table.t() + bias, targets))
    found, wanted = torch.autograd.grad(3 * smoothed, leaves), torch.autograd.grad(3 * expected, leaves)
    assert all(map(torch.allclose, found, wanted))


@pytest.mark.skipif(not multiplies_bf16("bf16"), reason="this processor multiplies no pairs of bf16")
def test_with_narrow_products_it_is_nearly_that():
    rng = torch.Generator().manual_seed(1)
    shapes = ((2 * ROWS_PER_BLOCK + 3, 6), (11, 6), (11,))
    leaves = [torch.randn(*shape, generator=rng).requires_grad_() for shape in shapes]
    x, table, bias = leaves
    targets = torch.randint(11, (len(x),), generator=rng)
    smoothed, _ = FusedLoss.apply(*leaves, targets, 0.1, "bf16")
    expected = cross_entropy(x @ table.t() + bias, targets, label_smoothing=0.1)
    assert torch.allclose(smoothed, expected, rtol=0.01)
    pairs = zip(torch.autograd.grad(smoothed, leaves), torch.autograd.grad(expected, leaves), strict=True)
    assert all((found - wanted).norm() < 0.02 * wanted.norm() for found, wanted in pairs)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_smoothing_spreads_over_the_units_that_occur(smoothing):
    rng = torch.Generator().manual_seed(1)
    x, table, bias = (torch.randn(*shape, generator=rng, dtype=torch.float64) for shape in ((9, 5), (11, 5), (11,)))
    bias[[2, 7]] = NEVER
    occur = bias > NEVER / 2
    leaves = [each.requires_grad_() for each in (x, table, bias)]
    targets = torch.tensor([0, 1, 3, 4, 5, 6, 8, 9, 10])
    smoothed, plain = FusedLoss.apply(*leaves, targets, smoothing, "off")
    logits = (x @ table.t() + bias)[:, occur]
    expected = cross_entropy(logits, torch.arange(9), label_smoothing=smoothing)
    assert torch.allclose(smoothed, expected) and torch.allclose(plain, cross_entropy(logits, torch.arange(9)))
    found, wanted = torch.autograd.grad(smoothed, leaves), torch.autograd.grad(expected, leaves)
    assert all(map(torch.allclose, found, wanted)) and not found[2][~occur].any()
