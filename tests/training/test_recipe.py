import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import ModelOptions, TrainOptions
from unrolled.training.recipe import choose

UNITS = st.integers(45, 6_000_000)
SECONDS = st.floats(20, 1800)
VOCABULARY = st.integers(3, 300)
SPEED = st.floats(2e9, 1e12)
CELLS = st.sampled_from(["elman", "gru", "lstm"])


@given(UNITS, SECONDS, VOCABULARY, SPEED, CELLS)
def test_every_choice_is_sane(units, seconds, vocabulary, speed, cell):
    recipe = choose(ModelOptions(cell=cell), TrainOptions(minutes=seconds / 60), units, vocabulary, speed)
    model, train = recipe.model, recipe.train
    assert 16 <= model.hidden_size <= 2048
    assert 1 <= model.layers <= 3
    assert 0 <= model.embedding_size <= model.hidden_size
    assert 0 <= model.dropout <= 0.6
    assert 1e-4 <= train.learning_rate <= 0.04
    assert 8 <= train.sequence_length <= 512
    assert 1 <= train.batch_size <= 1024
    assert train.batch_size * train.sequence_length <= max(units / 2, 16)
    assert seconds * recipe.units_per_second / (train.batch_size * train.sequence_length) >= 100


@given(UNITS, SECONDS, VOCABULARY, SPEED, CELLS)
def test_no_gap_is_left(units, seconds, vocabulary, speed, cell):
    recipe = choose(ModelOptions(cell=cell), TrainOptions(minutes=seconds / 60), units, vocabulary, speed)
    assert None not in dataclasses.asdict(recipe.model).values()
    chosen = ("batch_size", "sequence_length", "learning_rate")
    assert None not in [getattr(recipe.train, name) for name in chosen]


@given(UNITS, VOCABULARY, SPEED)
def test_more_time_never_chooses_a_narrower_network(units, vocabulary, speed):
    widths = [
        choose(ModelOptions(), TrainOptions(minutes=minutes), units, vocabulary, speed).model.hidden_size
        for minutes in (0.3, 1, 5, 30)
    ]
    assert widths == sorted(widths)


@given(SECONDS, VOCABULARY, SPEED)
def test_more_text_never_chooses_a_narrower_network(seconds, vocabulary, speed):
    widths = [
        choose(ModelOptions(), TrainOptions(minutes=seconds / 60), units, vocabulary, speed).model.hidden_size
        for units in (50, 2000, 100_000, 1_000_000, 6_000_000)
    ]
    assert widths == sorted(widths)


@given(UNITS, st.sampled_from([{"minutes": 1.0}, {"steps": 100}, {"epochs": 3.0}]))
def test_what_the_user_chose_is_kept(units, budget):
    model = ModelOptions(cell="gru", hidden_size=77, layers=2, embedding_size=0, dropout=0.25)
    train = TrainOptions(batch_size=5, sequence_length=33, learning_rate=0.123, **budget)
    recipe = choose(model, train, units, 60, 1e10)
    assert (recipe.model, recipe.train) == (model, train)


@pytest.mark.parametrize("budget", [{"minutes": 2.0}, {"steps": 500}, {"epochs": 4.0}])
def test_the_budget_is_left_as_it_is(budget):
    recipe = choose(ModelOptions(), TrainOptions(**budget), 100_000, 60, 1e10)
    assert {name: getattr(recipe.train, name) for name in budget} == budget


def test_the_summary_says_what_was_chosen():
    recipe = choose(ModelOptions(hidden_size=99), TrainOptions(steps=10, batch_size=7), 5_000, 60, 1e10)
    assert "LSTM layer of 99" in recipe.summary
    assert "7 streams" in recipe.summary
    assert "small a text" in recipe.summary


def test_a_large_text_is_not_called_small():
    assert "small" not in choose(ModelOptions(), TrainOptions(minutes=5), 10**6, 60, 1e11).summary
