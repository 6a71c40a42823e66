import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import GenerateOptions
from unrolled.generation.constraints.no_loops import MIN_REPEATED, ROUNDS, NoLoops


def after(text: str) -> NoLoops:
    constraint = NoLoops()
    for character in text:
        constraint = constraint.after(2, character)
    return constraint


def loops(text: str) -> bool:
    """The definition, by the book."""
    return any(
        len(text) >= period + max(ROUNDS * period, MIN_REPEATED)
        and all(text[-n] == text[-n - period] for n in range(1, max(ROUNDS * period, MIN_REPEATED) + 1))
        for period in range(1, len(text))
    )


@given(st.text("ab", max_size=80))
def test_it_sees_what_repeats_and_nothing_else(text):
    assert after(text).looping == loops(text)


@given(st.text("abc. ", min_size=30, max_size=60).filter(lambda text: "  " not in text and text.strip() == text))
def test_whatever_is_written_again_and_again_is_a_loop(text):
    assert after((text + " ") * (ROUNDS + 2)).looping


def test_real_sentences_are_no_loop(text):
    assert not after(text[:300]).looping


@pytest.mark.parametrize("again", ["The state of the\nstate of the ", "the STATE of  the "])
def test_white_space_and_capitals_make_no_difference(again):
    assert after(again * 6).looping


def test_in_a_loop_the_temperature_rises_and_behind_it_falls_back():
    options = GenerateOptions(temperature=0.0)
    constraint = NoLoops()
    temperatures = []
    for character in "ab" * 30 + "the quick brown fox jumps over the lazy dog and much else, as one may say":
        constraint = constraint.after(2, character)
        temperatures.append(constraint.options(options).temperature)
    assert temperatures[:20] == [0.0] * 20 and max(temperatures) > 1
    assert temperatures.index(max(temperatures)) < 65 and temperatures[-1] < 1


def test_a_wilder_temperature_than_the_hottest_stays():
    hot = GenerateOptions(temperature=3.0)
    assert after("ab" * 60).options(hot).temperature == 3.0


def test_greedy_text_that_goes_round_in_circles_leaves_them(model):
    plain = model.generate("The ", temperature=0, length=600)
    constrained = model.generate("The ", temperature=0, length=600, no_loops=True, seed=1)
    assert loops(plain[-300:].casefold().replace("\n", " "))
    pieces = [{text[place : place + 40] for place in range(560)} for text in (plain, constrained)]
    assert len(pieces[1]) > 1.5 * len(pieces[0])


def test_it_is_the_same_text_until_the_first_loop(model):
    plain = model.generate("The ", temperature=0, length=40)
    assert model.generate("The ", temperature=0, length=40, no_loops=True, seed=1) == plain


def test_nothing_but_white_space_is_a_loop_and_an_indented_line_is_none():
    assert after(" " * 60).looping and after("\n" * 60).looping
    assert not after("a" + " " * 40 + "b").looping and not after(" " * 60 + "b").looping
