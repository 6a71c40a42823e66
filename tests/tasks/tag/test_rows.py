import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import LoadedData, ReadRequest
from unrolled.errors import InputError
from unrolled.tasks.tag.rows import Encoded, as_examples, read_rows, read_tagged
from unrolled.tasks.tag.rows import encode_sentences as encoded
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

LINES = [f"{one}/N sees/V the/D {other}/N" for one in ("cat", "dog", "cow") for other in ("hen", "fox", "bee", "cat")]


def learnt(source, known=None, unit="char", **train) -> LoadedData:
    return read_tagged(
        source, ReadRequest(ReadOptions(), ModelOptions(task="tag", unit=unit), TrainOptions(**train), known)
    )


@given(
    st.lists(st.text("ab.1 cကြာ", min_size=1, max_size=4).filter(lambda word: word.split() == [word]), max_size=5),
    st.sampled_from(["char", "grapheme", "syllable", "word", "byte"]),
)
def test_each_token_answers_where_its_boundary_stands_in_any_unit(tokens, unit):
    texts = Vocabulary.of(unit, tokens or ["a"])
    ids, ends = Encoded(texts).sentence(tokens)
    assert ids[ends].tolist() == [BOUNDARY] * len(tokens) and (ids == BOUNDARY).sum() == len(tokens)
    between = np.split(ids, ends + 1)[:-1]
    assert [texts.decode(part[:-1]) for part in between] == tokens


def test_what_is_predicted_from_is_encoded_as_what_is_learnt_from():
    split = learnt(LINES, valid=0.2).split
    sentence = split.train.sources.take(np.array([0]))
    read = encoded(["cat  sees the hen "], split.vocabularies["text"])
    assert read.values.tolist() == sentence.values.tolist()
    assert read.answering(0).tolist() == split.train.places.row(0).tolist()


def test_targets_are_the_tags_in_their_order():
    split = learnt(LINES, valid=0.2).split
    labels = split.vocabularies["labels"]
    assert [labels.units[number - 2] for number in split.train.targets.row(0)] == ["N", "V", "D", "N"]
    assert split.per == "label" and split.units("train") == 4 * len(split.train)


def test_the_same_sentence_stands_in_one_part_only():
    reading = learnt([*LINES, LINES[0], LINES[-1]], valid=0.2)
    assert len(reading.split.train) == 11 and len(reading.split.valid) == 3
    assert [wanted for _, wanted in reading.shown] == [LINES[-2], LINES[-1], LINES[-1]]


def test_a_tag_that_is_held_out_and_never_learnt_has_no_target_and_a_note():
    reading = learnt([*LINES, "ox/N moos/X", "oh/X"], valid=0.1)
    assert reading.split.valid.targets.sizes.tolist() == [1]
    assert reading.notes == (
        "2 of 3 held-out tokens have a tag that is never learnt ('X'); they count in no figure of the held-out part",
    )


def test_known_vocabularies_keep_their_ids():
    known = {"text": Vocabulary("char", tuple("zab")), "labels": Vocabulary("label", ("old", "V"))}
    found = learnt(LINES, known).split.vocabularies
    assert found["text"].units[:3] == ("z", "a", "b") and found["labels"].units == ("old", "V", "D", "N")


def test_several_files_are_one_corpus_whatever_they_are_called(tmp_path):
    (tmp_path / "a.tsv").write_text("a\tX\n\nb\tY\n\n")
    (tmp_path / "b.txt").write_text("c/X d/Y\n")
    rows, corpus = read_rows(tmp_path, ReadOptions(label=("1",)))
    assert rows == [("a", "a"), ("b", "b"), ("c d", "X Y")]
    assert len(corpus.info) == 2 and corpus.describe()["read"] == {"label": ("1",)}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["a/X b/X", "c/X"], "the sentences to learn from have the one tag 'X', and a tagger needs 2 to 1000"),
        ([" ".join(f"a/{n}" for n in range(1001))], "have 1,001 tags, and a tagger needs 2 to 1000; name"),
    ],
)
def test_too_few_and_too_many_tags_are_one_sentence(lines, words):
    with pytest.raises(InputError, match=words):
        learnt(lines, valid=0.0)


def test_a_sentence_of_which_no_tag_is_known_is_no_example():
    labels, texts = Vocabulary("label", ("X",)), Vocabulary("char", ("a",))
    assert len(as_examples([("a a", "Y Z"), ("a a", "Y X")], texts, labels)) == 1
