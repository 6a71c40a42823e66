import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.training.corpus_stats import CorpusStats
from unrolled.training.forecast import SPREAD, features, forecast


@given(st.integers(50, 10**7), st.floats(1e4, 1e9), st.floats(0.5, 8))
def test_the_interval_holds_what_is_expected(units, seen, chain):
    told = forecast(CorpusStats(units, 60, chain=chain), seen)
    assert told and 0 < told.low < told.expected < told.high
    assert math.log(told.high / told.expected) == pytest.approx(SPREAD)


def test_a_text_that_is_twice_as_hard_costs_twice_as_much():
    easy, hard = (forecast(CorpusStats(10**5, 60, chain=chain), 10**6) for chain in (1.5, 3.0))
    assert hard.expected == pytest.approx(2 * easy.expected)


@pytest.mark.parametrize("units", [200_000, 1_000_000, 3_000_000])
def test_seeing_more_promises_more(units):
    seen = [2 * units, 4 * units, 10 * units, 30 * units]
    costs = [forecast(CorpusStats(units, 60, chain=2.5), each).expected for each in seen]
    assert costs == sorted(costs, reverse=True)


def test_without_a_chain_there_is_no_forecast():
    assert forecast(CorpusStats(10**5, 60), 10**6) is None


def test_nothing_seen_is_no_error():
    assert all(map(math.isfinite, features(100, 0)))
