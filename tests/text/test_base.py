import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS, base
from unrolled.text.base import SpelledUnit, Unit

units = st.sampled_from(sorted(UNITS)).map(UNITS.get)


@given(units, st.text())
def test_join_undoes_split(unit, text):
    assert unit.join(unit.split(text)) == text


@given(units, st.text(), st.text())
def test_encode_agrees_with_split(unit, text, known):
    index = {each: number for number, each in enumerate(unit.learn([known], [known], None, 1), 2)}
    pieces = [piece for each in unit.split(text) for piece in ([each] if each in index else unit.spell(each))]
    expected = [index.get(piece, 1) for piece in pieces]
    ids = unit.encode(text, index, 1)
    assert ids.tolist() == expected and ids.dtype == np.int32


def test_a_unit_has_to_split():
    with pytest.raises(TypeError, match="split"):
        Unit()


def test_a_spelled_unit_has_to_spell():
    with pytest.raises(TypeError, match="spell"):
        type("Half", (SpelledUnit,), {"split": str.split})()


@given(units, st.lists(st.text()), st.integers(1, 8))
def test_a_text_in_parts_is_split_like_the_whole(unit, lines, chunk):
    text = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "CHUNK", chunk)
        parts = list(unit.parts(text))
    assert "".join(parts) == text
    assert [each for part in parts for each in unit.split(part)] == unit.split(text)


@given(units, st.text())
def test_what_a_decoder_gives_is_the_text(unit, text):
    decoder = unit.decoder()
    assert "".join(map(decoder, unit.split(text))) == text


@given(units, st.text())
def test_characters_and_bytes_of_the_units_are_those_of_the_text(unit, text):
    split = unit.split(text)
    assert sum(map(unit.characters, split)) == len(text)
    assert sum(map(unit.bytes, split)) == len(text.encode())


@given(units, st.text(min_size=1))
def test_any_text_can_be_written_with_the_alphabet_of_a_text_that_has_its_letters(unit, text):
    known = set(unit.learn([], [text], None, 3))
    assert all(piece in known for each in unit.split(text) for piece in ([each] if each in known else unit.spell(each)))
