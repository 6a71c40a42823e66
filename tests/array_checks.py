"""Check arrays against their types (``unrolled.arrays``) while tests run: what they hold, their axes, equal sizes.

``install``, which conftest calls before anything is imported, gives every function, method and dataclass of ``CHECKED``
one more decorator as it is compiled; the package itself knows nothing of it, and processes that tests start run without
it. In each test the first ``MAX_CALLS`` calls of a function are checked, so that loops cost next to nothing. A test
that gives wrong arrays on purpose has the mark ``wrong_arrays``, which turns checking off.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.machinery
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np

CHECKED = ("sampling", "engines", "networks", "kernels", "analysis", "generation", "metrics")
"""The modules and packages of ``unrolled`` whose functions are checked."""
MAX_CALLS = 2
Sizes = dict[str, int]
"""The size of every letter, as the arrays of one call have it."""
NUMBERS = {str(number): number for number in range(10)}
"""An axis that is a number has that size."""
Check = Callable[[Any, Sizes], None]


class WrongArrayError(AssertionError):
    """An array that is not what its type says."""


class Budget:
    """How many calls of one function are still checked in this test."""

    every: typing.ClassVar[list[Budget]] = []

    def __init__(self) -> None:
        self.left = MAX_CALLS
        Budget.every.append(self)


def begin_test(calls: int = MAX_CALLS) -> None:
    """Check so many calls of every function from now on."""
    for budget in Budget.every:
        budget.left = calls


def array_check(base: Any, axes: list[str]) -> Check:
    """Return the check of one array: a letter is a size, a number itself, ``_`` any size, ``...`` any axes."""
    parts = typing.get_args(base)
    dtype = typing.get_args(parts[1])[0] if len(parts) == 2 else Any
    rest = axes.index("...") if "..." in axes else None

    def check(array: Any, sizes: Sizes) -> None:
        shape, wanted = array.shape, axes
        if rest is not None:
            wanted = [*axes[:rest], *["_"] * (len(shape) - len(axes) + 1), *axes[rest + 1 :]]
        if dtype is not Any and array.dtype != dtype:
            raise WrongArrayError(f"{array.dtype} {list(shape)} in place of {np.dtype(dtype)} {axes}")
        if len(shape) != len(wanted):
            raise WrongArrayError(f"{list(shape)} in place of {axes}")
        for axis, size in zip(wanted, shape, strict=True):
            if sizes.setdefault(axis, size) != size and axis != "_":
                raise WrongArrayError(f"{list(shape)} in place of {axes}, where {axis} is {sizes[axis]}")

    return check


def check_of(hint: Any) -> Check | None:
    """Return the check of what an annotation says; None where it says nothing of arrays."""
    if isinstance(hint, typing.TypeVar):
        hint = typing.Union[hint.__constraints__] if hint.__constraints__ else hint.__bound__  # noqa: UP007
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return array_check(inner[0], inner[1].split())
    checks = [check_of(each) for each in inner if each is not Ellipsis]
    if not any(checks):
        return None
    if origin in (typing.Union, types.UnionType):
        others = [each for each, check in zip(inner, checks, strict=True) if check is None and isinstance(each, type)]
        return any_of([each for each in checks if each], tuple(others))
    if origin is tuple and Ellipsis not in inner:
        return lambda several, sizes: [check(each, sizes) for each, check in zip(several, checks, strict=True) if check]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda named, sizes: [checks[-1](each, sizes) for each in named.values()]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return lambda several, sizes: [checks[0](each, sizes) for each in several]
    return None  # functions and iterators: what they give is not looked at


def any_of(checks: list[Check], classes: tuple[type, ...] = ()) -> Check:
    """Return the check that one of some alternatives is met, or nothing is there, or what is no array."""
    *others, last = checks

    def check(value: Any, sizes: Sizes) -> None:
        if value is None or isinstance(value, classes):
            return
        for each in others:
            found = dict(sizes)
            try:
                each(value, found)
            except WrongArrayError:
                continue
            sizes.update(found)
            return
        last(value, sizes)

    return check


def checks_of(function: Any) -> dict[str, Check]:
    """Return the checks of a function's parameters and of its result (``return``), by name."""
    found = {}
    for name, hint in function.__annotations__.items():
        try:
            check = check_of(eval(hint, function.__globals__) if isinstance(hint, str) else hint)
        except NameError:  # a class that is imported for type checkers alone, or defined further down: no array
            continue
        if check:
            found[name] = check
    return found


def checked(thing: Any) -> Any:
    """Return a function, or a dataclass, that checks its arrays; itself where it has none."""
    if isinstance(thing, type):
        if "__dataclass_fields__" in vars(thing):
            thing.__init__ = checked(thing.__init__)
        return thing
    checks = checks_of(thing)
    if not checks:
        return thing
    code, budget = thing.__code__, Budget()
    result, last = checks.pop("return", None), code.co_argcount
    places = {name: code.co_varnames.index(name) for name in checks}
    several = code.co_flags & inspect.CO_VARARGS and next(
        (name for name in checks if places[name] == last + code.co_kwonlyargcount), None
    )

    @functools.wraps(thing)
    def call(*args: Any, **named: Any) -> Any:
        if budget.left <= 0:
            return thing(*args, **named)
        budget.left -= 1
        sizes, name = dict(NUMBERS), ""
        try:
            for name, check in checks.items():
                if name == several:
                    for each in args[last:]:
                        check(each, sizes)
                elif places[name] < min(last, len(args)):
                    check(args[places[name]], sizes)
                elif name in named:
                    check(named[name], sizes)
            found = thing(*args, **named)
            if result:
                name = "return"
                result(found, sizes)
        except WrongArrayError as error:
            if not hasattr(error, "__notes__"):  # else it comes from a call within this one
                error.add_note(f"{thing.__module__}.{thing.__qualname__}: {name}")
            raise
        return found

    return call


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with ``checked`` as a decorator of all that it defines."""

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        for node in [each for top in tree.body for each in (top, *getattr(top, "body", ()))]:
            name = ast.Name("__checked__", ast.Load(), lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
            if isinstance(node, ast.FunctionDef):
                node.decorator_list.append(name)  # the innermost: static methods and properties stay what they are
            elif isinstance(node, ast.ClassDef):
                node.decorator_list.insert(0, name)  # the outermost: once a dataclass is one
        return compile(tree, path, "exec", dont_inherit=True)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__checked__"] = checked
        super().exec_module(module)


class Finder(importlib.machinery.PathFinder):
    """Finds the modules that are checked."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith(tuple(f"unrolled.{each}" for each in CHECKED)):
            return None
        spec = super().find_spec(name, path, target)
        if spec and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def install() -> None:
    """Check what is imported from now on, against the types as type checkers have them."""
    assert not [each for each in sys.modules if each.startswith("unrolled.")], "too late"
    typing.TYPE_CHECKING = True
    importlib.import_module("unrolled.arrays")
    typing.TYPE_CHECKING = False
    sys.meta_path.insert(0, Finder)
