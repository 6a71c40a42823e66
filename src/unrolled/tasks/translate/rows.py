"""Pairs of texts for a translator: a table of two columns, or two files whose lines belong together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import Ragged
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, connected, cut_rows, files_of_part
from ...errors import InputError
from ...formats.columns import TablePreview
from ...formats.corpus import Corpus, Source, read_corpus
from ...formats.tables import KINDS, is_table_name, read_columns, refuse_columns
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, Vocabulary

Row = tuple[str, str]
"""A text and its translation."""
SOURCES = ("source", "src", "input", "from", "question")
TARGETS = ("target", "tgt", "trg", "output", "to", "translation", "answer")
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
    return LoadedData(split, corpus.describe(), model, why, corpus.notes, tuple(parts["valid"][:SHOWN_EXAMPLES]))


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
    """Return all pairs; rows that lack one side are left out, with a note of how many."""
    paths = [source] if isinstance(source, str | Path) else list(source)
    source = source if isinstance(source, str | Path) else paths  # which may have been an iterator
    corpus = read_corpus(source, dataclasses.replace(options, label=(), text_column=None))
    if len(paths) == 1 or not all(isinstance(path, Path) for path in paths):
        found = columns_of(paths[0], corpus, options)
    elif len(paths) == 2 and len(corpus.documents) == 2:
        refuse_columns(" and ".join(corpus.names), (options.source_column, options.target_column))
        found = lines_of(corpus)
    else:
        raise InputError(
            f"I got {len(paths)} files; give one {KINDS} file with two columns, or two files whose lines "
            "belong together"
        )
    rows = [(one.strip(), other.strip()) for one, other in found if one.strip() and other.strip()]
    if not rows:
        raise InputError(f"{corpus.names[0]} holds no pairs; give a source and a translation on every line")
    missing = len(found) - len(rows)
    if missing:
        note = f"{missing} of {len(found)} pairs lack a side and are left out"
        corpus = dataclasses.replace(corpus, notes=(*corpus.notes, note))
    return rows, dataclasses.replace(corpus, documents=tuple(text for row in rows for text in row))


def lines_of(corpus: Corpus) -> list[Row]:
    """Return the lines of two files side by side."""
    one, other = (text.removesuffix("\n").split("\n") for text in corpus.documents)
    if len(one) != len(other):  # perhaps only blank lines at the end of one
        one, other = (text.rstrip("\n").split("\n") for text in corpus.documents)
    if len(one) != len(other):
        raise InputError(
            f"{corpus.names[0]} has {len(one)} lines and {corpus.names[1]} has {len(other)}; line n of one must be the "
            "translation of line n of the other"
        )
    return list(zip(one, other, strict=True))


def columns_of(path: str | Path, corpus: Corpus, options: ReadOptions) -> list[Row]:
    """Return the pairs of a table, or of a text with a tab in every line."""
    text = "\n".join(corpus.documents)
    if is_table_name(str(path)) and corpus.names == (str(path),):
        found = TablePreview.at(text, str(path)).two(SOURCES, TARGETS, options.source_column, options.target_column)
        return read_columns(text, str(path), found)
    refuse_columns(corpus.names[0], (options.source_column, options.target_column))
    pairs = [line.split("\t")[:2] for line in text.split("\n") if line.strip()]
    if not all(len(pair) == 2 for pair in pairs):
        raise InputError(f"{corpus.names[0]} has lines without a tab; put one between a source and its translation")
    return [(one, other) for one, other in pairs]


def unit_for(rows: Sequence[Row]) -> tuple[str, str]:
    """Return the unit for pairs, and why."""
    targets = [row[1] for row in rows[:LOOKED_AT]]
    mean = sum(map(len, targets)) / len(targets)
    unit, why = choose_unit(targets)
    if mean >= LONG and (unit != "char" or sum(" " in text for text in targets) > len(targets) / 2):
        return "bpe", "tokens that both languages share are learnt sooner than letters"
    return unit, why
