import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.training.corpus_stats import CorpusStats
from unrolled.training.forecast import SPREAD, corrected, features, forecast


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


def test_a_busy_machine_moves_a_forecast_up_and_widens_it():
    told = forecast(CorpusStats(10**6, 60, chain=2.1), 2e6)
    before = {"low": told.low, "expected": told.expected, "high": told.high}
    after = corrected(before, 10**6, 4e5, 2e6)
    assert after["expected"] == pytest.approx(forecast(CorpusStats(10**6, 60, chain=2.1), 4e5).expected)
    assert before["high"] / before["low"] < after["high"] / after["low"]
    assert corrected(before, 10**6, 2e6, 2e6) == pytest.approx(before)


def test_less_than_a_pass_costs_more_of_a_long_text_than_of_a_short_one():
    long, short = (
        forecast(CorpusStats(length, 60, chain=2.1), 1e5).expected
        / forecast(CorpusStats(length, 60, chain=2.1), 1e6).expected
        for length in (10**6, 10**5)
    )
    assert long > 1.3 > 1.1 > short


def test_nothing_seen_is_no_error():
    assert all(map(math.isfinite, features(100, 0)))
    assert all(map(math.isfinite, corrected({"low": 1.0, "expected": 2.0, "high": 3.0}, 100, 0, 100).values()))
