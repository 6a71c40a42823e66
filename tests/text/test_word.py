import pytest

from unrolled.text import UNITS, base

WORD = UNITS["word"]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("The cat's here.", ["The", " cat's", " here", "."]),
        ("don’t — I’ll", ["don’t", " —", " I’ll"]),
        ("a  b", ["a", " ", " b"]),
        ("a\n\n  b", ["a", "\n", "\n", " ", " b"]),
        ("x=10,5", ["x", "=", "10", ",", "5"]),
        ("Ünïcode é", ["Ünïcode", " é"]),
        ("e\u0301te", ["e\u0301te"]),
        ("ends ", ["ends", " "]),
        ("tab\tnext", ["tab", "\t", "next"]),
        ("မြန်မာ စာ", ["မြန်မာ", " စာ"]),
        ("", []),
    ],
)
def test_spaces_and_punctuation_belong_to_units_so_that_nothing_is_lost(text, units):
    assert WORD.split(text) == units


def test_case_is_kept():
    assert WORD.split("Alice ALICE") == ["Alice", " ALICE"]


def test_a_rare_word_is_spelled_with_characters():
    assert WORD.spell(" Jub") == [" ", "J", "u", "b"]


def test_words_seen_often_enough_are_learnt_on_top_of_all_letters():
    assert WORD.learn(["a cat a cat a dog"], ["a cat a cat a dog"], None, 2) == sorted({*"a catdog", " a", " cat"})


def test_no_more_words_are_learnt_than_wanted():
    assert set(WORD.learn(["cat cat cat dog dog"], [], 1, 1)) == {" cat"}


def test_words_of_the_held_out_text_are_not_learnt():
    assert "secret" not in WORD.learn(["known"], ["known", "secret secret secret"], None, 1)


def test_of_a_large_text_the_most_frequent_words_alone_are_units(monkeypatch):
    monkeypatch.setattr(base, "SIZE", 2)
    assert set(UNITS["word"].learn(["aa aa aa aa bb bb cc cc cc"], ["abc "], None, 2)) == {*"abc ", " aa", " cc"}
