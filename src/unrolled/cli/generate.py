"""``unrolled generate``: a model and a prompt in, text out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import GenerateOptions, NoveltyOptions, RunOptions
from .flags import examples, flags, given

if TYPE_CHECKING:
    from ..bundle import Bundle
    from ..data.readers import Corpus

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
@click.option("--novelty", "compared", is_flag=True, help="tell how much of it stands in the text of --against")
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
    compared = settings.pop("compared")
    refuse_half(compared, settings)
    where = {name: settings.pop(name) for name in ("engine", "device", "weights") if name in settings}
    settings.pop("threads", None)
    opened = load(model, **where)
    against = learnt(opened.bundle, settings["against"]) if compared else None
    if states["from_state"]:
        state = opened.open_state(states["from_state"]).after(prompt)
    else:
        state = opened.begin(prompt, settings)
    if samples == 1 and not output and not as_json:
        keep = bool(against or states["save_state"])
        text = show_pieces("" if quiet else prompt, state.stream(**settings), keep)
        if states["save_state"]:
            state.after(text).save(states["save_state"], force)
        show_novelty([text], against, quiet)
        return
    texts = state.generate_many(samples, **settings)
    if states["save_state"]:
        state.after(texts[0]).save(states["save_state"], force)
    if output or as_json:
        each = zip(texts, told(texts, against), strict=True)
        write_lines(output, ({"prompt": prompt, "text": text, **settings, **more} for text, more in each))
    else:
        click.echo("\n\n".join(text if quiet else prompt + text for text in texts))
        show_novelty(texts, against, quiet)


def refuse_half(compared: bool, settings: Mapping[str, Any]) -> None:
    """A text to compare with and nothing to do with it is a slip, and so is the other half alone."""
    from ..errors import OptionError

    if compared and "against" not in settings:
        raise OptionError("I got --novelty and no text; name the one that the model learnt with --against")
    if "against" in settings and not (compared or "max_copied" in settings):
        raise OptionError("I got --against and nothing to do with it; add --novelty or --max-copied")


def learnt(bundle: Bundle, path: str) -> Corpus:
    """The text that a model learnt."""
    from ..decoding.learnt import read_learnt

    return read_learnt(bundle, path)


def told(texts: Sequence[str], against: Corpus | None) -> list[dict[str, Any]]:
    """What the line of each text says of its novelty, where that is asked for."""
    if against is None:
        return [{} for _ in texts]
    from ..decoding.novelty import novelty_of_each

    return [{"novelty": each.summary()} for each in novelty_of_each(texts, against, NoveltyOptions().least)]


def show_novelty(texts: Sequence[str], against: Corpus | None, quiet: bool) -> None:
    """The novelty of all texts, where that is asked for and something was written; apart from them."""
    if against is None or not any(map(str.strip, texts)):
        return
    from ..decoding.novelty import novelty
    from .novelty import show

    click.echo(err=True)
    show(novelty(texts, against, NoveltyOptions().least), quiet, err=True)


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


def show_pieces(prompt: str, pieces: Iterator[str], keep: bool = False) -> str:
    """Print a text as it is written; give it back, if it is to be kept: a text may be endless."""
    written: list[str] = []
    sys.stdout.write(prompt)
    for piece in pieces:
        written += [piece] * keep
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
