import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unrolled.config import ReadOptions
from unrolled.errors import InputError, UnrolledError
from unrolled.formats import sources
from unrolled.formats.contents import read_contents
from unrolled.formats.corpus import read_corpus

BOOK = "A rose is a rose.\nSo it is.\n"
any_text = st.text(st.characters(codec="utf-8", exclude_characters="\r\ufeff")).filter(str.strip)


@pytest.fixture
def folder(tmp_path):
    """Texts beside what is none."""
    for name, raw in {"b.txt": b"bee\n", "a.txt": b"ay\n", "in/c.txt": b"sea\n", "in/.d": b"x", ".git/e": b"x"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    return tmp_path


def written(tmp_path: Path, raw: bytes, name: str = "book.txt") -> Path:
    (tmp_path / name).write_bytes(raw)
    return tmp_path / name


def from_stdin(raw: bytes, arguments: str = "'-'") -> str:
    code = f"from unrolled.formats.corpus import read_corpus; print(ascii(read_corpus({arguments}).documents))"
    done = subprocess.run([sys.executable, "-c", code], input=raw, capture_output=True, check=False)
    return (done.stdout or done.stderr).decode().strip().splitlines()[-1]


def test_a_file_is_one_document(tmp_path):
    path = written(tmp_path, BOOK.encode())
    corpus = read_corpus(path)
    assert corpus.documents == (BOOK,) and corpus.names == (str(path),) and corpus.characters == len(BOOK)
    assert not corpus.notes


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=any_text)
def test_any_text_is_read_as_it_was_written(tmp_path, text):
    assert read_corpus(written(tmp_path, text.encode("utf-8-sig"))).documents == (text,)
    assert read_corpus(written(tmp_path, gzip.compress(text.encode("utf-8-sig"), 1))).documents == (text,)


def test_several_files_are_documents_in_the_given_order(folder):
    assert read_corpus([folder / "b.txt", folder / "a.txt"]).documents == ("bee\n", "ay\n")


def test_a_folder_is_all_its_files_sorted_without_hidden_ones(folder):
    assert read_corpus(folder).documents == ("ay\n", "bee\n", "sea\n")


def test_a_folder_that_is_hidden_itself_can_be_read(folder):
    assert read_corpus(folder / ".git").documents == ("x",)


def test_what_is_no_text_in_a_folder_is_left_out_and_named(folder):
    written(folder, b"\x89PNG\r\n\x1a\n" + bytes(50), "c.png")
    written(folder, b"", "d.txt")
    corpus = read_corpus(folder)
    assert corpus.documents == ("ay\n", "bee\n", "sea\n")
    assert [note.split(" is ")[0] for note in corpus.notes] == [f"left out: {folder / n}" for n in ("c.png", "d.txt")]


def test_a_folder_without_a_text_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^there is no text in .*; give a \.txt file, or a folder of them$"):
        read_corpus(tmp_path)


def test_standard_input_is_read():
    assert from_stdin("é\r\n".encode()) == r"('\xe9\n',)"


def test_gzip_on_standard_input_is_unpacked():
    assert from_stdin(gzip.compress(b"packed\n")) == r"('packed\n',)"


def test_empty_standard_input_is_refused():
    assert "InputError: standard input is empty; unrolled needs some text" in from_stdin(b"")


def test_a_program_can_give_lines():
    assert read_corpus(["one", "two\n", "three\r\n"]).documents == ("one\ntwo\nthree\n",)


@pytest.mark.parametrize("lines", [[], [""], ["  ", "\t"]])
def test_lines_without_text_are_refused(lines):
    with pytest.raises(
        InputError, match=r"^the list (is empty|of lines holds nothing but white space|of lines is empty)"
    ):
        read_corpus(lines)


@pytest.mark.parametrize(
    ("raw", "encoding", "newline", "noted"),
    [
        (BOOK.encode("utf-8-sig"), "utf-8-sig", "lf", []),
        (BOOK.replace("\n", "\r\n").encode(), "utf-8", "crlf", ["crlf line endings read as newlines"]),
        (BOOK.encode("utf-16"), "utf-16", "lf", ["read as utf-16; if letters look wrong"]),
        (BOOK.encode("utf-16-be"), "utf-16-be", "lf", ["read as utf-16-be; if letters look wrong"]),
    ],
)
def test_how_a_file_was_written_is_recorded_and_noted(tmp_path, raw, encoding, newline, noted):
    corpus = read_corpus(written(tmp_path, raw))
    assert (corpus.documents, corpus.encodings, corpus.newlines) == ((BOOK,), (encoding,), (newline,))
    assert len(corpus.notes) == len(noted)
    assert all(words in note for words, note in zip(noted, corpus.notes, strict=True))


def test_a_guessed_encoding_is_noted(tmp_path):
    text = "Die Mädchen hörten früh Vögel über den Dächern; größer wäre schöner gewesen.\n" * 10
    corpus = read_corpus(written(tmp_path, text.encode("cp1252")))
    assert corpus.documents == (text,) and f"read as {corpus.encodings[0]};" in corpus.notes[0]


def test_the_named_encoding_is_used(tmp_path):
    path = written(tmp_path, "żółw".encode("cp1250"))
    assert read_contents(path, ReadOptions(encoding="cp1250")).text == "żółw"


def test_gutenberg_is_stripped_where_wanted(tmp_path):
    marked = f"*** START OF THE PROJECT GUTENBERG EBOOK X ***\n{BOOK}*** END OF THE PROJECT GUTENBERG EBOOK X ***\n"
    path = written(tmp_path, marked.encode())
    assert read_corpus(path, ReadOptions(strip_gutenberg=True)).documents == (BOOK,)
    assert read_corpus(path).documents == (marked,)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty; unrolled needs some text"),
        (b"\xef\xbb\xbf", "is empty; unrolled needs some text"),
        (b" \n\t\r\n", "holds nothing but white space"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a PNG image, not text"),
        (bytes(range(256)), "holds binary data, not text"),
        (gzip.compress(b"", mtime=0), "is empty; unrolled needs some text"),
        (gzip.compress(gzip.compress(b"text", mtime=0), mtime=0), "is gzip inside gzip, not text"),
        (gzip.compress(b"text" * 99, mtime=0)[:-9], "is a damaged gzip file"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path, raw, message):
    path = written(tmp_path, raw)
    with pytest.raises(InputError) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path} {message}")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_gzip_file_is_refused_or_unharmed(tmp_path, data):
    raw = bytearray(gzip.compress(BOOK.encode(), mtime=0))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    packed = raw.startswith(b"\x1f\x8b")
    try:
        found = read_contents(written(tmp_path, bytes(raw))).text
    except UnrolledError:
        found = BOOK
    assert found == BOOK or not packed


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no/such.txt", "^there is no file no/such.txt; give the path of a text file$"),
        ("x" * 300, r"cannot be read \(File name too long\)"),
        ("a\0b", r"cannot be read \(embedded null byte\)"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path, message):
    with pytest.raises(InputError, match=message):
        read_corpus(path)


def test_a_folder_where_a_file_should_be_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"is a folder; give the path of a text file$"):
        read_contents(tmp_path)


def test_the_digest_is_sha256_over_lengths_and_texts(folder):
    expected = b"\3" + bytes(7) + b"ay\n" + b"\4" + bytes(7) + b"bee\n"
    assert read_corpus([folder / "a.txt", folder / "b.txt"]).digest == hashlib.sha256(expected).hexdigest()


def test_the_description_is_what_a_record_needs(folder):
    described = read_corpus(folder / "in").describe()
    assert described == {
        "names": [str(folder / "in" / "c.txt")],
        "documents": 1,
        "characters": 4,
        "digest": read_corpus(["sea"]).digest,
        "encodings": ["utf-8"],
        "newlines": ["lf"],
    }


def test_lines_become_documents_and_duplicates_are_told(tmp_path):
    (tmp_path / "titles.txt").write_text("one\ntwo\n\none\n")
    corpus = read_corpus(tmp_path / "titles.txt").arranged("lines")
    assert corpus.documents == ("one", "two", "one")
    assert "1 of 3 documents stand there more than once" in corpus.notes[0]


def test_several_files_as_a_whole_are_one_document(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(name)
    assert read_corpus(tmp_path).arranged("whole").documents == ("ab",)


def test_labels_on_one_whole_text_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(InputError, match="labels stand on documents; name their kind"):
        read_corpus(tmp_path / "a.txt", ReadOptions(label=("file",))).arranged("whole")


def test_a_text_with_other_labels_is_another(tmp_path):
    def digest(labels: str) -> str:
        path = tmp_path / "t.tsv"
        path.write_text(f"text\tlabel\none\t{labels[0]}\ntwo\t{labels[1]}\n", encoding="utf-8")
        return read_corpus(path, ReadOptions(label=("label",))).digest

    assert digest("ab") == digest("ab") and len({digest(labels) for labels in ("ab", "ba", "aa")}) == 3


def test_a_bomb_is_refused_before_it_has_gone_off(tmp_path):
    inner = gzip.compress(bytes(1 << 24), 9)
    bomb = gzip.compress(b"a" * (80 << 20), 9)
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match=r"unpacks to more than 67,108,864 bytes, too many for its [\d,]+; unpack it"):
        read_corpus(written(tmp_path, bomb, "a.txt.gz"))
    with pytest.raises(InputError, match="gzip inside gzip"):
        read_corpus(written(tmp_path, gzip.compress(inner), "b.txt.gz"))


def test_a_bomb_in_a_folder_is_left_out(folder):
    written(folder, gzip.compress(b"a" * (80 << 20), 9), "z.txt.gz")
    found = read_corpus(folder)
    assert len(found.documents) == 3 and "unpacks to more than" in found.notes[0]


def test_what_a_folder_holds_is_bounded_as_a_whole(folder, monkeypatch):
    monkeypatch.setattr(sources, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="the files hold more than 10 characters, which are not read at once"):
        read_corpus(folder)


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/random", "/dev/mem"])
def test_a_device_is_no_text(name):
    if not Path(name).exists():
        pytest.skip(f"there is no {name}")
    with pytest.raises(InputError, match=f"^{name} is a device or a socket, and no file; give"):
        read_corpus(name)


def test_pipes_in_a_folder_are_no_texts(folder):
    os.mkfifo(folder / "pipe.txt")
    assert len(read_corpus(folder).documents) == 3


def test_an_address_is_not_fetched():
    with pytest.raises(InputError, match=r"^https://example.org/a is an address, and nothing is fetched; download it"):
        read_corpus("https://example.org/a")


ENDINGS = ("", ".csv", ".tsv", ".jsonl", ".json")
WORDS = [b"text,label\n", b"text\tlabel\n", b'{"text": "a", "label": 1}\n', b"1e999", b"9" * 5000, b"[" * 2000]
SIGNS = [
    b'"',
    b"\t",
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"{",
    b"[",
    b"]",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
]
GZIP = b"\x1f\x8b\x08\0\0\0\0\0"
PIECES = st.sampled_from([*WORDS, *SIGNS, GZIP]) | st.binary(max_size=4)


@given(st.lists(PIECES, max_size=20).map(b"".join), st.sampled_from(ENDINGS), st.booleans(), st.booleans())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=5000)
def test_any_bytes_under_any_name_are_a_text_or_one_sentence(tmp_path, raw, ending, packed, named):
    path = written(tmp_path, gzip.compress(raw) if packed else raw, f"any{ending}{'.gz' * packed}")
    table = ending in (".csv", ".tsv", ".jsonl")
    options = ReadOptions(text_column="text", label=("label",)) if named and table else ReadOptions()
    try:
        found = str(read_corpus(path, options).characters)
    except UnrolledError as error:
        found = str(error)
    assert 0 < len(found) < 1000
