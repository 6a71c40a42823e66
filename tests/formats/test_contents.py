import contextlib
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unrolled.config import ReadOptions
from unrolled.errors import UnrolledError
from unrolled.formats.contents import DOCUMENTS, PAGES, contents_of, is_plain_name, read_contents, read_prompt_file

ENDINGS = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".html", ".srt", ".tmx", ".docx", ".odt", ".epub", ".pdf", "")
CUES = "1\n00:00:01,000 --> 00:00:02,000\nHello <i>you</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
CHAT = "".join(f"12/31/20, 9:4{n % 10} PM - {('Ann', 'Bob')[n % 2]}: message {n}\n" for n in range(20))


def docx(text: str) -> bytes:
    raw = io.BytesIO()
    body = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return raw.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode), st.sampled_from(ENDINGS), st.booleans())
def test_any_bytes_in_the_clothing_of_any_format_are_read_or_refused(raw, ending, tables):
    with contextlib.suppress(UnrolledError):
        found = contents_of(raw, f"a{ending}", ReadOptions())
        assert "\r" not in found.text
        if tables:
            list(found.table().rows())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_spoilt_files_are_read_or_refused(data):
    whole = {".docx": docx("some text"), ".srt": CUES.encode(), ".json": b'[{"text": "a", "label": 1}]'}
    ending = data.draw(st.sampled_from(sorted(whole)))
    raw = bytearray(whole[ending])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnrolledError):
        contents_of(bytes(raw), f"a{ending}", ReadOptions())


def test_a_document_is_known_by_what_is_in_it_whatever_it_is_called(tmp_path):
    (tmp_path / "story.bin").write_bytes(docx("Once upon a time"))
    assert read_contents(tmp_path / "story.bin").text == "Once upon a time\n"


def test_a_compressed_table_is_a_table(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text,label\na,b\n"))
    found = read_contents(tmp_path / "a.csv.gz")
    assert found.is_table and found.table().columns == ("text", "label")


def test_markup_is_gone_from_pages_and_stays_where_plain_text_is_wanted():
    raw = b"<html><body><h1>Head</h1><p>Some <b>text</b>.</p></body></html>"
    assert contents_of(raw, "a.html", ReadOptions()).text == "Head\n\nSome text.\n"
    assert contents_of(raw, "a.html", ReadOptions(plain_text=True)).text == raw.decode()


def test_a_page_is_read_in_the_encoding_that_it_names_if_it_is_in_it():
    page = "<html><head><meta charset='{}'></head><body><p>Привет, это моя первая страница в сети</p></body></html>"
    for named, real in (("windows-1251", "cp1251"), ("koi8-r", "koi8_r"), ("iso-8859-1", "utf-8")):
        found = contents_of(page.format(named).encode(real), "a.html", ReadOptions())
        assert found.text == "Привет, это моя первая страница в сети\n"


def test_time_codes_are_part_of_subtitles_unless_they_are_stripped():
    kept = contents_of(CUES.encode(), "a.srt", ReadOptions())
    assert kept.text == CUES and "--strip-timecodes leaves them out" in kept.info[0]
    assert contents_of(CUES.encode(), "a.srt", ReadOptions(strip_timecodes=True)).text == "Hello you\nBye\n"


def test_a_conversation_is_lines_with_speakers_and_rows_with_them():
    found = contents_of(CHAT.encode(), "chat.txt", ReadOptions())
    assert found.text.startswith("Ann: message 0\nBob: message 1\n") and not found.is_table
    table = found.table()
    assert table.columns == ("text", "speaker", "time")
    assert next(iter(table.rows()))[1]["speaker"] == "Ann" and "20 messages by 2 speakers" in found.info[0]


def test_an_export_in_json_is_a_conversation_and_other_json_a_table():
    messages = [
        {"id": n, "type": "message", "date": "2020-01-01T00:00:00", "from": "Ann", "text": "hi"} for n in range(3)
    ]
    export = {"name": "x", "type": "personal_chat", "id": 1, "messages": messages}
    assert contents_of(json.dumps(export).encode(), "result.json", ReadOptions()).text == "Ann: hi\n" * 3
    assert contents_of(json.dumps([{"text": "a"}]).encode(), "a.json", ReadOptions()).is_table


def test_columns_in_a_text_are_those_parted_by_tabs_or_those_that_are_named():
    tabs = contents_of(b"a\tb\nc\td\n", "a.txt", ReadOptions())
    assert tabs.table().columns == ("1", "2")
    commas = contents_of(b"text,label\n" + b"a,b\n" * 9, "a.txt", ReadOptions())
    assert commas.table(["label"]).columns == ("text", "label")
    with pytest.raises(UnrolledError, match=r"its lines have ',' in them: call it .csv"):
        commas.table()


def test_formats_are_plain_or_not_by_their_names():
    assert is_plain_name("a.txt") and is_plain_name("a.md") and is_plain_name("README")
    assert not any(map(is_plain_name, ("a.csv", "a.gz", "a.html", "a.srt", "a.pdf", "a.jsonl", "a.tmx")))
    assert len({ending for one in DOCUMENTS for ending in one.endings} | set(PAGES)) == 10


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\n", "\n"),
        (b" \r\n", " \n"),
        (b"\x0b", "\x0b"),
        ("é".encode()[:1], ""),
        (b"caf\xe9 noir", "café noir"),
    ],
)
def test_a_prompt_may_be_anything(tmp_path, raw, text):
    (tmp_path / "p").write_bytes(raw)
    assert read_prompt_file(tmp_path / "p")[0] == text
