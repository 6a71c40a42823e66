import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unrolled.generation.ranking import by_sorting
from unrolled.kernels.ranking import rank

logits = st.tuples(st.integers(1, 5), st.integers(3, 70)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.sampled_from([-np.inf, -80.0, -3.0, 0.0, 0.5, 2.0]))
)


@given(logits=logits, count=st.integers(1, 12), ends=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_it_ranks_as_its_slow_twin_sorts(library, logits, count, ends):
    logits[:, 0] = 1.0  # something is possible
    count = min(count, logits.shape[1])
    ids, values, sums = rank(library, logits, count, 2, ends, 2)
    slow, slow_values, slow_sums = by_sorting(logits, count, ends)
    assert np.array_equal(ids, slow) and np.array_equal(values, slow_values)
    assert sums == pytest.approx(slow_sums, rel=1e-6, abs=1e-6)


def test_many_logits_are_summed_closely(library):
    logits = np.random.default_rng(1).normal(0, 4, (3, 50_001)).astype(np.float32)
    exact = np.log(np.exp(logits.astype(np.float64)).sum(1))
    assert rank(library, logits, 1, 2, True, 1)[2] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("place", [0, 5, 36])
def test_what_is_no_number_is_not_hidden(library, place):
    logits = np.zeros((1, 37), np.float32)
    logits[0, place] = np.nan
    assert np.isnan(rank(library, logits, 1, 2, True, 1)[2]).all()


def test_rows_may_lie_apart(library):
    whole = np.random.default_rng(2).normal(size=(4, 2, 48)).astype(np.float32)
    some = whole[:, 1, :37]
    assert all(map(np.array_equal, rank(library, some, 5, 2, False, 2), rank(library, some.copy(), 5, 2, False, 1)))


@pytest.mark.wrong_arrays
@pytest.mark.parametrize("shape", [(), (5,), (1, 2, 5)])
def test_logits_that_are_no_rows_are_refused(library, shape):
    with pytest.raises(ValueError, match="two axes"):
        rank(library, np.zeros(shape, np.float32), 1, 2, True, 1)


def test_special_ids_are_at_least_none(library):
    with pytest.raises(ValueError, match="at least 0"):
        rank(library, np.zeros((1, 5), np.float32), 1, -1, False, 1)


def test_rows_may_lie_apart_by_a_part_of_a_number(library):
    whole = np.random.default_rng(2).normal(size=(4, 37)).astype(np.float32)
    packed = np.zeros(4, np.dtype([("byte", "u1"), ("logits", "f4", 37)]))
    packed["logits"] = whole
    found, expected = (rank(library, each, 5, 2, False, 1) for each in (packed["logits"], whole))
    assert all(map(np.array_equal, found, expected))
