import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.reports.labels import columns, fitted, padded, right, shown


@pytest.mark.parametrize(
    ("text", "width", "line"),
    [
        ("one\ntwo", 7, "one⏎two"),
        ("one two", 6, "one t…"),
        ("日本語日本語", 7, "日本語…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
    ],
)
def test_a_text_is_cut_to_the_columns_that_are_left(text, width, line):
    assert fitted(text, width) == line
    assert columns(line) <= width


@given(st.text(), st.integers(1, 30))
def test_no_text_is_wider_than_there_is_room(text, width):
    assert columns(fitted(text, width)) <= width


@given(st.text(st.characters(), max_size=20))
def test_what_is_shown_has_no_controls_and_can_be_encoded(text):
    line = shown(text)
    assert line.encode() and not {unicodedata.category(each) for each in line} & {"Cc", "Cs"} if text else line == ""


def test_what_cannot_be_seen_has_a_sign_and_what_would_turn_the_line_around_is_gone():
    assert [shown(each) for each in (" ", "  ", "\n", "\t", "a b", "a\u202eb", "\x00")] == [
        *("␣", "␣␣", "⏎", "⇥", "a b", "a\ufffdb", "\ufffd")
    ]


@given(st.text(max_size=5), st.integers(0, 20))
def test_padding_fills_the_columns_on_either_side(text, more):
    width = columns(text) + more
    assert columns(padded(text, width)) == columns(right(text, width)) == width
    assert padded(text, width).startswith(text) and right(text, width).endswith(text)
