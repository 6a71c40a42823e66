"""``unrolled export``: a model in a form that other programs read."""

from __future__ import annotations

from importlib import import_module

import click

from ..exports import FORMATS
from . import streams
from .flags import examples

EXAMPLES = """
unrolled export gpt2.safetensors -o gpt2/
unrolled export gpt2.safetensors -o gpt2/ --force
unrolled train more.txt --start gpt2/ -o further.safetensors
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, help="what to write: a folder for transformers")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="transformers", help="format to write")
@click.option("--force", is_flag=True, help="write into a folder that holds files")
@click.option("--quiet", is_flag=True, help="show nothing but errors")
def command(model: str, output: str, kind: str, force: bool, quiet: bool) -> None:
    """Write MODEL as other programs read it."""
    from ..api import load
    from ..engines.opener import missing_torch

    bundle = load(model).bundle
    try:
        written = import_module(f"..exports.{kind}", __package__).write(bundle, output, force)
    except ModuleNotFoundError as error:
        raise missing_torch("--format transformers", error) from None
    if not quiet:
        streams.line(f"{written}: {FORMATS[kind]}", err=True)
