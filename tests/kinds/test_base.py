import dataclasses

import pytest

from unrolled.config import MODELS, NETWORKS, ModelOptions
from unrolled.kinds import KINDS

TRAINED = {"layers": 2, "hidden_size": 16, "order": 5}


@pytest.mark.parametrize("name", KINDS)
def test_a_fact_of_a_kind_does_not_change(name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        KINDS[name].counted = True


@pytest.mark.parametrize(("name", "title"), [("recurrent", "lstm 2×16"), ("markov", "markov 5"), ("gpt2", "gpt2 2×16")])
def test_a_title_is_a_word_and_sizes(name, title):
    assert ModelOptions(model=name, **TRAINED).title == title


def test_the_options_know_the_kinds_and_which_of_them_learn_step_by_step():
    assert tuple(KINDS) == MODELS and NETWORKS == ("recurrent", "gpt2")


@pytest.mark.parametrize("name", KINDS)
def test_what_learns_step_by_step_has_a_recipe_and_shapes_unless_it_is_of_cells(name):
    kind = KINDS[name]
    assert bool(kind.recipe) != kind.counted
    assert bool(kind.shapes) == bool(kind.network) == (not kind.of_cells and not kind.counted)
