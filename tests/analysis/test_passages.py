import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.analysis.passages import cut, drawn_apart, grouped, measured
from unrolled.text import UNITS
from unrolled.text.vocabulary import BOUNDARY, Vocabulary


def vocabulary_of(unit, text):
    return Vocabulary.of(unit, [text], size=300)


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=30), st.sampled_from(sorted(UNITS)))
def test_the_pieces_are_the_text_and_their_units_are_all_units(text, unit):
    vocabulary = vocabulary_of(unit, "some text ကို")
    (passage,) = cut(vocabulary, text, "whole", False)
    groups = grouped(vocabulary, passage)
    assert "".join(piece for piece, _ in groups) == vocabulary.as_learnt(text)
    assert sum(count for _, count in groups) == len(passage.ids)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("cat", ["c", "a", "t"]),
        ("ကိုမှာ", ["ကို", "မှာ"]),
        ("သင်္ဘောတက္ကသိုလ်", ["သ", "င်္ဘော", "တ", "က္က", "သို", "လ်"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("👩‍💻!", ["👩‍💻", "!"]),
    ],
)
def test_what_is_drawn_together_is_one_piece(text, pieces):
    assert drawn_apart(text) == pieces


def test_a_lone_surrogate_passes():
    vocabulary = vocabulary_of("char", "ab")
    (passage,) = cut(vocabulary, "a\ud800b", "whole", False)
    assert grouped(vocabulary, passage) == [("a", 1), ("\ud800", 1), ("b", 1)]


def test_the_bytes_of_a_character_are_one_piece():
    vocabulary = vocabulary_of("byte", "")
    (passage,) = cut(vocabulary, "aé", "whole", False)
    assert grouped(vocabulary, passage) == [("a", 1), ("é", 2)]


def test_every_document_ends_but_one_that_was_cut_short():
    vocabulary = vocabulary_of("char", "abc")
    first, last = cut(vocabulary, "ab\n\nc", "lines", True)
    assert (first.ids[-1], first.units, grouped(vocabulary, first)) == (
        BOUNDARY,
        ("a", "b", "\n"),
        [("a", 1), ("b", 1), ("\n", 1)],
    )
    assert (last.units, len(last.ids)) == (("c",), 1)
    assert cut(vocabulary, "ab\nc", "lines", False)[1].units == ("c", "\n")
    assert cut(vocabulary, "\n \n", "lines", True) == []


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_features_are_measured_at_the_last_character_of_every_unit(unit):
    text = "The “Cat” é sat.\n"
    vocabulary = vocabulary_of(unit, text * 3)
    (passage,) = cut(vocabulary, text, "whole", False)
    values = measured(vocabulary, [passage])
    assert len(values) == len(passage.ids)
    assert values[-1, 2] == 0  # the newline's position in the line
    assert values[0, 2] == (3 if "The" in vocabulary.index else 1)


def test_the_end_of_a_file_is_a_place_without_text():
    vocabulary = vocabulary_of("char", "ab")
    passages = cut(vocabulary, "ab", "files", False)
    assert grouped(vocabulary, passages[0]) == [("a", 1), ("b", 1), ("", 1)]
    assert len(measured(vocabulary, passages)) == 3
