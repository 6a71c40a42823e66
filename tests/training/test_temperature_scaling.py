import numpy as np
import pytest
import torch

from unrolled.config import ModelOptions
from unrolled.datasets.encoder_input import Ragged
from unrolled.datasets.examples import ExampleDataset, Examples
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import NEVER, SPECIAL, Vocabulary
from unrolled.training.temperature_scaling import answers, calibrate, judge, judged

KNOWN = {"text": Vocabulary("char", tuple("abc")), "labels": Vocabulary("label", ("no", "yes", "?"))}
SIZES = {"hidden_size": 6, "layers": 1, "directions": 2, "embedding_size": 4, "dropout": 0.0}


@pytest.fixture
def network():
    """A classifier that knows nothing and is very sure of it."""
    made = build(TASKS["classify"].network(ModelOptions(task="classify", pooling="all", **SIZES), KNOWN), seed=1)
    made.head.weight.data *= 20
    return made


@pytest.fixture
def split():
    rng = np.random.default_rng(1)
    texts = Ragged.of([rng.integers(2, 5, size).astype(np.int32) for size in rng.integers(0, 9, 90)])
    labels = Ragged.of([rng.integers(2, 5, 1).astype(np.int32) for _ in range(90)])
    part = Examples(texts, labels)
    return ExampleDataset(KNOWN, "labels", part, part, Examples(Ragged.of([]), Ragged.of([])))


def test_every_example_has_an_answer_beside_the_label_that_was_wanted(network, split):
    logits, gold = answers(network, split, "valid")
    order = np.argsort(-split.valid.sizes, kind="stable")
    assert logits.shape == (90, 3)
    assert gold.tolist() == (split.valid.targets.flat[order] - SPECIAL).tolist()
    assert answers(network, split, "test")[0].shape == (0, 3)


def test_probabilities_come_to_mean_more_what_they_say_and_answers_stay(network, split):
    before, (logits, _) = judge(network, split, "valid"), answers(network, split, "valid")
    after = calibrate(network, split)
    assert after["temperature"] > 2
    assert after["bits_per_label"] < before["bits_per_label"] - 0.5
    assert after["calibration_error"] < before["calibration_error"]
    assert after["accuracy"] == before["accuracy"] and after["macro_f1"] == before["macro_f1"]
    np.testing.assert_allclose(answers(network, split, "valid")[0], logits / after["temperature"], atol=1e-4)


def test_what_is_told_is_what_the_calibrated_network_is_judged_by(network, split):
    told = calibrate(network, split)
    told.pop("temperature")
    assert judge(network, split, "valid") == pytest.approx(told, abs=1e-4)


def test_answers_that_are_right_are_all_right():
    found = judged(np.array([[1000.0, 0.0], [0.0, 9.0]]), np.array([0, 1]))
    assert found.accuracy == 1 and found.bits < 1e-3


def test_what_never_occurred_stays_so_at_any_temperature(network, split):
    with torch.no_grad():
        network.head.bias[0] = NEVER
    calibrate(network, split)
    assert network.head.bias[0] == torch.tensor(NEVER) and network.head.bias[1:].abs().max() < 10
