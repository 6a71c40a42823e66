"""``unrolled generate``: a model and a prompt in, text out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..config import GenerateOptions, RunOptions
from .flags import examples, flags, given

EXAMPLES = """
unrolled generate alice.safetensors --prompt "Alice was " --temperature 0.8
unrolled generate alice.safetensors --prompt-file - --until sentence < beginning.txt
unrolled generate names.safetensors -n 100 -o names.jsonl --until line --seed 1
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.option("-p", "--prompt", default=None, help="text to go on from [default: none]")
@click.option("--prompt-file", type=click.Path(), help="file to go on from; - is standard input")
@click.option("--from-state", type=click.Path(), help="go on from a state that --save-state wrote")
@click.option("--save-state", type=click.Path(), help="write the state after the text to this file")
@click.option("-n", "--samples", type=click.IntRange(min=1), default=1, help="texts to write [default: 1]")
@click.option("-o", "--output", type=click.Path(), help="write JSON lines to this file")
@click.option("--force", is_flag=True, help="replace an existing output file")
@click.option("--quiet", is_flag=True, help="show the continuation alone, and no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
@flags(GenerateOptions, RunOptions, leave_out=("kernels", "precision"))
def command(
    model: str, samples: int, output: str | None, force: bool, quiet: bool, as_json: bool, **options: Any
) -> None:
    """Write text with MODEL, a file that `unrolled train` wrote."""
    from ..api import load
    from ..bundle import refuse_existing, refuse_unwritable
    from ..decoding.search import choose_seed

    prompt = read_prompt(options.pop("prompt"), options.pop("prompt_file"))
    if quiet:
        silence()
    if output:
        refuse_existing(output, force)
        refuse_unwritable(output)
    states = {name: options.pop(name) for name in ("from_state", "save_state")}
    refuse_states(states, samples, force)
    settings: Any = {"seed": choose_seed(), **given(options)}
    where = {name: settings.pop(name) for name in ("engine", "device", "weights") if name in settings}
    settings.pop("threads", None)
    opened = load(model, **where)
    if states["from_state"]:
        state = opened.open_state(states["from_state"]).after(prompt)
    else:
        state = opened.begin(prompt, settings)
    if samples == 1 and not output and not as_json:
        text = show_pieces("" if quiet else prompt, state.stream(**settings))
        if states["save_state"]:
            state.after(text).save(states["save_state"], force)
        return
    texts = state.generate_many(samples, **settings)
    if states["save_state"]:
        state.after(texts[0]).save(states["save_state"], force)
    if output or as_json:
        write_lines(output, ({"prompt": prompt, "text": text, **settings} for text in texts))
    else:
        click.echo("\n\n".join(text if quiet else prompt + text for text in texts))


def read_prompt(prompt: str | None, path: str | None) -> str:
    """The prompt from the argument or from a file."""
    from ..errors import OptionError

    if prompt is not None and path is not None:
        raise OptionError("I got --prompt and --prompt-file; give one of them")
    if path is None:
        return prompt or ""
    from ..data.readers import read_file

    text = read_file(path).text
    return text.removesuffix("\n")


def refuse_states(states: dict[str, str | None], samples: int, force: bool) -> None:
    """Say before any work that a state could not be written, or of which text it would be."""
    from ..bundle import refuse_existing, refuse_unwritable
    from ..errors import OptionError

    saved = states["save_state"]
    if saved and samples > 1:
        raise OptionError(f"I got --save-state and --samples {samples}; a state is of one text: leave one out")
    if saved:
        refuse_existing(saved, force)
        refuse_unwritable(saved)


def show_pieces(prompt: str, pieces: Iterator[str]) -> str:
    """Print a text as it is written, and give it back."""
    sys.stdout.write(prompt)
    written = []
    for piece in pieces:
        written.append(piece)
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
    sys.stdout.flush()
    return "".join(written)


def write_lines(output: str | None, lines: Iterator[dict[str, Any]]) -> None:
    """JSON lines to a file, or to standard output."""
    from ..bundle import write_atomically

    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if output:
        write_atomically(Path(output), text.encode("utf-8", "backslashreplace"))
    else:
        click.echo(text, nl=False)


def silence() -> None:
    """Show no warnings."""
    import warnings

    warnings.simplefilter("ignore")
