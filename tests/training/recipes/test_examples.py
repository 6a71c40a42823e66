import numpy as np
import pytest

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.encoder_input import Ragged, Shared
from unrolled.datasets.examples import ExampleDataset, Examples
from unrolled.tasks.options import refuse_foreign
from unrolled.text.vocabulary import Vocabulary
from unrolled.training.machine import Speed
from unrolled.training.recipes.examples import WIDTHS, choose_for_examples, power_of_two

FAST, SLOW = (Speed(1e-6, flops) for flops in (1e12, 1e8))
TASKS = pytest.mark.parametrize("task", ["classify", "translate"])


def split_of(task: str, rows: int = 200, length: int = 10) -> ExampleDataset:
    letters, labels = Vocabulary("char", tuple("abcdefgh")), Vocabulary("label", ("no", "yes"))
    sources = Ragged.of([np.full(length, 2, np.int32)] * rows)
    part = Examples(sources, sources if task == "translate" else Ragged.of([np.array([2], np.int32)] * rows))
    names = {"source": letters, "target": letters} if task == "translate" else {"text": letters, "labels": labels}
    return ExampleDataset(names, list(names)[1], part, part, part)


@TASKS
def test_no_gap_is_left(task):
    recipe = choose_for_examples(ModelOptions(task=task, unit="char"), TrainOptions(minutes=1.0), split_of(task), FAST)
    needed = ["hidden_size", "layers", "embedding_size", "dropout", "directions"]
    needed += ["pooling"] if task == "classify" else ["attention"]
    assert all(getattr(recipe.model, name) is not None for name in needed)
    rest = ("batch_size", "sequence_length", "learning_rate", "weight_decay", "label_smoothing")
    assert all(getattr(recipe.train, name) is not None for name in rest)
    assert recipe.units_per_second > 0 and recipe.max_epochs >= 1


@TASKS
def test_what_the_user_chose_stays(task):
    own = {"pooling": "mean", "unit_dropout": 0.25} if task == "classify" else {"attention": "none"}
    sizes = {"hidden_size": 7, "layers": 2, "embedding_size": 3, "dropout": 0.0, "directions": 1}
    model = ModelOptions(task=task, unit="char", **sizes, **own)
    given = {"batch_size": 3, "sequence_length": 5, "learning_rate": 0.5, "weight_decay": 0.0, "label_smoothing": 0.0}
    recipe = choose_for_examples(model, TrainOptions(minutes=1.0, **given), split_of(task), FAST)
    assert recipe.model == model
    assert {name: getattr(recipe.train, name) for name in given} == given


def test_a_network_is_as_wide_as_the_pairs_can_fill_and_the_budget_can_teach():
    model, train = ModelOptions(task="translate", unit="char"), TrainOptions(minutes=1.0)
    few, many = (choose_for_examples(model, train, split_of("translate", rows), FAST) for rows in (50, 5000))
    slow = choose_for_examples(model, train, split_of("translate", 5000), SLOW)
    assert WIDTHS[0] == few.model.hidden_size < many.model.hidden_size
    assert slow.model.hidden_size < many.model.hidden_size


def test_letters_get_a_narrower_network_for_more_steps():
    split, train, speed = split_of("translate", 5000), TrainOptions(minutes=1.0), Speed(1e-6, 1e10)
    options = (ModelOptions(task="translate", unit=unit) for unit in ("char", "word"))
    letters, words = (choose_for_examples(each, train, split, speed).model.hidden_size for each in options)
    assert letters < words


@pytest.mark.parametrize("unit", ["char", "word"])
def test_where_passes_are_given_the_width_is_not_for_the_machine_to_choose(unit):
    split, train = split_of("translate", 5000), TrainOptions(epochs=1)
    model = ModelOptions(task="translate", unit=unit)
    slow, fast = (choose_for_examples(model, train, split, each).model.hidden_size for each in (SLOW, FAST))
    assert WIDTHS[0] < slow == fast


@TASKS
def test_what_is_told_names_the_sizes(task):
    told = choose_for_examples(
        ModelOptions(task=task, unit="char"), TrainOptions(minutes=1.0), split_of(task), FAST
    ).summary
    assert "200 examples to learn from" in told.advice and "examples a step" in told.recipe


def test_rows_are_a_power_of_two():
    assert [power_of_two(most) for most in (0.3, 1, 3.9, 4, 100)] == [1, 1, 2, 4, 64]


@pytest.mark.parametrize(("shape", "attention"), [((8, 16, 16, 3), "dot"), ((8, 5, 4), "dot"), ((8, 1, 4), "none")])
def test_captions_look_around_where_there_is_more_than_one_place(shape, attention):
    letters = Vocabulary("char", tuple("abc"))
    targets = Ragged.of([np.array([2, 3, 0], np.int32)] * 300)
    part = Examples(Shared(np.zeros(shape, np.float32), np.arange(300) % 8), targets)
    split = ExampleDataset({"text": letters}, "text", part, part, part)
    sees = {"image_size": 16} if len(shape) > 3 else {"vision": "features", "feature_size": 4}
    recipe = choose_for_examples(
        ModelOptions(task="caption", unit="char", **sees), TrainOptions(minutes=1.0), split, FAST
    )
    assert recipe.model.attention == attention and recipe.model.directions is None
    assert recipe.train.batch_size == 32 and recipe.units_per_second > 0
    refuse_foreign(ModelOptions, recipe.model.changed(), recipe.model.task, recipe.model.model)
