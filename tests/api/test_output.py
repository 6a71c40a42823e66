from pathlib import Path

import pytest

import unrolled
from unrolled.api.output import save_or_rescue
from unrolled.api.training import Order, carry_out
from unrolled.errors import OutputError
from unrolled.training.events import Progress
from unrolled.training.interrupt import Interrupt
from unrolled.training.paths import resume_path

TINY = {"steps": 3, "hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


def test_a_model_that_cannot_be_saved_is_put_where_it_can(model, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix: str(tmp_path))
    with pytest.raises(unrolled.UnrolledError, match="the trained model is safe in") as caught:
        save_or_rescue(model, "/proc/nothing/m.safetensors", replace=False)
    assert unrolled.load(Path(str(caught.value).split("safe in ")[1])).record == model.record


def when(step, act):
    """An observer that acts once, after a step."""

    def observe(event):
        if isinstance(event, Progress) and event.step == step:
            act()

    return observe


def test_a_file_that_appears_meanwhile_stays_and_the_model_lies_beside_it(text_file, tmp_path):
    output = tmp_path / "m.safetensors"
    (tmp_path / "m-2.safetensors").write_text("precious")

    def act():
        output.write_text("precious")

    with pytest.raises(
        OutputError, match=r"appeared while training went on and stays; .* is in .*m-3.safetensors"
    ) as e:
        unrolled.train(text_file, output, observers=[when(2, act)], **TINY)
    assert e.value.exit_status == 1
    assert output.read_text() == (tmp_path / "m-2.safetensors").read_text() == "precious"
    assert unrolled.load(tmp_path / "m-3.safetensors").record["steps"] == 3
    assert len(list(tmp_path.iterdir())) == 3
    unrolled.train(text_file, output, force=True, observers=[when(2, act)], **TINY)
    assert unrolled.load(output).record["steps"] == 3


def test_a_second_training_of_the_same_output_is_refused_at_its_start(text_file, tmp_path):
    output, refused = tmp_path / "m.safetensors", []

    def act():
        for options in ({}, {"force": True}):
            with pytest.raises(OutputError, match=r"another training is writing .*m.safetensors now") as caught:
                unrolled.train(text_file, output, **TINY, **options)
            refused.append(caught.value.exit_status)

    unrolled.train(text_file, output, observers=[when(2, act)], **TINY)
    assert refused == [2, 2] and list(tmp_path.iterdir()) == [output]


@pytest.fixture
def stopped(text_file, tmp_path):
    """The output of a run that was stopped after its second step, and the best that it wrote then."""
    output, interrupt = tmp_path / "m.safetensors", Interrupt()

    def act():
        interrupt.received = 15

    carry_out(Order(text_file, output, observers=(when(2, act),), options=TINY), interrupt)
    assert resume_path(output).exists() and output.exists()
    return output


def test_going_on_replaces_what_the_stopped_run_wrote_and_nothing_else(stopped, text_file):
    written = stopped.read_bytes()
    stopped.write_text("precious")
    with pytest.raises(OutputError, match=r"m.safetensors exists already"):
        unrolled.train(text_file, stopped, resume=True)
    stopped.write_bytes(written)
    assert unrolled.train(text_file, stopped, resume=True).record["steps"] == 3
    assert list(stopped.parent.iterdir()) == [stopped]


def test_what_a_killed_run_left_is_cleaned_at_the_next_start(text_file, tmp_path):
    output = tmp_path / "m.safetensors"
    for name in (output.name, resume_path(output).name):
        (tmp_path / f".{name}.abcd_123.unrolled").write_text("half a model")
    (tmp_path / f".{resume_path(output).name}.lock").touch()
    unrolled.train(text_file, output, **TINY)
    assert list(tmp_path.iterdir()) == [output]
