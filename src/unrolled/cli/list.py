"""``unrolled list``: the models of a folder, a line each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from . import streams
from .flags import examples

EXAMPLES = """
unrolled list
unrolled list models/
unrolled list models/ --json
"""
FIGURES = {"accuracy": "{:.1%} right", "bits_per_char": "{:.3f} bits/character", "bits_per_label": "{:.3f} bits/label"}
"""The figures of what was held out, the most telling first, and how they are shown."""
HEADER = ("file", "MB", "model", "task", "held out", "learnt from")


@click.command(epilog=examples(EXAMPLES))
@click.argument("folder", type=click.Path(), default=".")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def command(folder: str, as_json: bool) -> None:
    """List the models in FOLDER [default: this one], the newest first: what each is, and how well it does."""
    from ..errors import InputError
    from ..model_file.bundle import SUFFIX

    if not Path(folder).is_dir():
        raise InputError(f"{folder} is no folder; name one that has models in it")
    paths = sorted(Path(folder).glob(f"*{SUFFIX}"), key=changed, reverse=True)
    found = [about_file(path) for path in paths if path.is_file()]
    if as_json:
        for each in found:
            streams.as_json(each)
        return
    if not found:
        streams.note(f"there is no model ({SUFFIX}) in {folder}")
        return
    show([HEADER, *(row(each) for each in found)])


def changed(path: Path) -> float:
    """Return when a file was last changed; one that is gone meanwhile was never."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def day_of(seconds: float) -> str | None:
    """Return a time as people write it; None for one that no calendar has, as a file can claim."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (OverflowError, OSError, ValueError):
        return None


def about_file(path: Path) -> dict[str, Any]:
    """Return a few facts of a model file, or why it cannot be opened."""
    from ..errors import UnrolledError
    from ..model_file.bundle import load

    try:
        bundle = load(path)
    except UnrolledError as error:
        return {"file": path.name, "error": str(error)}
    record = bundle.record
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "changed": day_of(changed(path)),
        "task": bundle.config.task,
        "model": bundle.config.title,
        "weights": bundle.weights,
        "units": {name: each.unit for name, each in bundle.vocabularies.items()},
        "held_out": {name: value for name, value in (record.best or {}).items() if name != "step"},
        "text": record.corpus.get("names", []),
    }


def row(facts: dict[str, Any]) -> tuple[str, ...]:
    """Return the line of a model in its columns."""
    if "error" in facts:
        return (facts["file"], "", "", "", "", facts["error"])
    held_out = facts["held_out"]
    figures = [shown.format(held_out[name]) for name, shown in FIGURES.items() if held_out.get(name) is not None]
    names = facts["text"]
    text = f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else "".join(names)
    size = f"{facts['bytes'] / 1e6:.1f}"
    return (facts["file"], size, facts["model"], facts["task"], next(iter(figures), "–"), text)


def show(rows: list[tuple[str, ...]]) -> None:
    """Print columns under each other, as wide as what stands in them; the last has no width."""
    from ..escaping import escaped
    from ..reports.labels import columns, padded

    rows = [tuple(escaped(each) for each in row) for row in rows]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(HEADER) - 1)]
    for each in rows:
        cells = [padded(text, width) for text, width in zip(each, widths, strict=False)]
        streams.line("  ".join([*cells, each[-1]]).rstrip())
