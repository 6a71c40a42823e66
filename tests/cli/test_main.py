import os
import signal
import subprocess
import sys

import click
import pytest

import unrolled
from unrolled.cli.main import VERBS, main, run, set_threads
from unrolled.cli.main import unrolled as group


def command_of(verb: str) -> click.Command:
    command = group.get_command(click.Context(group), verb)
    assert command
    return command


def test_help_ends_with_three_examples(capsys):
    assert run(["--help"]) == 0
    *_, title, one, two, three = capsys.readouterr().out.splitlines()
    assert title.strip() == "Examples:"
    assert [line.strip().split()[0] for line in (one, two, three)] == ["unrolled"] * 3


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_help_of_every_verb_ends_with_three_examples(capsys, verb):
    assert run([verb, "--help"]) == 0
    *_, title, one, two, three = capsys.readouterr().out.splitlines()
    assert title.strip() == "Examples:"
    assert all("unrolled " in line for line in (one, two, three))
    assert f"unrolled {verb}" in one and f"unrolled {verb}" in two


def test_help_names_every_verb(capsys):
    run(["-h"])
    shown = capsys.readouterr().out
    assert all(f"  {verb} " in shown and words in shown for verb, words in VERBS.items())


def test_nothing_asked_for_shows_the_help(cli):
    done = cli()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: unrolled")


def test_the_version(cli):
    assert cli("--version").stdout == f"unrolled {unrolled.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate", "m", "--temperatur", "1"], "there is no option --temperatur; did you mean --temperature?"),
        (["train", "t", "--hiden-size", "1"], "did you mean --hidden-size"),
        (["generate", "m", "--length", "many"], "'many' is not a valid integer"),
        (["generate"], "Missing argument 'MODEL'"),
        (["train", "t", "--cell", "rnn"], "'rnn' is not one of 'elman', 'gru', 'lstm'"),
        (["sing"], "No such command 'sing'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_that_names_the_help(cli, refused, arguments, words):
    sentence = refused(cli(*arguments))
    assert words in sentence
    assert sentence.endswith("--help")


def test_a_reader_that_has_seen_enough_leaves_no_traceback(start, model_file):
    with start("generate", model_file, "--length", 500_000, "--seed", 1) as writer:
        head = subprocess.run(["head", "-c", "10"], stdin=writer.stdout, capture_output=True, text=True, check=True)
        writer.stdout.close()
        assert len(head.stdout) == 10
        assert writer.stderr.read() == ""
    assert writer.returncode in (0, 1)


def test_ctrl_c_while_writing_stops_with_130(start, model_file):
    with start("generate", model_file, "--length", 10**8) as writer:
        assert writer.stdout.read(10)
        writer.send_signal(signal.SIGINT)
        writer.stdout.read()
        assert writer.stderr.read().strip() == "unrolled: stopped"
    assert writer.returncode == 130


def test_a_bug_keeps_its_traceback():
    code = """
import unrolled.cli.main as main, unrolled.model_file.bundle, sys
unrolled.model_file.bundle.load = lambda path: 1 / 0
sys.argv = ["unrolled", "info", "m"]
main.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("form", [["--threads", "3"], ["--threads=3"]])
def test_threads_are_told_to_numpy_before_it_is_loaded(form):
    code = f"""
import os, sys, unrolled.cli.main as main
assert "numpy" not in sys.modules
main.set_threads(["unrolled", "generate", "m", *{form!r}])
print(os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3 3\n"


ASKED = [verb for verb in VERBS if "--threads" in {name for each in command_of(verb).params for name in each.opts}]


@pytest.mark.parametrize("verb", ASKED)
@pytest.mark.parametrize("value", ["0", "x", "-3", "", "5000", "2,1", "1e3"])
def test_a_number_of_threads_that_is_none_is_one_sentence_with_every_verb(refused, verb, value, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["unrolled", verb, "m", f"--threads={value}"])
    monkeypatch.setattr(os, "environ", {**os.environ})
    with pytest.raises(SystemExit) as left:
        main()
    (sentence,) = capsys.readouterr().err.splitlines()
    assert left.value.code == 2 and "--threads" in sentence
    assert os.environ.get("OMP_NUM_THREADS") != value


@pytest.mark.parametrize(
    ("variable", "arguments", "expected"),
    [
        ("abc", [], None),
        ("", [], None),
        ("0", ["--threads", "1"], "1"),
        ("2,1", [], "2,1"),
        ("1", [], "1"),
        (None, ["--", "--threads", "7"], None),
        (None, ["--threads", "7", "--threads", "1"], "1"),
    ],
)
def test_what_is_no_number_of_threads_never_reaches_a_library(monkeypatch, variable, arguments, expected):
    kept = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    monkeypatch.setattr(os, "environ", kept | ({} if variable is None else {"OMP_NUM_THREADS": variable}))
    set_threads(["unrolled", "generate", "m", "--quiet", *arguments])
    assert os.environ.get("OMP_NUM_THREADS") == expected


def test_a_share_of_the_cores_is_told_to_libraries_that_do_not_see_it(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr("unrolled.cli.main.allowed", lambda: 8)
    monkeypatch.setattr("unrolled.cli.main.default_threads", lambda: 3)
    set_threads(["unrolled", "generate", "m"])
    assert os.environ == {"OMP_NUM_THREADS": "3"}


def test_more_threads_than_cores_are_told_in_one_sentence(cli, model_file):
    done = cli("generate", model_file, "--length", 5, "--threads", 1024)
    assert done.returncode == 0 and done.stderr.count("--threads is 1024, and this process may use ") == 1
    assert cli("generate", model_file, "--length", 5, "--threads", 1024, "--quiet").stderr == ""
