import dataclasses
import signal

import pytest

import unrolled
from unrolled.errors import OptionError
from unrolled.training.checkpoint import load_resume
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path
from unrolled.training.settings import settings_of


@pytest.fixture(scope="module")
def stopped(text_file, small, tmp_path_factory):
    """The output of a run of 20 steps that was stopped after 10."""
    output = tmp_path_factory.mktemp("stopped") / "m.safetensors"

    def interrupt(event):
        if isinstance(event, Progress) and event.step == 10:
            signal.raise_signal(signal.SIGINT)

    options = {**small, "dropout": 0.1, "precision": "fp32"}
    unrolled.train(text_file, output, observers=[interrupt], steps=20, unit="auto", **options)
    return output


def resumed(stopped, **options):
    return settings_of(options, resume_path(stopped), resume=True, replay=None, start=None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"hidden_size": 512}, "hidden_size=512 with resume=, and the earlier run has 16"),
        ({"dropout": 0.2}, "dropout=0.2 with resume=, and the earlier run has 0.1"),
        ({"seed": 2}, "seed=2"),
        ({"cell": "gru"}, "cell=gru"),
        ({"encoding": "latin-1"}, "encoding=latin-1"),
        ({"patience": 3}, "patience=3"),
        ({"valid": 0.2}, "valid=0.2"),
        ({"label": ("file",)}, "label="),
        ({"learning_rate": 0.5}, "learning_rate=0.5"),
    ],
)
def test_an_option_that_a_run_cannot_go_on_with_is_refused(stopped, options, told):
    with pytest.raises(OptionError, match=told) as caught:
        resumed(stopped, **options)
    assert "leave it out" in str(caught.value) and "\n" not in str(caught.value)


def test_the_options_of_the_stopped_run_may_be_said_again(stopped, small):
    again = resumed(stopped, steps=20, dropout=0.1, unit="auto", cell="lstm", seed=1, label=(), encoding=None, **small)
    assert dataclasses.replace(again, given={}) == dataclasses.replace(resumed(stopped, unit="char"), given={})
    assert not again.other_budget


def test_where_the_work_is_done_may_be_another_and_is_the_same_unless_told(stopped):
    assert (resumed(stopped).run.threads, resumed(stopped).run.precision) == (1, "fp32")
    other = resumed(stopped, threads=2, device="cpu").run
    assert (other.threads, other.device, other.precision) == (2, "cpu", "fp32")


@pytest.mark.parametrize("budget", [{"minutes": 3.0}, {"steps": 30}, {"epochs": 2.0}])
def test_another_budget_is_obeyed(stopped, budget):
    settings = resumed(stopped, **budget)
    given = {name: getattr(settings.train, name) for name in ("minutes", "steps", "epochs")}
    assert settings.other_budget and {k: v for k, v in given.items() if v is not None} == budget


@pytest.mark.parametrize(
    ("replay", "start", "has"), [("x.safetensors", None, "none"), (None, "x.safetensors", "scratch")]
)
def test_another_model_to_repeat_or_to_begin_with_is_refused(stopped, replay, start, has):
    with pytest.raises(OptionError, match=rf"x.safetensors with resume=, and the earlier run has {has}"):
        settings_of({}, resume_path(stopped), True, replay, start)


def test_a_run_that_goes_on_takes_the_start_that_it_had(stopped):
    assert settings_of({}, resume_path(stopped), True, None, "scratch").base is None


def test_more_steps_are_made_and_fewer_than_were_made_refused(stopped, text_file, tmp_path):
    for path in (stopped, resume_path(stopped)):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    output = tmp_path / stopped.name
    with pytest.raises(OptionError, match="the stopped run has used 10 of them"):
        unrolled.train(text_file, output, resume=True, steps=10)
    assert load_resume(resume_path(output))[1]["ledger"]["step"] == 10
    model = unrolled.train(text_file, output, resume=True, steps=25)
    assert (model.record["steps"], model.record["plans"]) == (25, [(0, 20), (10, 25)])
    assert model.record["options"]["steps"] == 25


def test_a_replay_refuses_other_options_and_obeys_where_the_work_is_done(model_file):
    assert settings_of({"threads": 3, "hidden_size": 48}, None, False, str(model_file), None).run.threads == 3
    for options in ({"hidden_size": 24}, {"steps": 61}, {"minutes": 1.0}, {"seed": 2}):
        with pytest.raises(OptionError, match=r"with replay=, and the earlier run has .*; leave it out"):
            settings_of(options, None, False, str(model_file), None)


def test_a_replay_repeats_the_validations(model_file, model):
    settings = settings_of({}, None, False, str(model_file), None)
    assert settings.validations == [point["step"] for point in model.record["curve"]]
