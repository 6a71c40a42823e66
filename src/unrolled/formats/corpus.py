"""A corpus: what was read of a source as documents, with their labels if they have any."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..config import ReadOptions
from ..errors import InputError, OptionError
from ..options import flag, given
from ..text.labels import Labels
from .columns import joined, text_column
from .contents import STANDARD_INPUT, Contents
from .documents import copies_told, near_copy, split_documents
from .sources import Found, Source, is_files, read_source, settled
from .tables import FILE, Table

LEARNT = "what is held out may have been learnt"


@dataclass(frozen=True)
class Corpus:
    """What was read: one or more documents, and how they were found."""

    documents: tuple[str, ...]
    names: tuple[str, ...]
    encodings: tuple[str, ...]
    newlines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    labels: tuple[Labels, ...] = ()
    documents_are: str | None = None
    options: ReadOptions | None = None
    info: tuple[str, ...] = ()
    """What is told of how it was read, which is as it should be: the columns that were taken."""

    @property
    def characters(self) -> int:
        """Code points in all documents."""
        return sum(map(len, self.documents))

    @property
    def digest(self) -> str:
        """SHA-256 over the documents as UTF-8, each preceded by its length, and their labels, if they have any."""
        total = hashlib.sha256()
        labels = (str(len(self.documents)), *chain.from_iterable(self.labels)) if self.labels else ()
        for text in chain(self.documents, labels):
            raw = text.encode("utf-8", "surrogatepass")
            total.update(len(raw).to_bytes(8, "little") + raw)
        return total.hexdigest()

    def arranged(self, kind: str) -> Corpus:
        """Return the same text as documents of a kind (``--documents``), and a note of those that stand in it twice."""
        if kind in ("files", self.documents_are):
            return self.noting_duplicates()
        if kind == "whole":
            if self.labels:
                raise InputError(
                    "I got --label for one whole text, and labels stand on documents; name their kind with --documents"
                )
            return dataclasses.replace(self, documents=(("\n" if self.documents_are else "").join(self.documents),))
        parts = [split_documents(each, kind) for each in self.documents]
        labels = (
            tuple(label for part, label in zip(parts, self.labels, strict=True) for _ in part) if self.labels else ()
        )
        documents = tuple(document for part in parts for document in part)
        return dataclasses.replace(self, documents=documents, labels=labels).noting_duplicates()

    def noting_duplicates(self) -> Corpus:
        """Return the same with a note of how many documents are copies or near copies of others."""
        labels = self.labels or ((),) * len(self.documents)
        rows = list(zip(self.documents, labels, strict=True))
        note = copies_told(rows, [near_copy((text, *row)) for text, row in rows], "documents")
        return dataclasses.replace(self, notes=(*self.notes, f"{note}; {LEARNT}")) if note else self

    def describe(self) -> dict[str, object]:
        """Return what a model's record says of its text."""
        columns = sorted({label.split("=")[0] for labels in self.labels[:1] for label in labels})
        return {
            "names": list(self.names[:20]),
            "documents": len(self.documents),
            "characters": self.characters,
            "digest": self.digest,
            **({"labels": columns} if columns else {}),
            **(self.options or ReadOptions()).chosen(),
            "encodings": sorted(set(self.encodings)),
            "newlines": sorted(set(self.newlines)),
        }


def read_corpus(source: Source, options: ReadOptions | None = None) -> Corpus:
    """Read a source; raises ``InputError`` if there is nothing in it to learn from."""
    options, source = options or ReadOptions(), settled(source)
    if not is_files(source):
        rows = isinstance(source, list) and not isinstance(source[0] if source else "", str)
        for name in given(vars(options)):
            if not (rows and name in ("text_column", "label")):
                raise OptionError(f"I got {flag(name)} and lines of text, which are read as they are; leave it out")
    return corpus_of(read_source(source, options), options)


def corpus_of(found: Found, options: ReadOptions) -> Corpus:
    """Return the texts of all files, or those in the rows of tables, and their labels."""
    documents: list[str] = []
    labels: list[Labels] = []
    notes: list[str] = []
    info: list[str] = []
    columns = [name for name in (options.text_column, *options.label) if name and name != FILE]
    names = file_labels([each.name for each in found.contents], found.folders)
    taken = []
    for each, name in zip(found.contents, names, strict=True):
        if each.is_table or columns:
            table, column, texts, rows = rows_of(each, columns, options)
            taken.append(column)
            notes += table.notes()
            info += table.info
        else:
            texts, rows = [each.text], [()]
        documents += texts
        labels += [(*row, *((f"{FILE}={name}",) if FILE in options.label else ())) for row in rows]
    if not documents:
        raise InputError(f"there is no text in {found.contents[0].name}; name its column with --text-column")
    if options.text_column is None and len(set(taken)) == 1 and len(taken) == len(names):
        options = dataclasses.replace(options, text_column=taken[0])
    return made(found, documents, labels if options.label else (), options, notes, bool(taken), info)


def made(
    found: Found,
    documents: Iterable[str],
    labels: Iterable[Labels],
    options: ReadOptions,
    notes: Iterable[str] = (),
    rows: bool = False,
    info: Iterable[str] = (),
) -> Corpus:
    """Return a corpus of documents that were taken from what was read."""
    return Corpus(
        tuple(documents),
        tuple("-" if each.name == STANDARD_INPUT else each.name for each in found.contents),
        tuple(each.encoding for each in found.contents),
        tuple(each.newline for each in found.contents),
        (*found.all_notes, *notes),
        tuple(labels),
        "rows" if rows else None,
        options,
        (*found.info, *info),
    )


def rows_of(
    contents: Contents, named: Sequence[str], options: ReadOptions
) -> tuple[Table, str, list[str], list[Labels]]:
    """Return a table, the column of its texts, the texts and their labels; rows without a text are left out.

    Values of labels that are missing are left out, too.
    """
    table = contents.table(named)
    column = text_column(table, options.text_column)
    conditions = [table.column(each, "--label") for each in options.label if each != FILE]
    texts, labels = [], []
    for number, cells in table.rows():
        text = joined(cells.get(column, ""))
        if not text.strip():
            table.issues.lacks("a text", number)
            continue
        texts.append(text)
        labels.append(tuple(f"{key}={joined(cells[key])}" for key in conditions if cells.get(key)))
    return table, column, texts, labels


def file_labels(names: Sequence[str], folders: bool) -> list[str]:
    """Return a label for each file: its folder's name where all files of a folder lie in folders of it; else its own.

    Files are told apart by their names without endings, or with them where two would be equal.
    """
    paths = [Path(name) for name in names]
    parents = {path.parent for path in paths}
    if folders and len(parents) > 1 and not any(one in other.parents for one in parents for other in parents):
        return [path.parent.name for path in paths]
    stems = Counter(path.stem for path in paths)
    return [path.stem if stems[path.stem] == 1 else path.name for path in paths]
