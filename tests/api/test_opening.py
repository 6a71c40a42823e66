import dataclasses

import pytest

import unrolled
from unrolled.api.model import model_of
from unrolled.api.opening import load
from unrolled.tasks import TASKS


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_class_of_models(task):
    assert issubclass(getattr(unrolled, TASKS[task].model_class), unrolled.Model)


@pytest.mark.parametrize(("name", "kind"), [("model", "LanguageModel"), ("classifier", "Classifier")])
def test_a_file_is_opened_as_the_class_of_its_task(name, kind, request, tmp_path):
    opened = load(request.getfixturevalue(name).save(tmp_path / "m.safetensors"), engine="reference")
    assert type(opened) is getattr(unrolled, kind)


def test_a_bundle_becomes_a_model(model):
    found = model_of(dataclasses.replace(model.bundle, record={}), "reference")
    assert found.generate("The ", seed=1, length=5) == model.generate("The ", seed=1, length=5)
