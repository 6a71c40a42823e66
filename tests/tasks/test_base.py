import pytest

from unrolled.config import ModelOptions
from unrolled.evaluation.evaluator import JUDGES
from unrolled.tasks import TASKS
from unrolled.tasks.base import ExampleRows, Task
from unrolled.training.recipes.examples import RECIPES


def test_every_task_of_the_table_can_be_chosen():
    assert [ModelOptions(task=name).task for name in TASKS] == list(TASKS)


METHODS = ("read", "rows", "cut", "encode_sources", "network", "loss", "show")


@pytest.mark.parametrize("missing", METHODS)
def test_a_task_without_one_of_its_methods_cannot_be_made(missing):
    methods = {name: lambda *_: None for name in METHODS if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Task,), methods)()


@pytest.mark.parametrize("name", TASKS)
def test_a_task_names_what_is_there(name):
    task = TASKS[name]
    assert task.continues or (task.recipe in RECIPES and task.judged in JUDGES)


def test_of_rows_with_one_source_all_that_is_wanted_stands_together():
    assert ExampleRows([("a", "x"), ("b", "y"), ("a", "z")], "").grouped() == {"a": ["x", "z"], "b": ["y"]}


def test_a_task_that_says_nothing_of_tokens_answers_for_the_whole_source():
    assert TASKS["classify"].tokens("two words", {}) == ("two words",)
