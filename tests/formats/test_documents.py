import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.formats.documents import SEPARATORS, duplicates, split_documents


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


def test_every_duplicate_but_the_first_counts():
    assert duplicates(["a", "b", "a", "a"]) == 2
