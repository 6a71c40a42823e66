"""Readers: files, folders, standard input and lines become one ``Corpus``."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..config import ReadOptions
from ..errors import InputError, OptionError
from ..files import is_folder
from ..options import flag, given
from ..text.labels import Labels
from ..untrusted import CHUNK, MOST_BYTES, most_expanded, read_bytes
from .documents import duplicates, split_documents
from .encodings import Decoded, decode, normalise_newlines
from .gutenberg import strip_gutenberg
from .tables import FILE, columns_named, is_table, read_table, refuse_columns
from .zawgyi import refuse_zawgyi

HINT = "give the path of a text file"

Source = str | Path | Iterable[str | Path]
"""A path (``"-"`` is standard input), several paths, or lines of text (a list of ``str``)."""


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
        """Return the same with a note of how many documents stand in it more than once."""
        twice = duplicates(list(zip(self.documents, self.labels or self.documents, strict=True)))
        if not twice:
            return self
        share = f"{twice:,} of {len(self.documents):,} documents stand in the text more than once"
        return dataclasses.replace(self, notes=(*self.notes, f"{share}; what is held out may have been learnt"))

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
    options = options or ReadOptions()
    if not isinstance(source, str | Path):
        items = list(source)
        if not items or not all(isinstance(item, Path) for item in items):
            for name in given(vars(options)):
                raise OptionError(f"I got {flag(name)} and lines of text, which are read as they are; leave it out")
            return read_lines([str(item) for item in items])
        return read_files(items, options)
    return read_files([source], options)


def read_lines(lines: list[str]) -> Corpus:
    """Return lines of text that a program made: one document, each line ended with a newline."""
    text = "".join(line if line.endswith("\n") else line + "\n" for line in map(normalise_newlines, lines))
    refuse_empty(text, "the list of lines")
    return Corpus((text,), ("lines",), ("str",), ("lf",))


def read_files(paths: Iterable[str | Path], options: ReadOptions) -> Corpus:
    """Files, folders (all files in them, sorted) and standard input: one document a file."""
    found: list[tuple[str, Decoded]] = []
    notes: list[str] = []
    size = 0
    for path in paths:
        inside = is_folder(path)
        for each in files_of(path):
            try:
                found.append((str(each), read_file(each, options)))
            except InputError as error:
                if not inside:
                    raise
                notes.append(f"left out: {error}")
            size += len(found[-1][1].text) if found and found[-1][0] == str(each) else 0
            if size > MOST_BYTES:
                raise InputError(f"the files hold more than {MOST_BYTES:,} characters, which are not read at once")
    if not found:
        raise InputError(f"there is no text in {', '.join(map(str, paths))}; give a .txt file, or a folder of them")
    notes += [note for name, decoded in found for note in notes_of(name, decoded)]
    names, texts = zip(*found, strict=True)
    documents, labels = documents_of(found, options)
    return Corpus(
        tuple(documents),
        tuple(names),
        tuple(each.encoding for each in texts),
        tuple(each.newline for each in texts),
        tuple(notes),
        tuple(labels) if options.label else (),
        "rows" if any(is_table(name, options) for name in names) else None,
        options,
    )


def documents_of(found: list[tuple[str, Decoded]], options: ReadOptions) -> tuple[list[str], list[Labels]]:
    """Return the texts of all files, or those in the rows of tables, and their labels."""
    documents: list[str] = []
    labels: list[Labels] = []
    for name, decoded in found:
        table = is_table(name, options)
        if not table:
            refuse_columns(name, columns_named(options))
        texts, rows = read_table(decoded.text, name, options) if table else ([decoded.text], [()])
        of_file = (f"{FILE}={Path(name).stem}",) if FILE in options.label else ()
        documents += texts
        labels += [(*row, *of_file) for row in rows]
    if not documents:
        raise InputError(f"there is no text in {found[0][0]}; name its column with --text-column")
    return documents, labels


def notes_of(name: str, decoded: Decoded) -> list[str]:
    """Return what a user should know of how a file was read."""
    notes = []
    if decoded.encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"{name}: read as {decoded.encoding}; if letters look wrong, name another with --encoding")
    if decoded.newline != "lf":
        notes.append(f"{name}: {decoded.newline} line endings read as newlines")
    return notes


def files_of(path: str | Path) -> list[str | Path]:
    """Return the files that a path stands for; hidden ones in a folder do not count."""
    if str(path) == "-" or not is_folder(path):
        return [path]
    inside = sorted(each for each in Path(path).rglob("*") if each.is_file())
    return [each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)]


def read_file(path: str | Path, options: ReadOptions | None = None) -> Decoded:
    """Return one file's text (``"-"``: standard input; gzip is unpacked); raises ``InputError`` if it holds none."""
    options = options or ReadOptions()
    name = "standard input" if str(path) == "-" else str(path)
    decoded = decode(unpack(read_bytes(path, HINT), name), name, options.encoding)
    text = strip_gutenberg(decoded.text) if options.strip_gutenberg else decoded.text
    refuse_empty(text, name)
    refuse_zawgyi(text, name)
    return Decoded(text, decoded.encoding, decoded.newline)


def unpack(raw: bytes, name: str) -> bytes:
    """Undo gzip where there is any; raises ``InputError`` for a damaged file, and for a bomb before it has gone off."""
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    most, found = min(MOST_BYTES, most_expanded(len(raw))), bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            while part := file.read(CHUNK):
                found += part
                if len(found) > most:
                    raise InputError(
                        f"{name} unpacks to more than {most:,} bytes, too many for its {len(raw):,}; unpack it "
                        "yourself if you trust it"
                    )
        return bytes(found)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} is a damaged gzip file ({error}); unpack it yourself, or fetch it again") from None


def refuse_empty(text: str, name: str) -> None:
    """Nothing to learn from is an error."""
    if not text.strip():
        what = "is empty" if not text else "holds nothing but white space"
        raise InputError(f"{name} {what}; unrolled needs some text: a few thousand characters make a start")
