import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError, UnrolledError
from unrolled.formats.encodings import SIGNATURES, decode, first_lines, found_newline, normalise_newlines

newlines = st.sampled_from(["\n", "\r", "\r\n"])
lines = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")))
FRENCH = """Il y avait une fois un gentilhomme qui épousa, en secondes noces, une femme, la plus hautaine et la plus
fière qu'on eût jamais vue. Elle avait deux filles de son humeur, et qui lui ressemblaient en toutes choses. Le mari
avait, de son côté, une jeune fille, mais d'une douceur et d'une bonté sans exemple : elle tenait cela de sa mère.\n"""
GERMAN = "Vor einem großen Walde wohnte ein armer Holzhacker mit seiner Frau; das Bübchen hieß Hänsel.\n"
POLISH = "Litwo! Ojczyzno moja! ty jesteś jak zdrowie. Ile cię trzeba cenić, ten tylko się dowie, kto cię stracił.\n"
JAPANESE = "むかしむかし、あるところに、おじいさんとおばあさんがありました。おばあさんは川へ洗濯に行きました。\n"
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n"
BURMESE = "မြန်မာစာသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကားဖြစ်သည်။\n"


@given(lines, newlines)
def test_every_line_ends_with_a_line_feed(words, newline):
    assert normalise_newlines(newline.join(words)) == "\n".join(words)


@given(st.text("ab\r\n"))
def test_normalising_twice_changes_nothing(text):
    once = normalise_newlines(text)
    assert normalise_newlines(once) == once and "\r" not in once


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", "lf"),
        ("a\nb\n", "lf"),
        ("a\r\nb\r\n", "crlf"),
        ("a\rb\r", "cr"),
        ("a\nb\r\n", "mixed"),
        ("a\n\rb", "mixed"),
    ],
)
def test_the_line_ending_is_found(text, found):
    assert found_newline(text) == found


@settings(max_examples=60, deadline=None)  # the guess of an encoding takes a moment
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(UnrolledError):
        assert "\r" not in decode(raw, "bytes").text


@given(st.binary(max_size=60), st.text(max_size=12) | st.sampled_from(["hex", "idna", "undefined", "utf-7", "utf\0"]))
def test_any_name_of_an_encoding_is_taken_or_refused(raw, encoding):
    with contextlib.suppress(UnrolledError):
        assert decode(raw, "bytes", encoding or "ascii").encoding == (encoding or "ascii")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_utf8_is_read_as_it_was_written(text):
    decoded = decode(text.removeprefix("\ufeff").encode(), "bytes")
    assert (decoded.text, decoded.encoding) == (text.removeprefix("\ufeff"), "utf-8")


@pytest.mark.parametrize("text", [FRENCH, BURMESE, "a", "🙂"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_text(text, encoding):
    decoded = decode(text.encode(encoding), "bytes")
    assert (decoded.text, decoded.encoding) == (text, encoding)


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xfe\xff", "utf-16-be"), (b"\x00\x00\xfe\xff", "utf-32-be")])
def test_a_byte_order_mark_tells_the_order_of_bytes(mark, encoding):
    assert decode(mark + BURMESE.encode(encoding), "bytes").text == BURMESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_found_without_a_byte_order_mark(encoding):
    decoded = decode(FRENCH.encode(encoding), "bytes")
    assert (decoded.text, decoded.encoding) == (FRENCH, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(FRENCH, "cp1252"), (GERMAN, "cp1252"), ("Un café, s'il\n", "cp1252"), (POLISH, "cp1250"), (RUSSIAN, "cp1251")],
)
def test_a_legacy_encoding_is_guessed(text, encoding):
    decoded = decode(text.encode(encoding), "bytes")
    assert (decoded.text, decoded.encoding) == (text, encoding)


@pytest.mark.parametrize("shift", range(2))
def test_a_long_text_is_guessed_wherever_its_sample_ends(shift):
    text = "a" * shift + JAPANESE * 3000
    assert decode(text.encode("shift_jis"), "bytes").text == text


def test_the_sample_of_a_text_ends_with_a_line_where_it_can():
    assert [first_lines(b"ab\ncd\nef", size) for size in (8, 7, 5, 3, 2)] == [
        b"ab\ncd\nef",
        b"ab\ncd\n",
        b"ab\n",
        b"ab\n",
        b"ab",
    ]


def test_a_named_encoding_is_used():
    assert decode("żółw".encode("cp1250"), "bytes", "cp1250").text == "żółw"


def test_crlf_becomes_a_line_feed_and_is_recorded():
    decoded = decode(b"one\r\ntwo\r\n", "bytes")
    assert (decoded.text, decoded.newline) == ("one\ntwo\n", "crlf")


@pytest.mark.parametrize(("signature", "what"), SIGNATURES)
def test_a_known_kind_of_file_is_named(signature, what):
    with pytest.raises(InputError, match=r"^book is .*, not text; .*: save it as \.txt first$") as caught:
        decode(signature + b" ", "book")
    assert what in str(caught.value)


def test_binary_data_is_refused():
    with pytest.raises(InputError, match=r"^book holds binary data, not text; .*: save it as \.txt first$"):
        decode(bytes(range(32)) * 8, "book")


def test_a_few_control_characters_are_text():
    assert decode(b"page\x0c" + b"abc " * 100 + b"\x01", "book").encoding == "utf-8"


def test_the_wrong_encoding_counts_and_places_what_cannot_be_read():
    with pytest.raises(
        InputError, match=r"^book is not ascii: 4 of its 9 bytes .*, the first in line 2; .*: name the right one$"
    ):
        decode("a\nbéé\nc".encode(), "book", "ascii")


@pytest.mark.parametrize("encoding", ["utf-9", "hex"])
def test_an_unknown_encoding_is_refused_with_two_to_try(encoding):
    with pytest.raises(InputError, match=f"^there is no encoding '{encoding}'; try encoding=utf-8"):
        decode(b"abc", "book", encoding)
