"""Write ``docs/reference/commands.md``: every verb of the command line with all its flags, from the program itself.

``tests/test_docs.py`` says that it is up to date.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent))
from option_text import DEFAULT, bounds_of, cell, default_of, heading, meaning
from written import write_or_check

from unrolled.cli.main import VERBS, unrolled
from unrolled.config import (
    EngineOptions,
    GenerateOptions,
    ModelOptions,
    NoveltyOptions,
    PredictOptions,
    ReadOptions,
    RunOptions,
    ScoreOptions,
    TrainOptions,
)
from unrolled.options import Options

DOCS = Path(__file__).parents[1] / "docs"
TARGET = DOCS / "reference" / "commands.md"
OWNERS: tuple[type[Options], ...] = (
    TrainOptions,
    ModelOptions,
    ReadOptions,
    RunOptions,
    GenerateOptions,
    PredictOptions,
    ScoreOptions,
    NoveltyOptions,
    EngineOptions,
)
HEAD = """# Command reference

<!-- Written by tools/write_commands.py. -->

Every verb and every flag. `unrolled VERB --help` says the same. The exit status is 0, or 1 where something failed, 2
for bad input, 130 after Ctrl-C and 143 after SIGTERM. What an option does *not* go with is refused, never ignored. A
flag without a default is left to the recipe, or does nothing unless it is given.

"""


def source() -> str:
    """Return the whole page."""
    context = click.Context(unrolled, info_name="unrolled")
    sections = [verb(context, name) for name in VERBS]
    return HEAD + "\n".join(sections)


def verb(context: click.Context, name: str) -> str:
    """Return the section of a verb."""
    command = unrolled.get_command(context, name)
    assert command is not None
    pieces = " ".join(command.collect_usage_pieces(click.Context(command, info_name=name)))
    guide = f" Guide: [{name}](../{name}.md)." if (DOCS / f"{name}.md").exists() else ""
    lines = [f"## `{name}`", "", f"    unrolled {name} {pieces}", "", f"{(command.help or '').strip()}{guide}", ""]
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    grouped: dict[type[Options] | None, list[str]] = {}
    for option in options:
        owner, field = owner_of(option)
        grouped.setdefault(owner, []).append(row(option, field))
    for owner, rows in grouped.items():
        title = [] if owner is None else [f"{heading(owner)}:", ""]
        lines += [*title, "| flag | value | default | meaning |", "|---|---|---|---|", *rows, ""]
    return "\n".join([*lines, *examples(command), ""])


def owner_of(option: click.Option) -> tuple[type[Options] | None, dataclasses.Field[Any] | None]:
    """Return the class and the field that a flag is made from; None for a flag of the verb's own."""
    for owner in OWNERS:
        for field in dataclasses.fields(owner):
            if field.name == option.name and (option.help or "").startswith(field.metadata["help"]):
                return owner, field
    return None, None


def row(option: click.Option, field: dataclasses.Field[Any] | None) -> str:
    """Return the row of a flag."""
    names = ", ".join(f"`{name}`" for name in option.opts)
    if field is not None:
        return f"| {names} | {value(option, field)} | {cell(default_of(field))} | {meaning(field)} |"
    said = DEFAULT.search(option.help or "")
    return (
        f"| {names} | {value(option)} | {cell(said[1] if said else '')} | {cell(DEFAULT.sub('', option.help or ''))} |"
    )


def value(option: click.Option, field: dataclasses.Field[Any] | None = None) -> str:
    """Return what a flag is given: one of some choices, or a kind of value with its bounds; nothing for a switch."""
    kind = option.type
    if option.is_flag:
        return ""
    if isinstance(kind, click.Choice):
        return ", ".join(f"`{choice}`" for choice in kind.choices)
    names = {"integer": "whole number", "integer range": "whole number", "float": "number", "path": "file"}
    if option.metavar:
        name = option.metavar.lower()
    elif isinstance(kind, click.Path):
        name = "file" if kind.file_okay else "folder"
    else:
        name = names.get(kind.name, kind.name)
    bounds = bounds_of(field) if field else range_of(kind)
    return f"{name}, {bounds}" if bounds else name


def range_of(kind: click.ParamType[Any]) -> str:
    """Return the bounds of a number that click checks, in words."""
    if not isinstance(kind, click.IntRange):
        return ""
    words = [f"at least {kind.min}"] if kind.min is not None else []
    return " and ".join([*words, *([f"at most {kind.max}"] if kind.max is not None else [])])


def examples(command: click.Command) -> list[str]:
    """Return the examples of a verb's help as a block of code."""
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    shown = [line for line in lines if line not in ("", "\b", "Examples:")]
    return ["```console", *(f"$ {line}" for line in shown), "```"]


def main() -> None:
    """Write the file, or only say whether it is up to date."""
    write_or_check(TARGET, source())


if __name__ == "__main__":
    main()
