import numpy as np
import pytest
import torch

from unrolled.layers import build
from unrolled.tasks.base import EncoderSpec, NetworkSpec
from unrolled.training.feed import expect, mean_of


def test_padding_is_left_out_of_the_mean():
    losses = torch.tensor([[1.0, 3.0], [5.0, 100.0]])
    assert mean_of(losses, np.array([[True, True], [True, False]])).item() == 3
    assert mean_of(losses, None).item() == losses.mean().item()


@pytest.mark.parametrize(("kind", "expects"), [("pixels", True), ("features", True), ("units", False)])
def test_a_network_that_sees_expects_each_unit_as_often_as_it_is_counted(kind, expects):
    encoder = EncoderSpec(kind, 16, 8, embedding_size=4)
    network = build(NetworkSpec(5, 5, 4, "gru", 8, 1, 0.0, encoder=encoder))
    before, counts = network.head.bias.detach().clone(), np.array([10, 0, 30, 5, 0])
    expect(network, counts)
    expected = torch.from_numpy((counts + 0.5) / (counts + 0.5).sum()).float() if expects else before.softmax(0)
    torch.testing.assert_close(network.head.bias.detach().softmax(0), expected)
