import json
import logging
import math
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError, MissingExtraError
from unrolled.metrics.translation import caption_bleu, sentence_chrf, translated

sentences = st.lists(st.sampled_from(["a", "man", "dog", "runs", "on", "the", "red", "ball"]), min_size=4, max_size=9)
corpora = st.lists(sentences.map(" ".join), min_size=1, max_size=6)
BURMESE = "ကြောင်က ဖျာပေါ်မှာ ထိုင်နေတယ်။"


@given(corpora)
def test_references_themselves_have_a_bleu_and_chrf_of_100(texts):
    found = translated(texts, [[each] for each in texts])
    assert found.bleu.value == pytest.approx(100) and found.chrf.value == pytest.approx(100) and found.exact == 1


@given(corpora)
def test_more_references_never_lower_what_is_exact_and_one_of_them_suffices(texts):
    found = translated(texts, [["something else altogether is this", each] for each in texts])
    assert found.bleu.value == pytest.approx(100) and found.exact == 1


@given(st.lists(st.tuples(sentences.map(" ".join), sentences.map(" ".join)), min_size=2, max_size=5))
def test_the_order_of_the_segments_does_not_matter(pairs):
    texts, references = zip(*pairs, strict=True)
    forth = translated(texts, [[each] for each in references])
    back = translated(texts[::-1], [[each] for each in references[::-1]])
    assert forth.bleu.value == pytest.approx(back.bleu.value) and forth.chrf.value == pytest.approx(back.chrf.value)


def test_a_corpus_has_the_bleu_that_its_n_grams_give_by_hand():
    text, reference = "the cat sat on the mat", "the cat sat on a mat"
    expected = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    assert translated([text], [[reference]]).bleu.value == pytest.approx(expected)


def test_only_the_lower_cased_variant_takes_another_case_for_the_same():
    found = translated(["THE CAT SAT DOWN ."], [["the cat sat down."]])
    assert found.lower_bleu.value == pytest.approx(100) and found.bleu.value < 50 and found.exact == 0


def test_signatures_say_how_a_figure_was_computed():
    found = translated(["a b", "c"], [["a b"], ["c", "d"]])
    assert "nrefs:var|case:mixed" in found.bleu.signature and "tok:13a" in found.bleu.signature
    assert "case:lc" in found.lower_bleu.signature and "nc:6" in found.chrf.signature


def test_scripts_without_spaces_are_compared_by_characters_and_the_signature_says_so():
    found = translated([BURMESE.replace(" ", "")], [[BURMESE]])
    assert found.bleu.value == pytest.approx(100) and "tok:char" in found.bleu.signature


def test_segments_may_have_different_numbers_of_references():
    found = translated(["a b c d e", "f g h i j"], [["x", "a b c d e", "y"], ["f g h i j"]])
    assert found.bleu.value == pytest.approx(100)


def test_an_empty_translation_is_no_error_and_an_empty_reference_beside_another_none():
    assert translated(["", "a b c d"], [["x", ""], ["", "a b c d"]]).exact == 0.5


def test_texts_that_were_tokenized_before_bring_no_complaint(caplog):
    with caplog.at_level(logging.WARNING):
        translated(["a cat ."] * 200, [["a cat ."]] * 200)
    assert caplog.records == []


@pytest.mark.parametrize(("texts", "references"), [([], []), (["a"], []), (["a"], [[]]), (["a"], [["", " "]])])
def test_texts_without_references_are_refused_in_one_sentence(texts, references):
    for metric in (translated, caption_bleu):
        with pytest.raises(InputError, match="one reference or more that is not empty for each"):
            metric(texts, references)


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(MissingExtraError, match=r"run: pip install 'unrolled\[metrics\]'$"):
        translated(["a"], [["a"]])


def test_captions_are_compared_without_case_and_punctuation():
    assert caption_bleu(["A dog, it runs!"], [["a dog it runs"]]) == pytest.approx((1, 1, 1, 1))


def test_the_bleu_of_captions_is_what_their_n_grams_give_by_hand():
    found = caption_bleu(["the cat the cat"], [["the cat sat", "a cat sat on the mat over there"]])
    assert found == pytest.approx((0.5, math.sqrt(0.5 / 3), 0, 0))  # clipped; 4 words are nearest to 3


def test_a_short_caption_pays_for_the_length_of_the_nearest_reference():
    found = caption_bleu(["a b"], [["a b c d", "a b c d e f"]])
    assert found[0] == pytest.approx(math.exp(1 - 4 / 2))


@given(corpora, corpora, st.randoms())
def test_the_order_of_references_does_not_matter(texts, references, rng):
    shuffled = [rng.sample(references, len(references)) for _ in texts]
    assert caption_bleu(texts, shuffled) == caption_bleu(texts, [references] * len(texts))


def test_the_published_figures_of_a_fixture_are_reached():
    folder = Path(os.environ.get("UNROLLED_DATA", "missing")) / "open" / "caption_metric_fixture"
    if not folder.exists():
        pytest.skip("set UNROLLED_DATA to the folder that has open/caption_metric_fixture")
    texts, *references = ((folder / name).read_text().splitlines() for name in ("hyp.txt", "ref1.txt", "ref2.txt"))
    golden = json.loads((folder / "golden.json").read_text())["corpus_level_hyp_vs_ref1_ref2"]
    expected = [golden[f"Bleu_{size}"] for size in (1, 2, 3, 4)]
    assert caption_bleu(texts, list(zip(*references, strict=True))) == pytest.approx(expected, abs=1e-6)


def test_the_chrf_of_one_text_is_that_of_a_corpus_of_it_alone():
    texts, references = ["the cat sat", "a dog"], [["the cat sits"], ["a fog", "a dog"]]
    found = sentence_chrf(texts, references)
    each = [translated([text], [several]).chrf.value for text, several in zip(texts, references, strict=True)]
    assert found == pytest.approx(each) and found[1] == 100 > found[0]
