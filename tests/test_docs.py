"""What README and the pages in ``docs`` say is run, checked by types, and made from the program where it can be.

A page's commands run in order in a folder of its own, which has the files that they name; then its Python, as one
program. Trainings take a few steps instead of minutes (``documentation/server.py``).
"""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import unrolled
from unrolled.cli.main import VERBS
from unrolled.cli.main import unrolled as commands
from unrolled.model_file.record import ENTRIES

from .documentation.blocks import PAGES, ROOT, read_page
from .documentation.files import Library, shell
from .documentation.schema import faults
from .documentation.server import running, shortened, shortened_program

RUN = [page for page in map(read_page, PAGES) if page.commands or page.python]
DOCS = ROOT / "docs"
MYPY = """[mypy]
strict = True
[mypy-unrolled.*]
follow_imports = silent
[mypy-torch.*,safetensors.*,transformers.*,sklearn.*,rich.*]
follow_imports = skip
"""
"""How pages are checked: what others' packages say inside would take a minute to read, and no page depends on it."""
WRITERS = ("write_api.py", "write_benchmarks.py", "write_commands.py", "write_schema.py")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def library(environment, tmp_path_factory):
    return Library(tmp_path_factory.mktemp("library"), environment)


def run_page(page, library, folder):
    for command in page.commands:
        library.provide(folder, command)
        shell(command, folder, library.environment)
    if page.python:
        library.provide(folder, page.program)
        (folder / "page.py").write_text(page.program, encoding="utf-8")
        shell("page-python page.py", folder, library.environment)


@pytest.fixture(scope="module")
def runs(request, library, tmp_path_factory):
    """The runs of all pages that are to be tested, two at a time; the longest page begins first."""
    tested = [
        item.callspec.params["page"]
        for item in request.session.items
        if item.path == request.path and "runs" in item.fixturenames
    ]
    with ThreadPoolExecutor(2) as pool:
        longest_first = sorted(tested, key=lambda page: len(page.commands), reverse=True)
        yield {page: pool.submit(run_page, page, library, tmp_path_factory.mktemp("page")) for page in longest_first}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_what_a_page_shows_runs(page, runs):
    runs[page].result()


def test_python_on_the_pages_passes_a_strict_type_checker(tmp_path):
    for number, page in enumerate(RUN):
        if page.python:
            name = re.sub(r"\W", "_", page.path.stem)
            (tmp_path / f"page_{number}_{name}.py").write_text(page.program, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(MYPY)
    options = ["--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(ROOT / ".mypy_cache" / "docs")]
    command = [sys.executable, "-m", "mypy", *options, *sorted(map(str, tmp_path.glob("page_*.py")))]
    done = subprocess.run(command, cwd=ROOT / "src", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", WRITERS)
def test_a_page_that_a_program_writes_is_up_to_date(program):
    command = [sys.executable, f"tools/{program}", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_flag_of_every_verb_is_named_on_a_page():
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    for verb in VERBS:
        section = page.split(f"\n## `{verb}`\n")[1].split("\n## ")[0]
        shown = [each for each in commands.get_command(None, verb).params if not getattr(each, "hidden", False)]
        flags = [name for option in shown for name in option.opts if name[0] == "-"]
        assert flags and all(f"`{flag}`" in section for flag in flags)


def test_every_public_name_and_no_other_is_in_the_python_reference():
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^::: unrolled\.(\w+)$", page, re.MULTILINE))
    assert shown == {name for name in unrolled.__all__ if name != "__version__"}


def test_every_page_is_in_the_navigation_but_those_that_only_links_lead_to():
    listed = set(re.findall(r'"([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text(encoding="utf-8")))
    there = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    assert there - listed == {"moved.md"} and not listed - there


def test_every_verb_has_a_guide():
    assert all((DOCS / f"{verb}.md").exists() for verb in VERBS)


def test_readme_is_short_and_has_one_picture():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert len(re.findall(r"!\[", text)) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert "://" not in target, "an address that nobody looks up"
        assert not target.split("#")[0] or (page.parent / target.split("#")[0]).exists(), target


def test_a_page_that_loads_something_from_elsewhere_is_found(tmp_path):
    harmless = (
        '<a href="https://x.org/">x</a><link rel="canonical" href="https://x.org/"><script src="own.js"></script>'
    )
    loading = [
        '<script src="//x.org/a.js">',
        '<img src="https://x.org/a.png">',
        '<link rel=stylesheet href="http://x.org">',
    ]
    for text in [harmless, *loading, '<pre class="mermaid">', '<p style="background: url(https://x.org/a.png)">']:
        (tmp_path / "index.html").write_text(text)
        command = [sys.executable, "tools/check_site.py", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == (text != harmless), text


def test_a_figure_in_the_prose_that_no_result_has_is_found(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import write_benchmarks

    write_benchmarks.check_prose("## A\n\nIt takes 1.49.\n\n<!-- result quality-2026-11-26 -->\n")
    with pytest.raises(SystemExit, match=r"987\.65"):
        write_benchmarks.check_prose("## A\n\nIt takes 987.65.\n\n<!-- result quality-2026-11-26 -->\n")


def test_minutes_become_steps_and_nothing_else_changes():
    assert shortened(["train", "a.txt", "--minutes", "5"]) == ["train", "a.txt", "--force", "--steps", "3"]
    assert shortened(["train", "a.txt", "--resume"]) == ["train", "a.txt", "--resume", "--steps", "3"]
    assert shortened(["generate", "a", "--seed", "1"]) == ["generate", "a", "--seed", "1"]
    assert shortened_program('train("a", minutes=5, task="tag")') == 'train("a", steps=3, task="tag")'


SCHEMA = json.loads((DOCS / "model-file.schema.json").read_text(encoding="utf-8"))
GOLDEN = [path for path in sorted((ROOT / "tests" / "golden").rglob("*.safetensors")) if ".resume." not in path.name]


def header(path):
    """The header of a model file as the schema describes it."""
    raw = path.read_bytes()
    found = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
    return found | {name: json.loads(found[name]) for name in ("config", "vocabularies", "record")}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_golden_model_file_fits_the_schema(path):
    assert not list(faults(header(path), SCHEMA))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("config", {"cell": "transistor"}),
        ("config", {"hidden_size": 0}),
        ("config", {"colour": "red"}),
        ("record", {"steps": -1}),
        ("record", {"plans": [[1]]}),
        ("record", {"curve": [{"step": 1}]}),
        ("vocabularies", {"text": {"unit": "char"}}),
    ],
)
def test_a_header_that_says_something_else_does_not_fit_the_schema(part, change):
    wrong = header(GOLDEN[0])
    wrong[part] = wrong[part] | change
    assert list(faults(wrong, SCHEMA))


def test_the_schema_knows_the_entries_of_a_record_that_are_checked():
    assert set(SCHEMA["properties"]["record"]["properties"]) == set(ENTRIES)
