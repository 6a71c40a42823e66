from copy import copy

from unrolled.text import UNITS
from unrolled.text.byte import Utf8Decoder

BYTE = UNITS["byte"]


def test_a_character_is_as_many_units_as_it_has_bytes():
    assert BYTE.split("aé") == ["a", "\xc3", "\xa9"]


def test_a_vocabulary_knows_all_bytes_whatever_it_learns_from():
    assert len(BYTE.learn([], [], None, 1)) == 256


def test_no_half_of_a_character_is_shown():
    decoder = Utf8Decoder()
    assert [decoder(unit) for unit in BYTE.split("a🙂b")] == ["a", "", "", "", "🙂", "b"]


def test_a_copy_goes_on_by_itself_within_a_character():
    decoder = Utf8Decoder()
    assert decoder("\xc3") == ""
    other = copy(decoder)
    assert [decoder("\xa9"), other("\xaa"), decoder("a"), other("b")] == ["é", "ê", "a", "b"]


def test_what_is_no_character_is_shown_as_such():
    decoder = Utf8Decoder()
    assert decoder("\xff") + decoder("a") == "\ufffda"


def test_lone_surrogates_pass():
    assert BYTE.join(BYTE.split("\ud800x")) == "\ud800x"


def test_a_part_of_a_character_can_be_shown():
    assert BYTE.shown(["\xc3"]) == "\\xc3"
