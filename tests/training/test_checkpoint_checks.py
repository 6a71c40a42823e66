import json
import signal

import numpy as np
import pytest

import unrolled
from unrolled.model_file.bundle import pack, unpack
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path

TINY = {"hidden_size": 8, "batch_size": 4, "sequence_length": 16, "threads": 1}


@pytest.fixture(scope="module")
def left(text_file, tmp_path_factory):
    """What a run left that was stopped after some steps: the path of its model, and its resume file's contents."""
    path = tmp_path_factory.mktemp("left") / "m.safetensors"

    def stop(event):
        if isinstance(event, Progress) and event.step == 9:
            raise KeyboardInterrupt

    model = unrolled.train(text_file, path, observers=[stop], steps=20, **TINY)
    assert model.record["stopped"] == f"signal {int(signal.SIGINT)}"
    return path, unpack(resume_path(path).read_bytes(), "left")


def go_on(left, text_file, change):
    path, (tensors, metadata) = left
    tensors, about = dict(tensors), json.loads(metadata["resume"])
    change(tensors, about)
    resume_path(path).write_bytes(pack(tensors, {"resume": json.dumps(about)}))
    return unrolled.train(text_file, path, resume=True)


def refused(left, text_file, change):
    with pytest.raises(unrolled.UnrolledError) as caught:
        go_on(left, text_file, change)
    assert "\n" not in str(caught.value)


NAMES = ["network.head.weight", "network.head.bias", "state.h", "optimizer.0.0.exp_avg", "optimizer.1.0.step"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    [
        lambda array: array[..., None],
        lambda array: np.resize(array, (4, *array.shape)),
        lambda array: array.astype(np.float64),
        lambda array: np.full(array.shape, np.nan, np.float32),
    ],
)
def test_a_tensor_of_another_kind_is_refused(left, text_file, name, value):
    refused(left, text_file, lambda tensors, about: tensors.update({name: value(tensors[name])}))


@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_that_is_missing_is_refused(left, text_file, name):
    refused(left, text_file, lambda tensors, about: tensors.pop(name))


def test_a_part_of_the_best_weights_is_refused(left, text_file):
    refused(left, text_file, lambda tensors, about: tensors.update({"best.head.bias": tensors["network.head.bias"]}))


def test_a_tensor_that_nothing_needs_is_refused(left, text_file):
    refused(left, text_file, lambda tensors, about: tensors.update(more=np.zeros(2)))


def test_the_rows_of_a_state_that_is_carried_on_are_those_of_a_batch(left, text_file):
    refused(left, text_file, lambda tensors, about: tensors.update({"state.h": tensors["state.h"][:2]}))


@pytest.mark.parametrize(
    "change",
    [
        lambda about: about.clear(),
        lambda about: about.pop("told"),
        lambda about: about.update(ledger=[]),
        lambda about: about["ledger"].update(step=-1),
        lambda about: about["ledger"].update(step="9"),
        lambda about: about["ledger"].update(plans=[]),
        lambda about: about["ledger"].update(wings=2),
        lambda about: about["told"].update(wings=2),
        lambda about: about["told"].pop("advice"),
        lambda about: about.update(model={"hidden_size": "wide"}),
        lambda about: about.update(train=5),
        lambda about: about.update(replay=[[1]]),
        lambda about: about.update(base=7),
        lambda about: about.update(base="x" * 10_000),
    ],
)
def test_what_says_nothing_of_a_run_is_refused(left, text_file, change):
    refused(left, text_file, lambda tensors, about: change(about))


def test_what_was_left_goes_on(left, text_file):
    assert go_on(left, text_file, lambda tensors, about: None).record["steps"] == 20
