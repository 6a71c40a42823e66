import dataclasses

import pytest

from unrolled.config import MODELS, ModelOptions
from unrolled.kinds import KINDS
from unrolled.kinds.base import OF_NETWORKS

TRAINED = {"layers": 2, "hidden_size": 16, "order": 5}


@pytest.mark.parametrize("name", KINDS)
def test_a_fact_of_a_kind_does_not_change(name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        KINDS[name].counted = True


@pytest.mark.parametrize(("name", "title"), [("recurrent", "lstm 2×16"), ("markov", "markov 5"), ("gpt2", "gpt2 2×16")])
def test_a_title_is_a_word_and_sizes(name, title):
    assert ModelOptions(model=name, **TRAINED).title == title


def test_the_options_know_the_kinds():
    assert tuple(KINDS) == MODELS


@pytest.mark.parametrize("name", KINDS)
def test_what_learns_step_by_step_has_the_options_of_a_network(name):
    assert KINDS[name].counted != (KINDS[name].options >= OF_NETWORKS)


@pytest.mark.parametrize("name", KINDS)
def test_what_learns_step_by_step_has_a_recipe_and_shapes_unless_it_is_of_cells(name):
    kind = KINDS[name]
    assert bool(kind.recipe) != kind.counted
    assert bool(kind.shapes) == bool(kind.network) == (not kind.of_cells and not kind.counted)
