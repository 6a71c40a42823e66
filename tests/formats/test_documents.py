import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.formats.documents import SEPARATORS, copies_told, near_copy, normal_form, split_documents


@pytest.mark.parametrize(
    ("kind", "documents"),
    [
        ("lines", ["one", "two", "three"]),
        ("blank-lines", ["one\ntwo", "three"]),
        ("files", ["one\ntwo\n\n\nthree\n"]),
        ("whole", ["one\ntwo\n\n\nthree\n"]),
    ],
)
def test_a_text_has_documents_of_a_kind(kind, documents):
    assert split_documents("one\ntwo\n\n\nthree\n", kind) == documents


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), min_size=1).filter(str.strip)))
def test_lines_come_back_with_what_separates_them(lines):
    assert split_documents(SEPARATORS["lines"].join(lines), "lines") == lines


@pytest.mark.parametrize(
    "near",
    [
        "the train leaves at 7:15, platform 2",
        "The  train leaves at 12:40 – platform 11!",
        "“THE TRAIN” leaves at 07.15 (platform 2)",
        "Ｔｈｅ train leaves\u00a0at 7:15,\nplatform ２",
    ],
)
def test_case_spaces_punctuation_digits_and_forms_of_letters_make_no_other_text(near):
    assert normal_form(near) == normal_form("The train leaves at 7:15, platform 2")


@pytest.mark.parametrize(
    ("one", "other"),
    [("go", "goes"), ("7 + 5", "8 + 5"), ("!!!", "???"), ("7", "8"), ("😀", "😢"), ("ကို", "ကု"), ("रात", "रोत")],
)
def test_other_letters_vowel_signs_emoji_and_texts_without_letters_make_another_text(one, other):
    assert near_copy([one]) != near_copy([other])


@given(st.text(), st.text())
def test_columns_do_not_run_into_each_other(one, other):
    assert (near_copy([one, other]) == near_copy([one + other, ""])) == (normal_form(other) == b"")


def test_every_copy_but_the_first_counts_as_exact_or_as_near():
    rows = [("Go on!", "a"), ("Go on!", "a"), ("go on", "a"), ("GO ON", "a"), ("Go on!", "b"), ("Stay", "a")]
    told = copies_told(rows, list(map(near_copy, rows)), "rows")
    assert told == (
        "1 of 6 rows stand there more than once, and 2 more differ only in case, spaces, punctuation or digits from "
        "others"
    )
    assert copies_told(rows[4:], list(map(near_copy, rows[4:])), "rows") == ""
    assert copies_told(rows[1:3], list(map(near_copy, rows[1:3])), "rows").startswith("of 2 rows, 1 differs only in")
