"""What the references say of an option, in words: its values, its default, what it means, and beside what it holds."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from unrolled.kinds import KINDS
from unrolled.options import ANY_NUMBER, Options, describe, flag
from unrolled.tasks import TASKS
from unrolled.tasks.options import owners

DEFAULT = re.compile(r"\s*\[default: ([^\]]*)\]")


def default_of(field: dataclasses.Field[Any]) -> str:
    """Return the default of an option: its value, or what its help says of one that is chosen later."""
    said = DEFAULT.search(field.metadata["help"])
    if said:
        return said[1]
    if field.default in (None, False, (), ""):
        return ""
    return f"`{field.default}`"


def meaning(field: dataclasses.Field[Any], spell: Callable[[str], str] = flag) -> str:
    """Return what an option means, with what it needs, what it excludes, and what it is of."""
    words = [DEFAULT.sub("", field.metadata["help"])]
    listed = lambda names: " or ".join(f"`{spell(name)}`" for name in names)  # noqa: E731
    if needs := field.metadata.get("needs"):
        words.append(f"needs {listed(needs)}")
    if excludes := field.metadata.get("excludes"):
        words.append(f"not with {listed(excludes)}")
    for other, values in field.metadata.get("idle", {}).items():
        words.append(f"not where `{spell(other)}` is {' or '.join(f'`{value}`' for value in values)}")
    for what, members in (("task", TASKS), ("model", KINDS)):
        having = owners(field.name, members)
        if len(having) < len(members) and field.name not in ("task", "model"):
            words.append(f"only where `{spell(what)}` is {' or '.join(f'`{name}`' for name in having)}")
    return cell("; ".join(words))


def bounds_of(field: dataclasses.Field[Any]) -> str:
    """Return the bounds of an option's value in words; nothing where it has none."""
    bounds = describe(field.metadata)
    return "" if bounds == ANY_NUMBER else bounds


def cell(text: str) -> str:
    """Return a text as a cell of a table has it."""
    return text.replace("|", "\\|")


def heading(owner: type[Options]) -> str:
    """Return what the options of a class are about: the first sentence of its docstring."""
    return (owner.__doc__ or "").split(".")[0].rstrip(".")
