"""Hostile names and texts on every surface, at a terminal and in a pipe; and what the system refuses."""

import os
import pty
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import unrolled
from unrolled.cli import streams
from unrolled.escaping import CONTROLS, cleaned

from .conftest import COMMAND

FORGED = "\x1b]0;name\x07\x9b2J\u202e\nunrolled: forged"
WORDS = ("cat", "dog", "\x1b[31mred\x1b[0m", "\x9b1m", "tur\u202ened", "del\x7f", "bell\x07", "two\u2028lines")
SIZES = {"hidden_size": 16, "batch_size": 8, "sequence_length": 32, "threads": 1, "encoding": "utf-8"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> dict[str, Path]:
    """Texts and tables full of control characters in files whose names have some, and models that learnt from them."""
    folder = tmp_path_factory.mktemp("hostile")
    rng = random.Random(1)
    some = lambda count: " ".join(rng.choices(WORDS, k=count))  # noqa: E731
    made = {name: folder / f"{name}{FORGED}" for name in ("text", "lang", "chain", "reader", "writer")}
    made |= {name: folder / f"{name}{FORGED}.tsv" for name in ("labels", "pairs")}
    made["text"].write_text("".join(f"{some(6)}\n" for _ in range(300)))
    rows = [f"{some(6)} {n}\tla\x1b[5mbel\u202e{n % 2}\n" for n in range(80)]
    made["labels"].write_text("".join(["text\tlabel\n", *rows]))
    made["pairs"].write_text("".join(["source\ttarget\n", *(f"{some(6)} {n}\t{some(2)}\n" for n in range(80))]))
    unrolled.train(made["text"], made["lang"], unit="char", steps=20, **SIZES)
    unrolled.train(made["text"], made["chain"], model="markov", encoding="utf-8")
    unrolled.train(made["labels"], made["reader"], task="classify", steps=10, **SIZES)
    unrolled.train(made["pairs"], made["writer"], task="translate", steps=10, **SIZES)
    return made


def at_terminal(arguments, stdin="", **variables) -> str:
    """What a terminal gets from a command, as it got it but for its own carriage returns."""
    ours, its = pty.openpty()
    env = {**os.environ, "TERM": "dumb", **variables}
    process = subprocess.Popen([*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=its, stderr=its, env=env)
    os.close(its)
    process.stdin.write(stdin.encode())
    process.stdin.close()
    raw = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    process.wait(timeout=60)
    return raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the other end is closed
        return b""


QUICK = ["--encoding", "utf-8", "--force", "--threads", "1", "--steps", "2"]
COUNTED = ["--encoding", "utf-8", "--force", "--model", "markov"]
SURFACES = {
    "info": ["info", "{lang}", "--plot"],
    "info of labels": ["info", "{reader}", "--json"],
    "generate": ["generate", "{lang}", "-p", "\x1b[31m\u202e", "--length", "200"],
    "generate several": ["generate", "{chain}", "-n", "2", "--length", "100"],
    "generate json": ["generate", "{lang}", "--json", "--length", "100"],
    "beams": ["generate", "{lang}", "--beams", "2", "--length", "20"],
    "novelty of generate": ["generate", "{chain}", "--novelty", "--against", "{text}"],
    "pick": ["generate", "{chain}", "--pick"],
    "score": ["score", "{lang}", "{text}", "--encoding", "utf-8"],
    "score top": ["score", "{lang}", "{text}", "--encoding", "utf-8", "--top", "3"],
    "score pairs": ["score", "{writer}", "{pairs}", "--encoding", "utf-8"],
    "bars": ["score", "{chain}", "--next", "cat "],
    "predict": ["predict", "{reader}", "cat \x1b"],
    "predict label": ["predict", "{reader}", "cat", "--quiet"],
    "translate": ["predict", "{writer}", "\x1b[31mred"],
    "translate json": ["predict", "{writer}", "\x1b[31mred", "--json"],
    "evaluate labels": ["evaluate", "{reader}", "{labels}", "--encoding", "utf-8"],
    "evaluate pairs": ["evaluate", "{writer}", "{pairs}", "--encoding", "utf-8"],
    "complete": ["complete", "{lang}"],
    "novelty": ["novelty", "{text}", "--against", "{text}", "--encoding", "utf-8"],
    "explain": ["explain", "{lang}", "{text}", "-o", "{output}", "--encoding", "utf-8", "--force"],
    "train": ["train", "{labels}", "--task", "classify", "--hidden-size", "8", "-o", "{output}", *QUICK],
    "no such model": ["info", "nothing{output}"],
    "no such column": ["train", "{labels}", "-o", "{output}", "--label", "\x1b[5m"],
    "no such verb": ["sing\x1b[31m\nunrolled: forged"],
    "no such option": ["info", "--\x1b[31m\nunrolled: forged"],
    "no such value": ["generate", "m", "--length", "\x1b[31m\nunrolled: forged"],
}


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_from_outside_reaches_a_terminal_as_a_control_character(surface, hostile, tmp_path):
    names = {**hostile, "output": tmp_path / f"output{FORGED}"}
    arguments = [each.format(**names) for each in SURFACES[surface]]
    lines = "1\nu\nx\x1b\nq\n" if surface == "pick" else "cat\n\x1b[31m\u202e\n"
    shown = at_terminal(arguments, lines)
    assert shown.strip() and "Traceback" not in shown
    assert CONTROLS.findall(shown.replace("\n", "").replace("\t", "")) == []
    assert not [line for line in shown.splitlines() if line.startswith("unrolled: forged")]


@pytest.mark.parametrize("surface", ["info", "score", "predict", "no such model"])
def test_reports_are_escaped_in_a_pipe_too(surface, hostile, tmp_path):
    arguments = [each.format(**hostile, output=FORGED) for each in SURFACES[surface]]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)
    shown = (done.stdout + done.stderr).decode()
    assert shown and CONTROLS.findall(shown.replace("\n", "").replace("\t", "")) == []


def test_the_live_line_of_training_shows_nothing_from_outside_but_escaped(hostile, tmp_path):
    shown = at_terminal(
        ["train", hostile["text"], "--start", hostile["lang"], "-o", tmp_path / f"o{FORGED}", *QUICK], TERM="xterm"
    )
    assert "\x1b[2K" in shown  # the live line's own
    assert not any(each in shown for each in ("\x1b]0", "\x07", "\x9b", "\u202e", "\x1b[31mred", "\nunrolled: forged"))
    assert "\\u202e" in shown


def test_the_name_that_is_to_be_typed_is_the_file_in_bash(hostile, tmp_path):
    output = tmp_path / f"it's \\ {FORGED}"
    done = subprocess.run([*COMMAND, "train", hostile["text"], "-o", output, *COUNTED], capture_output=True, check=True)
    typed = done.stderr.decode().split("unrolled generate ")[1].split(" --prompt")[0]
    assert subprocess.run(["bash", "-c", f"test -f {typed}"], check=False).returncode == 0


def written(*arguments: object) -> bytes:
    return subprocess.run([*COMMAND, "generate", *map(str, arguments)], capture_output=True, check=True).stdout


@pytest.mark.parametrize("kind", ["lang", "chain"])
def test_each_of_several_texts_is_in_a_pipe_what_it_is_alone(hostile, kind):
    how = (hostile[kind], "-p", "\x1b[31m", "--seed", 1, "--length", 300)
    expected = unrolled.load(hostile[kind]).generate_many("\x1b[31m", 2, seed=1, length=300)
    several = written(*how, "-n", 2)
    assert several.startswith(written(*how))
    assert several.decode() == "\n\n".join(f"\x1b[31m{text}" for text in expected) + "\n"
    assert CONTROLS.search(expected[1].replace("\n", ""))


def test_a_terminal_gets_the_text_without_its_control_characters(hostile):
    how = ["generate", str(hostile["chain"]), "--seed", "1", "--length", "300"]
    assert at_terminal(how) == cleaned(written(*how[1:]).decode())


@pytest.fixture(scope="module")
def named(model_file, text_file, classifier_file, translator_file, tmp_path_factory) -> dict[str, object]:
    """What the lines of bash below name in braces."""
    folder = tmp_path_factory.mktemp("folder")
    (folder / "empty").touch()
    files = {"model": model_file, "text": text_file, "reader": classifier_file, "writer": translator_file}
    return {**files, "long": "n" * 300, "folder": folder, "empty": folder / "empty"}


def shell(command: str, named: dict[str, object], **options) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``unrolled`` is this one."""
    line = f'unrolled() {{ {" ".join(COMMAND)} "$@"; }}; set -o pipefail; {command.format(**named)}'
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=120, **options)


WRITE = "unrolled generate {model} --length 5"
TRAIN = "unrolled train {text} -o {folder}/m --force --threads 1"
COUNT = f"{TRAIN} --model markov"
LOST = "cd $(mktemp -d) && rmdir $PWD && "
REFUSED = [
    (f"{WRITE} >/dev/full", 1, "standard output cannot be written (No space left on device)"),
    (f"{WRITE} >&-", 1, "standard output cannot be written (Bad file descriptor)"),
    (f"{WRITE} --json >/dev/full", 1, "standard output cannot be written (No space left on device)"),
    ("unrolled score {model} {text} >/dev/full", 1, "standard output cannot be written"),
    ("unrolled --help >/dev/full", 1, "No space left on device"),
    ("unrolled info >&-", 1, "standard output cannot be written"),
    (f"{COUNT} --quiet --json >&-", 1, "standard output cannot be written"),
    ("unrolled complete {model} <&-", 2, "standard input cannot be read (Bad file descriptor)"),
    ("unrolled predict {reader} - <&-", 2, "standard input cannot be read"),
    ("unrolled score {model} - <&-", 2, "standard input cannot be read"),
    ("unrolled train - -o {folder}/n <&-", 2, "standard input cannot be read"),
    (f"{WRITE} --pick <&- 2>&1 | tail -n 1 >&2", 2, "standard input cannot be read"),
    ("echo '[[' | unrolled complete {model} --json", 2, "is no JSON string"),
    ("head -c 200000 /dev/zero | tr '\\0' '[' | unrolled complete {model} --json", 2, "is no JSON string"),
    ("head -c 5000 /dev/zero | tr '\\0' '9' | unrolled complete {model} --json", 2, "is no JSON string"),
    ("unrolled info {long}", 2, "File name too long"),
    ("unrolled info {folder}", 2, "folder"),
    ("unrolled info {empty}", 2, "is not an unrolled model"),
    (f"{WRITE} -o {{long}}", 2, "File name too long"),
    (f"{WRITE} -o {{folder}}/none/o", 2, "No such file or directory"),
    (f"{LOST}unrolled train {{text}} --steps 1", 2, "cannot be written"),
    (f"{LOST}unrolled info model", 2, "there is no "),
    (f"{LOST}unrolled compare {{text}} --models markov --keep kept", 2, "cannot be made"),
    (f"{WRITE} --beams 2 --length-penalty 1e6", 2, "at most 10"),
    ("unrolled predict {writer} ab --length-penalty 1e6", 2, "at most 10"),
    ("unrolled predict {writer} ab --beams 1000000000", 2, "at most 65536"),
    (f"{WRITE} -n 1000000000", 2, "not in the range"),
    (f"ulimit -v 5000000; {TRAIN} --steps 1 --hidden-size 8192 --layers 16", 1, "not enough memory"),
]


@pytest.mark.parametrize(("command", "status", "words"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_the_system_refuses_is_one_sentence(named, command, status, words):
    done = shell(command, named)
    assert done.returncode == status and "Traceback" not in done.stderr, done.stderr
    assert "ignored" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("unrolled: ") and words in last


@pytest.mark.parametrize(
    "command",
    [
        f"{COUNT} 2>/dev/full",
        f"{TRAIN} --steps 2 --hidden-size 8 2>&1 >/dev/null | true; test -s {{folder}}/m",
        f"{COUNT} <&- >&- 2>&-",
        f"{WRITE} 2>/dev/full",
        "(sleep 0.1; " + WRITE + ") | true",
        "unrolled generate {model} --length 1000000000000000000 | head -c 10",
        "unrolled score {model} {text} --top 3 | head -n 1",
        "unrolled --help | true",
        f"HOME= TMPDIR=/none PYTHONWARNINGS=error {WRITE} -p Ω",
        f"env -u HOME -u LANG LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=ascii {' '.join(COMMAND)} info {{model}}",
        f"TERM=dumb COLUMNS=1 LINES=0 PYTHONOPTIMIZE=1 {COUNT}",
    ],
)
def test_work_goes_on_where_nobody_reads_and_whatever_the_surroundings_are(named, command):
    done = shell(command, named)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and "ignored" not in done.stderr


WITHOUT_POWER = ["setpriv", "--bounding-set=-all"] if os.getuid() == 0 else []
"""Root reads and writes everything, but for what is begun so."""


@pytest.mark.skipif(bool(WITHOUT_POWER) and not shutil.which("setpriv"), reason="root may do everything")
@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "{secret}/m"],
        ["score", "{model}", "{secret}/t"],
        ["train", "{secret}/t", "-o", "{folder}/new"],
        ["generate", "{model}", "-o", "{locked}/o"],
        ["train", "{text}", "-o", "{locked}/m"],
        ["info", "{model}", "--svg", "{secret}/s"],
    ],
)
def test_what_one_may_not_read_or_write_is_one_sentence(named, tmp_path, arguments, refused):
    names = {**named, "secret": tmp_path / "secret", "locked": tmp_path / "locked"}
    for name, mode in (("secret", 0o000), ("locked", 0o555)):
        names[name].mkdir(mode)
    given = [*WITHOUT_POWER, *COMMAND, *(each.format(**names) for each in arguments)]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    assert "Permission denied" in refused(done)


def test_a_closed_stream_is_not_the_next_file_that_is_opened(named):
    code = (
        "from unrolled.cli import streams; streams.open_all(); print(open('/dev/zero').fileno() > 2, file=sys.stderr)"
    )
    done = shell(f'{sys.executable} -c "import sys; {code}" <&- >&-', named)
    assert done.stderr == "True\n"


def test_a_line_is_one_line_whatever_it_holds(capsys):
    streams.lines(["a\nunrolled: b\tc", "\x1b[2J"])
    streams.note("d\re")
    assert capsys.readouterr() == ("a\\nunrolled: b\tc\n\\x1b[2J\n", "unrolled: d\\re\n")


def test_all_printing_of_the_command_line_goes_through_the_streams():
    folder = Path(streams.__file__).parent
    for path in folder.glob("*.py"):
        found = re.findall(r"click\.echo|(?<!\.)\bprint\(|json\.dumps|sys\.std\w+", path.read_text())
        assert not found or path.name == "streams.py", f"{path.name}: {found}; use streams"
