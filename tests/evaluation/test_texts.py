import sys

import pytest
import sacrebleu

import unrolled
from unrolled.evaluation import score_pairs
from unrolled.evaluation.texts import caption_figures, keywords
from unrolled.metrics.captions import cider_d
from unrolled.metrics.translation import caption_bleu


def test_the_figures_are_those_of_sacrebleu_over_all_references(translated):
    texts = [each.got for each in translated.examples]
    streams = [[each.wanted[n] if n < len(each.wanted) else None for each in translated.examples] for n in (0, 1)]
    assert translated.figures["bleu"] == pytest.approx(sacrebleu.corpus_bleu(texts, streams, force=True).score)
    assert translated.figures["chrf"] == pytest.approx(sacrebleu.corpus_chrf(texts, streams).score)
    right = [each.got in each.wanted for each in translated.examples]
    assert translated.figures["exact_match"] == sum(right) / len(right) > 0.2


def test_cased_and_lower_case_have_signatures_that_tell_them_apart(translated):
    assert "case:mixed" in translated.signatures["bleu"] and "case:lc" in translated.signatures["lower_bleu"]


def test_a_source_in_two_rows_is_translated_once_and_has_two_references(translated):
    sources = [each.source for each in translated.examples]
    assert len(sources) == len(set(sources))
    (both,) = [each for each in translated.examples if "XYZ" in each.wanted]
    assert set(both.wanted) == {both.source[::-1].upper(), "XYZ"}


def test_the_bits_are_those_of_all_pairs(translated, translator, tables):
    assert translated.figures["bits_per_char"] == score_pairs(translator, tables["reversals-test"]).bits_per_char
    assert any("3 units that the model cannot write" in note for note in translated.notes)


def test_the_texts_are_those_of_predict_with_its_options(translator, tables):
    found = unrolled.evaluate(translator, tables["reversals-test"], beams=1, length=2)
    sources = [each.source for each in found.examples]
    assert [each.got for each in found.examples] == [
        each.text for each in translator.predict_many(sources, beams=1, length=2)
    ]
    assert all(len(each.got) <= 2 for each in found.examples)


def test_without_sacrebleu_it_says_so_before_the_work(translator, tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setattr(translator._predictor, "write", None)
    with pytest.raises(unrolled.UnrolledError, match="need sacrebleu, which is not installed"):
        unrolled.evaluate(translator, tables["reversals-test"])


TEXTS = ["a dog runs on the grass", "a cat sleeps on a bed", "a boy eats on a train"]
SEEN = [
    ("a dog runs on grass", "the dog on the grass", "an animal outside"),
    ("a cat sleeps on a bed", "the cat is on the bed", "fur on white"),
    ("a girl eats on a bus", "a girl on a bus with bread"),
]


def test_captions_have_the_figures_of_the_papers():
    figures = caption_figures(TEXTS, SEEN)
    assert tuple(figures[f"bleu_{size}"] for size in range(1, 5)) == caption_bleu(TEXTS, SEEN)
    assert figures["cider_d"] == pytest.approx(cider_d(TEXTS, SEEN).mean())


def test_keywords_are_words_of_two_captions_that_few_images_have():
    wanted, common = keywords(SEEN)
    assert wanted == [{"dog", "grass"}, {"cat", "bed"}, {"girl", "bus"}]
    assert {"a", "on", "the"} <= common
    figures = caption_figures(TEXTS, SEEN)
    assert figures["keyword_recall"] == 4 / 6 and figures["keyword_precision"] == 4 / 9


def test_where_no_word_tells_images_apart_there_is_no_figure_of_keywords():
    assert "keyword_f1" not in caption_figures(["a dog"], [("a dog",)])


def test_one_caption_has_all_its_words_for_keywords():
    assert keywords([("red",), ("green",), ("blue",)])[0] == [{"red"}, {"green"}, {"blue"}]
