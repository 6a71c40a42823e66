"""``unrolled complete``: a filter: a line in, the likeliest next words out."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from ..config import EngineOptions
from ..untrusted import parse_json
from . import streams
from .flags import examples, flags, given, silence

EXAMPLES = """
echo "Alice wa" | unrolled complete alice.safetensors
unrolled complete alice.safetensors -n 3 < prefixes.txt
unrolled complete alice.safetensors --json < lines-of-json-strings.txt
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path())
@click.option("-n", "--count", type=click.IntRange(min=1), default=5, help="words for each line [default: 5]")
@click.option("--where", multiple=True, help="complete under a label, as author=Carroll (can be given several times)")
@click.option("--json", "as_json", is_flag=True, help="each line is a JSON string, so that texts can have newlines")
@click.option("--quiet", is_flag=True, help="show no warnings")
@flags(EngineOptions)
def command(model: str, count: int, where: tuple[str, ...], as_json: bool, quiet: bool, **options: Any) -> None:
    """Complete texts: each line of standard input is a text so far; a line of JSON has its likeliest next words.

    Texts that begin alike, as while one is typed, cost one step for each new character.
    """
    from ..api import LanguageModel

    if quiet:
        silence()
    opened = LanguageModel.load(model, **{name: value for name, value in given(options).items() if name != "threads"})
    session = opened.session(where=where)
    for number, line in enumerate(streams.read_lines(), 1):
        text = from_json(line, number) if as_json else line
        words = [dataclasses.asdict(each) for each in session.completions(text, count)]
        following = [{"unit": unit, "probability": share} for unit, share in session.state.next(count)]
        streams.as_json({"text": text, "words": words, "next": following})


def from_json(line: str, number: int) -> str:
    """Return the text of a line that is a JSON string."""
    from ..errors import InputError

    try:
        text = parse_json(line)
    except ValueError:
        text = None
    if not isinstance(text, str):
        raise InputError(f'line {number} is no JSON string: {line[:60]!r}; write "Alice wa", or leave --json out')
    return text
