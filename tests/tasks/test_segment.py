from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import unrolled
from unrolled.tasks import TASKS
from unrolled.tasks.segment import BEGINS, GOES_ON, labels_of
from unrolled.text.vocabulary import Vocabulary

LABELS = Vocabulary("label", (BEGINS, GOES_ON))
words = st.lists(st.text("abcက္ခာ", min_size=1, max_size=5), min_size=1, max_size=6)


@given(words, st.sampled_from(["char", "grapheme", "syllable"]))
def test_there_is_a_label_for_every_unit_and_the_first_begins_a_word(some, unit):
    text = "".join(some)
    vocabularies = {"text": Vocabulary.of(unit, [text]), "labels": LABELS}
    found = labels_of(some, vocabularies)
    assert len(found) == len(vocabularies["text"].split(text))
    assert found[0] == LABELS.index[BEGINS]


@given(words)
def test_letters_are_shown_as_the_words_that_their_labels_were_made_of(some):
    text = "".join(some)
    vocabularies = {"text": Vocabulary.of("char", [text]), "labels": LABELS}
    assert TASKS["segment"].show(labels_of(some, vocabularies).tolist(), vocabularies, text) == " ".join(some)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> unrolled.Model:
    path: Path = tmp_path_factory.mktemp("segment") / "lines.txt"
    path.write_text("".join(f"the {one} {done} the {other}\n" for one in CATS for done in DONE for other in CATS))
    return unrolled.train(path, task="segment", steps=250, dropout=0.1, hidden_size=32, batch_size=16, threads=1)


CATS, DONE = ("cat", "dog", "cow", "hen"), ("sees", "bit", "hears")


def test_words_are_found_again_whether_the_text_has_spaces_or_not(segmenter):
    for text in ("thecowbitthehen", "the cow bit the hen"):
        found = segmenter.predict(text)
        assert found.label == "the cow bit the hen"
        assert len(found.labels) == len("thecowbitthehen")


def test_how_many_labels_are_right_stands_in_the_record(segmenter):
    assert segmenter.record["best"]["accuracy"] > 0.95


def test_there_are_no_words_in_nothing(segmenter):
    assert segmenter.predict("").labels == ()
