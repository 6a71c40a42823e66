"""``unrolled score``: a model and a text in, bits out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ..config import EngineOptions, ReadOptions, ScoreOptions
from ..errors import OptionError
from ..options import flag
from ..tasks.options import refuse_foreign
from . import streams
from .flags import LOADING, VISION, TypedText, examples, flags, given, silence

if TYPE_CHECKING:
    from ..analysis.scoring import Score
    from ..api.model import Model
    from ..api.source_model import SourceModel

LINES = 10
"""The most surprising lines that are shown."""
READING = tuple(name for name in ReadOptions.names() if name != "label")
"""Options of how the text is read."""
OF_NEXT = ("temperature", "where", "adaptive")
"""Options that what comes next depends on, too."""
EXAMPLES = """
unrolled score alice.safetensors chapter.txt
unrolled score alice.safetensors chapter.txt --mode cold-256 --json
unrolled score alice.safetensors --next "play" --temperature 0.8
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.argument("text", type=click.Path(), required=False)
@click.option(
    "--next", "prompt", type=TypedText(), default=None, help="show what comes next after this prompt, as bars"
)
@click.option("--temperature", type=float, help="temperature of --next [default: 1]")
@click.option("--lines", type=click.IntRange(min=0), help="most surprising lines shown [default: 10]")
@click.option("--quiet", is_flag=True, help="show no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@VISION
@flags(ScoreOptions, ReadOptions, EngineOptions, leave_out=("label",))
def command(model: str, text: str | None, prompt: str | None, as_json: bool, **options: Any) -> None:
    """Score TEXT (a file, or - for standard input) under MODEL: bits per character, word and byte.

    For a model that translates or captions, TEXT is a table of sources and given texts.
    """
    from ..api import LanguageModel, load
    from ..api.source_model import WritingModel

    if (text is None) == (prompt is None):
        raise OptionError("give a TEXT to score, or --next PROMPT; one of them")
    settings = given(options)
    if settings.pop("quiet"):
        silence()
    refuse(settings, prompt is not None)
    lines = settings.get("lines", LINES)
    opened = load(model, **{name: settings[name] for name in LOADING if name in settings})
    if text is not None and isinstance(opened, WritingModel):
        score_table(opened, text, settings, lines, as_json)
        return
    opened = LanguageModel._expect(opened, model)
    if prompt is not None:
        how = {name: settings[name] for name in OF_NEXT if name in settings}
        show_next(opened.next(prompt, **how), as_json)
        return
    how = {name: settings[name] for name in ScoreOptions.names() if name in settings}
    reading = {name: settings[name] for name in READING if name in settings}
    scored = opened.score(read(opened, str(text), reading), **how)
    if settings.get("top"):
        show_alternatives(scored)
    elif as_json:
        worst = [{"line": n, "bits_per_char": bits, "text": line} for n, bits, line in scored.lines()[:lines]]
        streams.as_json({**scored.summary(), "lines": worst})
    else:
        show(scored, lines)


def refuse(settings: Mapping[str, Any], next_unit: bool) -> None:
    """Raise an ``OptionError`` for a flag of scoring a text beside --next, and the other way round."""
    for name in settings:
        if next_unit and name in (*ScoreOptions.names(), *READING, "lines") and name not in OF_NEXT:
            raise OptionError(f"I got {flag(name)} with --next, and it is of scoring a text; leave one out")
    if "temperature" in settings and not next_unit:
        raise OptionError("I got --temperature without --next, and a text is scored as it is; leave it out")
    if "lines" in settings and settings.get("top"):
        raise OptionError("I got --lines with --top, which tells of every unit; leave one out")


def score_table(model: SourceModel, table: str, settings: dict[str, Any], lines: int, as_json: bool) -> None:
    """Print given texts under their sources, the most surprising pairs last."""
    from ..evaluation import score_pairs
    from ..reports.evaluated import pair_lines

    foreign = [name for name in ScoreOptions.names() if name in settings]
    if foreign:
        raise OptionError(f"I got {flag(foreign[0])} with a model that reads pairs, which stand alone; leave it out")
    reading = {name: settings[name] for name in READING if name in settings}
    summary = score_pairs(model, table, **reading).summary(lines)
    if as_json:
        streams.as_json(summary)
    else:
        streams.lines(pair_lines(summary))


def read(model: Model, text: str, reading: Mapping[str, Any]) -> str:
    """Return the text to score, read as the model's own was where nothing else is asked for; notes are shown."""
    from ..analysis.model_sources import text_for

    refuse_foreign(ReadOptions, reading, model.bundle.config.task, model.bundle.config.model)
    found, notes = text_for(model.bundle, text, reading)
    for message in notes:
        streams.note(message)
    return found


def show(scored: Score, lines: int) -> None:
    """Print the figures, then the most surprising lines."""
    words = "no spaces between words" if scored.bits_per_word is None else f"{scored.bits_per_word:.3f}"
    streams.line(f"{scored.characters:,} characters, {scored.label}")
    streams.line(f"bits per character  {scored.bits_per_char:.4f}   ({scored.nats_per_char:.4f} nats)")
    streams.line(f"bits per word       {words}")
    streams.line(f"bits per byte       {scored.bits_per_byte:.4f}")
    per_word = "" if scored.perplexity_per_word is None else f", {scored.perplexity_per_word:,.0f} per word"
    streams.line(f"perplexity          {scored.perplexity:.4f} per unit{per_word}")
    if scored.upper_bound:
        streams.line("an upper bound: the model could also spell the text with smaller units")
    if scored.unknown:
        streams.line(f"unknown characters  {scored.unknown} (each also costs the naming of a code point)")
    worst = scored.lines()[:lines]
    if worst:
        streams.lines(["", "most surprising lines (bits per character, line, text)"])
    for number, bits, line in worst:
        streams.line(f"{bits:6.2f} {number:6d}  {line[:100]}")


def show_next(pairs: list[tuple[str, float]], as_json: bool) -> None:
    """Print what comes next, as bars or as JSON."""
    from ..reports.bars import bars

    if as_json:
        streams.as_json([{"unit": unit, "probability": share} for unit, share in pairs])
    else:
        streams.lines(bars(pairs))


def show_alternatives(scored: Score) -> None:
    """Print a JSON line for every unit: its bits, and what the model would rather have read."""
    for unit, bits, best in zip(scored.units, scored.bits, scored.alternatives, strict=True):
        pairs = [{"unit": each, "probability": round(share, 6)} for each, share in best]
        streams.as_json({"unit": scored.kind.shown([unit]), "bits": round(float(bits), 4), "top": pairs})
