import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from unrolled.networks.modules.sampled_softmax import DRAWN, Sampler, some_logits

UNITS, WIDTH = 6000, 16
COUNTS = (1e6 / np.arange(1, UNITS + 1)).astype(np.int64)


@pytest.fixture(scope="module")
def head() -> nn.Linear:
    torch.manual_seed(1)
    return nn.Linear(WIDTH, UNITS)


def batch(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    targets = rng.choice(UNITS, (4, 50), p=COUNTS / COUNTS.sum())
    return torch.randn(4, 50, WIDTH, generator=torch.Generator().manual_seed(seed)), torch.from_numpy(targets)


def estimate(head: nn.Linear, y: torch.Tensor, targets: torch.Tensor, seed: int) -> torch.Tensor:
    units, logs = Sampler(COUNTS, COUNTS > 0).choose(targets.numpy(), np.random.default_rng(seed))
    logits, places = some_logits(head, y, targets, torch.from_numpy(units), torch.from_numpy(logs), "fp32")
    return functional.cross_entropy(logits.flatten(0, 1), places.flatten())


def test_the_units_of_a_step_hold_all_targets_once(head):
    _, targets = batch(1)
    units, logs = Sampler(COUNTS, COUNTS > 0).choose(targets.numpy(), np.random.default_rng(1))
    assert set(targets.flatten().tolist()) <= set(units.tolist())
    assert np.all(np.diff(units) > 0) and len(units) == len(logs) < 200 + DRAWN
    assert np.all(logs <= 0) and logs[0] > -1e-3 > logs[-1]


def test_over_many_steps_the_loss_is_that_over_all_units(head):
    y, targets = batch(2)
    whole = functional.cross_entropy(head(y).flatten(0, 1), targets.flatten()).item()
    estimates = [estimate(head, y, targets, seed).item() for seed in range(30)]
    assert np.mean(estimates) == pytest.approx(whole, abs=0.05)


def test_over_many_steps_the_gradient_points_where_that_over_all_units_does(head):
    sums = {"some": torch.zeros(UNITS, WIDTH), "all": torch.zeros(UNITS, WIDTH)}
    for seed in range(40):
        y, targets = batch(seed)
        for name, loss in (
            ("some", estimate(head, y, targets, seed)),
            ("all", functional.cross_entropy(head(y).flatten(0, 1), targets.flatten())),
        ):
            sums[name] += torch.autograd.grad(loss, head.weight)[0]
    assert functional.cosine_similarity(sums["some"].flatten(), sums["all"].flatten(), dim=0) > 0.97


def test_the_places_are_those_of_the_targets(head):
    y, targets = batch(3)
    units, logs = Sampler(COUNTS, COUNTS > 0).choose(targets.numpy(), np.random.default_rng(3))
    _, places = some_logits(head, y, targets, torch.from_numpy(units), torch.from_numpy(logs), "fp32")
    assert torch.equal(torch.from_numpy(units)[places], targets)


def test_what_does_not_occur_is_never_chosen():
    occur = np.arange(UNITS) % 3 == 0
    for seed in range(20):
        units, _ = Sampler(COUNTS * occur, occur).choose(np.array([3]), np.random.default_rng(seed))
        assert occur[units].all() and len(units) > 100
