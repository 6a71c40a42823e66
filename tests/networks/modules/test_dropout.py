import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.networks.modules.dropout import dropout

ONES = torch.ones(400, 500)
probabilities = st.floats(0, 1, exclude_max=True)


def dropped(probability: float, seed: int = 1, x: torch.Tensor = ONES) -> torch.Tensor:
    return dropout(x, probability, np.random.default_rng(seed))


@pytest.mark.parametrize("probability", [0.0, 0.5, 0.999])
def test_without_a_chance_nothing_is_dropped(probability):
    assert dropout(ONES, probability, None) is ONES


def test_a_probability_of_zero_drops_nothing():
    assert dropped(0.0) is ONES


@pytest.mark.parametrize("probability", [1 / 256, 0.1, 0.5, 0.9, 0.999])
def test_as_much_is_dropped_as_was_asked_for(probability):
    share = (dropped(probability) == 0).float().mean().item()
    assert share == pytest.approx(min(round(256 * probability), 255) / 256, abs=0.004)


@given(probabilities)
def test_what_is_kept_is_scaled_up_by_what_is_dropped(probability):
    kept = dropped(probability, x=torch.ones(2000, dtype=torch.float64)).unique().tolist()
    places = min(round(256 * probability), 255)
    assert set(kept) <= {0.0, 256 / (256 - places)}


@given(probabilities, st.integers(0, 99))
def test_the_same_chance_drops_the_same(probability, seed):
    x = torch.ones(3, 7)
    assert torch.equal(dropped(probability, seed, x), dropped(probability, seed, x))


def test_another_chance_drops_something_else():
    assert not torch.equal(dropped(0.5, 1), dropped(0.5, 2))


def test_the_gradient_passes_where_nothing_was_dropped():
    x = torch.ones(50, requires_grad=True)
    y = dropped(0.5, x=x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach()) and 0 < (x.grad == 0).sum() < 50


def test_the_input_stays_as_it_was():
    x = torch.ones(50)
    dropped(0.5, x=x)
    assert torch.equal(x, torch.ones(50))
