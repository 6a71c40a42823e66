import itertools
import math

import numpy as np
import pytest

import unrolled
from unrolled.analysis.scoring import log_softmax
from unrolled.engines.base import Engine, step
from unrolled.engines.prompt import PromptState
from unrolled.generation import completion as module
from unrolled.generation.completion import Words, complete
from unrolled.text.vocabulary import SPECIAL, Vocabulary

VOCABULARY = Vocabulary("char", ("a", "b", ".", " "))


def exhaustive(engine: Engine, read: PromptState, longest: int) -> list[tuple[float, str]]:
    """The probability of every word of so many letters at most, from the middle of a word on."""
    found = []
    for size in range(1, longest + 1):
        for letters in itertools.product("ab", repeat=size):
            logits, state, total = read.logits, read.state, 0.0
            for letter in letters:
                unit = VOCABULARY.index[letter]
                total += log_softmax(logits.astype(np.float64))[0, unit]
                logits, state = step(engine, np.array([unit], np.int32), state)
            ends = np.exp(log_softmax(logits.astype(np.float64)))[0, [0, 1, 4, 5]].sum()
            found.append((math.exp(total) * ends, "".join(letters)))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_the_likeliest_of_all_words(table, seed, monkeypatch):
    monkeypatch.setattr(module, "MAX_READ", 6000)
    engine, read = table(SPECIAL + 4, seed)
    found = complete(engine, Words(VOCABULARY), read, "x a", 4)
    expected = exhaustive(engine, read, 10)[:4]
    assert [each.rest for each in found] == [rest for _, rest in expected]
    assert [each.probability for each in found] == pytest.approx([share for share, _ in expected], rel=1e-6)
    assert [each.text for each in found] == ["a" + each.rest for each in found]


def test_words_of_the_text_are_completed(model):
    words = {each.text for prefix in ("The c", "The do", "A bi") for each in model.completions(prefix)}
    assert {"cat", "dog", "bird"} <= words


def test_a_space_is_followed_by_whole_words(model):
    for each in model.completions("The "):
        assert each.text == each.rest and each.text.isalpha()


def test_behind_punctuation_a_space_comes_first(model):
    assert model.completions("The cat sat on the mat.")[0].rest.startswith(" ")


def test_probabilities_fall_and_are_at_most_one_in_all(model):
    shares = [each.probability for each in model.completions("The ", 20)]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= 1


@pytest.mark.parametrize("unit", ["word", "bpe", "grapheme", "byte"])
def test_every_unit_completes_words(text_file, unit):
    tiny = {"steps": 60, "hidden_size": 48, "batch_size": 8, "sequence_length": 32, "threads": 1}
    model = unrolled.train(text_file, unit=unit, **tiny)
    found = model.completions("The ca")
    assert found and all(each.text.startswith("ca") and each.text == "ca" + each.rest for each in found)


def test_burmese_letters_and_their_signs_are_of_one_word():
    words = Words(Vocabulary("char", ("က", "ာ", "်", "။", " ")))
    assert words.go_on.tolist() == [False, False, True, True, True, False, False]
    assert words.typed("။ ကာ") == "ကာ"


def test_an_apostrophe_stands_within_a_word_and_ends_none():
    words = Words(Vocabulary("char", ("t", "'")))
    assert words.go_on.tolist()[2:] == [True, True] and words.may_end.tolist()[2:] == [True, False]
    assert words.typed("I don't") == "don't"


def test_words_are_completed_while_the_model_learns_from_the_text(model):
    found = model.session(adaptive=True).completions("Tholimer said. " * 12 + "Tholi", 3)
    assert len(found) == 3 and all(each.text.startswith("Tholi") for each in found)
