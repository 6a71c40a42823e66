"""``unrolled explain``: a model and a text in, a page out that shows what the network expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..config import EngineOptions, ReadOptions, ScoreOptions
from . import streams
from .flags import examples, flags, given, silence
from .score import read

UNREAD = ("label", "source_column", "target_column", "images_anywhere")
"""Options of reading that a text does not have."""
EXAMPLES = """
unrolled explain alice.safetensors chapter.txt -o chapter.html
unrolled explain names.safetensors irish.txt -o irish.html --where file=Irish
head -n 40 play.txt | unrolled explain play.safetensors - -o play.html --force
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.argument("text", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, help="page to write (.html)")
@click.option("--force", is_flag=True, help="replace an existing page")
@click.option("--quiet", is_flag=True, help="show nothing but errors")
@flags(ScoreOptions, ReadOptions, EngineOptions, leave_out=("mode", "top", "adaptive", *UNREAD))
def command(model: str, text: str, output: str, force: bool, quiet: bool, **options: Any) -> None:
    """Write a page that shows what MODEL expected at every place of TEXT (a file, or - for standard input)."""
    from ..api import LanguageModel
    from ..model_file.bundle import refuse_target, write_atomically

    if quiet:
        silence()
    refuse_target(output, force)
    settings = given(options)
    opened = LanguageModel.load(
        model, **{name: settings[name] for name in ("engine", "device", "weights") if name in settings}
    )
    reading = {name: settings[name] for name in ReadOptions.names() if name in settings}
    page = opened.explain(read(opened, text, reading), settings.get("where", ()))
    write_atomically(output, page.encode())
    if not quiet:
        streams.line(f"{output}: {Path(output).stat().st_size:,} bytes; open it in a browser")
