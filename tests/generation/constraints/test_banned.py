import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.generation.constraints.banned import Banned


def watch(words, text, before=""):
    """The constraint after a text; None where it refused a character of it."""
    constraint = Banned.of(tuple(words), before)
    for character in text:
        if constraint is None:
            return None
        constraint = constraint.after(2, character)
    return constraint


@given(st.text("ab c.", max_size=30), st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_text_is_refused_exactly_where_a_banned_word_stands_in_it(text, words):
    stands = any(word in re.split("[ .]", text) for word in words)
    constraint = watch(words, text)
    assert stands == (constraint is None or not constraint.may_end())


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("A NICE day", True),
        ("“nice”, he said", True),
        ("'nice' he said", True),
        ("nicely done", False),
        ("so-nice.", True),
        ("niceé ", False),
        ("of  the\nmoon ", True),
        ("of the moons ", False),
        ("don’t go", True),
        ("dont go", False),
        ("she's'nice ", True),
    ],
)
def test_a_word_is_whole_whatever_its_case_and_what_stands_beside_it(text, stands):
    assert (watch(["Nice", "of the moon", "don't"], text) is None) == stands


def test_where_no_spaces_part_words_its_letters_are_banned():
    assert watch(["မြန်မာ"], "ကျွန်တော်မြန်မာ") is None
    assert watch(["月"], "明月光") is None
    assert watch(["月"], "明日光") is not None


def test_a_word_that_the_prompt_begins_counts_and_one_in_it_does_not():
    assert watch(["nice"], "ce ", before="a nice ni") is None
    assert watch(["nice"], "cest ", before="a nice ni") is not None
    assert not watch(["nice"], "ce", before="ni").may_end()
