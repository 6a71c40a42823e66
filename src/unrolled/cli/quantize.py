"""``unrolled quantize``: a model file in, a smaller one out."""

from __future__ import annotations

from pathlib import Path

import click

from ..kernels.precision import PRECISIONS
from . import streams
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
    """Write MODEL with narrow weights, and tell what they cost on TEXT: held out, or a test as evaluate reads one."""
    from ..api import LanguageModel, load
    from ..api.source_model import SourceModel
    from ..model_file.bases import located
    from ..model_file.bundle import refuse_target
    from .score import read

    refuse_target(output, force)
    opened = load(model)
    if isinstance(opened, SourceModel):
        from ..evaluation.quantization import quantized_with_cost

        opened = quantized_with_cost(opened, weights, text)
    else:
        opened = LanguageModel._expect(opened, model).quantized(weights, read(opened, text, {}))
    opened.save(output, force)
    cost = opened.record.quantized
    if as_json:
        streams.as_json(cost)
    elif not quiet:
        sizes = f"{located(model).stat().st_size:,} → {Path(output).stat().st_size:,} bytes"
        name = next(name for name in cost if f"{name}_before" in cost)
        shown = "bits/char" if name == "bits_per_char" else name.replace("_", " ")
        change = f"{cost[f'{name}_before']:.4f} → {cost[name]:.4f} {shown}"
        percent = f" ({cost['loss_percent']:+.2f} %)" if "loss_percent" in cost else ""
        streams.line(f"{output}: {sizes}, {change}{percent}")
