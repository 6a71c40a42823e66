import itertools

import numpy as np
import pytest

from unrolled.networks.markov import Chain, count
from unrolled.networks.written_chain import Joints, WrittenChain, is_letter, with_first
from unrolled.text.vocabulary import Vocabulary

IDS = np.concatenate([[0], np.random.default_rng(1).integers(2, 9, 400)]).astype(np.int32)
NONE = np.zeros(9, bool)


@pytest.mark.parametrize(("order", "smoothing"), list(itertools.product((1, 2, 3, 4), ("kneser-ney", "none"))))
def test_the_others_have_the_probability_of_what_is_left_out_in_proportion(order, smoothing):
    whole = Chain(count(IDS, 9, order, smoothing), 9, smoothing)
    written = WrittenChain(whole, np.array([3, 5]), Joints(NONE, NONE))
    nodes = whole.read(IDS[None], whole.start(1))[0]
    wanted = whole.predict(nodes)
    wanted[:, [3, 5]] = 0
    assert written.predict(nodes) == pytest.approx(wanted / wanted.sum(1, keepdims=True), abs=1e-12)


def test_behind_a_letter_no_unit_comes_that_begins_with_one_unless_it_stood_there():
    text = np.array([0, *[2, 3, 4, 3] * 60], np.int32)  # 2 and 4 are words without spaces, 3 is a space
    letters = np.isin(np.arange(5), [2, 4])
    whole = Chain(count(text, 5, 3), 5, "kneser-ney")
    written = WrittenChain(whole, np.array([0]), Joints(letters, letters))
    nodes = written.read(np.array([[2, 3, 4]], np.int32), written.start(1))[0]
    assert nodes[:, 0].tolist() == [1, 0, 1]
    after = written.predict(nodes)
    assert (after[0, [2, 4]] == 0).all() and (after[2, [2, 4]] == 0).all() and after[1, 4] > 0.9
    assert after.sum(1) == pytest.approx(np.ones(3))


def test_where_nothing_else_is_left_joints_are_not_minded():
    letters = np.ones(5, bool)
    whole = Chain(count(np.array([0, 2, 3, 2, 3], np.int32), 5, 2), 5, "kneser-ney")
    written = WrittenChain(whole, np.array([4]), Joints(letters, letters))
    nodes = written.read(np.array([[2]], np.int32), written.start(1))[0]
    assert written.predict(nodes).sum() == pytest.approx(1)


def test_units_with_their_spaces_have_joints_and_others_none():
    words = Joints.of(Vocabulary("word", (" cat", ".", "a", " 1", "ကို")))
    assert words.ends.tolist() == [False, False, True, False, True, False, True]
    assert words.begins.tolist() == [False, False, False, False, True, False, True]
    assert not Joints.of(Vocabulary("char", ("a", "b"))).ends.any()


@pytest.mark.parametrize(("character", "letter"), [("a", True), ("\u103a", True), ("1", False), (".", False)])
def test_marks_are_of_letters(character, letter):
    assert is_letter(character) == letter


def test_nodes_of_a_file_are_checked():
    whole = Chain(count(IDS, 9, 3), 9, "kneser-ney")
    written = WrittenChain(whole, np.array([3]), Joints(NONE, NONE))
    written.check(with_first(written.start(1), np.array([1])))
    for first in (-1, 2):
        with pytest.raises(ValueError, match="its first nodes go from"):
            written.check(with_first(written.start(1), np.array([first])))
