import dataclasses
import re

import pytest

from unrolled.api.model import model_of
from unrolled.cli.screen import ENDINGS, Screen, describe, describe_going_on, typed
from unrolled.training.events import Progress, Started, Validated, Warned


def progress(step, bits=2.5):
    return Progress(step, 100, step / 50, bits, 12_345.6, float(step), 100.0 - step)


@pytest.fixture
def told(model, capsys):
    """What a screen shows of some events."""

    def show(*events, quiet=False, finish=None):
        with Screen(quiet) as screen:
            for event in events:
                screen.observe(event)
            if finish:
                screen.finish(model, finish)
        out, error = capsys.readouterr()
        assert out == ""
        return error

    return show


@pytest.fixture
def validated(model):
    return lambda step: Validated(step, 2.25, 2.25, 2.0, lambda: model.bundle)


def test_a_run_begins_with_its_sizes(told):
    lines = told(Started("a long book.", "1 LSTM layer of 9.", None, 1234, 0)).splitlines()
    assert lines == ["the text: a long book.", "the model: 1 LSTM layer of 9. 1,234 weights."]
    assert "going on from step 7" in told(Started("a long book.", "1 LSTM layer of 9.", None, 1234, 7))


def test_progress_is_one_line():
    assert describe(progress(40), "") == "40/100 · 2.500 bits/char · 12.3k chars/s · 1:00 left"


def test_without_a_terminal_a_line_comes_only_now_and_then(told, monkeypatch):
    assert told(progress(1), progress(2)) == ""
    monkeypatch.setattr("unrolled.cli.screen.PLAIN_EVERY", 0.0)
    assert told(progress(1), progress(2)).count("bits/char") == 2


def test_a_validation_shows_samples_at_three_temperatures(told, validated):
    shown = told(progress(1), validated(1))
    assert "step 1: held-out 2.250 bits/char (training 2.000)" in shown
    assert [f"[{heat}]" in shown for heat in (0.3, 0.8, 1.2)] == [True] * 3


def test_a_validation_may_come_before_any_progress(told, validated):
    assert "held-out 2.250" in told(validated(1))


def test_samples_come_only_a_few_times_in_a_run(told, validated):
    events = [each for step in range(1, 101) for each in (progress(step), validated(step))]
    assert told(*events).count("[0.8]") in (5, 6)


def test_the_alarm_comes_with_the_curve_where_it_bends(told):
    curve = [{"step": step, "valid": bits, "train": 1.0} for step, bits in ((1, 9.0), (2, 2.0), (3, 2.05), (4, 2.1))]
    lines = told(Warned("it begins to memorise", tuple(curve))).splitlines()
    assert lines[0] == "warning: it begins to memorise"
    assert "2.100" in lines[1] and "step 2 … 4" in lines[-1]


def test_a_warning_is_shown(told):
    assert told(Warned("it begins to memorise")) == "warning: it begins to memorise\n"


def test_quiet_shows_nothing(told, validated, tmp_path):
    events = [Started("a", "r", None, 1, 0), progress(1), validated(1), Warned("w")]
    assert told(*events, quiet=True, finish=tmp_path / "m") == ""


def test_square_brackets_of_a_sample_are_shown_as_they_are(told):
    assert told(Warned("[red]blood[/red] [b]")) == "warning: [red]blood[/red] [b]\n"


def test_the_end_tells_how_it_went_and_what_to_try(told, tmp_path):
    shown = told(finish=tmp_path / "my model.safetensors")
    assert re.search(r"bits/char on held-out text( \(.* by a Markov chain\))?, 60 steps", shown)
    assert f"try: unrolled generate '{tmp_path}/my model.safetensors'" in shown


@pytest.mark.parametrize("why", ENDINGS)
def test_the_end_tells_why_it_came(model, why, tmp_path, capsys):
    bundle = dataclasses.replace(model.bundle, record={**model.record, "ended_by": why})
    with Screen(False) as screen:
        screen.finish(model_of(bundle), tmp_path / "m.safetensors")
    assert f"({ENDINGS[why]})" in capsys.readouterr().err


def test_in_a_terminal_there_is_a_live_line(told, validated, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    shown = told(progress(40), validated(40), progress(41))
    assert "\x1b[" in shown
    assert "41/100" in shown
    assert "held-out 2.250" in shown
    assert "step 40: held-out" not in shown


@pytest.mark.parametrize(("path", "name"), [("a.txt", "a.txt"), ("a b", "'a b'"), ("$x", "'$x'")])
def test_a_name_is_shown_as_one_can_type_it(path, name):
    assert typed(path) == name


def test_going_on_tells_what_is_learnt_and_what_is_forgotten():
    told = {
        "from": "a.safetensors",
        "added": ["é"],
        "before": {"new": 4.0, "old": 2.0},
        "after": {"new": 3.0, "old": 2.5},
    }
    line = describe_going_on(told)
    assert line == (
        "going on from a.safetensors: 1 new letters; the new text 4.000 → 3.000 bits/char, "
        "the old text 2.000 → 2.500 bits/char"
    )


def test_going_on_says_that_the_old_text_is_gone():
    told = {"from": "a", "added": [], "before": {"new": 4.0, "old": None}, "after": {"new": 3.0, "old": None}}
    assert "the old text could not be scored" in describe_going_on(told)
