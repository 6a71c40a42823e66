import pytest

from unrolled.config import ModelOptions, TrainOptions
from unrolled.errors import OptionError
from unrolled.training.corpus_stats import CorpusStats
from unrolled.training.machine import Speed
from unrolled.training.recipes.gpt2 import choose

STATS, SPEED = CorpusStats(200_000, 60), Speed(1e-6, 5e10)


@pytest.mark.parametrize(("minutes", "sizes"), [(1.0, (3, 96, 64)), (10.0, (4, 128, 128)), (60.0, (6, 256, 256))])
def test_a_longer_budget_has_larger_sizes(minutes, sizes):
    found = choose(ModelOptions(model="gpt2"), TrainOptions(minutes=minutes), STATS, SPEED).model
    assert (found.layers, found.hidden_size, found.context) == sizes
    assert found.hidden_size % found.heads == 0


def test_what_the_user_chose_is_kept():
    model = ModelOptions(model="gpt2", layers=2, hidden_size=40, context=16, heads=5, dropout=0.2)
    recipe = choose(model, TrainOptions(minutes=1.0, batch_size=3, learning_rate=0.01), STATS, SPEED)
    assert recipe.model == model
    assert (recipe.train.batch_size, recipe.train.learning_rate, recipe.train.sequence_length) == (3, 0.01, 16)


@pytest.mark.parametrize(
    ("model", "train", "message"),
    [({"heads": 5}, {}, "does not divide"), ({"context": 8}, {"sequence_length": 9}, "looks 8 back")],
)
def test_sizes_that_do_not_go_together_are_refused(model, train, message):
    with pytest.raises(OptionError, match=message):
        choose(ModelOptions(model="gpt2", **model), TrainOptions(steps=3, **train), STATS, SPEED)
