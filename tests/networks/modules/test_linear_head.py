import pytest
import torch
from torch.nn.functional import cross_entropy

from unrolled.networks.modules.linear_head import LinearHead
from unrolled.networks.modules.sampled_softmax import LARGE


@pytest.mark.parametrize("precision", ["off", "fp32"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_its_loss_is_that_of_its_logits(precision, smoothing):
    torch.manual_seed(1)
    head, y, targets = LinearHead(7, 65, precision), torch.randn(600, 7, requires_grad=True), torch.randint(65, (600,))
    leaves = [y, head.weight, head.bias]
    smoothed, plain = head.loss(y, targets, smoothing)
    expected = cross_entropy(head(y), targets, label_smoothing=smoothing)
    assert torch.allclose(smoothed, expected, atol=1e-5)
    assert torch.allclose(plain, cross_entropy(head(y), targets), atol=1e-5)
    found, wanted = torch.autograd.grad(smoothed, leaves), torch.autograd.grad(expected, leaves)
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(("units", "precision"), [(LARGE - 1, "fp32"), (LARGE, "bf16")])
def test_few_units_are_multiplied_in_fp32(units, precision):
    assert LinearHead(4, units, "bf16").precision == precision
