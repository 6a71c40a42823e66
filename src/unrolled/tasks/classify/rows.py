"""Labelled texts for a classifier: tables, lines of fastText, or a file or a folder for each label."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ...config import ReadOptions, TrainOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import Ragged
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, cut_rows, repeated
from ...errors import InputError, OptionError
from ...formats.columns import MAX_LABELS, joined, text_and_label
from ...formats.contents import Contents
from ...formats.corpus import Corpus, file_labels, made
from ...formats.issues import Issues
from ...formats.sources import Found, Source, is_files, read_source, settled
from ...formats.tables import FILE, KINDS, Table
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, Vocabulary

Row = tuple[str, str]
"""A text and its label."""
FASTTEXT = re.compile(r"(?:^|(?<=\s))__label__([^\s,]+),?")
"""A label in a line of fastText, anywhere; some put a comma behind it."""
ABOUT = re.compile(r"(?:readme|source|sources|licen[cs]e|notice|copying|about|changelog)\b.*", re.I)
"""Names of files in a folder that tell of the others."""
SHOWN_LABELS = 10
LOOKED_AT = 2000  # texts, by which the unit is chosen


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
    notes = (*corpus.notes, *repeated(parts, "rows"))
    info = (*corpus.info, listed(rows))
    return LoadedData(split, corpus.describe(), model, why, notes, info, tuple(parts["valid"][:SHOWN_EXAMPLES]))


def listed(rows: Sequence[Row]) -> str:
    """Return the labels with how often each stands, those that stand most often."""
    counts = Counter(label for _, label in rows).most_common()
    shown = ", ".join(f"{label} ({count:,})" for label, count in counts[:SHOWN_LABELS])
    more = f" and {len(counts) - SHOWN_LABELS:,} more" if len(counts) > SHOWN_LABELS else ""
    return f"{len(counts):,} labels: {shown}{more}"


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
    """Return all texts with their labels; what lacks one of both is left out and told."""
    source = settled(source)
    if len(options.label) > 1:
        raise OptionError(f"I got {len(options.label)} times --label, and a classifier learns one label; give one")
    found = without_notices(read_source(source, options))
    label = next(iter(options.label), None)
    tables = all(each.is_table for each in found.contents)
    by_file = label == FILE or (label is None and not tables and (found.folders or len(found.contents) > 1))
    notes: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    if by_file and is_files(source):
        rows = rows_by_file(found)
        options = dataclasses.replace(options, label=(FILE,))
    else:
        rows, notes, info, options = rows_of(found, options, label)
    if not rows:
        raise InputError(f"no row of {found.contents[0].name} has a label; name its column with --label")
    corpus = made(found, (text for text, _ in rows), (), options, notes, True, info)
    name = FILE if by_file else next(iter(options.label), "label")
    return rows, dataclasses.replace(corpus, labels=tuple((f"{name}={label}",) for _, label in rows))


def without_notices(found: Found) -> Found:
    """Return what was read without the files of a folder that tell of the others, with a note of them."""
    about = [each for each in found.contents if found.folders and ABOUT.fullmatch(Path(each.name).name)]
    if not about or len(about) == len(found.contents):
        return found
    left = tuple(each for each in found.contents if each not in about)
    names = ", ".join(each.name for each in about)
    return Found(left, (*found.notes, f"left out: {names}, which by the name is of no class"), found.folders)


def rows_by_file(found: Found) -> list[Row]:
    """Return the texts of files under their labels.

    A file that is all of its class has a text a line; where several files are of one, each of them is a text.
    """
    labels = file_labels([each.name for each in found.contents], found.folders)
    counts = Counter(labels)
    rows = []
    for each, label in zip(found.contents, labels, strict=True):
        whole = counts[label] > 1
        texts = [each.text] if whole else each.text.split("\n")
        rows += [(text.strip() if whole else text, label) for text in texts if text.strip()]
    return rows


def rows_of(
    found: Found, options: ReadOptions, label: str | None
) -> tuple[list[Row], tuple[str, ...], tuple[str, ...], ReadOptions]:
    """Return the rows of tables, or of lines of texts, notes, what is told, and the options with the columns taken."""
    rows: list[Row] = []
    notes: list[str] = []
    info: list[str] = []
    taken = set()
    for each in found.contents:
        if not each.is_table and label is None and options.text_column is None and is_fasttext(each.text):
            some, issues = rows_of_fasttext(each)
            notes += issues.notes(each.name)
        else:
            table = each.table([options.text_column, label]) if each.is_table or label else tabbed(each)
            columns = text_and_label(table, options.text_column, label)
            taken.add(tuple(columns))
            some = list(rows_of_table(table, *columns))
            notes += table.notes()
            info += table.info
        rows += some
    if len(taken) == 1:
        text, name = next(iter(taken))
        options = dataclasses.replace(options, text_column=text, label=(name,))
    return rows, tuple(notes), tuple(info), options


def is_fasttext(text: str) -> bool:
    """Tell whether most lines of a text have a label of fastText in them."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "__label__" in text and 2 * sum(bool(FASTTEXT.search(line)) for line in lines) > len(lines)


def tabbed(contents: Contents) -> Table:
    """Return the table in a text whose name says nothing of one; raises ``InputError`` where it has no columns."""
    try:
        return contents.table()
    except InputError as error:
        raise InputError(
            f"{contents.name} has no labels that I can find; give a {KINDS} file with columns text and label, lines of "
            f"__label__NAME TEXT with one label each, or a folder with a file or a folder for each label ({error})"
        ) from None


def rows_of_table(table: Table, text: str, label: str) -> Iterator[Row]:
    """Yield the texts of a table with their labels."""
    for number, cells in table.rows():
        found, of_text = cells.get(label, ""), joined(cells.get(text, ""))
        if not isinstance(found, str):
            refuse_several(found, f"{table.name}, {table.counted} {number}")
            found = found[0] if found else ""
        if not of_text.strip():
            table.issues.lacks("a text", number)
        elif not found.strip():
            table.issues.lacks("a label", number)
        else:
            yield of_text, found.strip()


def rows_of_fasttext(contents: Contents) -> tuple[list[Row], Issues]:
    """Return the rows of a plain text whose lines have __label__NAME in them."""
    rows, issues = [], Issues()
    for number, line in enumerate(contents.text.split("\n"), 1):
        if not line.strip():
            continue
        issues.rows += 1
        labels, text = FASTTEXT.findall(line), " ".join(FASTTEXT.sub(" ", line).split())
        if not labels:
            issues.lacks("a label", number)
        elif not text:
            issues.lacks("a text", number)
        else:
            refuse_several(labels, f"{contents.name}, line {number}")
            rows.append((text, labels[0]))
    return rows, issues


def refuse_several(labels: Sequence[str], where: str) -> None:
    """Raise ``InputError`` for a text with several labels."""
    if len(set(labels)) > 1:
        shown = ", ".join(map(repr, labels[:SHOWN_LABELS]))
        raise InputError(
            f"{where} has {len(labels)} labels ({shown}), and a classifier learns one of each text; leave one"
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
