import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engines import ngram_cache as memory
from unrolled.engines.base import select, step
from unrolled.engines.ngram_cache import NgramCache, Tables
from unrolled.sampling import softmax

SIZE = 7
OCCUR = np.ones(SIZE, np.bool_)
texts = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=60).map(lambda ids: np.array([ids], np.int32))


def read(ids: np.ndarray) -> np.ndarray:
    engine = NgramCache(OCCUR)
    return engine.scan(ids, engine.start(len(ids)))[0]


@given(ids=texts)
def test_probabilities_are_positive_and_sum_to_one(ids):
    probabilities = np.exp(read(ids)[0].astype(np.float64))
    assert (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-5)


@given(ids=texts, cut=st.integers(0, 60))
def test_a_scan_may_stop_anywhere_and_go_on(ids, cut):
    engine, cut = NgramCache(OCCUR), min(cut, ids.shape[1])
    first, state = engine.scan(ids[:, :cut], engine.start(1))
    np.testing.assert_array_equal(np.concatenate([first, engine.scan(ids[:, cut:], state)[0]], 1), read(ids))


@given(ids=texts, other=st.integers(0, SIZE - 1))
def test_the_future_changes_nothing_in_the_past(ids, other):
    changed = ids.copy()
    changed[0, -1] = other
    np.testing.assert_array_equal(read(ids)[:, :-1], read(changed)[:, :-1])


def test_a_state_may_be_gone_on_from_twice():
    engine = NgramCache(OCCUR)
    _, state = engine.scan(np.array([[1, 2, 3, 1, 2]], np.int32), engine.start(1))
    both = [step(engine, np.array([unit], np.int32), state)[0] for unit in (3, 4, 3)]
    np.testing.assert_array_equal(both[0], both[2])
    assert not np.array_equal(both[0], both[1])


def test_rows_are_strangers():
    engine = NgramCache(OCCUR)
    ids = np.array([[1, 2, 3, 1, 2], [4, 4, 4, 4, 4]], np.int32)
    logits, state = engine.scan(ids, engine.start(2))
    np.testing.assert_array_equal(logits[1], read(ids[[1]])[0])
    again, _ = engine.scan(ids, select(state, np.array([1, 0])))
    np.testing.assert_array_equal(again[0], read(np.concatenate([ids[1], ids[0]])[None])[0, 5:])


def test_what_followed_before_is_expected_again():
    logits = read(np.array([[1, 2, 3, 4, 5, 1, 2, 3]], np.int32))
    assert logits[0, -1].argmax() == 4
    assert softmax(logits[0, -1].astype(np.float64))[4] > 0.8


def test_small_cases_are_those_of_the_definition():
    tables = Tables(np.ones(4, np.bool_))
    for unit in (0, 1, 0):
        tables.learn(unit)
    uniform = np.full(4, 1 / 4)
    # no context: 0 twice (the second time it was new after nothing longer), 1 once
    shortest = uniform * (0.5 * 2 / 3) + np.array([1.5, 0.5, 0, 0]) / 3
    after_0 = shortest * 0.5 + np.array([0, 0.5, 0, 0])
    np.testing.assert_allclose(tables.predict(), after_0)


def test_the_tables_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(memory, "KEPT", 3)
    engine = NgramCache(OCCUR)
    for unit in range(SIZE):
        engine.scan(np.array([[unit]], np.int32), engine.start(1))
    assert len(engine.kept) == 3


@pytest.mark.parametrize("size", [2, 3])
def test_nothing_read_expects_everything_alike(size):
    np.testing.assert_allclose(Tables(np.ones(size, np.bool_)).predict(), 1 / size)


def test_what_never_occurred_is_expected_once_it_was_read():
    engine = NgramCache(np.array([True, False, True, False]))
    first, state = engine.scan(np.array([[0, 2]], np.int32), engine.start(1))
    assert softmax(first[0, -1].astype(np.float64))[[1, 3]].tolist() == [0, 0] and np.isfinite(first).all()
    then, _ = engine.scan(np.array([[1]], np.int32), state)
    assert softmax(then[0, -1].astype(np.float64))[1] > 0.05 and softmax(then[0, -1].astype(np.float64))[3] == 0
