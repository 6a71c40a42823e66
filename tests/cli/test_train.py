import contextlib
import json
import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import unrolled
from unrolled.cli.train import default_output
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path


@pytest.fixture(scope="module")
def trained(cli, tiny, text_file, tmp_path_factory):
    """A folder in which the text was trained on without naming an output."""
    folder = tmp_path_factory.mktemp("trained")
    return folder, cli("train", text_file, *tiny, "--steps", 30, "--json", cwd=folder)


def test_the_model_is_named_after_the_text(trained):
    folder, done = trained
    assert done.returncode == 0
    assert [path.name for path in folder.iterdir()] == ["cats.safetensors"]
    assert unrolled.load(folder / "cats.safetensors").record["steps"] == 30


def test_json_is_the_record(trained):
    folder, done = trained
    record = json.loads(done.stdout)
    assert record.pop("model") == "cats.safetensors"
    assert record == unrolled.load(folder / "cats.safetensors").record


def test_it_tells_how_it_went_and_what_to_try(trained):
    said = trained[1].stderr
    assert "LSTM layer of 16" in said
    assert "held-out" in said and "[0.3]" in said and "[1.2]" in said
    assert "try: unrolled generate cats.safetensors" in said
    assert "nan" not in said


def test_quiet_says_nothing_and_a_pipe_is_read(cli, tiny, text, tmp_path):
    done = cli("train", "-", *tiny, "--quiet", stdin=text, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    record = unrolled.load(tmp_path / "model.safetensors").record
    assert (record["corpus"]["characters"], record["corpus"]["names"]) == (len(text), ["-"])


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("-", "model"),
        ("a/poems.txt", "poems"),
        ("poems.txt.gz", "poems"),
        ("a/folder/", "folder"),
        ("x.md", "x.md"),
        ("t.conllu", "t"),
    ],
)
def test_the_default_name(source, name):
    assert default_output(source) == f"{name}.safetensors"


BAD = {
    "missing": (["nothing.txt"], "there is no file nothing.txt; give the path of a text file"),
    "empty": (["empty.txt"], "empty.txt is empty; unrolled needs some text"),
    "binary": (["binary.txt"], "holds binary data, not text"),
    "undecodable": (
        ["latin.txt", "--encoding", "utf-8"],
        "latin.txt is not utf-8: 50 of its 650 bytes cannot be read, the first in line 1",
    ),
    "two budgets": (["good.txt", "--minutes", "1", "--steps", "2"], "I got --minutes and --steps; a budget is one"),
    "existing": (["good.txt", "-o", "existing"], "existing exists already; name another file, or replace it"),
    "no parent": (["good.txt", "-o", "no/where/m"], "no/where/m cannot be written"),
    "unwritable": (["good.txt", "-o", "/proc/m"], "/proc/m cannot be written"),
    "no device": (["good.txt", "--device", "abacus"], "--device abacus is not to be had here"),
    "no resume": (["good.txt", "--resume"], "there is nothing to resume"),
}


@pytest.fixture(scope="module")
def attempts(cli, tiny, text, tmp_path_factory):
    """Every command of ``BAD``, run two at a time: its folder and what came of it."""

    def attempt(name):
        folder = tmp_path_factory.mktemp("bad")
        for file, raw in {
            "empty.txt": b"",
            "binary.txt": bytes(range(256)) * 20,
            "latin.txt": "café au lait\n".encode("latin-1") * 50,
            "good.txt": text.encode(),
            "existing": b"precious",
        }.items():
            (folder / file).write_bytes(raw)
        flags = tiny[2:] if name == "two budgets" else tiny
        return folder, cli("train", *BAD[name][0], *flags, cwd=folder)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(BAD, pool.map(attempt, BAD), strict=True))


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_leaves_nothing(attempts, refused, name):
    folder, done = attempts[name]
    assert BAD[name][1] in refused(done)
    assert len(list(folder.iterdir())) == 5
    assert (folder / "existing").read_bytes() == b"precious"


def test_on_a_full_disk_the_model_is_rescued_and_nothing_is_half_written(cli, tiny, text_file, full_disk):
    folder, limits = full_disk
    done = cli("train", text_file, "-o", folder / "m.safetensors", *tiny, "--quiet", **limits)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "m.safetensors cannot be written" in done.stderr
    assert list(folder.iterdir()) == []
    if not limits:
        saved = done.stderr.strip().split("the trained model is safe in ")[1]
        assert len(unrolled.load(saved).generate(seed=1, length=5)) == 5


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_the_best_model_and_resume_finishes_the_run(start, text_file, tmp_path, number, status):
    output = tmp_path / "m.safetensors"
    flags = ("--steps", 2000, "--hidden-size", 16, "--batch-size", 4, "--sequence-length", 16, "--threads", 1)
    with start("train", text_file, "-o", output, *flags) as process:
        for line in process.stderr:
            if line.startswith("step"):
                break
        process.send_signal(number)
        said = process.stderr.read()
    assert process.returncode == status
    assert "Traceback" not in said
    assert "go on with --resume" in said
    kept = unrolled.load(output).record
    assert kept["stopped"] == f"signal {int(number)}"
    assert 0 < kept["steps"] < 2000
    finished = unrolled.train(text_file, output, resume=True, threads=1).record
    assert (finished["steps"], finished["stopped"]) == (2000, "finished")
    assert finished["best"]["bits_per_char"] <= kept["best"]["bits_per_char"]
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def test_a_run_killed_at_any_moment_by_any_signal_is_finished_to_the_last_bit(cli, start, text_file, tmp_path):
    rng = random.Random(4)
    flags = ["--steps", 120, "--hidden-size", 16, "--batch-size", 4, "--sequence-length", 16, "--threads", 1, "--quiet"]
    never, output = tmp_path / "never.safetensors", tmp_path / "m.safetensors"
    environment = {**os.environ, "UNROLLED_SAVE_EVERY": "0.05"}
    begin = time.perf_counter()
    assert cli("train", text_file, "-o", never, *flags, env={**os.environ}).returncode == 0  # as long as those killed
    whole = time.perf_counter() - begin
    kills = [(number, rng.uniform(0.3, 1.0) * whole) for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT)]
    for number, after in [*kills, (0, 120)]:
        resume = ["--resume"] if resume_path(output).exists() else []
        if output.exists() and not resume:
            break
        process = start("train", text_file, "-o", output, *flags, *resume, env=environment)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after)
        process.send_signal(number)
        assert "unrolled: " not in process.communicate(timeout=120)[1].replace("unrolled: stopped", "")
    one, other = (unrolled.load(path).bundle.tensors for path in (never, output))
    assert {name: each.tobytes() for name, each in one.items()} == {
        name: each.tobytes() for name, each in other.items()
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.safetensors", "never.safetensors"]


def test_options_beside_resume_and_a_resume_file_as_a_model_are_answered_in_a_sentence(
    cli, refused, tiny, text_file, tmp_path
):
    output = tmp_path / "m.safetensors"

    def interrupt(event):
        if isinstance(event, Progress) and event.step == 2:
            raise KeyboardInterrupt

    unrolled.train(text_file, output, observers=[interrupt], steps=5, hidden_size=16, threads=1)
    other = cli("train", text_file, "-o", output, "--resume", "--hidden-size", 512)
    assert "--hidden-size 512 with --resume, and the earlier run has 16" in refused(other)
    for verb in (["generate"], ["info"]):
        assert "-o m.safetensors --resume" in refused(cli(*verb, resume_path(output)))
    assert cli("train", text_file, "-o", output, "--resume", "--steps", 6, "--threads", 1, "--quiet").returncode == 0
    assert unrolled.load(output).record["steps"] == 6


def test_the_start_can_be_given_by_its_name_of_before(cli, trained, refused, tmp_path):
    folder, _ = trained
    text, model = tmp_path / "again.txt", folder / "cats.safetensors"
    text.write_text("The cat sat on the mat.\n" * 100)
    call = ["train", text, "-o", "on.safetensors", "--steps", 1, "--from", model]
    done = cli(*call, cwd=tmp_path)
    assert done.returncode == 0
    assert "--from is called --start now" in done.stderr
    assert "leave --from out" in refused(cli(*call, "--start", "scratch", cwd=tmp_path))


def test_standard_input_begins_from_scratch(cli, text, tmp_path):
    done = cli("train", "-", "-o", tmp_path / "m.safetensors", "--start", "auto", "--steps", 1, "--json", stdin=text)
    assert "standard input is read once" in json.loads(done.stdout)["start"]["why"]
