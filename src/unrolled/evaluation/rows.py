"""The rows of a test, read the way that each task reads its training, and the rows that a model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import ReadOptions, TrainOptions, as_given
from ..datasets.holdout import cut_rows, files_of_part
from ..errors import InputError, OptionError
from ..formats.corpus import Source
from ..formats.tables import FILE, is_table_name
from ..model_file.bundle import Bundle
from ..tasks import tag
from ..tasks.classify import rows as labelled_rows
from ..tasks.translate import rows as pair_rows

Row = tuple[str, str]
"""A source and what is wanted of it."""
NAMED = 20
"""Files that a record names at most."""
PASSING = {"lines": "lines that a program made", "-": "standard input"}
"""Names in a record that are no files."""


@dataclass(frozen=True)
class Rows:
    """Sources with what is wanted of each; a source with several references has a row for each of them."""

    rows: list[Row]
    digest: str
    notes: tuple[str, ...] = ()

    def grouped(self) -> dict[str, list[str]]:
        """All that is wanted of each source, in the order in which the sources come."""
        found: dict[str, list[str]] = {}
        for source, wanted in self.rows:
            found.setdefault(source, []).append(wanted)
        return found


def labelled(source: Source, options: ReadOptions) -> Rows:
    """Texts and their labels."""
    rows, corpus = labelled_rows.read_rows(source, options)
    return Rows(rows, corpus.digest, corpus.notes)


def pairs(source: Source, options: ReadOptions) -> Rows:
    """Texts and their translations."""
    rows, corpus = pair_rows.read_rows(source, options)
    return Rows(rows, corpus.digest, corpus.notes)


def captions(source: Source, options: ReadOptions) -> Rows:
    """Images and their captions, of a table alone or with the folder of its images or the file of their features."""
    from ..formats.captions import read_captions
    from ..tasks.caption.rows import sources_of, table_and_images

    table, images = table_and_images(source)
    found = read_captions(table, images, (options.source_column, options.target_column), options)
    each = zip(sources_of(found, images), found.captions, strict=True)
    return Rows([(source, text) for source, texts in each for text in texts], found.digest, found.notes)


def segmented(source: Source, options: ReadOptions) -> Rows:
    """Lines without their spaces, and with them."""
    rows, corpus = tag.read_rows(source, options)
    return Rows(rows, corpus.digest, corpus.notes)


READERS: Mapping[str, Callable[[Source, ReadOptions], Rows]] = {
    "classify": labelled,
    "translate": pairs,
    "caption": captions,
    "tag": segmented,
}


CUTS: Mapping[str, Callable[[list[Row], TrainOptions, Callable[[str], list[Row]]], dict[str, list[Row]]]] = {
    "classify": labelled_rows.cut,
    "translate": pair_rows.cut,
    "tag": cut_rows,
}
"""What cuts the rows of each task, for training and here."""


def read_test(bundle: Bundle, source: Source, given: Mapping[str, Any]) -> Rows:
    """The rows of a test; how the model's own text was read is how it is read where nothing else is given."""
    task = bundle.config.task
    if task == "language":
        raise OptionError("this model writes on from a prompt, and there is nothing to hold against it; use score")
    if task not in READERS:
        raise OptionError(f"models made to {task} cannot be evaluated; use predict")
    ReadOptions.of(given).refuse_foreign(given, task, bundle.config.model)
    source = source if isinstance(source, str | Path) else list(source)
    recorded = bundle.record.get("corpus", {}).get("read", {})
    return READERS[task](source, reading(source, as_given(recorded), given))


def reading(source: Source, recorded: Mapping[str, Any], given: Mapping[str, Any]) -> ReadOptions:
    """The options that are given, and of the recorded ones those that can hold for such a source."""
    table = isinstance(source, str | Path) and is_table_name(str(source))
    if not isinstance(source, str | Path) and not any(isinstance(each, Path) for each in source):
        recorded = {}  # lines are read as they are
    kept = {name: value for name, value in recorded.items() if table or name in ("encoding", "strip_gutenberg")}
    if kept.get("label") == (FILE,):  # the model learnt from a file a label, and this is a table
        del kept["label"]
    return ReadOptions.of({**kept, **given})


def learnt(bundle: Bundle) -> list[Row]:
    """The rows that a model was trained on; raises ``InputError`` if they are no longer what they were.

    They are read again from the files that the record names, and cut as they were.
    """
    corpus, task = bundle.record.get("corpus"), bundle.config.task
    if corpus is None:
        raise InputError("the model was trained elsewhere, and nobody knows on what")
    options, paths = ReadOptions.of(as_given(corpus.get("read", {}))), [Path(name) for name in corpus["names"]]
    refuse_missing(paths)
    found = READERS[task](str(paths[0]) if len(paths) == 1 else paths, options)
    if found.digest != corpus["digest"] and len(paths) == NAMED:  # of a folder with more files
        found = READERS[task](str(paths[0].parent), options)
    if found.digest != corpus["digest"]:
        raise InputError(f"{paths[0]} has changed since the model learnt from it; put back what it was")
    train = TrainOptions.of(bundle.record["options"])
    return CUTS[task](found.rows, train, lambda path: held_out(task, path, options))["train"]


def refuse_missing(paths: Sequence[Path]) -> None:
    """Raise ``InputError`` for a file that is not there, or that never was one."""
    for path in paths:
        if str(path) in PASSING:
            raise InputError(
                f"the model learnt from {PASSING[str(path)]}, which cannot be read again; train from a file"
            )
        if not (path.is_file() or path.is_dir()):  # a record can name anything, devices and pipes, too
            raise InputError(f"the model learnt from {path}, which is not there; put it where it was")


def held_out(task: str, path: str, options: ReadOptions) -> list[Row]:
    """The rows of a held-out part's own file, or of its two files with a comma between them."""
    return READERS[task](path if task == "classify" else files_of_part(path), options).rows


def in_training(bundle: Bundle, test: Rows) -> tuple[str, ...]:
    """A note of how many sources of a test the model was trained on, if it was on any; or why nobody knows."""
    try:
        known = {source for source, _ in learnt(bundle)}
    except InputError as error:
        return (f"whether the test was learnt from cannot be told: {error}",)
    return overlap(known, test)


def overlap(known: set[str], test: Rows) -> tuple[str, ...]:
    """A note of how many sources of a test are known, if any are."""
    sources = test.grouped()
    seen = sum(source in known for source in sources)
    if not seen:
        return ()
    return (f"{seen:,} of {len(sources):,} different sources also stand in the rows that the model learnt from",)
