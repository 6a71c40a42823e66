"""``unrolled predict``: a model and sources in, labels, translations or captions out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from ..config import EngineOptions, PredictOptions
from . import streams
from .flags import LOADING, VISION, examples, flags, given, silence

if TYPE_CHECKING:
    from ..api.source_model import SourceModel

BATCH_SIZE = 64
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
@click.option("--file", "path", type=click.Path(), help="take the sources from the lines of this file")
@click.option("--quiet", is_flag=True, help="show the results alone, and no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines, with all probabilities or scores")
@VISION
@flags(PredictOptions, EngineOptions)
def command(model: str, sources: tuple[str, ...], path: str | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Read each SOURCE (a text, or an image's path; - is lines of standard input) and say what MODEL makes of it."""
    from ..api.source_model import SourceModel
    from ..errors import OptionError

    if bool(sources) == bool(path):
        raise OptionError("give a SOURCE to read, or - for standard input, or --file; one of them")
    if quiet:
        silence()
    settings = given(options)
    opened = SourceModel.load(model, **{name: settings.pop(name) for name in LOADING if name in settings})
    settings.pop("threads", None)
    lines = iter(lines_of(sources, path))
    while some := list(islice(lines, 1 if sources == ("-",) or settings.get("count", 1) > 1 else BATCH_SIZE)):
        show(opened, some, settings, as_json, quiet)


def lines_of(sources: tuple[str, ...], path: str | None) -> Iterable[str]:
    """Return the sources one by one, as they come."""
    if sources == ("-",):
        return streams.read_lines()
    if path is None:
        return sources
    from ..formats.corpus import read_file

    return read_file(path).text.removesuffix("\n").split("\n")


def show(model: SourceModel, sources: list[str], settings: dict[str, Any], as_json: bool, quiet: bool) -> None:
    """Print the results of some sources, a line each."""
    for found in model._results(sources, settings):
        for each in found:
            if as_json:
                streams.as_json(facts(each))
            elif hasattr(each, "text"):
                streams.data(f"{each.text}\n")
            else:
                streams.line(answer(each, quiet))


def facts(found: Any) -> dict[str, Any]:
    """Return a result as JSON has it."""
    return {name: value for name, value in dataclasses.asdict(found).items() if value not in ((), {}) and name != "ids"}


def answer(found: Any, quiet: bool) -> str:
    """Return the labels as people read them."""
    if quiet or found.labels:
        return str(found.label)
    likely = list(found.probabilities.items())[:MAX_SHOWN_LABELS]
    return "  ".join(f"{label} {share:.3f}" for label, share in likely)
