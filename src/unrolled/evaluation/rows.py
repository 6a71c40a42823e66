"""The rows of a test, read the way that each task reads its training, and the rows that a model was trained on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..analysis.model_sources import reading_options
from ..config import ReadOptions, TrainOptions, as_given
from ..datasets.holdout import files_of_part
from ..errors import InputError
from ..files import is_file, is_folder
from ..formats.sources import NO_FILES, Source, settled
from ..model_file.bundle import Bundle
from ..tasks import TASKS
from ..tasks.base import ExampleRows, Row
from ..tasks.options import refuse_foreign

MAX_NAMED_FILES = 20
"""Files that a record names at most."""


def read_test(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> ExampleRows:
    """Return the rows of a test; how the model's own text was read is how it is read where nothing else is given."""
    task = TASKS[bundle.config.task]
    refuse_foreign(ReadOptions, given, bundle.config.task, bundle.config.model)
    source = settled(source)
    test = task.rows(source, reading_options(bundle, source, given))
    if not task.writes:
        return test
    known = bundle.vocabularies[task.texts[-1]]  # of what is written: letters with marks have two forms
    return dataclasses.replace(test, rows=[(text, known.as_learnt(wanted)) for text, wanted in test.rows])


def learnt(bundle: Bundle) -> list[Row]:
    """Return the rows that a model was trained on; raises ``InputError`` if they are no longer what they were.

    They are read again from the files that the record names, and cut as they were.
    """
    corpus, task = bundle.record.corpus, TASKS[bundle.config.task]
    if not corpus.get("names"):
        raise InputError("the model was trained elsewhere, and nobody knows on what")
    options, paths = ReadOptions.of(as_given(corpus.get("read", {}))), [Path(name) for name in corpus["names"]]
    refuse_missing(paths)
    found = task.rows(str(paths[0]) if len(paths) == 1 else paths, options)
    if found.digest != corpus.get("digest") and len(paths) == MAX_NAMED_FILES:  # of a folder with more files
        found = task.rows(str(paths[0].parent), options)
    if found.digest != corpus.get("digest"):
        raise InputError(f"{paths[0]} has changed since the model learnt from it; put back what it was")
    train = TrainOptions.of(bundle.record.options)
    return task.cut(found.rows, train, lambda path: task.rows(files_of_part(path), options).rows)["train"]


def refuse_missing(paths: Sequence[Path]) -> None:
    """Raise ``InputError`` for a file that is not there, or that never was one."""
    for path in paths:
        if str(path) in NO_FILES:
            raise InputError(
                f"the model learnt from {NO_FILES[str(path)]}, which cannot be read again; train from a file"
            )
        if not (is_file(path) or is_folder(path)):  # a record can name anything, devices and pipes, too
            raise InputError(f"the model learnt from {path}, which is not there; put it where it was")


def in_training(bundle: Bundle, test: ExampleRows) -> tuple[str, ...]:
    """Return a note of how many sources of a test the model was trained on, if it was on any; or why nobody knows."""
    try:
        known = {source for source, _ in learnt(bundle)}
    except InputError as error:
        return (f"whether the test was learnt from cannot be told: {error}",)
    return overlap(known, test)


def overlap(known: set[str], test: ExampleRows) -> tuple[str, ...]:
    """Return a note of how many sources of a test are known, if any are."""
    sources = test.grouped()
    seen = sum(source in known for source in sources)
    if not seen:
        return ()
    return (f"{seen:,} of {len(sources):,} different sources also stand in the rows that the model learnt from",)
