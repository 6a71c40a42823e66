import io
from collections import UserList
from pathlib import Path

import numpy as np
import pytest

import unrolled
from unrolled.errors import InputError
from unrolled.formats.sources import Text, as_list, in_memory, is_files, read_source, settled


class Frame:
    """What pandas' frames have that is looked for."""

    def __init__(self, rows):
        self.rows = rows

    def iterrows(self):
        return enumerate(self.rows)

    def astype(self, kind):
        return self

    def notna(self):
        return None

    def where(self, *_):
        return self

    def to_dict(self, orient):
        assert orient == "records"
        return self.rows


class Polars:
    def __init__(self, rows):
        self.to_dicts = lambda: rows


class Arrow:
    def __init__(self, rows):
        self.to_pylist = lambda: rows


ROWS = [{"text": "a", "label": 1}, {"text": "b", "label": 0}]


def table(source) -> list[dict]:
    return [cells for _, cells in read_source(source).contents[0].table().rows()]


@pytest.mark.parametrize("source", [ROWS, Frame(ROWS), Polars(ROWS), Arrow(ROWS), iter(ROWS), UserList(ROWS)])
def test_rows_and_frames_are_tables_with_names(source):
    assert table(source) == [{"text": "a", "label": "1"}, {"text": "b", "label": "0"}]


def test_pairs_are_tables_with_numbers():
    assert table([("a", "b"), ("c", "d")]) == [{"1": "a", "2": "b"}, {"1": "c", "2": "d"}]


@pytest.mark.parametrize("source", [["one", "two"], ("one", "two"), np.array(["one", "two"]), iter(["one\n", "two"])])
def test_texts_are_lines(source):
    assert read_source(source).contents[0].text == "one\ntwo\n"


def test_a_text_is_itself_whatever_files_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("inside")
    assert read_source(Text("a.txt")).contents[0].text == "a.txt"
    assert read_source("a.txt").contents[0].text == "inside"
    assert read_source(["a.txt", "a.txt"]).contents[1].text == "inside"
    assert is_files(["a.txt"]) and not is_files(Text("a.txt")) and not is_files(["a.txt", "b c"])


def test_names_of_folders_are_words_in_a_list(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("names").mkdir()
    assert read_source(["names", "names"]).contents[0].text == "names\nnames\n"


def test_a_path_beside_a_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("inside")
    with pytest.raises(InputError, match="item 2 of the list is no path of a file, and others are"):
        read_source([tmp_path / "a.txt", "some text"])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"bytes", "I got a value of the type bytes to read"),
        (io.StringIO("text"), "I got an open file to read"),
        ({"text": ["a"]}, "I got a value of the type dict to read"),
        (3, "I got a value of the type int to read"),
        (["a", 3], "item 2 of the list is of the type int"),
        ([{"a": 1}, "b"], "item 2 of the list is a text, and the first one is a dict"),
        ([None], "item 1 of the list is of the type NoneType"),
        ([], "the list is empty|the list of lines is empty"),
        ("some words that are no file", r"there is no file 'some words that are no file'; pass text= if that"),
        ("gone.txt", "there is no file gone.txt"),
        (Text(" \n"), "the text that was given holds nothing but white space"),
    ],
)
def test_everything_else_is_one_sentence(source, words):
    with pytest.raises(InputError, match=words) as caught:
        read_source(source)
    assert "\n" not in str(caught.value)


def test_a_source_that_gives_its_items_once_can_be_settled():
    assert settled(iter(["a"])) == ["a"] and settled("a") == "a" and settled(Text("a")) == Text("a")
    assert as_list(np.array([1, 2])) == [1, 2]


def test_rows_are_counted_as_such():
    assert in_memory(ROWS).name == "rows" and in_memory(["a"]).name == "lines"


@pytest.mark.parametrize("text", ["The moon rose over the sea. " * 900, "x" * 300 + " y"])
def test_a_text_longer_than_any_name_is_told_to_be_passed_as_a_text(text):
    with pytest.raises(InputError, match=r"there is no file '.{40}'; pass text= if that is the text itself"):
        unrolled.train(text, steps=1)
