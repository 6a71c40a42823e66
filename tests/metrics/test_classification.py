import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

from unrolled.errors import InputError
from unrolled.metrics.classification import Classified, classified, confusion, macro_f1, temperature

seeds = st.integers(0, 10**6)


def some(seed: int, examples: int = 40, labels: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Gold ids, not of every label, and distributions that lean to them."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, rng.integers(1, labels + 1), examples)
    logits = rng.normal(0, 1.5, (examples, labels))
    logits[np.arange(examples), gold] += rng.uniform(0, 3)
    return gold, softmax(logits)


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True)


@pytest.fixture
def found() -> Classified:
    """Four examples of three labels: two right, and 2 for 0 twice."""
    rows = [[0.5, 0.25, 0.25], [0.125, 0.25, 0.625], [0.25, 0.25, 0.5], [0.25, 0.5, 0.25]]
    return classified([0, 0, 0, 1], rows)


def test_four_examples_are_counted_as_by_hand(found):
    assert found.confusion.tolist() == [[1, 0, 2], [0, 1, 0], [0, 0, 0]]
    assert found.accuracy == 0.5 and found.bits == (1 + 3 + 2 + 1) / 4
    assert found.precision.tolist() == [1, 1, 0] and found.recall.tolist() == pytest.approx([1 / 3, 1, 0])
    assert found.f1.tolist() == [0.5, 1, 0] and found.macro_f1 == 0.5


def test_what_is_confused_most_comes_first_and_what_is_right_never(found):
    assert found.most_confused() == [(0, 2, 2)]
    counts = classified([0, 0, 1, 2, 2, 2], np.eye(3)[[1, 1, 0, 0, 2, 1]])
    assert counts.most_confused(3) == [(0, 1, 2), (1, 0, 1), (2, 0, 1)]


def test_the_most_surprising_examples_have_the_least_probability_of_gold(found):
    assert found.most_surprising(3) == [1, 2, 0] and found.certainty.tolist() == [0.5, 0.125, 0.25, 0.5]


def test_the_calibration_error_is_the_gap_of_each_bin_by_its_share_of_examples():
    rows = [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.45, 0.55]]
    expected = (3 * abs(0.9 - 2 / 3) + abs(0.55 - 1)) / 4
    assert classified([0, 0, 1, 1], rows).calibration_error == pytest.approx(expected)


def test_a_confidence_at_the_edge_of_two_bins_is_in_the_lower_one():
    rows = [[0.8, 0.2], [0.79, 0.21]]  # 0.8 = 12/15: one bin, in which the two gaps cancel in part
    assert classified([0, 1], rows).calibration_error == pytest.approx(abs(0.2 - 0.79) / 2)


@given(seeds)
def test_the_figures_are_those_of_scikit_learn(seed):
    gold, rows = some(seed)
    found = classified(gold, rows)
    shares = precision_recall_fscore_support(gold, rows.argmax(1), labels=range(5), zero_division=0)
    assert np.allclose([found.precision, found.recall, found.f1], shares[:3])
    assert found.macro_f1 == pytest.approx(f1_score(gold, rows.argmax(1), average="macro"))
    assert (found.confusion == confusion_matrix(gold, rows.argmax(1), labels=range(5))).all()
    assert found.bits == pytest.approx(log_loss(gold, rows, labels=range(5)) / np.log(2))


@given(seeds, st.permutations(range(5)))
def test_the_numbers_of_the_labels_do_not_matter(seed, order):
    gold, rows = some(seed)
    plain, renamed = classified(gold, rows), classified(np.argsort(order)[gold], rows[:, order])
    for name in ("accuracy", "macro_f1", "bits", "calibration_error"):
        assert getattr(renamed, name) == pytest.approx(getattr(plain, name))
    assert np.allclose(renamed.f1, plain.f1[list(order)])


@given(seeds, st.integers(1, 4))
def test_examples_seen_several_times_change_no_share(seed, times):
    gold, rows = some(seed)
    plain, repeated = classified(gold, rows), classified(np.tile(gold, times), np.tile(rows, (times, 1)))
    for name in ("accuracy", "macro_f1", "bits", "calibration_error"):
        assert getattr(repeated, name) == pytest.approx(getattr(plain, name))


@given(seeds)
def test_a_label_that_is_neither_gold_nor_predicted_does_not_count(seed):
    gold, rows = some(seed)
    counts = confusion(gold, rows.argmax(1), 5)
    assert macro_f1(confusion(gold, rows.argmax(1), 9)) == pytest.approx(macro_f1(counts))


def test_a_probability_of_zero_costs_126_bits():
    assert classified([1], [[1.0, 0.0]]).bits == 126


@pytest.mark.parametrize(
    ("gold", "rows", "told"),
    [
        ([], np.empty((0, 2)), "at least one example"),
        ([0, 1], [[1.0, 0.0]], r"got gold labels \(2,\) and values \(1, 2\)"),
        ([2], [[0.5, 0.5]], "whole numbers from 0 to 1"),
        ([-1], [[0.5, 0.5]], "whole numbers from 0 to 1"),
        ([0.0], [[0.5, 0.5]], "whole numbers"),
        ([0], [[3.0, -2.0]], r"give softmax\(logits\)"),
        ([0], [[0.5, np.nan]], "not a finite number"),
    ],
)
def test_what_is_no_classification_is_refused_in_one_sentence(gold, rows, told):
    with pytest.raises(InputError, match=told):
        classified(gold, rows)


@st.composite
def calibrated(draw):
    """Logits and gold labels of which each comes as often as its probability says; not all alike."""
    counts = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5).filter(lambda each: len(set(each)) > 1))
    gold = np.repeat(np.arange(len(counts)), counts)
    return np.tile(np.log(counts), (len(gold), 1)), gold


@given(calibrated())
def test_what_is_calibrated_has_a_temperature_of_one(told):
    assert temperature(*told) == pytest.approx(1, abs=1e-6)


@given(calibrated(), st.floats(0.1, 10), st.floats(-50, 50))
def test_logits_that_are_too_large_by_a_factor_have_it_as_their_temperature(told, factor, shift):
    logits, gold = told
    assert temperature(logits * factor + shift, gold) == pytest.approx(factor, rel=1e-6)


@given(seeds)
def test_no_other_temperature_is_likelier(seed):
    gold, rows = some(seed)
    logits = 3 * np.log(rows)
    best = temperature(logits, gold)
    costs = [classified(gold, softmax(logits / each)).bits for each in (best, best * 0.97, best * 1.03)]
    assert costs[0] <= min(costs[1:]) or best == pytest.approx(20)


def test_a_temperature_stays_within_its_bounds():
    logits = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert temperature(logits, [0, 1]) == pytest.approx(0.05) and temperature(logits, [1, 0]) == pytest.approx(20)


def test_logits_that_say_nothing_are_left_as_they_are():
    assert temperature(np.full((3, 2), 7.0), [0, 1, 1]) == 1


def test_huge_logits_neither_overflow_nor_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert temperature(np.array([[1e30, -1e30], [1e30, 0]], np.float32), [0, 1]) == pytest.approx(20)
