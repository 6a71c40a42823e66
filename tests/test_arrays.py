import ast
import importlib
import re
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled import arrays
from unrolled.engines.base import select
from unrolled.networks.modules import tensors
from unrolled.networks.modules.product import summed
from unrolled.sampling import draw, softmax

from . import array_checks
from .array_checks import CHECKED, WrongArrayError

SOURCE = Path(arrays.__file__).parent
CHECKING = "TYPE_CHECKING"
TYPES = {
    name: hint
    for module in (arrays, tensors)
    for name, hint in vars(module).items()
    if name[-1:].isupper() and name != CHECKING
}
AXES = re.compile("GH|[A-Z0-9]")
SAID = {"GH": "G*H", "X": "...", "Y": "_"}


def axes_of(name: str) -> str:
    letters = re.fullmatch("(?:Bf16|Int8|[A-Z][a-z]+)([A-Z0-9]+)", name)[1]
    return " ".join(SAID.get(each, each) for each in AXES.findall(letters))


def test_the_name_of_a_type_says_its_axes():
    assert len(TYPES) > 100
    assert {name: typing.get_args(hint)[1] for name, hint in TYPES.items()} == {name: axes_of(name) for name in TYPES}


def test_at_run_time_a_type_is_its_name_and_costs_nothing():
    code = "import sys; from unrolled.arrays import FloatsBTV; print(FloatsBTV, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "FloatsBTV False\n"


HALVES = np.full((2, 2), 0.5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: softmax(HALVES.astype(np.float32)), "float32"),
        (lambda: softmax(np.array(0.5)), r"\[\] in place of \['...', 'V'\]"),
        (lambda: draw(HALVES[None], HALVES[0]), r"\[1, 2, 2\] in place of \['B', 'V'\]"),
        (lambda: draw(HALVES, np.zeros(3)), "where B is 2"),
        (lambda: draw(probabilities=HALVES, uniforms=np.zeros(3)), "where B is 2"),
        (lambda: select({"h": HALVES, "c": HALVES[:1]}, np.array([0])), "where B is 2"),
        (lambda: summed(*map(tensors.Tensor, (HALVES, np.zeros((3, 2)))), "off"), "where M is 2"),
    ],
)
def test_an_array_that_is_not_of_its_type_fails_the_test(call, said):
    with pytest.raises(WrongArrayError, match=said):
        call()


def test_a_result_that_is_not_of_its_type_fails_the_test():
    def halved(x: arrays.DoublesBV) -> arrays.DoublesBV:
        return x[:1]

    with pytest.raises(WrongArrayError, match=r"\[1, 2\] in place of") as caught:
        array_checks.checked(halved)(HALVES)
    assert caught.value.__notes__[0].endswith("halved: return")


@pytest.mark.wrong_arrays
def test_a_test_with_the_mark_may_give_wrong_arrays():
    assert softmax(HALVES.astype(np.float32)).tolist() == HALVES.tolist()


def test_only_the_first_calls_in_a_test_are_checked():
    for _ in range(array_checks.MAX_CALLS):
        softmax(HALVES)
    assert softmax(HALVES.astype(np.float32)).tolist() == HALVES.tolist()


def typed(tree: ast.Module) -> list[str]:
    """The functions and methods of a module with an array in their signature, by their qualified names."""
    owners = [("", tree), *((f"{each.name}.", each) for each in tree.body if isinstance(each, ast.ClassDef))]
    found = [(owner, node) for owner, body in owners for node in body.body if isinstance(node, ast.FunctionDef)]
    return [f"{owner}{node.name}" for owner, node in found if names_in(node) & set(TYPES)]


def names_in(node: ast.AST | None) -> set[str]:
    """The names in a signature, but for those of what a function or an iterator that it has will give."""
    if isinstance(node, ast.FunctionDef):
        return names_in(node.args) | names_in(node.returns)
    if node is None or (isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("Callable", "Iterator")):
        return set()
    own = {node.id} if isinstance(node, ast.Name) else set()
    return own.union(*map(names_in, ast.iter_child_nodes(node)))


IGNORED = compile("", "", "exec")
MODULES = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0].removesuffix(".py") in CHECKED]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_function_with_an_array_is_checked(path):
    names = typed(ast.parse(path.read_text()))
    parts = path.relative_to(SOURCE).with_suffix("").parts
    module = importlib.import_module(".".join(("unrolled", *parts)).removesuffix(".__init__")) if names else None
    for name in names:
        found = module
        for part in name.split("."):
            found = vars(found)[part]
        assert is_checked(found), f"{name} has a type that cannot be told"


def is_checked(found: Any) -> bool:
    """Tell whether one of the functions that are wrapped around each other checks arrays."""
    for inner in ("fget", "__func__", "compute"):  # properties, static and class methods, cached properties
        found = getattr(found, inner, found)
    while found and getattr(found, "__code__", IGNORED).co_filename != array_checks.__file__:
        found = getattr(found, "__wrapped__", None)
    return found is not None
