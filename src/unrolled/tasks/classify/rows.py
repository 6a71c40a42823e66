"""Labelled texts for a classifier: tables, lines of fastText, or a file for each label."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...config import ReadOptions, TrainOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import Ragged
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, cut_rows, repeated
from ...errors import InputError, OptionError
from ...files import is_folder
from ...formats.columns import TablePreview
from ...formats.corpus import Corpus, Source, files_of, read_corpus, read_file
from ...formats.tables import FILE, KINDS, is_table_name
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, Vocabulary

Row = tuple[str, str]
"""A text and its label."""
FASTTEXT = re.compile(r"__label__(\S+)\s+((?!__label__).*)")
TEXTS = ("text", "sentence", "content", "review", "message", "description", "question", "title", "comment", "name")
LABELS = ("label", "class", "category", "topic", "sentiment", "target", "intent", "language", "type", "rating")
LOOKED_AT = 2000  # texts, by which the unit is chosen
MAX_LABELS = 1000
"""Labels at most: more are no labels, but texts."""


def read_labelled(source: Source, request: ReadRequest) -> LoadedData:
    """Return labelled texts in ids, with the vocabularies ``text`` and ``labels``."""
    rows, corpus = read_rows(source, request.reading)
    parts = cut(rows, request.train, lambda path: read_rows(path, request.reading)[0])
    known, found = request.known or {}, vocabulary_of_labels(parts["train"])
    labels = known["labels"].adding(found.units) if "labels" in known else found
    refuse_unknown(parts, labels)
    texts = [text for text, _ in parts["train"]]
    model, why = with_unit(request.model, *unit_for(texts))
    vocabulary = request.vocabulary("text", texts, model)
    examples = {name: as_examples(parts[name], vocabulary, labels) for name in PARTS}
    split = ExampleDataset({"text": vocabulary, "labels": labels}, "labels", **examples)
    notes = (*corpus.notes, *repeated(rows, "rows"))
    return LoadedData(split, corpus.describe(), model, why, notes, tuple(parts["valid"][:SHOWN_EXAMPLES]))


def cut(rows: Sequence[Row], options: TrainOptions, read: Callable[[str], Sequence[Row]]) -> dict[str, list[Row]]:
    """Return the rows of every part: of each label, its own share is held out."""
    return cut_rows(rows, options, read, label=lambda row: row[1])


def as_examples(rows: Sequence[Row], texts: Vocabulary, labels: Vocabulary) -> Examples:
    """Return rows as ids; a text begins with the boundary, as in a language model, and is never empty."""
    targets = [np.array([labels.index[label]], np.int32) for _, label in rows]
    return Examples(Ragged.of(begun(texts, text) for text, _ in rows), Ragged.of(targets))


def begun(vocabulary: Vocabulary, text: str) -> Ids:
    """Return the ids of a text with the boundary before it."""
    return np.concatenate([np.array([BOUNDARY], np.int32), vocabulary.encode(text)])


def read_rows(source: Source, options: ReadOptions) -> tuple[list[Row], Corpus]:
    """Return all texts with their labels; rows without a label are left out."""
    options = with_columns(source, options)
    corpus = read_corpus(source, options)
    if not corpus.labels:
        return lines_of_fasttext(corpus), corpus
    if corpus.documents_are is None:
        corpus = corpus.arranged("lines")
    named = len(f"{options.label[0]}=")
    pairs = zip(corpus.documents, corpus.labels, strict=True)
    rows = [(text, labels[0][named:].strip()) for text, labels in pairs if labels and labels[0][named:].strip()]
    if not rows:
        raise InputError(f"no row of {corpus.names[0]} has a label; name its column with --label")
    return rows, corpus


def with_columns(source: Source, options: ReadOptions) -> ReadOptions:
    """Return the options with the columns of texts and labels: those that are named, or that look like them."""
    if len(options.label) > 1:
        raise OptionError(f"I got {len(options.label)} times --label, and a classifier learns one label; give one")
    path = first_table(source)
    if path is not None and not (options.label and options.text_column):
        preview = TablePreview.at(read_file(path, options).text, str(path))
        text, label = preview.text_and_label(TEXTS, LABELS, options.text_column, next(iter(options.label), None))
        return dataclasses.replace(options, text_column=text, label=(label,))
    several = is_folder(source) if isinstance(source, str | Path) else any(isinstance(each, Path) for each in source)
    return dataclasses.replace(options, label=(FILE,)) if several and not options.label else options


def first_table(source: Source) -> str | Path | None:
    """Return the first file of a source, if all of its files are tables."""
    paths = [source] if isinstance(source, str | Path) else [each for each in source if isinstance(each, Path)]
    files = [file for path in paths for file in files_of(path)]
    return files[0] if files and all(is_table_name(str(file)) for file in files) else None


def lines_of_fasttext(corpus: Corpus) -> list[Row]:
    """Return the rows of a plain text whose lines begin with __label__NAME, or have a label and a text around a tab."""
    lines = [line for text in corpus.documents for line in text.split("\n") if line.strip()]
    found = [FASTTEXT.match(line) for line in lines]
    if all(found):
        return [(match[2], match[1]) for match in found if match]
    pairs = [line.split("\t") for line in lines]
    if all(len(pair) == 2 for pair in pairs):
        fewer = min((1, 0), key=lambda side: len({pair[side] for pair in pairs}))
        rows = [(pair[1 - fewer].strip(), pair[fewer].strip()) for pair in pairs]
        return [row for row in rows if all(row)]
    raise InputError(
        f"{corpus.names[0]} has no labels that I can find; give a {KINDS} file with columns text and "
        "label, lines of __label__NAME TEXT with one label each, or a folder with a file for each label"
    )


def vocabulary_of_labels(rows: Sequence[Row]) -> Vocabulary:
    """Return all labels that can be learnt; raises ``InputError`` where they are none, or too many."""
    names = sorted({label for _, label in rows})
    if not 2 <= len(names) <= MAX_LABELS:
        shown = f"{len(names)} labels" if len(names) > 1 else f"the one label {names[0]!r}"
        raise InputError(f"the rows to learn from have {shown}, and a classifier needs 2 to {MAX_LABELS}; see --label")
    return Vocabulary("label", tuple(names))


def refuse_unknown(cut: dict[str, list[Row]], labels: Vocabulary) -> None:
    """Raise an ``InputError`` for a label that is held out and not learnt: it can never be right."""
    for name in ("valid", "test"):
        missing = sorted({label for _, label in cut[name]} - set(labels.units))
        if missing:
            raise InputError(f"the label {missing[0]!r} stands in the {name} rows and in none to learn from; add some")


def unit_for(texts: Sequence[str]) -> tuple[str, str]:
    """Return the unit for texts, and why: words where they have several of them, else what suits the script."""
    unit, why = choose_unit(texts)
    spaces = sum(text.count(" ") for text in texts[:LOOKED_AT])
    if unit == "char" and spaces >= 3 * min(len(texts), LOOKED_AT):
        return "word", "what a text is about shows in its words"
    return unit, why
