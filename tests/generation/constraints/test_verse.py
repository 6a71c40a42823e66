import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.generation.constraints.verse import Rules, Verse, last_word
from unrolled.text.patterns import Pattern


def watch(rules, text, before=""):
    """The constraint after a text; None where it refused a character of it."""
    verse = Verse.of(rules, before)
    for character in text:
        if verse is None:
            return None
        verse = verse.after(2, character)
    return verse


@given(st.text("ab\n", max_size=30), st.text("ab", min_size=1, max_size=2), st.integers(2, 8))
def test_what_passes_has_lines_of_the_length_that_end_as_they_must(text, ending, longest):
    *lines, last = text.split("\n")
    passed = watch(Rules(endings=(ending,), longest=longest), text) is not None
    right = all(len(line) <= longest and line.endswith(ending) for line in lines if line) and len(last) <= longest
    assert right or not passed
    if right and not text.startswith("\n") and all(len(line) <= longest - len(ending) for line in [*lines, last]):
        assert passed


def test_a_line_that_goes_on_is_never_let_into_a_dead_end():
    rules = Rules(endings=("ight",), longest=10)
    assert watch(rules, "abcdef") is not None
    assert watch(rules, "abcdefg") is None
    assert watch(rules, "abcdefight") is not None
    assert watch(rules, "abcdefight\n") is not None
    assert watch(rules, "abcdefighs") is None


def test_patterns_and_endings_come_in_turns():
    rules = Rules(patterns=(Pattern("[A-Z].*"), Pattern("  .*")), endings=("ay", ""))
    assert watch(rules, "Today\n  what\nSay\n") is not None
    assert watch(rules, "Today\nwhat") is None
    assert watch(rules, "Tomorrow\n") is None


@pytest.mark.parametrize(
    ("letters", "text", "passes"),
    [
        (2, "the night\nthe day\nso light\nto say\n", True),
        (2, "the night\nthe day\nso late\n", False),
        (2, "the night\nthe day\nthe night\n", False),
        (0, "a table\nthe day\nis able\nto pay!\n", True),
        (0, "a late\nthe day\na fate\nplay\n", True),
        (0, "a late\nthe day\na plot\n", False),
    ],
)
def test_lines_of_one_letter_rhyme_and_not_with_the_same_word(letters, text, passes):
    assert (watch(Rules(rhymes="ABAB", letters=letters), text) is not None) == passes


def test_a_scheme_begins_anew_and_leaves_lines_free():
    rules = Rules(rhymes="A-A")
    assert watch(rules, "a hat\nfree\na cat\n\nso new\nother\nto\n") is None
    assert watch(rules, "a hat\nfree\na cat\n\nso new\nother\na few\n") is not None


def test_burmese_rhymes_by_its_last_syllable():
    rules = Rules(rhymes="AA", letters=0)
    assert watch(rules, "မြန်မာ။\nဆရာမာ။\n") is not None
    assert watch(rules, "မြန်မာ။\nဆရာ။\n") is None


def test_a_blank_line_stands_between_stanzas_alone():
    rules = Rules(rhymes="AA")
    assert watch(rules, "\n") is None
    assert watch(rules, "a cat\n\n") is None
    assert watch(rules, "a cat\na hat\n\na dog") is not None


def test_the_lines_of_a_prompt_count():
    rules = Rules(rhymes="AA")
    assert watch(rules, "e hat\n", before="the cat\nth") is not None
    assert watch(rules, "e dog\n", before="the cat\nth") is None


def test_a_text_may_end_where_a_line_may():
    rules = Rules(endings=("ay",))
    assert not watch(rules, "to").may_end()
    assert watch(rules, "today").may_end()


@pytest.mark.parametrize(
    ("line", "word"), [("It was a dark night...", "night"), ("so--there!", "there"), ("?!", ""), ("သူ မြန်မာ။", "မြန်မာ")]
)
def test_the_last_word_is_without_what_stands_behind_it(line, word):
    assert last_word(line) == word
