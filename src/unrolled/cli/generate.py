"""``unrolled generate``: a model and a prompt in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import EngineOptions, GenerateOptions, NoveltyOptions
from ..escaping import json_line
from . import streams
from .flags import TypedText, examples, flags, given, refuse_alone, silence
from .hints import escapes_in

if TYPE_CHECKING:
    from ..formats.corpus import Corpus
    from ..generation.state import State
    from ..model_file.bundle import Bundle

CANDIDATES = 5

EXAMPLES = """
unrolled generate english --prompt "It was a dark night and "
unrolled generate alice.safetensors --prompt-file - --until sentence < beginning.txt
unrolled generate names.safetensors -n 100 -o names.jsonl --until line --seed 1
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.option("-p", "--prompt", type=TypedText(), default=None, help="text to go on from [default: none]")
@click.option("--prompt-file", type=click.Path(), help="file to go on from; - is standard input")
@click.option("--from-state", type=click.Path(), help="go on from a state that --save-state wrote")
@click.option("--save-state", type=click.Path(), help="write the state after the text to this file")
@click.option("-n", "--samples", type=click.IntRange(1, 1_000_000), default=1, help="texts to write [default: 1]")
@click.option("--pick", is_flag=True, help="show several continuations, ask for one, and write on from there")
@click.option("--candidates", type=click.IntRange(1, 1000), help="continuations to pick from [default: 5]")
@click.option("-o", "--output", type=click.Path(), help="write JSON lines to this file")
@click.option("--force", is_flag=True, help="replace an existing output file")
@click.option("--quiet", is_flag=True, help="show the continuation alone, and no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
@click.option("--novelty", "compared", is_flag=True, help="tell how much of it stands in the text of --against")
@flags(GenerateOptions, EngineOptions)
def command(
    model: str, samples: int, output: str | None, force: bool, quiet: bool, as_json: bool, **options: Any
) -> None:
    """Write text with MODEL, a file that `unrolled train` wrote, or the name of a base model."""
    from ..api import LanguageModel
    from ..generation.sampling_loop import choose_seed
    from ..model_file.bundle import refuse_target

    from_pipe = options["prompt_file"] == "-"
    refuse_alone({**options, "output": output, "force": force}, ["force"], ["output", "save_state"])
    prompt = read_prompt(options.pop("prompt"), options.pop("prompt_file"))
    if quiet:
        silence()
    ways = {name: options.pop(name) for name in ("from_state", "save_state", "pick", "candidates", "compared")}
    ways["from_pipe"] = from_pipe
    settings: Any = {"seed": choose_seed(), **given(options)}
    refuse(ways, settings, samples)
    for path in filter(None, (output, ways["save_state"])):
        refuse_target(path, force)
    where = {name: settings.pop(name) for name in ("engine", "device", "weights") if name in settings}
    settings.pop("threads", None)
    opened = LanguageModel.load(model, **where)
    against = learnt(opened.bundle, settings["against"]) if ways["compared"] else None
    if "max_copied" not in settings:
        settings.pop("against", None)
    if ways["from_state"]:
        start = opened.open_state(ways["from_state"]).after(prompt)
    else:
        start = opened._begin(prompt, settings)
    shown = "" if quiet else prompt
    if samples == 1 and not (output or as_json or ways["pick"]):
        lines = [{"text": show_pieces(shown, start.stream(**settings), bool(against or ways["save_state"]))}]
    else:
        lines = write(start, samples, ways, settings)
        if not (output or as_json):
            streams.data("\n\n".join(shown + line["text"] for line in lines) + "\n")
    texts = [line["text"] for line in lines]
    if ways["save_state"]:
        start.after(texts[0]).save(ways["save_state"], force)
    if output or as_json:
        each = zip(lines, described(texts, against), strict=True)
        write_lines(output, ({"prompt": prompt, **line, **settings, **more} for line, more in each))
    else:
        show_novelty(texts, against, quiet)


def write(start: State, samples: int, ways: Mapping[str, Any], settings: Any) -> list[dict[str, Any]]:
    """Return several texts, or one that is picked piece by piece; those of beams with their scores."""
    if ways["pick"]:
        from .pick import pick

        end = pick(start, ways["candidates"] or CANDIDATES, settings)
        return [{"text": end.text[len(start.text) :]}]
    if settings.get("beams"):
        found = start.beams(samples, **settings)
        return [{"text": each.text, "score": each.score, "log_probability": each.log_probability} for each in found]
    return [{"text": text} for text in start.generate_many(samples, **settings)]


def refuse(ways: Mapping[str, Any], settings: Mapping[str, Any], samples: int) -> None:
    """Raise an ``OptionError`` for flags that do not go together, and for one that needs another."""
    from ..errors import OptionError

    if ways["compared"] and "against" not in settings:
        raise OptionError("I got --novelty and no text; name the one that the model learnt with --against")
    if "against" in settings and not (ways["compared"] or "max_copied" in settings):
        raise OptionError("I got --against and nothing to do with it; add --novelty or --max-copied")
    if ways["save_state"] and samples > 1:
        raise OptionError(f"I got --save-state and --samples {samples}; a state is of one text: leave one out")
    if ways["candidates"] and not ways["pick"]:
        raise OptionError("I got --candidates and nobody to choose; add --pick, or use --samples")
    if ways["pick"] and (samples > 1 or "beams" in settings or "stop" in settings):
        raise OptionError("I got --pick with --samples, --beams or --stop; leave one out")
    if ways["pick"] and settings.get("temperature") == 0:
        raise OptionError("I got --pick with --temperature 0, which has one text to choose from; give a higher one")
    if ways["pick"] and ways["from_pipe"]:
        raise OptionError("I got --pick and --prompt-file -, and standard input has room for one; give a file")


def learnt(bundle: Bundle, path: str) -> Corpus:
    """Return the text that a model learnt."""
    from ..analysis.training_text import read_training_text

    return read_training_text(bundle, path)


def described(texts: Sequence[str], against: Corpus | None) -> list[dict[str, Any]]:
    """Return what the line of each text says of its novelty, where that is asked for."""
    if against is None:
        return [{} for _ in texts]
    from ..analysis.novelty import novelty_of_each

    return [{"novelty": each.summary()} for each in novelty_of_each(texts, against, NoveltyOptions().least)]


def show_novelty(texts: Sequence[str], against: Corpus | None, quiet: bool) -> None:
    """Print the novelty of all texts, where that is asked for and something was written."""
    if against is None or not any(map(str.strip, texts)):
        return
    from ..analysis.novelty import novelty
    from .novelty import show

    streams.line(err=True)
    show(novelty(texts, against, NoveltyOptions().least), quiet, err=True)


def read_prompt(prompt: str | None, path: str | None) -> str:
    """Return the prompt from the argument or from a file."""
    from ..errors import OptionError

    if prompt is not None and path is not None:
        raise OptionError("I got --prompt and --prompt-file; give one of them")
    if path is None:
        hint = escapes_in(prompt or "")
        if hint:
            streams.note(hint)
        return prompt or ""
    from ..formats.contents import read_prompt_file

    text, notes = read_prompt_file(path)
    for message in notes:
        streams.note(message)
    return text.removesuffix("\n")


def show_pieces(prompt: str, pieces: Iterator[str], keep: bool = False) -> str:
    """Print a text as it is written; give it back, if it is to be kept: a text may be endless."""
    written: list[str] = []
    streams.data(prompt)
    for piece in pieces:
        written += [piece] * keep
        streams.data(piece)
    streams.data("\n")
    return "".join(written)


def write_lines(output: str | None, lines: Iterator[dict[str, Any]]) -> None:
    """JSON lines to a file, or to standard output."""
    if not output:
        for line in lines:
            streams.as_json(line)
        return
    from ..model_file.bundle import write_atomically

    write_atomically(Path(output), "".join(f"{json_line(line)}\n" for line in lines).encode())
