import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS
from unrolled.text.byte import BYTES
from unrolled.text.vocabulary import BOUNDARY, SPECIAL, UNKNOWN, Vocabulary

texts = st.text(st.characters())


@given(texts)
def test_decode_undoes_encode(text):
    vocabulary = Vocabulary.of("char", [text])
    assert vocabulary.decode(vocabulary.encode(text).tolist()) == text


@given(texts, texts)
def test_every_text_encodes_to_ids_of_the_vocabulary(known, text):
    vocabulary = Vocabulary.of("char", [known])
    ids = vocabulary.encode(text)
    assert ids.tolist() == [vocabulary.index.get(each, UNKNOWN) for each in text]


@given(st.lists(texts))
def test_the_order_of_texts_does_not_matter(given_texts):
    assert Vocabulary.of("char", given_texts) == Vocabulary.of("char", reversed(given_texts))


@given(texts, texts)
def test_any_prompt_can_be_read(known, prompt):
    vocabulary = Vocabulary.of("char", [known])
    ids, replaced = vocabulary.encode_prompt(prompt)
    assert set(replaced) == set(prompt) - set(known)
    assert set(ids.tolist()) <= {UNKNOWN, *vocabulary.index.values()}
    assert ids.tolist() == vocabulary.encode("".join(replaced.get(each, each) for each in prompt)).tolist()


@given(texts)
def test_a_prompt_of_known_units_is_read_as_it_is(text):
    vocabulary = Vocabulary.of("char", [text])
    ids, replaced = vocabulary.encode_prompt(text)
    assert np.array_equal(ids, vocabulary.encode(text)) and not replaced


@given(texts, st.data())
def test_characters_are_counted_as_they_are_written(text, data):
    vocabulary = Vocabulary.of("char", [text])
    ids = data.draw(st.lists(st.integers(0, len(vocabulary) - 1)))
    assert vocabulary.characters(np.array(ids, np.int32)) == len(vocabulary.decode(ids))


def test_units_are_sorted_behind_the_special_ids():
    vocabulary = Vocabulary.of("char", ["baba", "cab"])
    assert vocabulary.units == ("a", "b", "c")
    assert vocabulary.index == {"a": 2, "b": 3, "c": 4}
    assert len(vocabulary) == SPECIAL + 3


def test_the_boundary_is_no_text_and_the_unknown_a_replacement_character():
    assert Vocabulary("char", ("a",)).decode([BOUNDARY, SPECIAL, UNKNOWN]) == "a\ufffd"


@pytest.mark.parametrize(
    ("prompt", "known", "read"),
    [
        ("Ａ", "Aa", "A"),  # a full-width letter: its compatibility form
        ("ﬁ", "fi", "fi"),  # a ligature: two characters
        ("A", "a", "a"),
        ("a", "A", "A"),
        ("Ａ", "a", "a"),
        ("é", "e", "e"),
        ("É", "e", "e"),
        ("é", "éÉ", "é"),
        ("ß", "sS", "SS"),
        ("ﬁ", "f", "\ufffd"),
        ("🙂", "abc", "\ufffd"),
    ],
)
def test_an_unseen_unit_falls_back_to_the_nearest_known(prompt, known, read):
    vocabulary = Vocabulary.of("char", [known])
    ids, replaced = vocabulary.encode_prompt(prompt)
    assert replaced == ({} if prompt in known else {prompt: read})
    assert vocabulary.decode(ids.tolist()) == read


def test_an_unseen_unit_without_a_variant_is_the_unknown():
    assert Vocabulary.of("char", ["ab"]).encode_prompt("a🙂b")[0].tolist() == [2, UNKNOWN, 3]


def test_a_text_has_one_unit_for_each_of_its_ids():
    vocabulary = Vocabulary.of("word", ["the\nthe cat"], ["the cat the zoo"], least=2)
    assert vocabulary.split("the zoo") == ["the", " ", "z", "o", "o"]
    assert len(vocabulary.encode("the zoo")) == 5


@pytest.mark.parametrize("unit", sorted(UNITS))
@given(text=st.text())
def test_what_is_encoded_comes_back(unit, text):
    vocabulary = Vocabulary.of(unit, [text])
    assert vocabulary.decode(vocabulary.encode(text).tolist()) == text
    assert vocabulary.characters(vocabulary.encode(text)) == len(text)


def test_an_unseen_word_of_a_prompt_is_spelled_and_not_replaced():
    vocabulary = Vocabulary.of("word", ["a cat"], ["a cat z"])
    ids, replaced = vocabulary.encode_prompt("a zzz")
    assert vocabulary.decode(ids.tolist()) == "a zzz" and not replaced


def test_an_unseen_letter_of_a_spelled_word_falls_back():
    vocabulary = Vocabulary.of("word", ["a cat"])
    ids, replaced = vocabulary.encode_prompt("a CAT")
    assert vocabulary.decode(ids.tolist()) == "a cat" and replaced == {"C": "c", "A": "a", "T": "t"}


def test_a_decoder_holds_back_half_a_character():
    vocabulary = Vocabulary.of("byte", [""])
    decoder = vocabulary.decoder()
    assert [decoder(int(number)) for number in vocabulary.encode("é!")] == ["", "é", "!"]


@pytest.mark.parametrize(
    ("prompt", "before", "begun", "units"),
    [
        ("the c", "the", " c", {" cat", " cow", " c"}),
        ("the ", "the", " ", {" cat", " cow", " c"}),
        ("the cat", "the cat", "", set()),
        ("the zebra", "the zebra", "", set()),
        ("", "", "", set()),
    ],
)
def test_the_last_word_of_a_prompt_is_reopened_where_longer_ones_begin_like_it(prompt, before, begun, units):
    vocabulary = Vocabulary("word", (" ", " c", " cat", " cow", "a", "c", "t", "the"))
    kept, lead, allowed = vocabulary.reopen(prompt)
    assert (kept, lead, {vocabulary.text_of(int(n)) for n in allowed}) == (before, begun, units)


def test_characters_are_never_reopened():
    assert Vocabulary.of("char", ["abc"]).reopen("ab")[1] == ""


def test_a_copied_decoder_goes_on_by_itself():
    vocabulary = Vocabulary.of("byte", [""])
    first, acute, _, grave = vocabulary.encode("éè").tolist()
    decoder = vocabulary.decoder()
    assert decoder(first) == ""
    other = decoder.copied()
    assert (decoder(acute), other(grave)) == ("é", "è")


def test_a_decoder_leaves_out_what_was_begun():
    vocabulary = Vocabulary.of("word", ["the cat"])
    decoder = vocabulary.decoder(" c")
    assert [decoder(vocabulary.index[unit]) for unit in (" cat", " cat")] == ["at", " cat"]


def test_no_character_of_a_prompt_is_torn_when_its_last_token_is_reopened():
    vocabulary = Vocabulary("bpe", (*BYTES, "\xa9s", "\xc3\xa9s"))
    before, begun, allowed = vocabulary.reopen("café")
    assert (before, begun) == ("caf", "\xc3\xa9") and [vocabulary.text_of(int(n), begun) for n in allowed] == ["s"]
    assert Vocabulary("bpe", (*BYTES, "\xa9s")).reopen("café")[:2] == ("café", "")


@pytest.mark.parametrize(
    ("unit", "text", "tail"),
    [
        ("char", "a b", ""),
        ("word", "The ca", " ca"),
        ("word", "The \n", ""),
        ("gpt2", "a\n", "\n"),
        ("gpt2", "a b", " b"),
    ],
)
def test_the_end_of_a_text_that_may_change_is_not_settled(unit, text, tail):
    units = tuple(sorted(UNITS[unit].learn([], [text], None, 1)))
    assert Vocabulary(unit, units).settle(text) == (text.removesuffix(tail) if tail else text, tail)


def test_of_syllables_the_last_three_may_change():
    vocabulary = Vocabulary("syllable", tuple("ကခဂဃင"))
    assert vocabulary.settle("ကခဂဃင") == ("ကခ", "ဂဃင")
