"""``unrolled evaluate``: a model and a test in, figures out, with the baseline beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import EngineOptions, PredictOptions, ReadOptions
from ..escaping import json_line
from . import streams
from .flags import LOADING, VISION, examples, flags, given, refuse_alone, silence

if TYPE_CHECKING:
    from ..api.source_model import SourceModel
    from ..evaluation import Evaluation

EXAMPLES = """
unrolled evaluate reviews.safetensors reviews-test.tsv --svg confusion.svg
unrolled evaluate de-en.safetensors test.de test.en --beams 8 --attention looks.html
unrolled evaluate reviews.safetensors reviews-test.tsv --json --predictions predictions.jsonl
"""
PICTURED = 10
"""Examples in the page of attention."""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.argument("test", nargs=-1, required=True, metavar="TEST...")
@click.option("--examples", "count", type=click.IntRange(min=0), default=5, help="worst examples shown [default: 5]")
@click.option("--svg", type=click.Path(), help="write the confusion matrix of a classifier as a picture")
@click.option("--attention", type=click.Path(), help="write a page of where the network looked in the first sources")
@click.option("--predictions", type=click.Path(), help="write JSON lines: every source, what was wanted, what came")
@click.option("--force", is_flag=True, help="replace existing files")
@click.option("--quiet", is_flag=True, help="show no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@VISION
@flags(ReadOptions, PredictOptions, EngineOptions, leave_out=("prefix", "count"))
def command(model: str, test: tuple[str, ...], count: int, as_json: bool, quiet: bool, **options: Any) -> None:
    """Evaluate MODEL on TEST (a table, or two files whose lines belong together), which it was not trained on."""
    from ..api.source_model import SourceModel
    from ..evaluation import evaluate
    from ..reports.evaluated import lines

    if quiet:
        silence()
    targets = {name: options.pop(name) for name in ("svg", "attention", "predictions")}
    force, settings = options.pop("force"), given(options)
    refuse_alone({**targets, "force": force}, ["force"], list(targets))
    opened = SourceModel.load(model, **{name: settings.pop(name) for name in LOADING if name in settings})
    settings.pop("threads", None)
    refuse(opened, targets, force)
    found = evaluate(opened, test[0] if len(test) == 1 else [Path(each) for each in test], **settings)
    write(opened, found, targets)
    summary = found.summary(count)
    if as_json:
        streams.as_json(summary)
    else:
        streams.lines(lines(summary))


def refuse(model: SourceModel, targets: dict[str, str | None], force: bool) -> None:
    """Say before any work what cannot be shown of such a model, and which file cannot be written."""
    from ..evaluation.pictures import refuse_blind, refuse_unlabelled
    from ..model_file.bundle import refuse_target

    if targets["svg"]:
        refuse_unlabelled(model)
    if targets["attention"]:
        refuse_blind(model)
    for target in targets.values():
        if target:
            refuse_target(target, force)


def write(model: SourceModel, found: Evaluation, targets: dict[str, str | None]) -> None:
    """Write the files that are asked for."""
    from ..evaluation.pictures import attention_page, confusion_picture
    from ..model_file.bundle import write_atomically

    if targets["svg"]:
        write_atomically(targets["svg"], confusion_picture(found).encode("utf-8", "backslashreplace"))
    if targets["attention"]:
        page = attention_page(model, found, PICTURED)
        write_atomically(targets["attention"], page.encode("utf-8", "backslashreplace"))
    if targets["predictions"]:
        lines = "".join(f"{json_line(each.facts())}\n" for each in found.examples)
        write_atomically(targets["predictions"], lines.encode("utf-8", "backslashreplace"))
