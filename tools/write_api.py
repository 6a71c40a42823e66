"""Write ``docs/reference/api.md`` and ``options.md``: the public names of Python, and the options that they take.

The first names what mkdocstrings is to show: the names in ``unrolled.__all__``, their public members, and the classes
of what these return. The second has the options from ``config.py``. ``tests/test_docs.py`` says that they are current.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

sys.path.insert(0, str(Path(__file__).parent))
from option_text import bounds_of, cell, default_of, heading, meaning
from written import write_or_check

import unrolled
from unrolled import keywords
from unrolled.api.documented import OWNERS
from unrolled.errors import spelled

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
SECTIONS = {
    "TrainKeywords": "train",
    "GenerateKeywords": "generate",
    "StartKeywords": "start",
    "NextKeywords": "next",
    "PredictKeywords": "predict",
    "EvaluateKeywords": "evaluate",
}
"""The sections of the page of options, by the dictionary of keywords that each has."""
RESULTS = (
    "unrolled.analysis.scoring.Score",
    "unrolled.generation.state.State",
    "unrolled.generation.session.Session",
    "unrolled.generation.completion.Completion",
    "unrolled.generation.prediction.Answer",
    "unrolled.generation.prediction.Generated",
    "unrolled.evaluation.base.Evaluation",
    "unrolled.analysis.novelty.Novelty",
)
"""The classes of what the public names return."""
HEAD = """# Python reference

<!-- Written by tools/write_api.py. -->

What `import unrolled` gives: functions, a class for each task, and errors. What is not on this page is internal and
may change. The options of a verb are keywords; they are listed on [a page of their own](options.md), and `help()` shows
them, too.

"""
OPTIONS_HEAD = """# Options of the Python verbs

<!-- Written by tools/write_api.py. -->

The keywords of the [Python verbs](api.md), from the one place where every default is written. `None` leaves an option
to the recipe. A wrong value, and an option that means nothing beside the others, raises an `OptionError`. The flags of
the command line are the same with hyphens: [command reference](commands.md).

"""


def api() -> str:
    """Return the page of the public names."""
    names = [name for name in unrolled.__all__ if not name.startswith("_")]
    functions = [name for name in names if inspect.isfunction(getattr(unrolled, name))]
    errors = [name for name in names if name.startswith("Unrolled")]
    classes = [name for name in names if name not in functions + errors]
    classes.sort(key=lambda name: (name != "Model", name))
    parts = [HEAD, "## Functions\n\n", *map(function, functions), "## Models\n\n", *map(model, classes)]
    parts += ["## Results\n\n", *(entry(name) for name in RESULTS), "## Errors\n\n"]
    return "".join([*parts, *(entry(f"unrolled.{name}") for name in errors)])


def entry(path: str, members: list[str] | None = None) -> str:
    """Return what makes mkdocstrings show an object, with some members or, if none are named, its public ones."""
    options = ["heading_level: 3"]
    if members is not None:
        options += ["inherited_members: true", f"members: [{', '.join(members)}]"]
    lines = [f"::: {path}", "    options:", *(f"      {line}" for line in options)]
    return "\n".join(lines) + "\n\n"


def function(name: str) -> str:
    """Return the entry of a function, and where its options are."""
    return entry(f"unrolled.{name}") + links({name: getattr(unrolled, name)})


def model(name: str) -> str:
    """Return the entry of a class of models: of what it has and the base does not, or has in another way."""
    kind, base = getattr(unrolled, name), unrolled.Model
    public = [member for owner in reversed(kind.__mro__) for member in vars(owner) if not member.startswith("_")]
    own = list(dict.fromkeys(public))
    if kind is not base:
        own = [each for each in own if each != "load" and getattr(kind, each) is not getattr(base, each, None)]
    return entry(f"unrolled.{name}", own) + links({each: getattr(kind, each) for each in own})


def links(verbs: dict[str, Any]) -> str:
    """Return a sentence that says where the options of some verbs are; nothing where they have none."""
    found: dict[str, list[str]] = {}
    for name, verb in verbs.items():
        taken = str(getattr(verb, "__annotations__", {}).get("options", ""))
        section = SECTIONS.get(taken.removeprefix("Unpack[").removesuffix("]"))
        if section:
            found.setdefault(section, []).append(f"`{name}`")
    said = [f"[{' and '.join(names)}](options.md#{section})" for section, names in found.items()]
    return f"Options: {', '.join(said)}.\n\n" if said else ""


def options() -> str:
    """Return the page of the options."""
    return OPTIONS_HEAD + "\n".join(section(taken, name) for taken, name in SECTIONS.items())


def section(taken: str, name: str) -> str:
    """Return the options of one dictionary of keywords, those of each class in a table."""
    hints = get_type_hints(getattr(keywords, taken))
    lines = [f"## {name}", ""]
    for owner in OWNERS[taken]:
        fields = [field for field in dataclasses.fields(owner) if field.name in hints]
        lines += [f"{heading(owner)}:", "", "| option | type | default | meaning |", "|---|---|---|---|"]
        lines += [row(field, hints[field.name]) for field in fields]
        lines.append("")
    return "\n".join(lines)


def row(field: dataclasses.Field[Any], hint: Any) -> str:
    """Return the row of an option."""
    bounds = bounds_of(field)
    kind = f"{type_of(hint)}, {bounds}" if bounds else type_of(hint)
    default = default_of(field) or f"`{field.default!r}`"
    text = spelled(meaning(field, lambda name: name)).replace("`--", "`")
    return f"| `{field.name}` | {kind} | {cell(default)} | {text} |"


def type_of(hint: Any) -> str:
    """Return a type as source; of a literal, its values."""
    parts = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is Literal:
        return " or ".join(f"`{value!r}`".replace("'", '"') for value in parts)
    if parts and get_origin(hint) not in (list, tuple) and type(None) in get_args(hint):
        return " or ".join(map(type_of, parts))
    if "Sequence" in str(hint):
        return "`str` or several"
    return " or ".join(f"`{getattr(each, '__name__', each)}`" for each in parts or [hint])


PAGES = {"api.md": api, "options.md": options}


def main() -> None:
    """Write the pages, or only say whether they are up to date."""
    for name, page in PAGES.items():
        write_or_check(REFERENCE / name, page())


if __name__ == "__main__":
    main()
