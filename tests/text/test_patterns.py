import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import OptionError
from unrolled.text.patterns import Pattern


@given(st.from_regex(r"\A[A-Z][a-z ]{2,9}(?:ight|ay)\Z"), st.data())
def test_every_beginning_of_what_matches_can_become_it(text, data):
    pattern = Pattern("[A-Z][a-z ]{2,9}(ight|ay)")
    assert pattern.matches(text)
    assert pattern.matches(text[: data.draw(st.integers(0, len(text)))], begun=True)


def test_what_cannot_become_a_match_is_told():
    assert not Pattern("[A-Z].*").matches("a", begun=True)
    assert not Pattern("[A-Z].{3}").matches("Abc")


def test_what_is_no_expression_is_refused():
    with pytest.raises(OptionError, match=r"as a regular expression \(missing \)"):
        Pattern("(a").matches("a")


def test_an_expression_that_takes_for_ever_is_refused(monkeypatch):
    monkeypatch.setattr("unrolled.text.patterns.MOST_SECONDS", 0.05)
    with pytest.raises(OptionError, match="takes too long"):
        Pattern(r"(?:\w|\w\w)+[.!]").matches("a" * 60)
