import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import unrolled
from unrolled.model_file.bundle import write_atomically
from unrolled.training.checkpoint import Checkpoint, load_resume, load_state, save_resume, seconds_between_saves
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path

KILLED = """
import json, os, signal, sys
from pathlib import Path
import unrolled

moment, source, output, options = sys.argv[1], Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
os.environ["UNROLLED_SAVE_EVERY"] = "0"  # after every step

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def observe(event):
    if moment == "after step 37" and getattr(event, "step", 0) == 37:
        die()
    if moment == "in a validation" and type(event).__name__ == "Validated" and event.step > 30:
        die()

flush, saves = os.fsync, []

def fsync(handle):
    saves.append(handle)
    if moment == "while saving" and len(saves) == 50:
        os.ftruncate(handle, 1000)
        die()
    flush(handle)

os.fsync = fsync
unrolled.train(source, output, observers=[observe], **options)
"""
ABOUT = {
    "ledger": {"plans": [[0, 9]]},
    "told": {"advice": "", "recipe": "", "forecast": None},
    "model": {},
    "train": {},
    "digest": "",
    "replay": [],
}
RUN = {"steps": 60, "dropout": 0.2, "valid": 0.02, "test": 0.02, "seed": 5}


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("after step 37", {"cell": "lstm"}),
        ("in a validation", {"cell": "gru"}),
        ("while saving", {"cell": "lstm"}),
        ("after step 37", {"cell": "window", "context": 3}),
        ("in a validation", {"model": "gpt2", "layers": 1, "context": 64, "heads": 2}),
    ],
    ids=str,
)
def test_a_run_killed_at_any_moment_goes_on_to_the_result_of_one_never_killed(
    moment, kind, text_file, tmp_path, small, outcome
):
    options = {**RUN, **small, **kind}
    output = tmp_path / "cats.safetensors"
    driver = [sys.executable, "-c", KILLED, moment, text_file, output, json.dumps(options)]
    killed = subprocess.run(driver, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not output.exists()
    assert 30 < load_resume(resume_path(output))[1]["ledger"]["step"] < 60
    resumed = unrolled.train(text_file, output, resume=True, threads=1)
    assert len(resumed.record["curve"]) > 2
    assert outcome(resumed) == outcome(unrolled.train(text_file, **options))
    assert outcome(unrolled.load(output)) == outcome(resumed)
    assert not resume_path(output).exists()


@pytest.mark.parametrize("task", ["translate", "classify"])
def test_a_run_over_examples_that_was_killed_goes_on_to_the_result_of_one_never_killed(
    task, pairs_file, labelled_file, tmp_path, outcome
):
    path = pairs_file if task == "translate" else labelled_file
    options = {**RUN, "task": task, "unit": "char", "hidden_size": 16, "batch_size": 8, "valid": 0.1, "test": 0.1}
    output = tmp_path / "m.safetensors"
    driver = [sys.executable, "-c", KILLED, "after step 37", path, output, json.dumps({**options, "threads": 1})]
    killed = subprocess.run(driver, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = unrolled.train(path, output, resume=True, threads=1)
    assert resumed.record["steps"] == 60 and len(resumed.record["curve"]) > 2
    assert outcome(resumed) == outcome(unrolled.train(path, threads=1, **options))


@pytest.mark.parametrize("kind", [{"cell": "gru", "optimizer": "adamw"}, {"unit": "word", "min_count": 1}], ids=str)
def test_a_run_stopped_before_its_first_validation_goes_on_to_the_same_numbers(kind, tmp_path, outcome):
    words = np.random.default_rng(1).choice([f"{n:o}" for n in range(2100)], 6000)
    text = " ".join([*(f"{n:o}" for n in range(2100)), *words])
    options = {"steps": 14, "hidden_size": 16, "batch_size": 4, "sequence_length": 8, "dropout": 0.1, "threads": 1}

    def interrupt(event):
        if isinstance(event, Progress) and event.step == 2:
            raise KeyboardInterrupt

    stopped = unrolled.train([text], tmp_path / "m", observers=[interrupt], **options, **kind)
    assert [point["step"] for point in stopped.record["curve"]] == [2]  # the best so far is judged, afterwards
    resumed = unrolled.train([text], tmp_path / "m", resume=True)
    assert outcome(resumed) == outcome(unrolled.train([text], **options, **kind))


@pytest.mark.parametrize("stop", [1, 3])
@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_a_run_over_documents_stopped_within_a_group_of_them_goes_on_to_the_same_numbers(stop, tmp_path, outcome):
    """Documents of one length are read in several steps, and as many side by side as fill a step."""
    lines = "".join(f"{n:02} {'abcd ' * (4 + n % 2)}\n" for n in range(48))
    options = {
        "steps": 10,
        "hidden_size": 8,
        "batch_size": 4,
        "sequence_length": 16,
        "documents": "lines",
        "threads": 1,
    }

    def interrupt(event):
        if isinstance(event, Progress) and event.step == stop:
            raise KeyboardInterrupt

    unrolled.train([lines], tmp_path / "m", observers=[interrupt], **options)
    resumed = unrolled.train([lines], tmp_path / "m", resume=True)
    assert outcome(resumed) == outcome(unrolled.train([lines], **options))


@pytest.mark.parametrize(("value", "seconds"), [("0.5", 0.5), ("", 15.0), ("-1", 0.0)])
def test_the_environment_says_how_often_to_save(monkeypatch, value, seconds):
    monkeypatch.setenv("UNROLLED_SAVE_EVERY", value)
    assert seconds_between_saves() == seconds


def test_a_wrong_time_between_saves_is_refused(monkeypatch):
    monkeypatch.setenv("UNROLLED_SAVE_EVERY", "often")
    with pytest.raises(unrolled.UnrolledError, match="set it to a number of seconds"):
        seconds_between_saves()


def test_a_best_from_before_the_stop_is_still_the_best_after_it(tmp_path, small):
    noise = "".join(np.random.default_rng(1).choice(list("abcdefgh"), 700))

    def interrupt(event):
        if isinstance(event, Progress) and event.step == 350:
            signal.raise_signal(signal.SIGINT)

    options = {**small, "steps": 400, "learning_rate": 0.02, "patience": 0}
    unrolled.train([noise], tmp_path / "m", observers=[interrupt], **options)
    model = unrolled.train([noise], tmp_path / "m", resume=True, threads=1)
    best = model.record["best"]
    assert (model.record["steps"], model.record["stopped"]) == (400, "finished")
    assert best["step"] < 350
    held_out = (noise + "\n")[-71:]
    assert model.score(held_out).bits_per_char == pytest.approx(best["bits_per_char"], rel=1e-4)


def test_a_finished_run_leaves_nothing_beside_the_model(text_file, tmp_path, small):
    unrolled.train(text_file, tmp_path / "m.safetensors", steps=3, **small)
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def test_without_a_resume_file_there_is_nothing_to_resume(text_file, tmp_path):
    with pytest.raises(unrolled.UnrolledError, match=r"there is nothing to resume: no file .*m\.resume.safetensors"):
        unrolled.train(text_file, tmp_path / "m.safetensors", resume=True)


@pytest.fixture
def stopped(text_file, tmp_path, small):
    """The output of a run that Ctrl-C ended."""
    output = tmp_path / "m.safetensors"

    def interrupt(event):
        if isinstance(event, Progress) and event.step == 10:
            signal.raise_signal(signal.SIGINT)

    model = unrolled.train(text_file, output, observers=[interrupt], steps=20, **small)
    assert model.record["stopped"] == "signal 2"
    return output


def test_another_text_is_refused(stopped, tmp_path):
    (tmp_path / "other.txt").write_text("another text altogether, of some length\n" * 20)
    with pytest.raises(unrolled.UnrolledError, match="the text is not the one"):
        unrolled.train(tmp_path / "other.txt", stopped, resume=True)
    assert resume_path(stopped).exists()


def test_a_damaged_resume_file_is_refused_in_a_sentence(stopped, text_file):
    raw = bytearray(resume_path(stopped).read_bytes())
    raw[-100] ^= 1
    resume_path(stopped).write_bytes(raw)
    with pytest.raises(unrolled.UnrolledError, match="is damaged"):
        unrolled.train(text_file, stopped, resume=True)


def test_a_model_is_no_resume_file(stopped, text_file):
    write_atomically(resume_path(stopped), stopped.read_bytes())
    with pytest.raises(unrolled.UnrolledError, match="is no resume file"):
        unrolled.train(text_file, stopped, resume=True)


def test_a_resume_file_is_no_model(stopped):
    with pytest.raises(
        unrolled.UnrolledError,
        match=r"is no model but .* finish the run with `unrolled train TEXT -o m.safetensors --resume`",
    ):
        unrolled.load(resume_path(stopped))


def test_what_was_saved_is_what_is_read(tmp_path):
    tensors = {"a": torch.randn(3, 4).t(), "step": torch.tensor(7.0)}
    told = {**ABOUT, "more": [1, None, float("inf")]}
    save_resume(tmp_path / "r", tensors, told)
    arrays, about = load_resume(tmp_path / "r")
    assert about == told
    assert {name: (array.shape, array.tobytes()) for name, array in arrays.items()} == {
        name: (tuple(t.shape), t.contiguous().numpy().tobytes()) for name, t in tensors.items()
    }


def test_a_checkpoint_is_due_when_its_seconds_are_over_and_never_without_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLLED_SAVE_EVERY", "0.05")
    checkpoint, none = Checkpoint(tmp_path / "r"), Checkpoint(None)
    assert not checkpoint.due()
    time.sleep(0.06)
    assert checkpoint.due() and not none.due()
    checkpoint.restart()
    assert not checkpoint.due()


def test_a_resume_file_with_tensors_of_no_run_is_refused_in_a_sentence(tmp_path):
    save_resume(tmp_path / "r", {"wings.a": torch.ones(2)}, ABOUT)
    with pytest.raises(unrolled.UnrolledError, match=r"has other tensors than this run .*; start again with force="):
        load_state(tmp_path / "r", torch.device("cpu"))
