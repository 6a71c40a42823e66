"""What benchmarks say of unrolled: they run it as a user's command would, or tell in their table what they changed."""

import ast
import sys
from pathlib import Path

import pytest

from unrolled import kernels
from unrolled.config import TrainOptions
from unrolled.training.machine import borrowed

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
BUILDERS = {"build", "make_optimizers", "make_learner", "PackedNetwork"}
"""What makes a network or its optimizers without the command that users give."""
CHANGED = "Changed from `unrolled "


def imported(tree: ast.Module) -> set[str]:
    """The names that a script imports from unrolled."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.name for node in found if (node.module or "").startswith("unrolled") for name in node.names}


SCRIPTS = {path.stem: path.read_text() for path in sorted(BENCHMARKS.glob("*.py"))}
BUILDING = [name for name, text in SCRIPTS.items() if imported(ast.parse(text)) & BUILDERS and "write_report" in text]


def test_there_are_benchmarks_that_build_networks_themselves():
    assert "generation" in BUILDING


@pytest.mark.parametrize("name", BUILDING)
def test_a_benchmark_that_builds_a_network_itself_writes_what_it_changed(name):
    assert CHANGED in (ast.get_docstring(ast.parse(SCRIPTS[name])) or "")
    assert "__doc__" in SCRIPTS[name].partition("common.parser(__doc__)")[2], "the docstring is in the report"


@pytest.fixture
def steps(monkeypatch):
    """The script that makes our training steps, as a module, and its arguments where none are given."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import step_unrolled
    from steps import parser

    with borrowed():  # a training sets threads and how denormal numbers are counted
        yield step_unrolled, parser
    for name in ("step_unrolled", "steps", "common"):
        sys.modules.pop(name, None)


def test_a_measured_step_is_that_of_the_command(steps):
    script, parser = steps
    made = parser("")
    script.add_choices(made)
    options = made.parse_args(["lstm", "1", "32", "4", "65"])
    learner = script.make_real_learner(script.Sizes("lstm", 1, 32, 4, 65), options)
    assert learner.network.precision == kernels.arithmetic("auto", "auto")
    assert learner.settings.optimizer == TrainOptions().optimizer
    assert learner.network.spec.embedding_size == 32
    assert learner.step(0, 0.001) > 0
