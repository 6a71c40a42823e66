from pathlib import Path

import pytest

import unrolled
from unrolled.api.reading import source_of, sources_of, text_of


def test_a_text_is_itself_and_a_path_is_read(model, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"The cat sat.\n")
    assert text_of(model.bundle, "a.txt") == "a.txt"
    assert text_of(model.bundle, tmp_path / "a.txt") == "The cat sat.\n"
    assert model.score(tmp_path / "a.txt").bits_per_char == model.score("The cat sat.\n").bits_per_char


def test_what_is_to_be_known_of_a_file_is_a_warning(model, tmp_path):
    (tmp_path / "a.txt").write_bytes("“The cat sat.”\n".encode() + b"\x92")
    with pytest.warns(unrolled.UnrolledWarning, match="left out 1 byte that is no UTF-8"):
        text_of(model.bundle, tmp_path / "a.txt")


def test_a_list_of_texts_or_of_paths_is_as_it_is(classifier):
    assert sources_of(classifier.bundle, ["a", "b"]) == ["a", "b"]
    assert sources_of(classifier.bundle, [Path("a.png"), "b.png"]) == ["a.png", "b.png"]


def test_rows_and_tables_are_answered_one_by_one(classifier, tmp_path):
    rows = [{"text": "one cat", "id": 1}, {"text": "two dogs", "id": 2}]
    (tmp_path / "t.jsonl").write_text('{"text": "one cat"}\n{"text": "two dogs"}\n')
    wanted = [each.label for each in classifier.predict_many(["one cat", "two dogs"])]
    assert [each.label for each in classifier.predict_many(rows)] == wanted
    assert [each.label for each in classifier.predict_many(tmp_path / "t.jsonl")] == wanted


def test_one_text_in_place_of_many_is_refused(classifier):
    with pytest.raises(unrolled.UnrolledError, match="I got one text, and several are wanted"):
        classifier.predict_many("abc")


@pytest.mark.parametrize("given", [b"bytes", 3, {"text": ["a"]}])
def test_anything_else_is_one_sentence(model, classifier, given):
    for read in (model.score, classifier.predict_many):
        with pytest.raises(unrolled.UnrolledError, match="to read; give the path of a file"):
            read(given)


def test_a_source_or_a_text_is_given_and_not_both():
    assert source_of("a.txt", None) == "a.txt" and source_of(None, "a text").text == "a text"
    for source, text in ((None, None), ("a.txt", "a text"), (None, 3)):
        with pytest.raises(unrolled.UnrolledError):
            source_of(source, text)
