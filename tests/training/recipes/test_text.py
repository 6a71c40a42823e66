import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import ModelOptions, TrainOptions
from unrolled.training.corpus_stats import CorpusStats
from unrolled.training.machine import Speed
from unrolled.training.recipes.text import choose

UNITS = st.integers(45, 6_000_000)
SECONDS = st.floats(20, 1800)
VOCABULARY = st.integers(3, 300)
SPEED = st.builds(Speed, st.floats(1e-7, 1e-4), st.floats(2e9, 1e12))
SLOW = Speed(1e-6, 1e10)
CELLS = st.sampled_from(["elman", "gru", "lstm"])


@given(UNITS, SECONDS, VOCABULARY, SPEED, CELLS)
def test_every_choice_is_sane(units, seconds, vocabulary, speed, cell):
    recipe = choose(ModelOptions(cell=cell), TrainOptions(minutes=seconds / 60), CorpusStats(units, vocabulary), speed)
    model, train = recipe.model, recipe.train
    assert 16 <= model.hidden_size <= 2048
    assert 1 <= model.layers <= 3
    assert 0 <= model.embedding_size <= model.hidden_size
    assert 0 <= model.dropout <= 0.6
    assert 1e-4 <= train.learning_rate <= 0.06
    assert 8 <= train.sequence_length <= 512
    assert 1 <= train.batch_size <= 1024
    assert train.batch_size * train.sequence_length <= max(units / 2, 16)
    assert seconds * recipe.units_per_second / (train.batch_size * train.sequence_length) >= 100


@given(UNITS, SECONDS, VOCABULARY, SPEED, CELLS)
def test_no_gap_is_left(units, seconds, vocabulary, speed, cell):
    recipe = choose(ModelOptions(cell=cell), TrainOptions(minutes=seconds / 60), CorpusStats(units, vocabulary), speed)
    sizes = ("hidden_size", "layers", "embedding_size", "dropout")
    assert None not in [getattr(recipe.model, name) for name in sizes]
    chosen = ("batch_size", "sequence_length", "learning_rate", "weight_decay")
    assert None not in [getattr(recipe.train, name) for name in chosen]


@given(UNITS, VOCABULARY, SPEED)
def test_more_time_never_chooses_a_narrower_network(units, vocabulary, speed):
    widths = [
        choose(ModelOptions(), TrainOptions(minutes=minutes), CorpusStats(units, vocabulary), speed).model.hidden_size
        for minutes in (0.3, 1, 5, 30)
    ]
    assert widths == sorted(widths)


@given(SECONDS, VOCABULARY, SPEED)
def test_more_text_never_chooses_a_narrower_network(seconds, vocabulary, speed):
    widths = [
        choose(
            ModelOptions(), TrainOptions(minutes=seconds / 60), CorpusStats(units, vocabulary), speed
        ).model.hidden_size
        for units in (50, 2000, 100_000, 1_000_000, 6_000_000)
    ]
    assert widths == sorted(widths)


@given(UNITS, st.sampled_from([{"minutes": 1.0}, {"steps": 100}, {"epochs": 3.0}]))
def test_what_the_user_chose_is_kept(units, budget):
    model = ModelOptions(cell="gru", hidden_size=77, layers=2, embedding_size=0, dropout=0.25)
    train = TrainOptions(batch_size=5, sequence_length=33, learning_rate=0.123, weight_decay=0.5, **budget)
    recipe = choose(model, train, CorpusStats(units, 60), SLOW)
    assert (recipe.model, recipe.train) == (model, train)


@pytest.mark.parametrize("budget", [{"minutes": 2.0}, {"steps": 500}, {"epochs": 4.0}])
def test_the_budget_is_left_as_it_is(budget):
    recipe = choose(ModelOptions(), TrainOptions(**budget), CorpusStats(100_000, 60), SLOW)
    assert {name: getattr(recipe.train, name) for name in budget} == budget


def test_what_is_told_says_what_was_chosen_and_what_to_expect():
    known = CorpusStats(5_000, 60, chain=3.0)
    told = choose(ModelOptions(hidden_size=99), TrainOptions(steps=10, batch_size=7), known, SLOW).summary
    assert "LSTM layer of 99, as you chose" in told.recipe and "7 streams" in told.recipe
    assert told.forecast and f"{told.forecast['low']:.2f} to {told.forecast['high']:.2f}" in told.recipe
    assert "5,000 characters" in told.advice


def test_without_a_held_out_text_nothing_is_forecast():
    told = choose(ModelOptions(), TrainOptions(steps=10), CorpusStats(5_000, 60), SLOW).summary
    assert told.forecast is None and "there is no forecast" in told.recipe


@pytest.mark.parametrize(
    ("units", "minutes", "reason"),
    [(3_000, 10, "as so much text can fill"), (5_000_000, 0.5, "this budget can teach"), (10**9, 10**4, "unasked")],
)
def test_the_width_has_a_reason(units, minutes, reason):
    recipe = choose(ModelOptions(), TrainOptions(minutes=minutes), CorpusStats(units, 60), Speed(1e-7, 1e12))
    assert reason in recipe.summary.recipe


def test_words_are_read_less_often_and_decay_more():
    letters, words = (
        choose(ModelOptions(), TrainOptions(epochs=12), CorpusStats(300_000, 60, characters=300_000 * each), SLOW)
        for each in (1, 4)
    )
    assert words.train.weight_decay == pytest.approx(2 * letters.train.weight_decay, abs=0.01)


def test_more_passes_take_more_regularisation():
    recipes = [choose(ModelOptions(), TrainOptions(minutes=m), CorpusStats(300_000, 60), SLOW) for m in (1, 10, 100)]
    dropouts, decays = ([r.model.dropout for r in recipes], [r.train.weight_decay for r in recipes])
    assert dropouts == sorted(dropouts) and dropouts[0] < dropouts[-1]
    assert decays == sorted(decays)
