"""``unrolled compare``: several kinds of model, one text, the same minutes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from ..config import ReadOptions
from . import streams
from .flags import TypedText, examples, flags, given, refuse_alone

EXAMPLES = """
unrolled compare alice.txt --minutes 1
unrolled compare alice.txt --minutes 3 -o alice.html --keep models/
unrolled compare alice.txt --minutes 0.5 --models markov,lstm --unit word --json
"""
DEFAULT_MINUTES = 1.0


@click.command(epilog=examples(EXAMPLES))
@click.argument("sources", nargs=-1, required=True, metavar="TEXT...")
@click.option("--minutes", type=float, default=DEFAULT_MINUTES, help="minutes that each network learns [default: 1]")
@click.option("--models", help="which of them, with commas [default: markov,window,elman,gru,lstm,gpt2]")
@click.option("--unit", help="what a step reads and writes [default: auto]")
@click.option("--seed", type=int, help="seed of all that is random in training")
@click.option("--threads", type=int, help="threads for each [default: one a core]")
@click.option("-p", "--prompt", type=TypedText(), help="what all write on from [default: the first held-out words]")
@click.option("-o", "--output", type=click.Path(), help="write a page of HTML")
@click.option("--keep", type=click.Path(file_okay=False), help="folder that keeps the trained models")
@click.option("--force", is_flag=True, help="replace an existing page, and models that were kept")
@click.option("--quiet", is_flag=True, help="show the table alone")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@flags(ReadOptions, leave_out=("label", "source_column", "target_column", "images_anywhere"))
def command(
    sources: tuple[str, ...], output: str | None, keep: str | None, quiet: bool, as_json: bool, **options: Any
) -> None:
    """Train several kinds of model on TEXT in the same minutes, and tell how they did: a table, a page, samples."""
    from ..compare import compare
    from ..model_file.bundle import refuse_target, write_atomically
    from ..reports.comparison import MEANINGS, page, samples, table

    names, prompt, force = choose(options.pop("models")), options.pop("prompt"), options.pop("force")
    refuse_alone({"force": force, "output": output, "keep": keep}, ["force"], ["output", "keep"])
    if output:
        refuse_target(output, force)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(keep or temporary)
        prepare(folder, names, force)
        found = compare(sources, names, given(options), folder, prompt, len if quiet else say)
    summary = found.summary()
    for note in found.notes:
        streams.note(note)
    if output:
        write_atomically(output, page(summary).encode("utf-8", "backslashreplace"))
    if as_json:
        streams.as_json(summary)
        return
    streams.lines(table(summary))
    if not quiet:
        streams.lines(["", MEANINGS, "", *samples(summary)])


def prepare(folder: Path, names: list[str], force: bool) -> None:
    """Open the folder of the models, in which none is replaced silently."""
    from ..errors import OutputError, reason
    from ..model_file.bundle import SUFFIX, refuse_existing

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made ({reason(error)}); name another folder", 2) from None
    for name in names:
        refuse_existing(folder / f"{name}{SUFFIX}", force)


def say(line: str) -> None:
    """Print a line of progress."""
    streams.line(line, err=True)


def choose(models: str | None) -> list[str]:
    """Return the models that are named, in the order of the table."""
    from ..compare import MODELS
    from ..errors import OptionError

    wanted = list(MODELS) if models is None else [name.strip() for name in models.split(",")]
    for name in wanted:
        if name not in MODELS:
            raise OptionError(f"there is no model {name!r} to compare; choose from {', '.join(MODELS)}")
    return [name for name in MODELS if name in wanted]
