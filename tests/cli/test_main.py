import signal
import subprocess
import sys

import pytest

import unrolled
from unrolled.cli.main import VERBS, run


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
        (["generate", "m", "--temperatur", "1"], "No such option '--temperatur'. Did you mean '--temperature'?"),
        (["train", "t", "--hiden-size", "1"], "'--hidden-size'"),
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
import unrolled.cli.main as main, unrolled.bundle, sys
unrolled.bundle.load = lambda path: 1 / 0
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
