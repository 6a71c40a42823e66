"""What many tests share: a text, and a small trained model of it; a browser, where this machine has one."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from . import array_checks

array_checks.install()  # before anything of the package is imported

import unrolled  # noqa: E402
from unrolled.errors import MissingExtraError  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHOSEN = "UNROLLED_BROWSER"
"""Environment variable that names the browser to be used, which must then be there."""
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge"),
)
NO_BROWSER = "no browser was found"
HOW_TO_INSTALL = f"to run them, too: {sys.executable} -m playwright install --with-deps chromium"

# A busy machine is no fault, so no example has a deadline; in CI they are the same in every run, so that a failure is
# the change's own. Elsewhere each run tries others.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

SENTENCES = [
    "The cat sat on the mat and looked at the moon.",
    "The dog ran over the hill to the old mill.",
    "A bird sang in the tall green tree all day.",
    "She said: 'The moon is round, the hill is high.'",
    "Where did the cat go? The cat went home!",
]


@pytest.fixture(scope="session")
def text() -> str:
    """Some 9,000 characters in short lines."""
    return "".join(f"{SENTENCES[n * 7 % 5]} {SENTENCES[n % 3]}\n" for n in range(100))


@pytest.fixture(scope="session")
def text_file(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The text in a file."""
    path = tmp_path_factory.mktemp("text") / "cats.txt"
    path.write_text(text)
    return path


@pytest.fixture(scope="session")
def model_file(text_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network trained on the text for a second, in its file."""
    path = tmp_path_factory.mktemp("model") / "cats.safetensors"
    unrolled.train(text_file, path, steps=60, hidden_size=48, batch_size=8, sequence_length=32, threads=1)
    return path


@pytest.fixture(scope="session")
def model(model_file: Path) -> unrolled.Model:
    """The network in its file, opened with the reference engine."""
    return unrolled.load(model_file)


PETS = {"cat": ("cat", "kitten", "tom"), "dog": ("dog", "puppy", "hound")}
DEEDS = ("sat on the mat", "ran over the hill", "slept all day", "looked at the moon", "ate the fish")


def write_table(path: Path, head: tuple[str, str], rows: list[tuple[str, str]]) -> Path:
    path.write_text("".join(f"{one}\t{other}\n" for one, other in [head, *rows]))
    return path


def pets(count: int, seed: int) -> list[tuple[str, str]]:
    """Sentences, each with the kind of animal that does something in it."""
    rng = random.Random(seed)
    deed = lambda: rng.choice(DEEDS)  # noqa: E731
    rows: dict[str, str] = {}
    while len(rows) < count:
        kind = rng.choice(list(PETS))
        rows[f"the {rng.choice(PETS[kind])} {deed()}, {deed()} and {deed()}"] = kind
    return list(rows.items())


def reversals(count: int, seed: int) -> list[tuple[str, str]]:
    """Short strings, and each from its end in capital letters."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcde", k=rng.randint(2, 5))) for _ in range(count)]
    return [(word, word[::-1].upper()) for word in words]


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tables of labelled texts and of pairs, to learn from and to be tested on."""
    folder = tmp_path_factory.mktemp("tables")
    heads = {"pets": ("text", "label"), "reversals": ("source", "target")}
    made = {"pets": pets(200, 1), "pets-test": pets(40, 2), "reversals": reversals(500, 1)}
    test = reversals(30, 2)
    made["reversals-test"] = [*test, (test[0][0], "XYZ")]  # which has two references
    return {name: write_table(folder / f"{name}.tsv", heads[name.split("-")[0]], rows) for name, rows in made.items()}


@pytest.fixture(scope="session")
def classifier_file(tables: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that learnt for a second to tell cats from dogs, in its file."""
    path = tmp_path_factory.mktemp("classifier") / "pets.safetensors"
    unrolled.train(tables["pets"], path, task="classify", steps=60, hidden_size=16, threads=1)
    return path


@pytest.fixture(scope="session")
def translator_file(tables: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with attention that learnt for a few seconds to reverse short strings, in its file."""
    path = tmp_path_factory.mktemp("translator") / "reversals.safetensors"
    unrolled.train(tables["reversals"], path, task="translate", steps=250, hidden_size=32, threads=1)
    return path


@pytest.fixture(scope="session")
def classifier(classifier_file: Path) -> unrolled.Model:
    """The network in its file."""
    return unrolled.load(classifier_file)


@pytest.fixture(scope="session")
def translator(translator_file: Path) -> unrolled.Model:
    """The network in its file."""
    return unrolled.load(translator_file)


READING = {"hidden_size": 24, "embedding_size": 8, "batch_size": 16, "threads": 1, "unit": "char"}


@pytest.fixture(scope="session")
def short_words() -> list[str]:
    """Words of one to three letters, all different."""
    return sorted({f"{'abcd'[n % 4]}{'abcd'[n // 4 % 4]}{'abcd'[n // 16 % 4]}"[: 1 + n % 3] for n in range(200)})


@pytest.fixture(scope="session")
def pairs_file(short_words: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Words and the same from the end."""
    path = tmp_path_factory.mktemp("pairs") / "backwards.tsv"
    path.write_text("".join(f"{word}\t{word[::-1]}\n" for word in short_words))
    return path


@pytest.fixture(scope="session")
def labelled_file(short_words: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Words and the letter that they end with."""
    path = tmp_path_factory.mktemp("labelled") / "ends.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{word}\t{word[-1]}\n" for word in short_words))
    return path


@pytest.fixture(scope="session")
def backwards_file(pairs_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that has half learnt to turn words around, in its file."""
    path = tmp_path_factory.mktemp("translator") / "backwards.safetensors"
    unrolled.train(pairs_file, path, task="translate", steps=60, **READING)
    return path


@pytest.fixture(scope="session")
def ends_file(labelled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that tells the last letter of a word, in its file."""
    path = tmp_path_factory.mktemp("classifier") / "ends.safetensors"
    unrolled.train(labelled_file, path, task="classify", steps=60, **READING)
    return path


@pytest.fixture(scope="session")
def backwards(backwards_file: Path) -> unrolled.Model:
    """The network in its file."""
    return unrolled.load(backwards_file)


@pytest.fixture(scope="session")
def ends(ends_file: Path) -> unrolled.Model:
    """The network in its file."""
    return unrolled.load(ends_file)


@pytest.fixture(autouse=True)
def array_types(request: pytest.FixtureRequest) -> None:
    """In every test anew, arrays are checked against their types, unless it gives wrong ones on purpose."""
    array_checks.begin_test(0 if request.node.get_closest_marker("wrong_arrays") else array_checks.MAX_CALLS)


def browsers() -> Iterator[dict[str, str]]:
    """How to launch each browser that may be there: one by its program, Playwright's own, one where it usually is."""
    chosen = os.environ.get(CHOSEN)
    programs = [shutil.which(name) for name in ([chosen] if chosen else BROWSERS)]
    yield from ({"executable_path": program} for program in programs if program)
    if not chosen:
        yield from ({}, {"channel": "chrome"}, {"channel": "msedge"})


@contextmanager
def open_browser() -> Iterator[Browser | None]:
    """The first browser that opens, if any does: some are found and only tell how to install them."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        for how in browsers():
            try:
                opened = playwright.chromium.launch(args=["--no-sandbox"], **how)
            except Error:
                continue
            yield opened
            opened.close()
            return
        yield None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser; without one, the test is skipped. Nothing is installed."""
    with open_browser() as opened:
        if opened is None:
            pytest.skip(NO_BROWSER)
        yield opened


def pytest_sessionstart(session: pytest.Session) -> None:
    """Fail at once where tests run in several processes, and a browser is demanded and not there."""
    if session.config.getoption("dist", "no") != "no":
        refuse_no_browser()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The same where tests run in this process alone, if any of them needs a browser."""
    alone = not hasattr(config, "workerinput")
    if alone and any("browser" in getattr(item, "fixturenames", ()) for item in items):
        refuse_no_browser()


def refuse_no_browser() -> None:
    """End the session where a browser is demanded and none is found."""
    if os.environ.get("CI", "").lower() in ("1", "true") or CHOSEN in os.environ:
        with open_browser() as opened:
            if opened is None:
                pytest.exit(f"{NO_BROWSER}, and one is demanded; {HOW_TO_INSTALL}", 1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip a test of the native engine where the kernels are not built; ``tests/kernels`` says where they must be."""
    failed = call.excinfo
    if failed and failed.errisinstance(MissingExtraError) and "the native engine" in str(failed.value):
        try:
            pytest.skip(str(failed.value))
        except pytest.skip.Exception as skipped:
            call.excinfo = pytest.ExceptionInfo.from_exception(skipped)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """End with one loud line of what was skipped for want of a browser."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # one of several processes, whose parent reports
        return
    skipped = [each for each in reporter.stats.get("skipped", []) if NO_BROWSER in str(each.longrepr)]
    if skipped:
        line = f"{len(skipped)} tests of pages were skipped: {NO_BROWSER}; {HOW_TO_INSTALL}"
        reporter.write_line(line, yellow=True, bold=True)
