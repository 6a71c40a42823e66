import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.metrics.captions import cider_d, grams, keyword_f1, similarity, words

captions = st.lists(st.sampled_from(["a", "man", "dog", "runs", "on", "the", "red", "ball"]), min_size=4, max_size=9)
lists = st.lists(captions.map(" ".join), min_size=2, max_size=5)
sets = st.sets(st.sampled_from(["cat", "dog", "sun", "sea"]))


def alone(texts: list[str]) -> list[list[str]]:
    return [[each] for each in texts]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A man rides a horse.", "a man rides a horse"),
        ("I don’t think it's Bob's!", "i do n't think it 's bob 's"),
        ('He said "hello" - a t-shirt...', "he said hello a t-shirt"),
        ("3.5 miles, at 10:30; 1,000 'dogs' & cats--ok", "3.5 miles at 10:30 1,000 dogs & cats ok"),
        ("They've  (we'd) can't", "they 've we 'd ca n't"),
        ("ကြောင် ခွေး။", "ကြောင် ခွေး"),
        (" . ' - ", ""),
    ],
)
def test_the_words_of_a_caption_are_those_that_papers_count(caption, expected):
    assert words(caption) == expected.split()


def test_two_images_have_the_figures_that_a_hand_computes():
    scores = cider_d(["a cat", "a dog"], [["a cat"], ["a dog sat"]])
    # "a" is in both and weighs nothing; all else weighs log 2. First image: words and pairs are alike, longer ones
    # there are none. Second: of dog, sat and of (a dog), (dog sat) one of two is met; it is one word shorter.
    second = 10 * math.exp(-1 / 72) * (1 / math.sqrt(2) + 1 / math.sqrt(2)) / 4
    assert scores == pytest.approx([10 * 2 / 4, second])


def test_repeating_a_word_gains_nothing_over_the_reference():
    once, thrice, _ = cider_d(["cat", "dog dog dog", "x"], [["cat"], ["dog"], ["y"]])
    assert once == pytest.approx(10 / 4)
    assert thrice == pytest.approx(10 / 4 / 3 * math.exp(-4 / 72))


@given(lists)
def test_captions_that_are_their_only_reference_have_the_most(texts):
    unlike = [f"{each} w{n} x{n} y{n} z{n}" for n, each in enumerate(texts)]
    assert cider_d(unlike, alone(unlike)) == pytest.approx(np.full(len(texts), 10.0))


@given(lists, st.data())
def test_every_score_is_between_0_and_10(texts, data):
    scores = cider_d(texts, [data.draw(lists) for _ in texts])
    assert ((scores >= 0) & (scores <= 10 + 1e-9)).all()


@given(lists, st.data())
def test_the_order_of_images_and_of_their_references_does_not_matter(texts, data):
    references = [data.draw(lists) for _ in texts]
    back = cider_d(texts[::-1], [each[::-1] for each in references[::-1]])
    assert cider_d(texts, references) == pytest.approx(back[::-1])


@given(lists, st.data())
def test_a_reference_given_twice_changes_nothing(texts, data):
    references = [data.draw(lists) for _ in texts]
    assert cider_d(texts, [2 * each for each in references]) == pytest.approx(cider_d(texts, references))


@given(captions, captions)
def test_where_no_word_is_repeated_a_caption_is_as_near_to_its_reference_as_that_to_it(left, right):
    one, other = (grams(list(dict.fromkeys(each))) for each in (left, right))
    assert similarity(one, other, {}, 1.0) == pytest.approx(similarity(other, one, {}, 1.0))


def test_a_single_image_tells_nothing_of_what_is_rare():
    assert cider_d(["a cat"], [["a cat"]]).tolist() == [0]


def test_a_caption_without_words_has_nothing():
    assert cider_d(["", "a dog"], [["a cat"], ["a dog"]])[0] == 0


@pytest.mark.parametrize(("texts", "references"), [([], []), (["a"], []), (["a"], [[]])])
def test_captions_without_references_are_refused_in_one_sentence(texts, references):
    with pytest.raises(InputError, match="one reference or more for each"):
        cider_d(texts, references)


def test_the_published_figure_of_a_fixture_is_reached():
    folder = Path(os.environ.get("UNROLLED_DATA", "missing")) / "open" / "caption_metric_fixture"
    if not folder.exists():
        pytest.skip("set UNROLLED_DATA to the folder that has open/caption_metric_fixture")
    texts, *references = ((folder / name).read_text().splitlines() for name in ("hyp.txt", "ref1.txt", "ref2.txt"))
    golden = json.loads((folder / "golden.json").read_text())["corpus_level_hyp_vs_ref1_ref2"]
    assert cider_d(texts, list(zip(*references, strict=True))).mean() == pytest.approx(golden["CIDEr"], abs=1e-6)


def test_keywords_are_sets_whatever_their_case():
    found = keyword_f1([["Cat", "cat", "sun"], ["dog"]], [["cat"], ["dog", "sea", "sand"]])
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 3, 2 / 4, 4 / 7))


@given(st.lists(st.tuples(sets, sets), min_size=1))
def test_predictions_and_keywords_in_each_others_place_have_the_same_f1(pairs):
    predicted, keywords = zip(*pairs, strict=True)
    forth, back = keyword_f1(predicted, keywords), keyword_f1(keywords, predicted)
    assert forth.f1 == back.f1 and forth.precision == back.recall


def test_keywords_of_other_images_are_refused_in_one_sentence():
    with pytest.raises(InputError, match="got words of 1 images and keywords of 2"):
        keyword_f1([["a"]], [["a"], ["b"]])
