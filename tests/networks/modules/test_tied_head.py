import pytest
import torch
from torch import nn

from unrolled.networks.modules import build
from unrolled.networks.modules.tied_head import TiedHead
from unrolled.networks.spec import EncoderSpec, NetworkSpec


def head_of(embedding: nn.Embedding) -> TiedHead:
    head = TiedHead(embedding, 6, "off")
    head.bias.data.normal_(generator=torch.Generator().manual_seed(1))
    return head


def test_a_logit_is_how_near_an_output_comes_to_an_embedding():
    embedding = nn.Embedding(9, 4)
    head, y = head_of(embedding), torch.randn(2, 3, 6)
    assert torch.allclose(head(y), (y @ head.project.weight.t()) @ embedding.weight.t() + head.bias, atol=1e-5)
    assert torch.allclose(head(y), y @ head.weight.t() + head.bias, atol=1e-5)


def test_the_embedding_is_stored_once_and_learns_from_both_sides():
    encoder = EncoderSpec("units", 9, 4, 5, "gru")
    network = build(NetworkSpec(9, 9, 5, "gru", 8, 1, 0.0, encoder=encoder, tied=True), precision="off")
    assert [name for name in network.state_dict() if name.startswith("head")] == ["head.bias", "head.project.weight"]
    network.head(torch.randn(1, 1, 8)).sum().backward()
    assert network.embedding.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_pytorchs_and_so_are_its_gradients(smoothing):
    embedding = nn.Embedding(9, 4)
    head, y, targets = head_of(embedding), torch.randn(5, 6, requires_grad=True), torch.tensor([0, 8, 3, 3, 1])
    leaves = [y, embedding.weight, head.bias, head.project.weight]
    smoothed, plain = head.loss(y, targets, smoothing)
    expected = nn.functional.cross_entropy(head(y), targets, label_smoothing=smoothing)
    assert torch.allclose(smoothed, expected, atol=1e-5)
    assert torch.allclose(plain, nn.functional.cross_entropy(head(y), targets), atol=1e-5)
    gradients = zip(torch.autograd.grad(smoothed, leaves), torch.autograd.grad(expected, leaves), strict=True)
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in gradients)
