import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import char
from unrolled.text.char import Char, code_point_table, code_points


def test_a_unit_is_one_code_point():
    assert Char().split("a🙂e\u0301ကို") == ["a", "🙂", "e", "\u0301", "က", "ိ", "ု"]


def test_known_characters_get_their_ids_and_others_the_unknown():
    assert Char().encode("cab🙂", {"a": 5, "b": 7}, 1).tolist() == [1, 5, 7, 1]


@given(st.text(st.characters()))
def test_code_points_are_those_of_python(text):
    assert code_points(text).tolist() == [ord(each) for each in text]


def test_lone_surrogates_pass():
    assert Char().encode("\ud800a", {"\ud800": 2, "a": 3}, 1).tolist() == [2, 3]


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 64])
def test_a_text_is_encoded_the_same_in_chunks(size, monkeypatch):
    text = "".join(chr(97 + n % 11) for n in range(size))
    whole = Char().encode(text, {"a": 2, "k": 3}, 1)
    monkeypatch.setattr(char, "CHUNK", 8)
    assert np.array_equal(Char().encode(text, {"a": 2, "k": 3}, 1), whole) and len(whole) == size


@pytest.mark.parametrize("last", ["\x00", "z", "\U0010ffff"])
def test_the_table_ends_with_the_unknown_behind_the_highest_known(last):
    table = code_point_table({last: 9}, 1)
    assert table[ord(last)] == 9 and table[-1] == 1 and len(table) == ord(last) + 2


def test_an_empty_index_knows_nothing():
    assert Char().encode("\x00\x01a", {}, 1).tolist() == [1, 1, 1]
