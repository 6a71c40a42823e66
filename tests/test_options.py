import dataclasses

import pytest

from unrolled import options
from unrolled.config import ModelOptions, ScoreOptions, TrainOptions
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
