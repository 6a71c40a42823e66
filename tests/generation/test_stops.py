from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import GenerateOptions
from unrolled.generation.stops import Stopper

LETTERS = st.text("ab.\n !", max_size=30)
STRINGS = st.lists(st.text("ab.\n", min_size=1, max_size=3), max_size=3)


def written(pieces, **options) -> str:
    """What comes out of a stopper that is fed piece by piece."""
    stopper = Stopper(GenerateOptions(**options))
    out = []
    for piece in pieces:
        out.append(stopper.feed(piece))
        if stopper.done:
            return "".join(out)
    return "".join([*out, stopper.rest()])


@pytest.mark.parametrize("pieces", ["one END two", ["one E", "ND two"], ["one ", "EN", "D", " two"], ["one END two"]])
def test_a_stop_string_ends_the_text_however_it_is_split_and_is_not_part_of_it(pieces):
    assert written(pieces, stop=("END",)) == "one "


def test_the_beginning_of_a_stop_string_is_held_back_until_it_is_one():
    stopper = Stopper(GenerateOptions(stop=("END",)))
    assert [stopper.feed(piece) for piece in "xENx"] == ["x", "", "", "ENx"]


def test_what_was_held_back_is_given_out_at_the_end():
    assert written("the EN", stop=("END",)) == "the EN"


def test_a_stop_string_that_begins_again_inside_itself_is_found():
    assert written("aaab", stop=("aab",)) == "a"


def test_the_first_of_several_stop_strings_counts():
    assert written("one, two; three", stop=(";", ",")) == "one"


def test_an_empty_stop_string_stops_nothing():
    assert written("text", stop=("",)) == "text"


def first_cut(text: str, strings: list[str]) -> str:
    """The same by the book: as soon as any string is complete, the text up to its beginning."""
    for size in range(1, len(text) + 1):
        places = [text[:size].find(string) for string in strings if string in text[:size]]
        if places:
            return text[: min(places)]
    return text


@given(LETTERS, STRINGS)
def test_stop_strings_cut_where_the_first_of_them_is_complete(text, strings):
    assert written(text, stop=tuple(strings)) == first_cut(text, strings)


@given(LETTERS, st.text("ab.", min_size=1, max_size=3), st.lists(st.integers(0, 30)))
def test_it_does_not_matter_how_a_text_is_split_into_pieces(text, string, places):
    cuts = [0, *sorted(places), len(text)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    assert written(pieces, stop=(string,)) == written(text, stop=(string,))


def test_until_line_stops_before_the_newline():
    assert written("one\ntwo\n", until="line") == "one"


@pytest.mark.parametrize(
    ("count", "text"), [(1, "one"), (2, "one\ntwo"), (3, "one\ntwo\nthree"), (4, "one\ntwo\nthree")]
)
def test_lines_stops_after_so_many_lines(count, text):
    assert written("one\ntwo\nthree", lines=count) == text


def test_an_empty_line_is_a_line():
    assert written("\n\nthree\n", lines=2) == "\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It is so. She went.", "It is so."),
        ("Pi is 3.14, he said! Then", "Pi is 3.14, he said!"),
        ("'Who is it?' asked", "'Who is it?'"),
        ("Wait... what", "Wait..."),
        ("no end at all", "no end at all"),
        ("at the very end.", "at the very end."),
        ("終わり。次", "終わり。"),
        ("ပြီးပြီ။ နောက်", "ပြီးပြီ။"),
        ("समाप्त। फिर", "समाप्त।"),
    ],
)
def test_until_sentence_stops_after_the_mark_that_ends_it(text, sentence):
    assert written(text, until="sentence") == sentence


@given(LETTERS)
def test_a_text_without_any_stop_passes_whole(text):
    assert written(text) == text


@given(LETTERS, STRINGS, st.sampled_from([None, "line", "sentence"]), st.one_of(st.none(), st.integers(1, 3)))
def test_whatever_the_stops_what_is_written_begins_the_text(text, strings, until, lines):
    out = written(text, stop=tuple(strings), until=until, lines=lines)
    assert text.startswith(out)
    assert not any(string in out for string in strings)
