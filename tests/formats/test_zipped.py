import io
import struct
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats import zipped as module
from unrolled.formats.xml_events import Reader
from unrolled.formats.zipped import Archive

from .hostile import is_answered, mutations, zipped


def test_members_are_read_by_their_paths():
    archive = Archive(zipped({"a.txt": "one", "in/b.txt": "two"}), "the file")
    assert archive.names() == ["a.txt", "in/b.txt"]
    assert archive.read("in/b.txt") == b"two"
    assert "a.txt" in archive and "c.txt" not in archive


def test_backslashes_part_folders_too():
    assert Archive(zipped({"in\\b.txt": "two"}), "the file").read("in/b.txt") == b"two"


def test_xml_is_walked_through():
    found = []
    reader = Reader()
    reader.starts["a"] = found.append
    Archive(zipped({"a.xml": "<t><a b='1'/></t>"}), "the file").xml("a.xml", reader)
    assert found == [{"b": "1"}]


def refusal(raw: bytes, member: str = "a") -> str:
    with pytest.raises(InputError, match="the file") as caught:
        Archive(raw, "the file").read(member)
    return str(caught.value)


def test_what_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(module, "most_expanded", lambda size: 1 << 20)
    raw = zipped({"a": bytes(600_000), "b": bytes(600_000), "c": bytes(2_000_000)})
    assert "too many bytes" in refusal(raw, "c")
    archive = Archive(raw, "the file")
    archive.read("a")
    with pytest.raises(InputError, match="too many bytes"):  # the sum of what is read counts
        archive.read("b")


def test_a_bomb_is_refused_by_the_bounds_that_hold():
    bomb = zipped({"a": bytes(80 << 20)})
    assert len(bomb) < 100_000 and "too many bytes" in refusal(bomb)


def test_an_absent_member_is_named():
    assert "has no b inside" in refusal(zipped({"a": "one"}), "b")


def test_a_member_that_is_there_twice_is_refused():
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a", "one")
        archive.writestr("a", "two")
    assert "more than once" in refusal(file.getvalue())


def test_an_encrypted_member_is_refused():
    raw = bytearray(zipped({"a": "one"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusal(bytes(raw))


def test_a_document_of_word_that_is_encrypted_is_no_archive_and_named():
    assert "without a password" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_python_unpacks_without_a_bound_are_refused(method):
    assert "packed by a method" in refusal(zipped({"a": "one" * 100}, method))


def test_too_many_members_are_refused_before_they_are_listed(monkeypatch):
    monkeypatch.setattr(module, "MOST_MEMBERS", 3)
    assert "more than 3 files" in refusal(zipped(dict.fromkeys("abcd", "one")))


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)[:10], zipped({"a": "one"})[:-10]], ids=range(4)
)
def test_damaged_archives_are_refused(raw):
    assert "damaged zip" in refusal(raw)


def test_a_wrong_checksum_is_damage():
    raw = bytearray(zipped({"a": "one"}, zipfile.ZIP_STORED))
    raw[raw.index(b"one")] ^= 1
    assert "damaged zip" in refusal(bytes(raw))


def test_a_length_that_lies_is_damage():
    raw = bytearray(zipped({"a": "one" * 1000}))
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<I", 10)
    assert "damaged zip" in refusal(bytes(raw))


RAW = zipped({"a": "one", "b": "two" * 50})


@settings(max_examples=60)
@given(st.one_of(mutations(RAW), st.binary(max_size=60)))
def test_any_bytes_are_read_or_refused(raw):
    def read(raw: bytes, name: str) -> list[bytes]:
        archive = Archive(raw, name)
        return [archive.read(each) for each in archive.names()]

    assert is_answered(read, raw)
