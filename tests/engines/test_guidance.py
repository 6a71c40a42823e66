import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engines import guided
from unrolled.engines.base import select, step
from unrolled.engines.ngram_cache import NgramCache
from unrolled.sampling import softmax

SIZE = 5
OCCUR = np.ones(SIZE, np.bool_)
texts = st.lists(st.integers(0, SIZE - 1), min_size=2, max_size=40).map(lambda ids: np.array([ids], np.int32))


def read(engine, ids):
    return engine.scan(ids, engine.start(len(ids)))[0].astype(np.float64)


class Narrowed(NgramCache):
    """A memory that thinks little of unit 0."""

    def scan(self, ids, state):
        logits, after = super().scan(ids, state)
        return logits - np.float32(2) * (np.arange(SIZE) == 0), after


WITHOUT, UNDER = NgramCache(OCCUR), Narrowed(OCCUR)


@given(texts)
def test_a_strength_of_one_is_the_label_and_of_nothing_is_none(ids):
    for strength, member in ((0, WITHOUT), (1, UNDER)):
        ours, its = read(guided(WITHOUT, UNDER, strength), ids), read(member, ids)
        np.testing.assert_allclose(softmax(ours), softmax(its), atol=1e-5)


@given(texts)
def test_more_strength_goes_further_from_what_is_expected_without(ids):
    shares = [softmax(read(guided(WITHOUT, UNDER, strength), ids))[..., 0] for strength in (0, 0.5, 1, 2, 4)]
    for less, more in itertools.pairwise(shares):
        assert (more <= less + 1e-6).all()


@given(texts, st.data())
def test_a_scan_may_stop_anywhere_and_go_on(ids, data):
    engine, cut = guided(WITHOUT, UNDER, 1.5), data.draw(st.integers(1, ids.shape[1] - 1))
    first, state = engine.scan(ids[:, :cut], engine.start(1))
    second, _ = engine.scan(ids[:, cut:], state)
    np.testing.assert_allclose(np.concatenate([first, second], 1), read(engine, ids), atol=1e-5)


def test_rows_can_be_chosen_from_a_state():
    engine = guided(WITHOUT, UNDER, 1.5)
    _, state = engine.scan(np.array([[1, 2], [3, 4]], np.int32), engine.start(2))
    both, _ = step(engine, np.array([1, 1], np.int32), state)
    one, _ = step(engine, np.array([1], np.int32), select(state, np.array([1])))
    np.testing.assert_array_equal(both[1], one[0])
