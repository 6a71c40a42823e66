import random
import sys

import pytest

from unrolled.errors import InputError, MissingExtraError
from unrolled.metrics import baseline as module
from unrolled.metrics.baseline import CHARACTERS, SPELLING, WORDS, baseline, features_of, tokens

CATS, DOGS = "the cat purrs and sleeps on a mat", "the dog barks and runs after a ball"


def texts(seed: int, count: int = 60) -> tuple[list[str], list[str]]:
    """Texts of a few words each from one of two sentences, and which."""
    rng = random.Random(seed)
    labels = [rng.choice(["cat", "dog"]) for _ in range(count)]
    return [" ".join(rng.sample((CATS if each == "cat" else DOGS).split(), 5)) for each in labels], labels


def test_texts_that_differ_in_their_words_are_told_apart():
    found = baseline(*texts(1), *texts(2))
    assert found.accuracy > 0.95 and found.macro_f1 > 0.95 and found.features == WORDS
    assert found.converged and found.seconds > 0


def test_labels_by_chance_are_not_learnt():
    rng = random.Random(3)
    told = [rng.choice("ab") for _ in range(200)]
    assert 0.3 < baseline(texts(1, 200)[0], told, texts(2, 200)[0], told[::-1]).accuracy < 0.7


def test_the_figures_are_those_of_its_errors():
    found = baseline(["good", "bad"], ["+", "-"], ["good", "good", "bad", "good"], ["+", "+", "-", "-"])
    assert found.accuracy == 0.75 and found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_label_that_only_the_test_has_is_missed():
    found = baseline(["good", "bad"], ["+", "-"], ["good", "what"], ["+", "?"])
    assert found.accuracy == 0.5


@pytest.mark.parametrize(
    ("some", "features"),
    [
        ([CATS, DOGS, "yes"], WORDS),
        (["Müller", "Nguyen", "O'Brien", "van Gogh"], SPELLING),
        (["မြန်မာ နိုင်ငံ သတင်း", "ကြောင် ခွေး"], CHARACTERS),
        (["猫"], CHARACTERS),
        (["हिन्दी में लिखा है"], WORDS),
    ],
)
def test_what_is_counted_depends_on_the_texts(some, features):
    assert features_of(some) == features


def test_names_are_told_apart_by_their_spelling():
    russian, greek = ["Ivanov", "Petrov", "Sidorov", "Popkov", "Smirnov"], ["Pappas", "Kostas", "Nikas"]
    found = baseline([*russian, *greek], ["ru"] * 5 + ["el"] * 3, ["Orlov", "Makas"], ["ru", "el"])
    assert found.accuracy == 1 and found.features == SPELLING


def test_burmese_is_told_apart_without_spaces():
    found = baseline(["ကြောင်လေး", "ခွေးကြီး"], ["cat", "dog"], ["အဖြူရောင်ကြောင်", "ခွေးနက်"], ["cat", "dog"])
    assert found.accuracy == 1


def test_a_word_of_any_script_is_one_token_and_so_is_its_punctuation():
    assert tokens("I don't  see हिन्दी!") == ["I", "don't", "see", "हिन्दी", "!"]


def test_a_regression_that_does_not_converge_says_so_without_a_warning(monkeypatch):
    monkeypatch.setattr(module, "ROUNDS", 1)
    assert not baseline(*texts(1), *texts(2)).converged


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((["a"], ["x"], ["a"], ["x"]), "at least two different"),
        ((["a", "b"], ["x"], ["a"], ["x"]), "got 2 texts with 1 labels"),
        ((["a", "b"], ["x", "y"], [], []), "0 test texts"),
        (([" ", ""], ["x", "y"], ["a"], ["x"]), "all texts to learn from are empty"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_one_sentence(given, told):
    with pytest.raises(InputError, match=told):
        baseline(*given)


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    for name in ("sklearn", "sklearn.feature_extraction.text", "sklearn.linear_model"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"run: pip install 'unrolled\[metrics\]'$"):
        baseline(*texts(1), *texts(2))
