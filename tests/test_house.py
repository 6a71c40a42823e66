"""The rules of the house, kept by reading its own source (CONTRIBUTING.md says why each one is there)."""

import ast
import dataclasses
import functools
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from unrolled import config
from unrolled.kinds import KINDS
from unrolled.networks.cells import CELLS, WINDOWS
from unrolled.options import Options
from unrolled.tasks import TASKS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "unrolled"
TESTS = ROOT / "tests"
FILES = sorted(SOURCE.rglob("*.py"))

# A line may import only from lines below it; packages on one line may not import each other.
ROOMS = [
    {"__main__"},
    {"cli"},
    {"compare", "evaluation"},
    {"api"},
    {"training", "generation", "exports"},
    {"analysis"},
    {"engines"},
    {"sampling"},
    {"model_file"},
    {"tasks"},
    {"networks"},
    {"datasets"},
    {"formats", "metrics"},
    {"kernels", "text", "reports"},
    {"config", "keywords"},
    {"usage"},
    {"options", "kinds", "untrusted", "cores", "files"},
    {"errors", "sharing"},
    {"escaping", "arrays"},
]
RANK = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}

# The doors of heavy dependencies: these places and no others.
DOORS = {
    "torch": (
        "networks/modules/",
        "networks/pretrained/",
        "model_file/gpt2_folder.py",
        "training/",
        "engines/torch.py",
    ),
    "chardet": ("formats/legacy_encodings.py",),
    "safetensors": ("model_file/bundle.py",),
    "ctypes": ("kernels/", "training/machine.py"),
    "click": ("cli/",),
    "rich": ("cli/screen.py",),
    "regex": ("text/", "datasets/choose_unit.py"),
    "tokenizers": ("text/bpe.py",),
    "transformers": ("networks/pretrained/",),
    "PIL": ("formats/images.py",),
    "myanmartools": ("formats/zawgyi.py",),
    "pydivsufsort": ("analysis/suffix_array.py",),
    "sklearn": ("metrics/baseline.py",),
    "sacrebleu": ("metrics/translation.py",),
    "pypdf": ("formats/pdf.py",),
}
HEAVY = {
    "torch",
    "rich",
    "chardet",
    "pandas",
    "scipy",
    "transformers",
    "pydantic",
    "tokenizers",
    "pydivsufsort",
    "sklearn",
    "sacrebleu",
    "PIL",
    "pypdf",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file, once for all tests."""
    return ast.parse(path.read_text())


@functools.cache
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """List a tree's nodes, once for all tests."""
    return tuple(ast.walk(tree))


def type_checking_only(tree: ast.AST) -> set[ast.AST]:
    blocks = [node for node in nodes_of(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {inner for block in blocks for inner in ast.walk(block)}


@functools.cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """The modules that a file imports, those of the package as paths from its root; and whether each is internal."""
    tree = tree_of(path)
    skipped = type_checking_only(tree)
    found = []
    for node in nodes_of(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, False) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.append((node.module or "", False))
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(SOURCE).parent.parts
            base = package[: len(package) - node.level + 1]
            inside = ".".join((*base, *((node.module or "").split(".") if node.module else ())))
            found += [(f"{inside}.{alias.name}".strip("."), True) for alias in node.names]
    return found


@functools.cache
def functions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (f"{name_of(path)}:{node.name}", node)
        for path in FILES
        for node in nodes_of(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines_of(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def statement_lines(node: ast.FunctionDef) -> int:
    """A function's lines without its docstring: explaining oneself is not length."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return lines_of(node) - ((first.end_lineno or 0) - first.lineno + 1 if documented else 0)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_only_go_down(path):
    here = room_of(path)
    for target, internal in imports(path):
        room = target.split(".")[0] if internal else ""
        if room in RANK and here in RANK and room != here:
            assert RANK[here] < RANK[room], f"{name_of(path)} imports {target}"


def test_every_room_has_its_place():
    assert {room_of(path) for path in FILES} - {"__init__"} == set(RANK)


def test_no_import_cycle():
    graph: dict[str, set[str]] = {}
    modules = {name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in FILES}
    for name, path in modules.items():
        targets = {target for target, internal in imports(path) if internal}
        parents = {target.rpartition(".")[0] for target in targets}
        graph[name] = {each for each in targets | parents if each in modules and each != name}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a cycle: {' → '.join((*trail, name))}"
        if name not in done:
            for each in sorted(graph[name]):
                visit(each, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_heavy_dependencies_have_one_door(path):
    for target, internal in imports(path):
        places = DOORS.get(target.split(".")[0]) if not internal else None
        assert places is None or name_of(path).startswith(places), f"{name_of(path)} imports {target}"


def test_functions_are_short():
    lengths = sorted(statement_lines(node) for _, node in functions())
    assert statistics.median(lengths) <= 7
    assert lengths[int(0.9 * len(lengths))] <= 20
    longest = max(functions(), key=lambda each: statement_lines(each[1]))
    assert statement_lines(longest[1]) <= 60, longest[0]


def test_files_are_short():
    lengths = [len(path.read_text().splitlines()) for path in FILES]
    assert statistics.median(lengths) <= 110
    assert max(lengths) <= 350


def test_functions_have_few_parameters():
    for name, node in functions():
        if name == "api/training.py:train":  # what can be said of a whole run, each by its name
            continue
        arguments = node.args
        count = len(arguments.posonlyargs + arguments.args + arguments.kwonlyargs)
        assert count - (bool(arguments.args) and arguments.args[0].arg in ("self", "cls")) <= 7, name


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "__init__.py"], ids=name_of)
def test_every_module_has_a_test_of_its_name(path):
    mirrored = TESTS / path.relative_to(SOURCE).with_name(f"test_{path.stem.strip('_')}.py")
    assert mirrored.exists(), f"write {mirrored.relative_to(ROOT)}"


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_every_test_has_a_module_of_its_name(path):
    name = path.name.removeprefix("test_")
    source = SOURCE / path.relative_to(TESTS)
    if path.is_relative_to(TESTS / "extensions"):
        return
    if path.is_relative_to(TESTS / "bases"):
        source = ROOT / "bases" / "english" / name
    known = path.stem in (
        "test_house",
        "test_parity",
        "test_golden",
        "test_lesson",
        "test_package",
        "test_fuzzing",
        "test_fuzz",
        "test_every_option",
        "test_every_cell",
        "test_docs",
        "test_benchmarks",
        "test_wheels",
    )
    assert (
        known
        or path.is_relative_to(TESTS / "extensions")
        or source.with_name(name).exists()
        or source.with_name(f"__{path.stem[5:]}__.py").exists()
    )


# Members of a family, by name; and the places where their names may stand: their own files and their tables.
MEMBERS = {
    "cell": (set(CELLS) | set(WINDOWS), ("networks/cells/",)),
    "model": (
        set(KINDS),
        ("kinds/", "text/__init__.py", "config.py"),  # a unit has the name of GPT-2, too
    ),
    "task": (
        set(TASKS),
        ("tasks/", "formats/captions.py"),  # a column can be called "caption"
    ),
}
CHOICES = "config.py"
"""Here the name of a cell or a task stands once, among the choices of the option that names the family."""


def words_of(node: ast.AST | None) -> set[str]:
    """The strings of a literal: one, or those side by side in a tuple, a list, a set, or a frozenset of them."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*map(words_of, node.elts))
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


@functools.cache
def words_that_decide(node: ast.AST) -> set[str]:
    """The strings by which a node tells one thing from another."""
    if isinstance(node, ast.Compare):
        return set().union(*map(words_of, [node.left, *node.comparators]))
    if isinstance(node, ast.Dict):
        return set().union(*map(words_of, node.keys))
    if isinstance(node, ast.MatchValue):
        return words_of(node.value)
    if isinstance(node, ast.Subscript):
        return words_of(node.slice)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return {each.arg for each in node.keywords if each.arg}
    return words_of(node) if isinstance(node, ast.Tuple | ast.List | ast.Set) else set()


COLUMN_NAMES = ("formats/usual_names.py", "formats/json_rows.py", "formats/caption_shapes.py")
"""Modules of what columns are called, which some tasks are called, too."""


def choices_of(tree: ast.AST, family: str) -> set[ast.AST]:
    """The tuple of choices of the option that names a family, in ``config.py``."""
    fields = [each for each in nodes_of(tree) if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == family]
    calls = [each.value for each in fields if isinstance(each.value, ast.Call)]
    return {keyword.value for call in calls for keyword in call.keywords if keyword.arg == "choices"}


def named_in(tree: ast.AST, names: set[str], skipped: set[ast.AST]) -> list[str]:
    """The lines that ask for one of these names."""
    asking = [each for each in nodes_of(tree) if each not in skipped and words_that_decide(each) & names]
    return [f"{each.lineno}: {ast.unparse(each)[:80]}" for each in asking if hasattr(each, "lineno")]


@pytest.mark.parametrize("family", MEMBERS)
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_asks_which_member_of_a_family_it_has(path, family):
    names, places = MEMBERS[family]
    if name_of(path) == "keywords.py":  # a program writes it
        return
    tree = tree_of(path)
    skipped = choices_of(tree, family) if name_of(path) == CHOICES else set()
    places = (*places, *COLUMN_NAMES)
    assert name_of(path).startswith(places) or not named_in(tree, names, skipped), "ask the member for a fact instead"


@pytest.mark.parametrize(
    "line",
    [
        "x == 'a'",
        "x in ('b', 'a')",
        "{'a': 1}[x]",
        "dict(a=1)",
        "known = ['a']",
        "TABLE['a']",
        "match x:\n    case 'a': pass",
        "match x:\n    case 'b' | 'a': pass",
    ],
)
def test_asking_for_a_name_is_found_in_every_form(line):
    assert named_in(ast.parse(line), {"a"}, set()) and not named_in(ast.parse(line), {"c"}, set())
    assert not named_in(ast.parse("make('a', of='a')"), {"a"}, set())


@pytest.mark.parametrize("family", ["cell", "task"])
def test_every_member_is_a_choice_of_its_option(family):
    (choices,) = choices_of(ast.parse((SOURCE / CHOICES).read_text()), family)
    assert words_of(choices) == MEMBERS[family][0]


TYPED = ("sampling.py", "engines/", "networks/", "kernels/", "analysis/", "generation/", "metrics/")
"""Where arrays have the types of ``arrays.py``, and tensors those of ``networks/modules/tensors.py``."""
BARE = {"NDArray", "ndarray", "Tensor"}


def types_in(tree: ast.AST) -> set[str]:
    """The names in annotations, and in what a module defines: the latter may be types by another name."""
    signatures = [each.returns for each in nodes_of(tree) if isinstance(each, ast.FunctionDef)]
    annotated = [each.annotation for each in nodes_of(tree) if isinstance(each, ast.arg | ast.AnnAssign)]
    defined = [each.value for each in ast.iter_child_nodes(tree) if isinstance(each, ast.Assign)]
    inner = [each for node in [*signatures, *annotated, *defined] if node for each in ast.walk(node)]
    return {each.id for each in inner if isinstance(each, ast.Name)} | {
        each.attr for each in inner if isinstance(each, ast.Attribute)
    }


@pytest.mark.parametrize("path", [path for path in FILES if name_of(path).startswith(TYPED)], ids=name_of)
def test_types_of_arrays_say_their_axes(path):
    bare = types_in(tree_of(path)) & BARE
    assert not bare or name_of(path) == "networks/modules/tensors.py", "use a type of arrays.py, or add one there"


def run_python(code: str, folder: Path = ROOT) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout.strip().splitlines()[-1]


LOADED = f"import sys; print(sorted(m for m in sys.modules if m.split('.')[0] in {HEAVY!r}))"


def test_importing_the_package_loads_nothing_heavy():
    assert run_python(f"import unrolled; {LOADED}") == "[]"


def test_importing_the_package_does_not_even_load_numpy():
    assert run_python("import sys, unrolled; print('numpy' in sys.modules)") == "False"


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["generate", "--help"], ["info"]])
def test_help_and_info_load_nothing_heavy(arguments):
    assert run_python(f"from unrolled.cli.main import run; run({arguments!r}); {LOADED}") == "[]"


def test_generate_score_and_explain_load_nothing_heavy(model_file, text_file, tmp_path):
    page = ["explain", str(model_file), str(text_file), "-o", str(tmp_path / "page.html")]
    verbs = [["generate", str(model_file), "--length", "5"], ["score", str(model_file), str(text_file)], page]
    for arguments in verbs:
        assert run_python(f"from unrolled.cli.main import run; assert run({arguments!r}) == 0; {LOADED}") == "[]"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_cores_are_counted_and_properties_cached_in_one_place(path):
    used = {node.attr for node in nodes_of(tree_of(path)) if isinstance(node, ast.Attribute)}
    own = name_of(path) == "cores.py"
    assert own or not used & {"cpu_count", "process_cpu_count", "sched_getaffinity"}
    assert "functools.cached_property" not in imported_from(path, "functools"), "its lock does not survive a fork"


def imported_from(path: Path, module: str) -> set[str]:
    found = [node for node in nodes_of(tree_of(path)) if isinstance(node, ast.ImportFrom)]
    return {f"{module}.{each.name}" for node in found if node.module == module for each in node.names}


def test_the_map_of_the_packages_is_the_tree():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    block = text.split("## The map")[1].split("```")[1]
    named = {line.split()[0].rstrip("/") for line in block.splitlines() if line.strip() and not line.startswith("```")}
    rooms = {room_of(path) for path in FILES} - {"__init__", "__main__"}
    inside = {name.removeprefix("src/unrolled/").removesuffix(".py") for name in named if name.startswith("src/")}
    assert inside == rooms
    assert all((ROOT / name).exists() for name in named)


PLACE = re.compile(r"`((?:native|tools|tests|docs)/[\w/.]+|[a-z_]+(?:/[\w]+)*\.py)(?::([\w.]+))?`")


def test_every_place_that_the_guide_of_calls_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Follow a call")[1].split("[end:calls]")[0]
    named = PLACE.findall(text)
    assert len(named) > 40
    for path, name in named:
        file = ROOT / path if (ROOT / path).exists() else SOURCE / path
        assert file.exists(), path
        for each in filter(None, name.split(".")):
            assert re.search(rf"^\s*(def|class) {each}\b|^{each}\b", file.read_text(), re.M), f"{path}:{name}"


def test_writing_by_characters_loads_no_reader_and_no_pattern_of_other_units(model_file):
    code = f"from unrolled.cli.main import run; assert run(['generate', {str(model_file)!r}, '--length', '5']) == 0"
    late = ("regex", "csv", "unrolled.formats.corpus", "difflib", "shlex", "mmap", "numpy.typing")
    heavy = f"[name for name in {late!r} if name in sys.modules]"
    assert run_python(f"import sys; {code}; print({heavy})") == "[]"


def test_a_short_text_waits_for_no_generator_of_random_numbers_of_numpy(model_file):
    write = ["generate", str(model_file), "--length", "100", "--seed", "1"]
    code = f"import sys; from unrolled.cli.main import run; assert run({write!r}) == 0"
    assert run_python(f"{code}; print('numpy.random' in sys.modules)") == "False"


def test_no_module_evaluates_patterns_or_types_that_a_short_text_does_without(model_file):
    write = ["generate", str(model_file), "--length", "5"]
    code = f"""
import re, sys, unrolled
from unrolled.cli.main import run
made, compile = [], re._compiler.compile
def counted(pattern, flags=0):
    frame = sys._getframe(1)
    while frame.f_code.co_filename.endswith(("re/__init__.py", "functools.py")):
        frame = frame.f_back
    if frame.f_globals["__name__"].startswith("unrolled"):
        made.append(pattern)
    return compile(pattern, flags)
re._compiler.compile = counted
assert run({write!r}) == 0
print(len(made))
"""
    assert int(run_python(code)) <= 8


OLD_WORDS = {
    *("chance", "eyes", "twin", "yardstick", "come_to", "onward", "glance", "waist", "dearer", "stranger"),
    *("carry_over", "looks", "told", "most_passes", "narrowed", "widen"),
}
"""Names of before, for what this field calls rng, vision encoder, reference, baseline, fine-tuning, epochs."""
UNBOUNDED = {"MOST", "LEAST", "LONGEST", "OTHERS", "EVERY"}
"""Constants that say no more than that they bound something."""
OLD_PHRASES = ("by heart", "what sees", "all chance", "yardstick", "dearer", "twin", "the waist", "the house")


def names_in(tree: ast.AST) -> set[str]:
    """The names that a file gives to functions, classes, arguments, attributes and variables."""
    found = {node.name for node in nodes_of(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    found |= {node.arg for node in nodes_of(tree) if isinstance(node, ast.arg)}
    found |= {node.id for node in nodes_of(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored = (node for node in nodes_of(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return found | {node.attr for node in stored}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_are_words_of_the_field(path):
    names = names_in(tree_of(path))
    assert not names & (OLD_WORDS | UNBOUNDED), "use the field's word; docs/moved.md has them"


PAGES = [path for path in (ROOT / "docs").glob("*.md") if path.name not in ("lab-notes.md", "moved.md")]


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_pages_use_the_words_of_the_field(path):
    text = path.read_text(encoding="utf-8").lower()
    assert not [phrase for phrase in OLD_PHRASES if phrase in text]


def test_the_help_uses_the_words_of_the_field():
    classes = [each for each in vars(config).values() if isinstance(each, type) and issubclass(each, Options)]
    helps = " ".join(field.metadata["help"] for each in classes for field in dataclasses.fields(each)).lower()
    assert not [phrase for phrase in OLD_PHRASES if phrase in helps]
