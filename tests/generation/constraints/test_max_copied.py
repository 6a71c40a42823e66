from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.analysis.span_index import Follower, SpanIndex
from unrolled.config import GenerateOptions
from unrolled.generation.constraints.max_copied import MaxCopied

letters = st.text("abé\n", max_size=30)


def watch(text: str, most: int, pieces: list[str]) -> MaxCopied | None:
    """The guard after some pieces, or None once it refused one."""
    first = MaxCopied(Follower(SpanIndex.of([text])), most)
    return reduce(lambda constraint, piece: constraint and constraint.after(2, piece), pieces, first)


@given(letters, st.integers(1, 5), st.lists(letters))
def test_what_passes_holds_no_longer_span_of_the_text(text, most, pieces):
    written = "".join(pieces)
    spans = (written[n : n + most + 1] for n in range(len(written) - most))
    assert (watch(text, most, pieces) is None) == any(span in text for span in spans)


def test_a_span_that_is_cut_into_units_counts_whole():
    assert watch("the moon", 4, ["the", " ", "m"]) is None
    assert watch("the moon", 5, ["the", " ", "m"]) is not None


def test_what_ends_within_a_unit_counts():
    assert watch("the moon", 5, ["x the moox"]) is None


def test_a_unit_that_completes_no_character_changes_nothing():
    assert watch("é", 1, ["é", ""]) == watch("é", 1, ["é"])


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_the_options_stay_as_they_are(temperature):
    options = GenerateOptions(temperature=temperature)
    assert watch("text", 3, []).options(options) is options
