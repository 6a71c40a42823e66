import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.batches import Streams, Windows
from unrolled.datasets.buckets import Buckets
from unrolled.datasets.text import HIDDEN, TextDataset, rows_for, split_corpus
from unrolled.errors import InputError
from unrolled.formats.corpus import Corpus, read_corpus
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

shares = st.sampled_from([0.0, 0.01, 0.1, 0.25, 0.5])


def corpus_of(*documents: str) -> Corpus:
    kept = tuple(documents)
    return Corpus(kept, ("made",) * len(kept), ("str",) * len(kept), ("lf",) * len(kept))


def cut(text: str, **options: float | str | None) -> tuple[str, str, str]:
    """The three parts as text, each without the boundary it begins with."""
    split = split_corpus(corpus_of(text), ModelOptions(unit="char"), TrainOptions(**options))
    for part in (split.train, split.valid, split.test):
        assert part.size == 0 or part[0] == BOUNDARY
    parts = (split.train, split.valid, split.test)
    return tuple(split.vocabulary.decode(part.tolist()) for part in parts)


def test_the_last_tenth_is_held_out():
    text = "".join(chr(97 + n % 26) for n in range(1000))
    assert cut(text) == (text[:900], text[900:], "")


def test_the_test_part_is_at_the_very_end():
    text = "".join(chr(97 + n % 26) for n in range(1000))
    assert cut(text, valid=0.1, test=0.2) == (text[:700], text[700:800], text[800:])


def test_nothing_is_held_out_on_wish():
    assert cut("a text of some length", valid=0) == ("a text of some length", "", "")


def test_a_text_too_short_to_hold_out_from_is_all_trained_on():
    assert cut("HELLO") == ("HELLO", "", "")


@given(st.text(min_size=10), shares, shares.filter(lambda share: share < 0.5))
def test_no_character_is_lost_or_in_two_parts(text, valid, test):
    train, held_out, reported = cut(text, valid=valid, test=test)
    assert train + held_out + reported == text
    for part, share in ((held_out, valid), (reported, test)):
        size = math.ceil(round(len(text) * share, 6))
        assert len(part) == (size if size >= 2 else 0)


def test_held_out_files_are_read_whole(tmp_path):
    for name, text in {"valid": "zebra\n", "test": "ox\n"}.items():
        (tmp_path / name).write_text(text)
    files = {"valid": str(tmp_path / "valid"), "test": str(tmp_path / "test")}
    assert cut("a text of some length", **files) == ("a text of some length", "zebra\n", "ox\n")


def test_a_missing_held_out_file_is_refused():
    with pytest.raises(InputError, match=r"^there is no file no\.txt"):
        cut("a text of some length", valid="no.txt")


def test_the_vocabulary_covers_every_part(tmp_path):
    (tmp_path / "valid").write_text("é")
    split = split_corpus(
        corpus_of("abc" * 30 + "xyz"), ModelOptions(unit="char"), TrainOptions(valid=str(tmp_path / "valid"), test=0.1)
    )
    assert split.vocabulary.units == ("a", "b", "c", "x", "y", "z", "é")


def test_a_split_of_files_is_that_of_their_texts(text_file, text):
    split = split_corpus(read_corpus(text_file), ModelOptions(unit="char"), TrainOptions())
    assert split.vocabulary.decode(split.valid.tolist()) == text[-math.ceil(len(text) / 10) :]


def test_too_little_to_train_on_is_refused():
    with pytest.raises(InputError, match=r"^made leaves 0 units to train on; give more text, or valid=0$"):
        split_corpus(corpus_of(""), ModelOptions(unit="char"), TrainOptions())


def lines_split(*lines: str, **options: float | str | None):
    corpus = corpus_of("\n".join(lines)).arranged("lines")
    return split_corpus(corpus, ModelOptions(unit="char", documents="lines"), TrainOptions(**options))


def test_of_many_documents_the_last_tenth_is_held_out_whole():
    split = lines_split(*(f"line {n:02}" for n in range(20)), valid=0.1)
    assert split.vocabulary.decode(split.train.tolist()) == "".join(f"line {n:02}" for n in range(18))
    assert split.vocabulary.decode(split.valid.tolist()) == "line 18line 19"


def test_documents_that_end_have_a_boundary_on_both_sides():
    split = lines_split("ab", "c", valid=0.0)
    assert split.train.tolist() == [BOUNDARY, 2, 3, BOUNDARY, 4, BOUNDARY]


def test_the_end_of_a_line_stands_for_its_newline():
    split = lines_split("ab", "c", valid=0.0)
    assert split.characters(split.train[1:]) == len("ab\nc\n")


def test_one_text_has_no_ends():
    split = split_corpus(corpus_of("abc"), ModelOptions(unit="char"), TrainOptions(valid=0.0))
    assert not split.ends and split.train.tolist() == [BOUNDARY, 2, 3, 4]


def test_a_held_out_file_is_read_in_the_same_documents(tmp_path):
    (tmp_path / "valid").write_text("x\ny\n")
    split = lines_split("ab", "c", valid=str(tmp_path / "valid"))
    assert (split.valid == BOUNDARY).sum() == 3


def test_words_are_those_of_the_training_part_and_letters_those_of_all():
    split = split_corpus(
        corpus_of("cat " * 50 + "zebra " * 5), ModelOptions(unit="word", min_count=1), TrainOptions(valid=0.12)
    )
    assert " zebra" not in split.vocabulary.units and {"z", "e", "b", "r", "a"} <= set(split.vocabulary.units)


def labelled_split(labels: list[str], share: float):
    texts = tuple(f"text {n}" for n in range(len(labels)))
    corpus = dataclasses.replace(corpus_of(*texts), labels=tuple((f"by={each}",) for each in labels))
    return split_corpus(corpus, ModelOptions(unit="char", documents="rows"), TrainOptions(valid=share))


def test_the_last_of_each_label_are_held_out():
    split = labelled_split(["a"] * 20 + ["b"] * 20, 0.1)
    assert split.vocabulary.decode(split.valid.tolist()) == "text 18text 19text 38text 39"
    assert split.labels.units == ("by=a", "by=b") and split.conditions["valid"].tolist() == [[2], [2], [3], [3]]


def test_labels_of_one_document_each_hold_out_the_last_of_all():
    split = labelled_split([str(n) for n in range(20)], 0.1)
    assert split.vocabulary.decode(split.valid.tolist()) == "text 18text 19"
    assert split.conditions["valid"].tolist() == [[BOUNDARY], [BOUNDARY]]


def test_labels_on_few_documents_each_hold_out_a_tenth_all_the_same():
    split = labelled_split([str(n // 4) for n in range(200)] + ["large"] * 10, 0.1)
    assert (split.valid == BOUNDARY).sum() - 1 == 21
    assert set(split.conditions["train"].flatten().tolist()) == set(range(2, 53))


def test_files_with_labels_lose_their_ends_and_no_label_is_lost():
    corpus = dataclasses.replace(corpus_of("a" * 100, "b" * 50), labels=(("file=A",), ("file=B",)))
    split = split_corpus(corpus, ModelOptions(unit="char", documents="files"), TrainOptions(valid=0.1, test=0.1))
    assert split.vocabulary.decode(split.valid.tolist()) == "a" * 10 + "b" * 5
    assert split.vocabulary.decode(split.test.tolist()) == "a" * 10 + "b" * 5
    assert split.conditions["train"].tolist() == [[2], [3]]


@pytest.mark.parametrize(
    ("kind", "batches", "made"),
    [("whole", "streams", Streams), ("whole", "windows", Windows), ("lines", "streams", Buckets)],
)
def test_a_text_streams_and_documents_come_in_buckets(kind, batches, made, text):
    corpus = read_corpus([text]).arranged(kind)
    split = split_corpus(corpus, ModelOptions(unit="char", documents=kind), TrainOptions())
    assert isinstance(split.batches(TrainOptions(batch_size=4, sequence_length=8, batches=batches)), made)


def test_some_labels_are_hidden_by_the_chance_that_is_given():
    labels = np.full((5000, 2), 7, np.int32)
    nothing = np.empty(0, np.int32)
    split = TextDataset(Vocabulary("char", ("a",)), nothing, nothing, nothing, conditions={"train": labels})
    everyone = np.arange(5000)
    one, again, other = (
        split.inputs("train", everyone, np.random.Generator(np.random.SFC64(seed))).values for seed in (0, 0, 1)
    )
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert set(np.unique(one)) == {BOUNDARY, 7} and abs((one == BOUNDARY).mean() - HIDDEN) < 0.02
    assert np.array_equal(split.inputs("train", everyone).values, labels)


def test_a_short_text_is_read_in_one_row_and_a_long_one_in_many():
    assert [rows_for(units) for units in (1, 4000, 100_000, 10**7)] == [1, 1, 48, 64]


def test_the_first_unit_of_what_is_learnt_is_never_a_target():
    whole = split_corpus(corpus_of("abab" * 30), ModelOptions(unit="char"), TrainOptions(valid=0))
    assert whole.counts().tolist() == [0, 0, 60, 60]
    ending = split_corpus(
        corpus_of("ab", "b", "a"), ModelOptions(unit="char", documents="files"), TrainOptions(valid=0)
    )
    assert ending.counts().tolist() == [3, 0, 2, 2] and ending.counts().sum() == ending.units("train")
