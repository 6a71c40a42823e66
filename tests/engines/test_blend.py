import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engines.base import select, step
from unrolled.engines.blend import Blend, as_writer, probabilities
from unrolled.engines.ngram_cache import NgramCache
from unrolled.errors import OptionError
from unrolled.sampling import softmax
from unrolled.text.vocabulary import BOUNDARY, SPECIAL, UNKNOWN, Vocabulary

FIRST, OTHER = Vocabulary("char", tuple("abcé")), Vocabulary("char", tuple("cbe!"))
texts = st.lists(st.integers(SPECIAL, len(FIRST) - 1), min_size=2, max_size=40).map(
    lambda ids: np.array([ids], np.int32)
)


def cache(vocabulary):
    return NgramCache(np.ones(len(vocabulary), np.bool_))


def blend(weight):
    first = as_writer(cache(FIRST), 1 - weight, FIRST, FIRST, False)
    return Blend([first, as_writer(cache(OTHER), weight, OTHER, FIRST, False)])


def read(engine, ids):
    return engine.scan(ids, engine.start(len(ids)))[0].astype(np.float64)


@given(texts, st.floats(0.01, 0.99))
def test_it_is_the_weighted_mean_of_what_both_expect(ids, weight):
    engine = blend(weight)
    first, other = engine.writers
    own = softmax(read(first.engine, ids))[..., SPECIAL:]
    theirs = softmax(read(other.engine, other.reads[ids]))
    shared = np.stack(
        [theirs[..., OTHER.index[unit]] if unit in OTHER.index else 0 * own[..., 0] for unit in FIRST.units], -1
    )
    expected = (1 - weight) * own / own.sum(-1, keepdims=True) + weight * shared / shared.sum(-1, keepdims=True)
    np.testing.assert_allclose(np.exp(read(engine, ids))[..., SPECIAL:], expected, atol=1e-6)


def test_one_who_expects_nothing_that_the_first_can_write_counts_for_nothing():
    logits = np.array([[[0, 0, -1e30, 50]]], np.float32)
    assert probabilities(logits, np.array([UNKNOWN, UNKNOWN, 2], np.int32)).sum() == 0


def test_a_letter_that_the_other_lacks_is_read_as_its_kin_and_never_written_by_it():
    writer = as_writer(cache(OTHER), 0.5, OTHER, FIRST, False)
    accented, plain = FIRST.index["é"], FIRST.index["a"]
    assert OTHER.units[writer.reads[accented] - SPECIAL] == "e"
    assert writer.reads[plain] == UNKNOWN
    assert writer.writes[accented] == writer.writes[plain] == UNKNOWN


@pytest.mark.parametrize(("ends", "place"), [(True, BOUNDARY), (False, UNKNOWN)])
def test_the_end_of_a_document_comes_from_who_knows_it(ends, place):
    assert as_writer(cache(OTHER), 0.5, OTHER, FIRST, ends).writes[BOUNDARY] == place


def test_other_units_are_refused():
    with pytest.raises(OptionError, match="a model of bytes for a model of chars"):
        as_writer(cache(OTHER), 0.5, Vocabulary("byte", ("a",)), FIRST, False)
    with pytest.raises(OptionError, match="other words, which cuts a text in other places"):
        as_writer(cache(OTHER), 0.5, Vocabulary("word", ("a", " the")), Vocabulary("word", ("a", " cat")), False)


def test_words_over_other_alphabets_are_not():
    one, two = Vocabulary("word", ("a", "t", " cat")), Vocabulary("word", ("b", " cat", "t"))
    writer = as_writer(cache(one), 0.5, one, two, False)
    assert writer.writes.tolist() == [UNKNOWN, UNKNOWN, UNKNOWN, one.index[" cat"], one.index["t"]]


@given(texts, st.data())
def test_a_scan_may_stop_anywhere_and_go_on(ids, data):
    engine, cut = blend(0.4), data.draw(st.integers(1, ids.shape[1] - 1))
    first, state = engine.scan(ids[:, :cut], engine.start(1))
    second, _ = engine.scan(ids[:, cut:], state)
    np.testing.assert_allclose(np.concatenate([first, second], 1), read(engine, ids), atol=1e-5)


def test_rows_can_be_chosen_from_a_state():
    engine = blend(0.4)
    _, state = engine.scan(np.array([[2, 3], [4, 5]], np.int32), engine.start(2))
    both, _ = step(engine, np.array([2, 2], np.int32), state)
    one, after = step(engine, np.array([2], np.int32), select(state, np.array([1])))
    np.testing.assert_array_equal(both[1], one[0])
    engine.check(after)
