import pytest

from unrolled.config import ModelOptions
from unrolled.tasks import TASKS
from unrolled.tasks.base import Task


def test_every_task_of_the_table_can_be_chosen():
    assert [ModelOptions(task=name).task for name in TASKS] == list(TASKS)


@pytest.mark.parametrize("missing", ["read", "network", "loss", "show"])
def test_a_task_without_one_of_its_methods_cannot_be_made(missing):
    methods = {name: lambda *_: None for name in ("read", "network", "loss", "show") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Task,), methods)()
