"""``unrolled train``: a text in, a model file out."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import click

from ..config import ModelOptions, ReadOptions, RunOptions, TrainOptions
from ..errors import InterruptedWorkError, OptionError
from ..model_file.bundle import SUFFIX
from . import streams
from .flags import examples, flags, given

EXAMPLES = """
unrolled train alice.txt --minutes 5
unrolled train alice.txt --start english --minutes 1
cat *.txt | unrolled train - -o all.safetensors --unit word --epochs 10
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("sources", nargs=-1, required=True, metavar="TEXT...")
@click.option("-o", "--output", type=click.Path(), help="model file to write [default: the text's name]")
@click.option("--resume", is_flag=True, help="go on with a run that was stopped or killed")
@click.option("--replay", type=click.Path(), help="repeat the plan and the options recorded in this model file")
@click.option(
    "--start",
    metavar="START",
    help="scratch, a base model, a model file, or auto: what learns more at first [default: scratch]",
)
@click.option("--from", "base", type=click.Path(), hidden=True, help="what --start was called before")
@click.option("--force", is_flag=True, help="replace an existing model file")
@click.option("--quiet", is_flag=True, help="show nothing but errors")
@click.option("--json", "as_json", is_flag=True, help="print the model's record as JSON at the end")
@flags(TrainOptions, ModelOptions, ReadOptions, RunOptions)
def command(sources: tuple[str, ...], output: str | None, quiet: bool, as_json: bool, **options: Any) -> int:
    """Train a network on TEXT: a file, a folder, several of them, or - for standard input."""
    from ..api.training import Order, carry_out
    from ..training.interrupt import listening
    from .screen import Screen

    path = Path(output or default_output(sources[0]))
    source = sources[0] if len(sources) == 1 else [Path(each) for each in sources]
    chosen = given(options)
    how = {name: chosen.pop(name) for name in ("resume", "replay", "start", "force") if name in chosen}
    if earlier := chosen.pop("base", None):
        refuse_both("start" in how)
        how["start"] = earlier
    with Screen(quiet) as screen, listening() as interrupt:
        order = Order(source, path, observers=(screen.observe,), options=chosen, **how)
        try:
            model = carry_out(order, interrupt)
        except KeyboardInterrupt:
            begun = "stopped at once; what was saved before is left for --resume"
            message = begun if interrupt.deferred else "stopped before the first step: nothing is written"
            raise InterruptedWorkError(message, interrupt.received or signal.SIGINT) from None
    screen.finish(model, path)
    if earlier:
        streams.note("--from is called --start now, and goes with the next release")
    if as_json:
        streams.as_json({"model": str(path), **model.record})
    stopped = model.record.stopped
    return 128 + int(stopped.split()[1]) if stopped.startswith("signal") else 0


def refuse_both(started: bool) -> None:
    """Raise ``OptionError`` where what to begin with is given under its name of before, too."""
    if started:
        raise OptionError("I got --start and --from, which is what it was called before; leave --from out")


def default_output(source: str) -> str:
    """Return the model's name where the user gives none: that of the text, in the current folder."""
    if source == "-":
        return f"model{SUFFIX}"
    name = Path(source).resolve().name
    for ending in (".gz", ".txt", ".tsv", ".csv", ".json", ".jsonl", ".ndjson", ".conll", ".conllu", ".tagged"):
        name = name.removesuffix(ending)
    return f"{name}{SUFFIX}"
