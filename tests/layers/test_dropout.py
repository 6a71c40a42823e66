import numpy as np
import pytest
import torch

from unrolled.layers.dropout import dropout


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(seed))


def test_without_a_chance_nothing_is_dropped():
    x = torch.ones(3, 4)
    assert dropout(x, 0.5, None) is x


def test_a_probability_of_zero_draws_nothing():
    source = chance()
    before = source.bit_generator.state
    dropout(torch.ones(3), 0.0, source)
    assert str(source.bit_generator.state) == str(before)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.5, 0.9])
def test_about_the_share_is_dropped_and_the_mean_stays(probability):
    y = dropout(torch.ones(100_000), probability, chance())
    assert (y == 0).float().mean().item() == pytest.approx(probability, abs=0.01)
    assert y.mean().item() == pytest.approx(1, abs=0.02)
    assert len(y.unique()) == 2


def test_the_same_chance_drops_the_same():
    x = torch.arange(1.0, 50.0)
    assert torch.equal(dropout(x, 0.4, chance(3)), dropout(x, 0.4, chance(3)))
    assert not torch.equal(dropout(x, 0.4, chance(3)), dropout(x, 0.4, chance(4)))


def test_the_gradient_flows_through_what_is_kept():
    x = torch.ones(1000, requires_grad=True)
    y = dropout(x, 0.5, chance())
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_even_the_highest_probability_keeps_something():
    assert dropout(torch.ones(100_000), 0.999, chance()).any()
