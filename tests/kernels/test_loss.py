import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled import kernels
from unrolled.kernels.loss import lose
from unrolled.text.vocabulary import NEVER


def exact(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nats of targets and the softmax, in float64."""
    logits = logits.astype(np.float64)
    away = logits - logits.max(1, keepdims=True)
    softmax = np.exp(away) / np.exp(away).sum(1, keepdims=True)
    return np.log(np.exp(away).sum(1)) - away[np.arange(len(away)), targets], softmax


@pytest.mark.parametrize(("rows", "units"), [(1, 1), (3, 2), (5, 15), (64, 65), (9, 4097)])
def test_it_is_the_loss_and_its_slopes_in_float64(library, rows, units):
    rng = np.random.default_rng(units)
    logits = (5 * rng.standard_normal((rows, units))).astype(np.float32)
    targets = rng.integers(units, size=rows)
    nats, softmax = exact(logits, targets)
    softmax[np.arange(rows), targets] -= 0.9
    found = lose(library, logits, targets, 0.9, 0.25, threads=2)
    np.testing.assert_allclose(found, nats, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(logits, 0.25 * softmax, rtol=1e-5, atol=1e-7)


def test_what_never_occurred_has_no_slope_at_all(library):
    logits = np.array([[1.0, NEVER, 2.0, NEVER, 0.5]], np.float32)
    lose(library, logits, np.array([2]), 1.0, 1.0, threads=1)
    assert logits[0, 1] == logits[0, 3] == 0
    assert logits.sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("target", [-1, 5, 2**40])
def test_a_target_that_is_no_unit_never_reaches_c(library, target):
    with pytest.raises(ValueError, match="must be 0 to 4"):
        lose(library, np.zeros((1, 5), np.float32), np.array([target]), 1.0, 1.0, threads=1)


@pytest.mark.parametrize("place", [0, 3, 17, 20])
def test_a_logit_that_is_no_number_leaves_no_loss(library, place):
    logits = np.zeros((2, 21), np.float32)
    logits[1, place] = np.nan
    nats = lose(library, logits, np.array([5, 5]), 1.0, 1.0, threads=1)
    assert np.isfinite(nats[0]) and np.isnan(nats[1])


def test_no_rows_are_no_error(library):
    assert len(lose(library, np.zeros((0, 5), np.float32), np.zeros(0, np.int64), 1.0, 1.0, threads=2)) == 0


@settings(max_examples=50, deadline=None)
@given(
    logits=st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=40),
    target=st.integers(0, 39),
)
def test_any_finite_logits_give_finite_slopes_that_sum_to_nothing(logits, target):
    library = kernels.load()
    if library is None:
        pytest.skip(kernels.reason_missing())
    row = np.array([logits], np.float32)
    lose(library, row, np.array([target % len(logits)]), 1.0, 1.0, threads=1)
    assert np.isfinite(row).all()
    assert row.sum() == pytest.approx(0, abs=1e-5)


@pytest.mark.wrong_arrays
@pytest.mark.parametrize(
    "wrong",
    [
        {"logits": np.zeros(5, np.float32)},
        {"logits": np.zeros((1, 5))},
        {"logits": np.zeros((1, 10), np.float32)[:, ::2]},
        {"logits": np.frombuffer(bytes(20), np.float32).reshape(1, 5)},
        {"targets": np.array([1.0])},
        {"targets": np.array([np.nan])},
        {"targets": np.array([1], np.int32)},
        {"targets": np.array([1, 1])},
    ],
)
def test_arrays_that_do_not_fit_never_reach_c(library, wrong):
    given = {"logits": np.zeros((1, 5), np.float32), "targets": np.array([1])} | wrong
    with pytest.raises(ValueError, match=r"must be|must have|cannot be written"):
        lose(library, given["logits"], given["targets"], 1.0, 1.0, threads=1)
