"""What a model is given to read, in the forms in which its own text can be: files, tables, values of a program.

How the model's own text was read, which its record says, is how others are read where nothing else is asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..config import ReadOptions, as_given
from ..errors import InputError
from ..formats.corpus import Corpus, corpus_of
from ..formats.documents import SEPARATORS
from ..formats.sources import Found, Source, is_files, read_source, settled
from ..formats.tables import FILE
from ..model_file.bundle import Bundle
from ..tasks import TASKS

COLUMNS = ("text_column", "source_column", "target_column", "label")
"""Options that name columns."""


def reading_options(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> ReadOptions:
    """Return the options that are given, and of the recorded ones those that can hold for such a source.

    Columns hold for tables that have them.
    """
    recorded = as_given(bundle.record.corpus.get("read", {}))
    if not is_files(source):
        recorded = {name: value for name, value in recorded.items() if name in COLUMNS}
    columns = {name: recorded.pop(name) for name in COLUMNS if name in recorded}
    columns = {name: value for name, value in columns.items() if name not in given and value != (FILE,)}
    plain = ReadOptions.of({**recorded, **given})
    columns = columns if source != "-" else {}  # which can be read once
    if columns and not TASKS[bundle.config.task].columned:
        known = columns_of(read_source(source, plain))
        columns = {name: value for name, value in columns.items() if known.issuperset(names_in(value))}
    return ReadOptions.of({**recorded, **columns, **given})


def columns_of(found: Found) -> set[str]:
    """Return the names, and the numbers, of the columns that all tables of what was read have."""
    each = [set(contents.table().columns) for contents in found.contents if contents.is_table]
    if not each or len(each) < len(found.contents):
        return set()
    return set.intersection(*(names | set(map(str, range(1, len(names) + 1))) for names in each))


def names_in(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that an option names."""
    return (value,) if isinstance(value, str) else value


def read_for(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> Corpus:
    """Return what a language model is to read, as a corpus."""
    source = settled(source)
    options = dataclasses.replace(reading_options(bundle, source, given), label=())
    return corpus_of(read_source(source, options), options)


def text_for(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return what a language model is to read as one text, with the model's ends between its documents, and notes."""
    corpus = read_for(bundle, source, given)
    between = SEPARATORS[bundle.config.documents or "whole"] or "\n" * bool(corpus.documents_are)
    return between.join(corpus.documents), (*corpus.info, *corpus.notes)


def sources_for(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    """Return the sources in a file or a value, one for each row or line, empty where there is none; and notes.

    Raises ``InputError`` for what the model's task reads none from.
    """
    source = settled(source)
    task = TASKS[bundle.config.task]
    options = reading_options(bundle, source, given)
    found = read_source(source, dataclasses.replace(options, label=()))
    rows: list[str] = []
    notes = [*found.info, *found.all_notes]
    for each in found.contents:
        sources, said = task.sources_in(each, options)
        rows += sources
        notes += said
    if not rows:
        raise InputError(f"{found.contents[0].name} has nothing to read in it; give a text a line, or a table")
    return rows, tuple(notes)
