"""``unrolled novelty``: what a model wrote and what it learnt in, what was copied out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ..config import NoveltyOptions, ReadOptions
from ..formats.tables import is_table_name
from ..reports.labels import columns, fitted
from ..untrusted import parse_json
from . import streams
from .flags import examples, flags, given

if TYPE_CHECKING:
    from ..analysis.novelty import Novelty

EXAMPLES = """
unrolled novelty written.txt --against alice.txt
unrolled generate alice.safetensors --quiet | unrolled novelty - --against alice.txt
unrolled novelty names.jsonl --against names.txt --least 5 --json
"""
WIDTH = 80  # columns of a terminal


@click.command(epilog=examples(EXAMPLES))
@click.argument("sample", type=click.Path())
@click.option("--against", type=click.Path(), required=True, help="the text that the model learnt: a file or a folder")
@click.option("--quiet", is_flag=True, help="show the figures alone, and no warnings")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@flags(NoveltyOptions, ReadOptions, leave_out=("label", "source_column", "target_column", "images_anywhere"))
def command(sample: str, against: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Tell how much of SAMPLE (a file, or - for standard input) stands in the text that its writer learnt.

    SAMPLE is a text, or the JSON lines of `unrolled generate`: then each of their texts stands alone.
    """
    from ..analysis.novelty import novelty
    from ..formats.corpus import corpus_of, read_corpus
    from ..formats.sources import read_source

    settings = given(options)
    counting = NoveltyOptions(**{name: settings.pop(name) for name in NoveltyOptions.names() if name in settings})
    reading = ReadOptions(**settings)
    plain = dataclasses.replace(reading, text_column=None)
    written = read_source(sample, reading)
    several = any(each.is_table for each in written.contents)
    texts: Sequence[str] = corpus_of(written, reading).documents if several else texts_of(written.contents[0].text)
    learnt = read_corpus(against, reading if is_table_name(against) or not several else plain)
    for message in (*learnt.info, *learnt.notes):
        streams.note(message)
    found = novelty(texts, learnt, counting.least)
    if as_json:
        streams.as_json(found.summary())
    else:
        show(found, quiet)


def texts_of(sample: str) -> list[str]:
    """Return the texts of JSON lines; a sample that is none is one text."""
    try:
        lines = [parse_json(line) for line in sample.split("\n") if line.strip()]
    except ValueError:
        return [sample]
    found = [line.get("text") for line in lines if isinstance(line, dict)]
    texts = [text for text in found if isinstance(text, str)]
    return texts if len(texts) == len(lines) else [sample]


def show(found: Novelty, quiet: bool = False, err: bool = False) -> None:
    """Print the figures, those of real text beside them, then the longest spans."""
    both = [found, *([found.real] if found.real else [])]
    rows = {
        f"{found.characters:,} characters": ["sample", "real text"],
        "longest span that stands in the text": [f"{each.longest.length if each.longest else 0:,}" for each in both],
        f"share in spans of {found.least} or more": [f"{each.copied:.1%}" for each in both],
        "share of words that the text lacks": [
            "no spaces" if each.new_words is None else f"{each.new_words:.1%}" for each in both
        ],
    }
    for name, (first, *second) in rows.items():
        streams.line(f"{name:<38}{first:>12}{second[0] if second else '':>14}".rstrip(), err=err)
    if quiet:
        return
    why = "the text's own last tenth, against what stands before it" if found.real else "the text is too short for any"
    streams.lines(["", f"real text: {why}"], err)
    if found.spans:
        streams.lines(["", "longest spans (characters, where in the text, span)"], err)
    for span in found.shown():
        head = f"{span.length:6,}  {found.where(span)}  "
        streams.line(head + fitted(span.text, WIDTH - columns(head)), err=err)
