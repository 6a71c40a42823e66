import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.analysis.suffix_array import is_inside, suffix_array
from unrolled.errors import MissingExtraError

few_letters = st.lists(st.sampled_from([0, 1, 97, 255]), min_size=1, max_size=50).map(bytes)


@given(few_letters | st.binary(min_size=1, max_size=200))
def test_suffixes_stand_in_the_order_of_a_dictionary(raw):
    assert suffix_array(raw).tolist() == sorted(range(len(raw)), key=lambda place: raw[place:])


def test_places_take_four_bytes_each_and_can_be_taken_one_by_one():
    order = suffix_array(b"banana")
    assert order.dtype == np.int32
    assert list(order.data) == [5, 3, 1, 0, 4, 2]


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydivsufsort", None)
    with pytest.raises(MissingExtraError, match=r"run: pip install 'unrolled\[novelty\]'$"):
        suffix_array(b"text")


@given(st.characters(exclude_categories=["Cs"]))
def test_all_bytes_of_a_character_but_the_first_are_inside(character):
    assert [is_inside(byte) for byte in character.encode()] == [False] + [True] * (len(character.encode()) - 1)
