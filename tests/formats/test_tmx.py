import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats import tmx
from unrolled.formats.tmx import read

from .hostile import is_answered, mutations

DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'


def memory(body: str, doctype: str = DOCTYPE, encoding: str = "utf-8") -> bytes:
    declared = f"<?xml version='1.0' encoding='{encoding}'?>"
    return f"{declared}{doctype}<tmx version='1.4'><header/><body>{body}</body></tmx>".encode(encoding)


def unit(**segments: str) -> str:
    inner = "".join(f'<tuv xml:lang="{key}"><prop>no</prop><seg>{text}</seg></tuv>' for key, text in segments.items())
    return f"<tu><note>no</note>{inner}</tu>"


def test_units_are_rows_of_languages_as_they_are_written():
    body = unit(en="Hello", fr="Bonjour &amp; salut") + unit(en="Yes")
    assert read(memory(body), "x.tmx") == [{"en": "Hello", "fr": "Bonjour & salut"}, {"en": "Yes"}]
    assert read(memory(body.replace('"en"', '"en-US"')), "x.tmx")[1] == {"en-US": "Yes"}
    assert read(memory(body.replace("xml:lang", "lang"), "", "utf-16"), "x.tmx")[1] == {"en": "Yes"}


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ('a <bpt i="1">&lt;b&gt;<sub>no</sub></bpt>bold<ept i="1">&lt;/b&gt;</ept> end', "a bold end"),
        ('line<ph x="1">{0}</ph><it pos="begin">\\i</it>, <hi type="x">kept <ut>no</ut>too</hi>', "line, kept too"),
        (" one\n   two\t ", "one two"),
    ],
)
def test_codes_go_and_marked_text_stays(segment, text):
    assert read(memory(unit(en=segment)), "x.tmx") == [{"en": text}]


def test_of_several_segments_the_first_counts_and_of_empty_ones_none():
    twice = '<tu><tuv lang="en"><seg>a</seg></tuv><tuv lang="en"><seg>b</seg></tuv><tuv><seg>c</seg></tuv></tu>'
    assert read(memory(twice + unit(en=" ", fr="")), "x.tmx") == [{"en": "a"}]


REFUSED = {
    "no translation memory": b"<html><tu/></html>",
    "declarations": memory("", '<!DOCTYPE tmx [<!ENTITY a "b">]>'),
    "holds no segment": memory(unit(en="<ph>x</ph>")),
    "damaged XML": memory(unit(en="a"))[:-20],
}


@pytest.mark.parametrize(("words", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_memory_is_one_sentence(words, raw):
    with pytest.raises(InputError, match=f"x.tmx.*{words}"):
        read(raw, "x.tmx")


def test_too_many_units_are_refused(monkeypatch):
    monkeypatch.setattr(tmx, "MOST_UNITS", 2)
    with pytest.raises(InputError, match="more than 2 units"):
        read(memory(unit(en="a") * 3), "x.tmx")


@settings(max_examples=80)
@given(st.one_of(mutations(memory(unit(en="a <ph>x</ph>", fr="b"))), st.binary(max_size=40)))
def test_any_bytes_give_rows_or_one_sentence(raw):
    assert is_answered(read, raw)
