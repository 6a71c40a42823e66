"""The options of a function in its signature and its docstring, where ``help()`` and editors show them.

A verb takes its options as keywords, and the names, defaults, bounds and meanings of those stand in ``config.py`` and
``usage.py`` alone. They are filled in when a public name is first used: the command line starts without.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from .. import keywords
from ..config import GenerateOptions, ModelOptions, PredictOptions, ReadOptions, RunOptions, TrainOptions
from ..errors import spelled
from ..options import Options, described

OWNERS: dict[str, tuple[type[Options], ...]] = {
    "TrainKeywords": (ReadOptions, ModelOptions, TrainOptions, RunOptions),
    "StartKeywords": (GenerateOptions,),
    "NextKeywords": (GenerateOptions,),
    "GenerateKeywords": (GenerateOptions,),
    "PredictKeywords": (PredictOptions,),
    "EvaluateKeywords": (ReadOptions, PredictOptions),
}
"""The classes of the options that each dictionary of keywords has."""


def document(found: Any) -> None:
    """Fill in the options of a function, or of all verbs of a class; leave other things as they are."""
    if inspect.isfunction(found):
        fill_in(found)
    elif inspect.isclass(found):
        for kind in found.__mro__:
            for member in vars(kind).values():
                if inspect.isfunction(member):
                    fill_in(member)


def fill_in(function: Callable[..., Any]) -> None:
    """Write a function's options into its signature and its docstring, once."""
    taken = str(getattr(function, "__annotations__", {}).get("options", ""))
    if not taken.startswith("Unpack[") or hasattr(function, "__signature__"):
        return
    taken = taken.removeprefix("Unpack[").removesuffix("]")
    hints = getattr(keywords, taken).__annotations__
    fields = {each.name: each for owner in OWNERS[taken] for each in dataclasses.fields(owner)}
    signature = inspect.signature(function)
    explicit = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=fields[name].default, annotation=hint)
        for name, hint in hints.items()
    ]
    function.__signature__ = signature.replace(parameters=[*explicit, *options])  # type: ignore[attr-defined]
    lines = [f"    {name}: {spelled(described(fields[name]))}" for name in hints]
    function.__doc__ = "\n".join([inspect.cleandoc(function.__doc__ or ""), "", "Options:", *lines])
