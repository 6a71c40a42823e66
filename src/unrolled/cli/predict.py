"""``unrolled predict``: a model and sources in, labels, translations or captions out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import EngineOptions, PredictOptions, ReadOptions
from ..errors import InputError, OptionError
from ..options import flag
from . import streams
from .flags import LOADING, VISION, examples, flags, given, silence

if TYPE_CHECKING:
    from ..api.source_model import SourceModel

BATCH_SIZE = 64
MAX_PATH = 4096  # characters of a path
MAX_SHOWN_LABELS = 5
"""Labels that are shown of each source."""

EXAMPLES = """
unrolled predict reviews.safetensors "a truly wonderful film"
unrolled predict de-en.safetensors --file sentences.txt --beams 8 --count 3
cat questions.txt | unrolled predict questions.safetensors - --json
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option("--file", "path", type=click.Path(), help="take the sources from this file: its lines or rows")
@click.option("--quiet", is_flag=True, help="show the results alone, and no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines, with all probabilities or scores")
@VISION
@flags(PredictOptions, ReadOptions, EngineOptions, leave_out=("label", "target_column"))
def command(model: str, sources: tuple[str, ...], path: str | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Read each SOURCE (a text, or an image's path; - is lines of standard input) and say what MODEL makes of it."""
    from ..api.source_model import SourceModel

    if bool(sources) == bool(path):
        raise OptionError("give a SOURCE to read, or - for standard input, or --file; one of them")
    if quiet:
        silence()
    settings = given(options)
    opened = SourceModel.load(model, **{name: settings.pop(name) for name in LOADING if name in settings})
    settings.pop("threads", None)
    reading = {name: settings.pop(name) for name in ReadOptions.names() if name in settings}
    if reading and not path:
        raise OptionError(f"I got {flag(next(iter(reading)))} without --file, which it is of; leave it out")
    lines = iter(lines_of(opened, sources, path, reading))
    failed = 0
    while some := list(islice(lines, 1 if sources == ("-",) or settings.get("count", 1) > 1 else BATCH_SIZE)):
        failed += show(opened, some, settings, as_json, quiet)
    if failed:
        raise InputError(
            f"{failed:,} of the sources could not be read, and the others are answered; mend or leave out those that "
            "are named above"
        )


def lines_of(model: SourceModel, sources: tuple[str, ...], path: str | None, reading: dict[str, Any]) -> Iterable[str]:
    """Return the sources one by one, as they come."""
    if sources == ("-",):
        return streams.read_lines()
    if path is None:
        return [each if Path(each[:MAX_PATH]).exists() else streams.whole(each, "a source") for each in sources]
    from ..analysis.model_sources import sources_for

    found, notes = sources_for(model.bundle, path, reading)
    for message in notes:
        streams.note(message)
    return found


def show(model: SourceModel, sources: list[str], settings: dict[str, Any], as_json: bool, quiet: bool) -> int:
    """Print the results of some sources, a line each, and nothing for blank ones; how many could not be read."""
    filled = [source for source in sources if source.strip()]
    try:
        results = iter(model._results(filled, settings)) if filled else iter([])
    except InputError:
        if len(sources) == 1:
            raise
        return sum(show_alone(model, source, settings, as_json, quiet) for source in sources)
    for source in sources:
        if not source.strip():
            streams.as_json({"source": source, "blank": True}) if as_json else streams.data("\n")
            continue
        for each in next(results):
            if as_json:
                streams.as_json(facts(each))
            elif hasattr(each, "text"):
                streams.data(f"{each.text}\n")
            else:
                streams.line(answer(each, quiet))
    return 0


def show_alone(model: SourceModel, source: str, settings: dict[str, Any], as_json: bool, quiet: bool) -> int:
    """Print the result of one source, or what is wrong with it and a blank line in its place: 1 for such a one."""
    try:
        return show(model, [source], settings, as_json, quiet)
    except InputError as error:
        streams.note(str(error))
        streams.as_json({"source": source, "error": str(error)}) if as_json else streams.data("\n")
        return 1


def facts(found: Any) -> dict[str, Any]:
    """Return a result as JSON has it."""
    return {name: value for name, value in dataclasses.asdict(found).items() if value not in ((), {}) and name != "ids"}


def answer(found: Any, quiet: bool) -> str:
    """Return the labels as people read them."""
    if quiet or found.labels:
        return str(found.label)
    likely = list(found.probabilities.items())[:MAX_SHOWN_LABELS]
    return "  ".join(f"{label} {share:.3f}" for label, share in likely)
