"""``unrolled quantize``: a model file in, a smaller one out."""

from __future__ import annotations

from pathlib import Path

import click

from ..kernels.precision import PRECISIONS
from .flags import examples

EXAMPLES = """
unrolled quantize alice.safetensors chapter.txt -o alice-int8.safetensors
unrolled quantize alice.safetensors chapter.txt -o alice-bf16.safetensors --weights bf16
unrolled info alice-int8.safetensors
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.argument("text", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, help="model file to write")
@click.option("--weights", type=click.Choice(PRECISIONS[1:]), default="int8", help="precision [default: int8]")
@click.option("--force", is_flag=True, help="replace an existing model file")
@click.option("--quiet", is_flag=True, help="show nothing but errors")
@click.option("--json", "as_json", is_flag=True, help="print what it costs as JSON")
def command(model: str, text: str, output: str, weights: str, force: bool, quiet: bool, as_json: bool) -> None:
    """Write MODEL with narrow weights, and tell the bits per character that they cost on TEXT (held-out text, best)."""
    import json

    from ..api import load
    from ..bundle import refuse_target
    from ..data.readers import read_file

    refuse_target(output, force)
    smaller = load(model).quantized(weights, read_file(text).text)
    smaller.save(output, force)
    cost = smaller.record["quantized"]
    if as_json:
        click.echo(json.dumps(cost))
    elif not quiet:
        sizes = f"{Path(model).stat().st_size:,} → {Path(output).stat().st_size:,} bytes"
        change = f"{cost['bits_per_char_before']:.4f} → {cost['bits_per_char']:.4f} bits/char"
        click.echo(f"{output}: {sizes}, {change} ({cost['loss_percent']:+.2f} %)")
