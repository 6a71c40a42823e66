import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import TrainOptions
from unrolled.datasets.encoder_input import Ragged
from unrolled.datasets.examples import ExampleDataset, Examples
from unrolled.tasks.base import negative_log_likelihood
from unrolled.text.vocabulary import NEVER, SPECIAL, Vocabulary
from unrolled.training.objective import Objective, balanced

LOGITS = torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(1))
TARGETS = torch.tensor([[1, 2, 3, 4], [5, 0, 0, 0], [2, 2, 5, 0]])
COUNTS = np.arange(4) < np.array([[4], [1], [3]])


def cost(objective: Objective, counts: np.ndarray | None = COUNTS) -> float:
    losses = negative_log_likelihood(LOGITS, TARGETS)
    return objective(losses, LOGITS, TARGETS, TARGETS, counts).item()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 0.99])
def test_a_smoothed_loss_is_pytorchs(smoothing):
    each = torch.nn.functional.cross_entropy(
        LOGITS.flatten(0, 1), TARGETS.flatten(), reduction="none", label_smoothing=smoothing
    )
    assert cost(Objective(smoothing)) == pytest.approx(each[COUNTS.ravel()].mean().item(), abs=1e-5)
    assert cost(Objective(smoothing), None) == pytest.approx(each.mean().item(), abs=1e-5)


def test_without_smoothing_it_is_the_plain_mean_of_what_counts():
    losses = negative_log_likelihood(LOGITS, TARGETS)
    assert cost(Objective()) == pytest.approx(losses[torch.from_numpy(COUNTS)].mean().item(), abs=1e-6)


def test_weights_are_those_of_the_targets():
    weights = torch.tensor([1.0, 0.0, 2.0, 0.0, 3.0, 0.5])
    losses = negative_log_likelihood(LOGITS, TARGETS) * weights[TARGETS]
    assert cost(Objective(weights=weights)) == pytest.approx(losses[torch.from_numpy(COUNTS)].mean().item(), abs=1e-6)


def test_where_only_some_units_have_logits_a_target_is_smoothed_at_its_place():
    units = torch.tensor([1, 4, 9])
    targets = torch.tensor([[9, 1]])
    places, logits = torch.searchsorted(units, targets), LOGITS[:1, :2, :3]
    losses = negative_log_likelihood(logits, places)
    found = Objective(0.2)(losses, logits, places, targets, None)
    wanted = torch.nn.functional.cross_entropy(logits[0], places[0], label_smoothing=0.2)
    assert found.item() == pytest.approx(wanted.item(), abs=1e-5)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=20).filter(any))
def test_balanced_every_class_has_the_same_share_and_the_mean_stays_one(counts):
    known = np.array([0] * SPECIAL + counts)
    shares = known * balanced(known).double().numpy()
    present = shares[known > 0]
    np.testing.assert_allclose(present, present[0], rtol=1e-5)
    assert shares.sum() == pytest.approx(known.sum(), rel=1e-5)


def test_the_objective_is_what_the_options_say():
    labels = Vocabulary("label", ("common", "rare"))
    rows = Ragged.of([np.array([2], np.int32)] * 9 + [np.array([3], np.int32)])
    split = ExampleDataset({"labels": labels}, "labels", *[Examples(rows, rows)] * 3)
    plain = Objective.of(TrainOptions(), split)
    assert (plain.smoothing, plain.weights) == (0.0, None)
    chosen = Objective.of(TrainOptions(label_smoothing=0.2, class_weights="balanced"), split)
    assert chosen.smoothing == 0.2
    assert chosen.weights.tolist() == pytest.approx([1, 1, 10 / 18, 5])


def test_a_smoothed_loss_spreads_over_the_units_that_occur():
    logits, targets = LOGITS.clone(), torch.tensor([[1, 2, 3, 1]] * 3)
    logits[..., [0, 5]] = NEVER
    found = Objective(0.2)(negative_log_likelihood(logits, targets), logits, targets, targets, None)
    wanted = torch.nn.functional.cross_entropy(
        LOGITS[..., 1:5].flatten(0, 1), targets.flatten() - 1, label_smoothing=0.2
    )
    assert found.item() == pytest.approx(wanted.item(), abs=1e-5)
