"""The forms that a book of the corpus takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

TEXT = """CHAPTER I

"Have you seen him?" said Anna--"I mean 'the Duke,' as they call him. 'Tis late."

"He's gone--gone!" Tom's friend cried; "the girls' coats, too." A rather long sentence stands here.
"""


@pytest.fixture(scope="module")
def forms(script):
    return script("forms")


def written(forms, curly, single, dash, width=0):
    return forms.Form(width, curly, single, dash).applied(TEXT)


def test_curly_marks_open_and_close(forms):
    text = written(forms, True, False, "--")
    assert "“Have you seen him?” said Anna--“I mean ‘the Duke,’ as they call him. ’Tis late.”" in text
    assert "“He’s gone--gone!” Tom’s friend cried; “the girls’ coats, too.”" in text


def test_straight_double_marks_are_as_the_corpus_has_them(forms):
    assert written(forms, False, False, "--") == TEXT


def test_single_marks_hold_double_ones(forms):
    text = written(forms, True, True, "—")
    assert "‘Have you seen him?’ said Anna—‘I mean “the Duke,” as they call him. ’Tis late.’" in text
    assert '\'I mean "the Duke," as they' in written(forms, False, True, "—")


def test_a_book_has_one_kind_of_dash(forms):
    assert "--" not in written(forms, True, False, "—")
    assert "—" not in forms.Form(0, False, False, "--").applied("one—two--three")


def test_invisible_characters_and_double_spaces_go_but_indentation_stays(forms):
    assert forms.Form(0, False, False, "--").applied("One.  Two\u200b.\n    indented") == "One. Two.\n    indented"


@given(st.lists(st.text("abc d", min_size=1), max_size=30), st.integers(60, 80))
def test_wrapping_changes_nothing_but_spaces(forms, lines, width):
    text = "\n".join(lines)
    found = forms.wrapped(text, width)
    assert re.sub(r" +|\n", "", found) == re.sub(r" +|\n", "", text)
    assert all(len(line) <= width or " " not in line.strip()[:width] for line in found.split("\n"))


def test_short_lines_stay_as_they_are(forms):
    assert forms.wrapped("Piping down\nthe valleys wild,", 60) == "Piping down\nthe valleys wild,"


def test_the_same_seed_gives_the_same_form(forms):
    drawn = [forms.Form.by_chance(str(number)) for number in range(200)]
    assert drawn == [forms.Form.by_chance(str(number)) for number in range(200)]
    assert {form.width for form in drawn} <= {0, *range(60, 81)}
    assert len({(form.curly, form.single, form.dash) for form in drawn}) == 8
