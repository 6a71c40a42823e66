import itertools
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets import holdout, large
from unrolled.datasets.holdout import Place, between, place_of
from unrolled.datasets.large import cut_pieces, find_large, split_large
from unrolled.datasets.text import split_corpus
from unrolled.errors import InputError
from unrolled.formats.corpus import read_corpus

LINES = [f"line {n}: the cat — sat on {n * n} mats, စာ\n" for n in range(400)]


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch, tmp_path):
    monkeypatch.setattr(holdout, "LARGE", 1000)
    monkeypatch.setattr(large, "BLOCK", 500)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text("".join(LINES), encoding="utf-8")
    return path


def split(path, told=None, options=None, **model):
    model = ModelOptions(**{"unit": "char", "documents": "whole", **model})
    text = find_large(path, ReadOptions(), model.documents)
    assert text is not None
    return split_large(
        text, model, options or TrainOptions(), None, lambda what, share: told is None or told.append(what)
    )


def same(path, documents="whole", options=None, **model) -> None:
    """Whether a text is the same read from the disk and at once: ids, vocabulary, parts and what a record says."""
    options = options or TrainOptions()
    ours, about = split(path, options=options, documents=documents, **model)
    corpus = read_corpus(path).arranged(documents)
    theirs = split_corpus(corpus, ModelOptions(**{"unit": "char", "documents": documents, **model}), options)
    assert ours.vocabulary == theirs.vocabulary
    for part in ("train", "valid", "test"):
        assert getattr(ours, part).tolist() == getattr(theirs, part).tolist(), part
    assert about == corpus.describe()


@pytest.mark.parametrize("unit", ["char", "word", "byte", "grapheme", "syllable", "bpe"])
@pytest.mark.parametrize("documents", ["whole", "lines", "files"])
def test_a_large_text_is_the_same_as_a_small_one(book, unit, documents):
    same(book, documents, TrainOptions(test=0.1), unit=unit, min_count=1 if unit in ("char", "byte", "grapheme") else 2)


LENGTHS = [1, 2, 3, 499, 500, 501, 999, 1000, 1001, 4000]


@pytest.mark.parametrize("documents", ["whole", "lines", "files"])
@pytest.mark.parametrize("valid", [0.0, 0.001, 0.1, 0.4])
@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{'ab' * size}\n" for size in LENGTHS),
        "".join(f"{'ab ' * size}\n \n\t\n\n" for size in LENGTHS),
        "a\r\nbc\r\n" * 400,
        "a\rbc\n" * 400,
        "x" * 2000,
        " \n" * 800 + "x" * 9 + "\n" * 800,
        "".join(f"{chr(97 + n % 26) * (n % 7)}\n" for n in range(900)),
    ],
)
def test_whatever_the_lines_are_like_a_large_text_is_cut_like_a_small_one(tmp_path, text, valid, documents):
    path = tmp_path / "t.txt"
    path.write_bytes(text.encode())
    same(path, documents, TrainOptions(valid=valid, test=0.05))


@pytest.mark.parametrize("documents", ["whole", "lines", "files"])
@pytest.mark.parametrize("count", [2, 12])
def test_several_files_are_the_same_as_small_ones(tmp_path, count, documents):
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:02}.txt").write_text(f"{number} {'ab' * 300}\nno newline at the end" * (1 + number % 3))
    same(folder, documents)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text("ab", max_size=5), min_size=1, max_size=30),
    st.integers(1, 9),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_pieces_are_cut_where_whole_documents_would_be(documents, size, one, other):
    documents = [text for text in documents if text] or ["a"]
    sizes = [len(text) for text in documents]
    places = [place_of(min(at, sum(sizes)), sizes) for at in sorted((one, other))]
    pieces = []
    for text in documents:  # each document in pieces of a few characters, two of them side by side where they can
        for start in range(0, len(text), size):
            pieces.append((start == 0, [text[start : start + size]]))
    found = ["", "", ""]
    for part, begins, texts in cut_pieces(pieces, places):
        found[part] += "".join(f"{'|' if begins or number else ''}{text}" for number, text in enumerate(texts))
    bounds = [Place(0), *places, Place(len(documents))]
    labelled = [(text, ()) for text in documents]
    spans = itertools.pairwise(bounds)
    assert found == ["".join(f"|{text}" for text, _ in between(labelled, *span)) for span in spans]


def test_ids_take_as_few_bytes_as_they_can_and_stay_on_the_disk(book):
    ours, _ = split(book)
    assert isinstance(ours.train, np.memmap) and ours.train.dtype == np.uint8


def test_the_same_text_is_encoded_once(book):
    first: list[str] = []
    second: list[str] = []
    one, two = split(book, first)[0], split(book, second)[0]
    assert "encoding it" in first and "encoding it" not in second
    assert np.array_equal(one.train, two.train) and np.array_equal(one.valid, two.valid)


def test_another_unit_or_another_text_is_encoded_anew(book):
    told: list[str] = []
    split(book)
    split(book, told, unit="byte")
    book.write_text(book.read_text() + "more")
    split(book, told)
    assert told.count("looking for it in the cache") == 2 and told.count("encoding it") > 2


@pytest.mark.parametrize(
    ("name", "options"),
    [("book.txt.gz", {}), ("book.csv", {"text_column": "text"}), ("book.txt", {"strip_gutenberg": True})],
)
def test_what_is_not_plain_is_read_as_ever(tmp_path, name, options):
    (tmp_path / name).write_text("".join(LINES))
    assert find_large(tmp_path / name, ReadOptions(**options), None) is None


def test_small_texts_and_lines_of_a_program_are_read_as_ever(tmp_path):
    (tmp_path / "small.txt").write_text("small")
    assert find_large(tmp_path / "small.txt", ReadOptions(), None) is None
    assert find_large(LINES, ReadOptions(), None) is None


def test_a_bad_byte_far_inside_is_left_out_and_told(book):
    whole = find_large(book, ReadOptions(), None)
    before = "".join(text for _, text in whole.blocks(lambda _: None))
    book.write_bytes(book.read_bytes() + "“oops".encode() + b"\xff\xfe oops\xe2\x80")
    after = find_large(book, ReadOptions(), None)
    assert "".join(text for _, text in after.blocks(lambda _: None)) == before + "“oops oops"
    assert after.notes == (f"{book}: left out 4 bytes that are no UTF-8, in line {before.count(chr(10)) + 1:,}",)


def test_a_legacy_encoding_is_found_as_in_a_small_text(book):
    book.write_bytes(("x" * 70 + "\n").encode() * 200_000 + "The café of the fiancée: £5.\n".encode("cp1252") * 20)
    found = find_large(book, ReadOptions(), None)
    assert {each.name for each in found.encodings.values()} == {"cp1252"}
    assert sum("café" in text for _, text in found.blocks(lambda _: None)) >= 1


def test_no_more_is_held_out_than_can_be_scored(book, monkeypatch):
    monkeypatch.setattr(holdout, "MOST_HELD_OUT", 100)
    assert len(split(book)[0].valid) == 101


@pytest.mark.parametrize("text", ["\n" * 2000, "".join(f"line {n} {'x' * 200}\n" for n in range(10))])
def test_too_little_to_train_on_is_refused(tmp_path, text):
    (tmp_path / "t.txt").write_text(text)
    with pytest.raises(InputError, match=r"leaves 0 units to train on; give more text, or valid=0"):
        split(tmp_path / "t.txt", documents="lines", options=TrainOptions(valid=0.95))


def test_nothing_can_be_held_out(book):
    ours, _ = split(book, options=TrainOptions(valid=0.0))
    assert len(ours.valid) == 0 and ours.vocabulary.decode(ours.train.tolist()) == "".join(LINES)


def test_a_cache_that_lost_a_part_is_made_anew(book, tmp_path):
    split(book)
    next((tmp_path / "cache" / "unrolled").glob("*.ids")).unlink()
    assert len(split(book)[0].train)


def test_other_files_in_a_large_folder_are_left_out(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("a" * 2000)
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 " + bytes(range(256)) * 4)
    text = find_large(folder, ReadOptions(), None)
    assert text is not None and [path.name for path in text.paths] == ["a.txt"]
    assert text.notes[0].startswith(f"left out: {folder / 'b.pdf'}; of a folder of more than")


def test_a_text_without_newlines_is_read_in_its_encoding(tmp_path, monkeypatch):
    monkeypatch.setattr(large, "BLOCK", 101)
    (tmp_path / "e.txt").write_text("é" * 1000, encoding="utf-8")
    found = large.encoding_of(tmp_path / "e.txt", ReadOptions())
    assert (found.name, found.left_out.bytes) == ("utf-8", 0)


def spoilt(book, tmp_path, spoil) -> list[str]:
    """What is done again after a file of the cache was spoilt."""
    before = split(book)[0]
    train, valid = np.array(before.train), np.array(before.valid)  # what is mapped goes with the file
    for path in (tmp_path / "cache" / "unrolled").iterdir():
        spoil(path)
    told: list[str] = []
    after = split(book, told)[0]
    assert np.array_equal(train, after.train) and np.array_equal(valid, after.valid)
    return told


def plant_code(path) -> None:
    if path.suffix == ".json":
        about = json.loads(path.read_text())
        path.write_text(json.dumps({**about, "dtype": "O", "cuts": [10, 20]}))


@pytest.mark.parametrize(
    "spoil",
    [
        plant_code,
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(b""),
        lambda path: path.chmod(0o666),
    ],
)
def test_a_cache_that_somebody_changed_is_made_anew(book, tmp_path, spoil):
    assert "encoding it" in spoilt(book, tmp_path, spoil)


def test_an_encoding_that_is_none_is_one_sentence(book):
    for name in ("nonsense", "zip", "rot13", "a\0b", "undefined", "idna"):
        text = find_large(book, ReadOptions(encoding=name), "whole")
        with pytest.raises(InputError, match=r"there is no encoding|cannot be read as"):
            split_large(text, ModelOptions(unit="char"), TrainOptions(), None, lambda what, share: None)


@pytest.mark.parametrize("when", ["counting its characters", "learning its letters", "encoding it"])
@pytest.mark.parametrize("how", ["a", "w"])
def test_a_text_that_changes_while_it_is_read_is_told(book, when, how):
    class Tell(list):
        def append(self, what):
            if what == when:
                with book.open(how) as file:
                    file.write("more\n" * 100)

    with pytest.raises(InputError, match="changed while it was read"):
        split(book, Tell())
    assert not list((book.parent / "cache" / "unrolled").glob("*"))
