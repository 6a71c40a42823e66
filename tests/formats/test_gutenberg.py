import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.formats.gutenberg import strip_gutenberg

BOOK = "CHAPTER I.\n\nAlice was beginning to get very tired.\n\n*** * ***\n\nTHE END\n"
HEADER = "The Project Gutenberg eBook of Alice\n\nTitle: Alice\n\n"
LICENCE = "\n\nUpdated editions will replace the previous one.\n"
STARTS = [
    "*** START OF THE PROJECT GUTENBERG EBOOK ALICE'S ADVENTURES ***",
    "*** START OF THIS PROJECT GUTENBERG EBOOK ALICE ***",
    "***START OF THE PROJECT GUTENBERG EBOOK ALICE***",
    "*** START OF THE PROJECT GUTENBERG EBOOK A VERY\nLONG TITLE ***",
    "*** Start of the Project Gutenberg eBook of Alice ***",
]
ENDS = [
    "*** END OF THE PROJECT GUTENBERG EBOOK ALICE'S ADVENTURES ***",
    "***END OF THIS PROJECT GUTENBERG EBOOK ALICE***",
    "End of Project Gutenberg's Alice, by Lewis Carroll",
    "End of the Project Gutenberg EBook of Alice",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("end", ENDS)
def test_header_and_licence_are_removed(start, end):
    assert strip_gutenberg(f"{HEADER}{start}\n\n{BOOK}\n\n{end}{LICENCE}") == BOOK


def test_a_header_alone_is_removed():
    assert strip_gutenberg(f"{HEADER}{STARTS[0]}\n{BOOK}") == BOOK


def test_a_licence_alone_is_removed():
    assert strip_gutenberg(f"{BOOK}{ENDS[0]}{LICENCE}") == BOOK


def test_the_first_line_keeps_its_indent():
    assert strip_gutenberg(f"{STARTS[0]}\n\n    Twinkle\n") == "    Twinkle\n"


@pytest.mark.parametrize("text", [BOOK, f"He read: {STARTS[0]}\n", f"He read: {ENDS[2]}\n", ""])
def test_a_text_without_the_marks_on_their_own_lines_stays_as_it_is(text):
    assert strip_gutenberg(text) == text


@given(st.text(st.sampled_from("ab \n*")))
def test_any_book_between_the_marks_comes_back(book):
    stripped = strip_gutenberg(f"{STARTS[0]}\n{book}\n{ENDS[0]}")
    assert stripped.strip() == book.strip()
