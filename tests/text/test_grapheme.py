import pytest

from unrolled.text import UNITS

GRAPHEME = UNITS["grapheme"]


@pytest.mark.parametrize(
    "cluster",
    ["a", "é", "e\u0301", "က္က", "ဒ္ဓ", "ကျွန်", "नि", "क्षि", "👩‍👩‍👧", "🇲🇲", "한", "각", "\r\n", "ก้"],
)
def test_what_a_reader_calls_one_letter_is_one_unit(cluster):
    assert "".join(GRAPHEME.split(f"x{cluster}")) == f"x{cluster}"
    assert len(GRAPHEME.split(cluster)) == (2 if cluster == "ကျွန်" else 1)


def test_two_flags_are_two_units():
    assert GRAPHEME.split("🇲🇲🇯🇵") == ["🇲🇲", "🇯🇵"]


@pytest.mark.parametrize("units", [["a\u094d", "त"], ["\u094d", "क"], ["\u094d\u0308", "क"], ["क्क"], ["?\u094d", "त"]])
def test_a_virama_joins_consonants_and_nothing_else(units):
    assert GRAPHEME.split("".join(units)) == units


def test_a_mark_without_a_letter_is_a_unit():
    assert GRAPHEME.split("\u0301a") == ["\u0301", "a"]
