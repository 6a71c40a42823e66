import dataclasses

import pytest

from unrolled import options
from unrolled.config import ModelOptions, NoveltyOptions, ScoreOptions, TrainOptions
from unrolled.errors import OptionError


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"low": 0, "below": 1}, "at least 0 and below 1"),
        ({"above": 0, "high": 10}, "above 0 and at most 10"),
        ({}, "a finite number"),
    ],
)
def test_bounds_are_told_in_words(bounds, words):
    assert options.describe(bounds) == words


def test_an_unknown_option_names_its_near_neighbours():
    with pytest.raises(OptionError, match=r"^there is no option 'hiden_size'; did you mean hidden_size or"):
        ModelOptions.of({"hiden_size": 3})


def test_an_unknown_option_names_up_to_three_neighbours():
    with pytest.raises(OptionError, match=r"did you mean batches or batch_size\?$"):
        TrainOptions.of({"batch": 3})


def test_an_unknown_option_like_no_other_lists_them_all():
    with pytest.raises(OptionError, match=r"^there is no option 'xyz'; the options are mode, top, where, adaptive$"):
        ScoreOptions.of({"xyz": 3})


def test_options_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelOptions().cell = "gru"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del ModelOptions().cell


def test_options_are_values_with_all_their_fields():
    made = ScoreOptions(top=3)
    assert made == ScoreOptions(top=3) and hash(made) == hash(ScoreOptions(top=3))
    assert made != ScoreOptions() and made != NoveltyOptions()
    assert repr(made) == "ScoreOptions(mode='streamed', top=3, where=(), adaptive=False)"
    assert dataclasses.replace(made, top=4).top == 4 and dataclasses.asdict(made)["top"] == 3


def test_an_unknown_keyword_is_a_type_error_as_of_any_function():
    with pytest.raises(TypeError, match=r"^ScoreOptions\(\) got an unexpected keyword argument 'tops'$"):
        ScoreOptions(tops=3)


@pytest.mark.parametrize("kind", options.Options.__subclasses__())
def test_no_class_of_options_compiles_methods_when_it_is_made(kind):
    compiled = {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"}
    assert not compiled & set(vars(kind)), "a process that starts waits for that"
