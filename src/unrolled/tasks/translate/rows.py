"""Pairs of texts for a translator: a table of two columns, or two files whose lines belong together."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import Ragged
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, connected, cut_rows, files_of_part, repeated
from ...errors import InputError
from ...formats.columns import joined, source_and_target
from ...formats.contents import Contents
from ...formats.corpus import Corpus, made
from ...formats.issues import Issues
from ...formats.sources import Source, read_source, settled
from ...formats.tables import KINDS, Table, table_of
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, Vocabulary

Row = tuple[str, str]
"""A text and its translation."""
BARS = re.compile(r"\s*\|\|\|\s*")
"""What stands between a source and its translation in files of Moses."""
LOOKED_AT = 2000  # pairs, by which the unit is chosen
LONG = 16
"""Characters of a target in the mean from which on it is written by tokens, where it has several words."""


def read_pairs(source: Source, request: ReadRequest) -> LoadedData:
    """Return pairs in ids, with the vocabularies ``source`` and ``target``, which are one where the unit is bpe."""
    rows, corpus = read_rows(source, request.reading)
    parts = cut(rows, request.train, lambda path: read_rows(files_of_part(path), request.reading)[0])
    model, why = with_unit(request.model, *unit_for(parts["train"]))
    vocabularies = vocabularies_of(parts["train"], request, model)
    examples = {name: as_examples(parts[name], vocabularies["source"], vocabularies["target"]) for name in PARTS}
    split = ExampleDataset(vocabularies, "target", **examples)
    notes = (*corpus.notes, *repeated(parts, "pairs"))
    return LoadedData(split, corpus.describe(), model, why, notes, corpus.info, tuple(parts["valid"][:SHOWN_EXAMPLES]))


def cut(rows: Sequence[Row], options: TrainOptions, read: Callable[[str], Sequence[Row]]) -> dict[str, list[Row]]:
    """Return the rows of every part: pairs that share a side stay together."""
    return cut_rows(rows, options, read, group=connected(rows).get)


def vocabularies_of(rows: Sequence[Row], request: ReadRequest, model: ModelOptions) -> dict[str, Vocabulary]:
    """Return the vocabularies of both sides, one for both of tokens; or the known ones with new letters."""
    source, target = ([row[side] for row in rows] for side in (0, 1))
    known = request.known or {}
    if (known["source"].units == known["target"].units) if known else model.unit == "bpe":
        joint = request.vocabulary("source", source + target, model, tokens_for(len(rows)))
        return {"source": joint, "target": joint}
    return {
        "source": request.vocabulary("source", source, model),
        "target": request.vocabulary("target", target, model),
    }


def tokens_for(pairs: int) -> int:
    """Tokens that so many pairs can teach."""
    return next(size for least, size in ((20_000, 8000), (5_000, 4000), (0, 2000)) if pairs >= least)


def as_examples(rows: Sequence[Row], sources: Vocabulary, targets: Vocabulary) -> Examples:
    """Return rows as ids; a target ends with the boundary, and so does a source, which is then never empty."""
    return Examples(
        Ragged.of(ended(sources, text) for text, _ in rows), Ragged.of(ended(targets, text) for _, text in rows)
    )


def ended(vocabulary: Vocabulary, text: str) -> Ids:
    """Return the ids of a text with the boundary behind it."""
    return np.append(vocabulary.encode(text), np.int32(BOUNDARY))


def read_rows(source: Source, options: ReadOptions) -> tuple[list[Row], Corpus]:
    """Return all pairs; rows that lack one side are left out and told."""
    found = read_source(settled(source), dataclasses.replace(options, label=(), text_column=None))
    notes: list[str] = []
    info: tuple[str, ...] = ()
    if len(found.contents) == 1:
        table = paired(found.contents[0], options)
        source_column, target = source_and_target(table, options.source_column, options.target_column)
        rows = list(rows_of_table(table, source_column, target))
        notes, info = list(table.notes()), table.info
        options = dataclasses.replace(options, source_column=source_column, target_column=target)
    elif len(found.contents) == 2 and not any(each.is_table for each in found.contents):
        for each in (options.source_column, options.target_column):
            if each:
                found.contents[0].table([each])
        rows, issues = rows_side_by_side(*found.contents)
        notes += issues.notes(" and ".join(each.name for each in found.contents))
    else:
        raise InputError(
            f"I got {len(found.contents)} files; give one {KINDS} file with two columns, or two files whose lines "
            "belong together"
        )
    if not rows:
        raise InputError(f"{found.contents[0].name} holds no pairs; give a source and a translation on every line")
    return rows, made(found, (text for row in rows for text in row), (), options, notes, info=info)


def paired(contents: Contents, options: ReadOptions) -> Table:
    """Return the table of pairs that a file is, or the one in a text with a tab or with ||| in every line."""
    if not contents.is_table and has_bars(contents.text):
        lines = [BARS.split(line.strip()) for line in contents.text.split("\n")]
        return table_of(lines, contents.name, "line")
    try:
        return contents.table([options.source_column, options.target_column])
    except InputError as error:
        if contents.is_table or options.source_column or options.target_column:
            raise
        raise InputError(
            f"{contents.name} has lines without a tab; put one between a source and its translation, or give two files "
            f"({error})"
        ) from None


def has_bars(text: str) -> bool:
    """Tell whether most lines of a text have bars of Moses in them."""
    lines = [line for line in text.split("\n") if line.strip()]
    return 2 * sum("|||" in line for line in lines) > len(lines)


def rows_of_table(table: Table, source: str, target: str) -> Iterator[Row]:
    """Yield the pairs of a table; several translations of a source are several pairs."""
    for number, cells in table.rows():
        text, other = joined(cells.get(source, "")).strip(), cells.get(target, "")
        others = [each.strip() for each in ([other] if isinstance(other, str) else other) if each.strip()]
        if not text:
            table.issues.lacks("a source", number)
        elif not others:
            table.issues.lacks("a target", number)
        yield from ((text, each) for each in others if text)


def rows_side_by_side(source: Contents, target: Contents) -> tuple[list[Row], Issues]:
    """Return the lines of two files side by side; raises ``InputError`` where one has more of them."""
    one, other = (each.text.removesuffix("\n").split("\n") for each in (source, target))
    if len(one) != len(other):  # perhaps only blank lines at the end of one
        one, other = (each.text.rstrip("\n").split("\n") for each in (source, target))
    if len(one) != len(other):
        raise InputError(
            f"{source.name} has {len(one):,} lines and {target.name} has {len(other):,}; line n of one must be the "
            "translation of line n of the other"
        )
    rows, issues = [], Issues(rows=len(one))
    for number, (text, wanted) in enumerate(zip(one, other, strict=True), 1):
        if text.strip() and wanted.strip():
            rows.append((text.strip(), wanted.strip()))
        else:
            issues.lacks("a side", number)
    return rows, issues


def unit_for(rows: Sequence[Row]) -> tuple[str, str]:
    """Return the unit for pairs, and why."""
    targets = [row[1] for row in rows[:LOOKED_AT]]
    mean = sum(map(len, targets)) / len(targets)
    unit, why = choose_unit(targets)
    if mean >= LONG and (unit != "char" or sum(" " in text for text in targets) > len(targets) / 2):
        return "bpe", "tokens that both languages share are learnt sooner than letters"
    return unit, why
