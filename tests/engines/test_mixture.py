import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engines import adaptive, occurring
from unrolled.engines.base import Engine, check_like, select, step
from unrolled.engines.mixture import Mixture
from unrolled.engines.ngram_cache import NgramCache
from unrolled.sampling import softmax
from unrolled.text.vocabulary import NEVER

SIZE = 5
OCCUR = np.ones(SIZE, np.bool_)
texts = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=40).map(lambda ids: np.array([ids], np.int32))


class Always(Engine):
    """An engine that always expects the same."""

    def __init__(self, probabilities: list[float]) -> None:
        self.logits = np.log(np.array(probabilities, np.float32))

    def start(self, rows):
        return {"nothing": np.zeros((rows, 0), np.float32)}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        return np.broadcast_to(self.logits, (*ids.shape, len(self.logits))).copy(), state


def mixture() -> Mixture:
    return Mixture([Always([0.6, 0.1, 0.1, 0.1, 0.1]), NgramCache(OCCUR)], [0.9, 0.1])


@given(ids=texts)
def test_probabilities_sum_to_one(ids):
    logits, _ = mixture().scan(ids, mixture().start(1))
    np.testing.assert_allclose(np.exp(logits.astype(np.float64)).sum(-1), 1, atol=1e-5)


@given(ids=texts, cut=st.integers(0, 40))
def test_a_scan_may_stop_anywhere_and_go_on(ids, cut):
    engine, cut = mixture(), max(1, min(cut, ids.shape[1]))
    whole, _ = engine.scan(ids, engine.start(1))
    first, state = engine.scan(ids[:, :cut], engine.start(1))
    parts = [first]
    for unit in ids[0, cut:]:
        logits, state = step(engine, np.array([unit], np.int32), state)
        parts.append(logits[:, None])
    np.testing.assert_allclose(np.concatenate(parts, 1), whole, atol=1e-6)


@given(ids=texts, other=st.integers(0, SIZE - 1))
def test_the_future_changes_nothing_in_the_past(ids, other):
    engine, changed = mixture(), ids.copy()
    changed[0, -1] = other
    first, second = (engine.scan(each, engine.start(1))[0] for each in (ids, changed))
    np.testing.assert_array_equal(first[:, :-1], second[:, :-1])


def test_weights_sum_to_one_and_follow_who_is_right():
    right, wrong = [0.9, 0.04, 0.02, 0.02, 0.02], [0.04, 0.9, 0.02, 0.02, 0.02]
    engine = Mixture([Always(wrong), Always(right)], [0.5, 0.5])
    logits, state = engine.scan(np.zeros((1, 200), np.int32), engine.start(1))
    np.testing.assert_allclose(state["weights"].sum(-1), 1)
    assert state["weights"][..., 1].max() > 0.9
    assert softmax(logits[0, -1].astype(np.float64))[0] > 0.85


def test_the_given_state_is_not_changed_and_rows_are_strangers():
    engine = mixture()
    ids = np.array([[0, 1, 2, 0, 1], [3, 3, 3, 3, 3]], np.int32)
    _, state = engine.scan(ids, engine.start(2))
    before = {name: part.copy() for name, part in state.items()}
    both, _ = engine.scan(ids, state)
    assert all(np.array_equal(part, before[name]) for name, part in state.items())
    alone, _ = engine.scan(ids[[1]], select(state, np.array([1])))
    np.testing.assert_array_equal(both[1], alone[0])


def test_a_network_that_remembers_expects_a_text_that_repeats(model):
    text = "eht tac nas " * 30
    static, learning = model.score(text), model.score(text, adaptive=True)
    assert learning.bits_per_char < 0.5 * static.bits_per_char
    assert (static.label, learning.label) == ("streamed, static", "streamed, adaptive")


def test_before_anything_is_read_the_weights_are_those_given(model):
    engine = adaptive(model.engine, occurring(model.bundle))
    weights = engine.start(2)["weights"]
    np.testing.assert_array_equal(weights, np.broadcast_to([0.9, 0.1], weights.shape))


def test_what_no_member_expects_changes_no_weight_and_no_number():
    occur = np.array([True, True, True, True, False])
    sure = Always([0.4, 0.3, 0.2, 0.1, 1e-30])
    sure.logits[4] = NEVER
    engine = Mixture([sure, NgramCache(occur)], [0.9, 0.1])
    before, state = engine.scan(np.array([[0, 1]], np.int32), engine.start(1))
    assert softmax(before[0, -1].astype(np.float64))[4] == 0
    after, then = engine.scan(np.array([[4]], np.int32), state)
    np.testing.assert_array_equal(then["weights"], state["weights"])
    assert (
        np.isfinite(after).all() and softmax(after[0, -1].astype(np.float64))[4] > 0
    )  # it was read, and may come again
