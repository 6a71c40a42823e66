"""Write ``src/unrolled/keywords.py``: the options of the verbs as keywords of Python functions, from ``config.py``.

A type checker and an editor read it: the name, the type and the choices of every option, and beneath it what it means,
its bounds and its default. ``tests/test_keywords.py`` says that it is up to date.
"""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

sys.path.insert(0, str(Path(__file__).parent))
from written import write_or_check

from unrolled.config import (
    EngineOptions,
    GenerateOptions,
    ModelOptions,
    PredictOptions,
    ReadOptions,
    RunOptions,
    ScoreOptions,
    TrainOptions,
)
from unrolled.generation.state import NEXT, OF_THE_START
from unrolled.options import Options, described

TARGET = Path(__file__).parents[1] / "src" / "unrolled" / "keywords.py"
HEAD = '''"""The options of the verbs as keywords of Python functions, for type checkers and editors.

Written by ``tools/write_keywords.py`` from ``config.py``, and ``usage.py``, where every default and every help stands.
"""

from collections.abc import Sequence
from typing import Literal, TypedDict

'''
CLASSES = (
    ReadOptions,
    ModelOptions,
    TrainOptions,
    RunOptions,
    GenerateOptions,
    PredictOptions,
    ScoreOptions,
    EngineOptions,
)
TASK = ("task",)
"""What ``train`` has a keyword of its own for: the class of the model depends on it."""


@dataclasses.dataclass(frozen=True)
class Keywords:
    """A dictionary of keywords: its name, its bases, what it is, and the options that it has."""

    name: str
    bases: str
    what: str
    owners: tuple[type[Options], ...]
    names: frozenset[str]

    @classmethod
    def of(
        cls, name: str, bases: str, what: str, *owners: type[Options], only: Iterable[str] | None = None
    ) -> Keywords:
        """Return those with all options of some classes, or only with a few of them."""
        names = {each for owner in owners for each in owner.names()} if only is None else set(only)
        return cls(name, bases, what, owners, frozenset(names) - {*TASK})

    def lines(self) -> list[str]:
        """Return the lines of the class."""
        found = [f"class {self.name}({self.bases}, total=False):", f'    """{self.what}"""', ""]
        for owner in self.owners:
            hints = get_type_hints(owner)
            for field in dataclasses.fields(owner):
                if field.name in self.names:
                    found += [f"    {field.name}: {written(field, hints[field.name])}", *note(field)]
        return [*found, "", ""]


def note(field: dataclasses.Field[Any]) -> list[str]:
    """Return what an option means, as the lines of a docstring beneath it."""
    text = described(field)
    text = text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
    lines = textwrap.wrap(f'"""{text}"""', 116)
    return [f"    {line}" for line in lines]


def written(field: dataclasses.Field[Any], hint: Any) -> str:
    """Return the type of an option as source."""
    optional = " | None" if type(None) in get_args(hint) else ""
    if "choices" in field.metadata:
        return alias(field.name) + optional
    if str(hint).startswith("tuple"):
        return "str | Sequence[str]"
    kinds = (
        [each.__name__ for each in get_args(hint) if each is not type(None)]
        if isinstance(hint, UnionType)
        else [hint.__name__]
    )
    return " | ".join(kinds) + optional


def alias(name: str) -> str:
    """Return the name of the type of an option's choices."""
    return "".join(part.capitalize() for part in name.split("_")) + "Choice"


def choices() -> dict[str, tuple[str, ...]]:
    """Return the choices of every option that has some, by the name of their type."""
    fields = [field for owner in CLASSES for field in dataclasses.fields(owner)]
    return {alias(field.name): field.metadata["choices"] for field in fields if "choices" in field.metadata}


def source() -> str:
    """Return the whole file."""
    lines = []
    for name, names in sorted(choices().items()):
        lines.append(f"{name} = Literal[{', '.join(map(repr, names))}]".replace("'", '"'))
    tasks = next(field for field in dataclasses.fields(ModelOptions) if field.name == "task").metadata["choices"]
    for name in tasks:
        lines.append(f'{name.capitalize()}Task = Literal["{name}"]')
    every = [
        Keywords.of("ReadKeywords", "TypedDict", "How a text is read.", ReadOptions),
        Keywords.of(
            "TrainKeywords", "ReadKeywords", "The options of ``train``.", ModelOptions, TrainOptions, RunOptions
        ),
        Keywords.of(
            "StartKeywords", "TypedDict", "The options of a text's beginning.", GenerateOptions, only=OF_THE_START
        ),
        Keywords.of(
            "NextKeywords",
            "StartKeywords",
            "The options that the next unit depends on.",
            GenerateOptions,
            only={*NEXT} - {*OF_THE_START},
        ),
        Keywords.of("GenerateKeywords", "TypedDict", "The options of ``generate`` and ``stream``.", GenerateOptions),
        Keywords.of("PredictKeywords", "TypedDict", "The options of ``predict``.", PredictOptions),
    ]
    lines += ["", "", *(line for each in every for line in each.lines())]
    lines += [
        "class EvaluateKeywords(ReadKeywords, PredictKeywords, total=False):",
        '    """The options of ``evaluate``."""',
        "",
    ]
    return HEAD + "\n".join(lines)


def main() -> None:
    """Write the file, or only say whether it is up to date."""
    write_or_check(TARGET, source())


if __name__ == "__main__":
    main()
