"""What users give to be read: files, folders, standard input, and the values of a Python program."""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import ReadOptions
from ..errors import CALLER, InputError
from ..files import is_folder
from ..untrusted import MOST_BYTES
from .contents import Contents, columns_in, read_contents, refuse_empty
from .encodings import normalise_newlines
from .tables import table_of


@dataclass(frozen=True)
class Text:
    """A text itself, and not the name of a file."""

    text: str


Source = str | Path | Text | Iterable[Any]
"""A path (``"-"`` is standard input), several paths, a text, or rows: see ``read_source``."""
LINES, ROWS, GIVEN = "lines", "rows", "text"
"""What sources are called in records and messages that are no files."""
NO_FILES = {
    LINES: "lines that a program made",
    ROWS: "rows that a program made",
    GIVEN: "a text that a program gave",
    "-": "standard input",
    "standard input": "standard input",
}
"""Names in a record that are of no files, in words."""
TO_LISTS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("to_pylist", lambda value: value.to_pylist()),
    ("to_dicts", lambda value: value.to_dicts()),
    ("iterrows", lambda value: value.astype(object).where(value.notna(), None).to_dict("records")),
    ("to_list", lambda value: value.to_list()),
    ("tolist", lambda value: value.tolist()),
)
"""How frames, series, arrays and datasets of libraries give their rows as lists, by a method that they alone have."""
ALLOWED = "give the path of a file, a list of texts, of pairs or of dicts, a data frame, or text= with a text"


@dataclass(frozen=True)
class Found:
    """What was read of a source, a ``Contents`` for each file, with notes of what was left out."""

    contents: tuple[Contents, ...]
    notes: tuple[str, ...] = ()
    folders: bool = False
    """Whether the files came from a folder."""

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Return what a user should know of all that was read."""
        return (*self.notes, *(note for each in self.contents for note in each.notes))

    @property
    def info(self) -> tuple[str, ...]:
        """Return what is told of how all was read, which is as it should be."""
        return tuple(line for each in self.contents for line in each.info)


def settled(source: Source) -> str | Path | Text | list[Any]:
    """Return a source that can be read several times: what gives its items once becomes a list of them."""
    return source if isinstance(source, str | Path | Text) else as_list(source)


def is_files(source: Source) -> bool:
    """Tell whether a source is files, and not what a program has in memory."""
    if isinstance(source, str | Path):
        return True
    return not isinstance(source, Text) and bool(paths_in(as_list(source)))


def read_source(source: Source, options: ReadOptions | None = None) -> Found:
    """Read a source; raises ``InputError`` if there is nothing in it, or if it is of no kind that can be read.

    It is a path (a file, a folder, ``"-"`` for standard input), several of them, a ``Text``, a list of texts, of pairs,
    of dicts with the names of columns, or a table of pandas, polars, Arrow or the like.
    """
    options = options or ReadOptions()
    if isinstance(source, str | Path):
        return read_paths([source], options)
    if isinstance(source, Text):
        refuse_empty(source.text, "the text that was given")
        return Found((Contents(GIVEN, normalise_newlines(source.text), "str"),))
    items = as_list(source)
    paths = paths_in(items)
    return read_paths(paths, options) if paths else Found((in_memory(items),))


def as_list(source: Any) -> list[Any]:
    """Return the items of a value; raises ``InputError`` for one that has none that can be read."""
    for method, items in TO_LISTS:
        if callable(getattr(source, method, None)):
            return list(items(source))
    if isinstance(source, bytes | bytearray | memoryview | io.IOBase | Mapping) or hasattr(source, "read"):
        kind = "an open file" if hasattr(source, "read") else f"a value of the type {type(source).__name__}"
        raise InputError(f"I got {kind} to read; {ALLOWED}")
    try:
        return list(source)
    except TypeError:
        raise InputError(f"I got a value of the type {type(source).__name__} to read; {ALLOWED}") from None


def paths_in(items: list[Any]) -> list[str | Path]:
    """Return the paths in a list: where one is a ``Path`` or all are names of files that are there; none otherwise.

    Raises ``InputError`` for a text among paths.
    """
    some = any(isinstance(each, os.PathLike) for each in items)
    if not some and not (items and all(isinstance(each, str) and is_name(each) for each in items)):
        return []
    for number, each in enumerate(items, 1):
        if not isinstance(each, os.PathLike) and not (isinstance(each, str) and is_name(each)):
            raise InputError(f"item {number} of the list is no path of a file, and others are; give paths, or texts")
    return [Path(each) for each in items]


def is_name(text: str) -> bool:
    """Tell whether a text is the name of a file that is there."""
    try:
        return 0 < len(text) < 4096 and "\n" not in text and Path(text).is_file()
    except (OSError, ValueError):
        return False


def in_memory(items: list[Any]) -> Contents:
    """Return texts or rows that a program has; raises ``InputError`` for what is neither."""
    kinds = {str: "a text", dict: "a dict", tuple: "a pair", list: "a pair"}
    first = next((kinds[kind] for kind in kinds if items and isinstance(items[0], kind)), None)
    for number, each in enumerate(items, 1):
        found = next((kinds[kind] for kind in kinds if isinstance(each, kind)), None)
        if found is None or found != first:
            what = f"of the type {type(each).__name__}" if found is None else f"{found}, and the first one is {first}"
            raise InputError(f"item {number} of the list is {what}; {ALLOWED}")
    if first == "a text":
        text = "".join(line if line.endswith("\n") else line + "\n" for line in map(normalise_newlines, items))
        refuse_empty(text, "the list of lines")
        lines = Contents(LINES, text, "str")
        return dataclasses.replace(lines, opens=lambda named: columns_in(lines, list(named)))
    if not items:
        raise InputError(f"the list is empty; {ALLOWED}")
    return Contents(ROWS, "", "str", opens=lambda _: table_of(items, ROWS, "row"), is_table=True)


def read_paths(paths: Iterable[str | Path], options: ReadOptions) -> Found:
    """Read files, folders (all files in them, sorted) and standard input."""
    paths = list(paths)
    found: list[Contents] = []
    notes: list[str] = []
    length = 0
    for path in paths:
        inside = is_folder(path)
        for each in files_of(path):
            try:
                contents = read_contents(each, options)
            except InputError as error:
                if not inside:
                    raise missing(error, each) from None
                notes.append(f"left out: {error}")
                continue
            found.append(contents)
            length += len(contents.text)
            if length > MOST_BYTES:
                raise InputError(f"the files hold more than {MOST_BYTES:,} characters, which are not read at once")
    if not found:
        raise InputError(f"there is no text in {', '.join(map(str, paths))}; give a .txt file, or a folder of them")
    return Found(tuple(found), tuple(notes), any(map(is_folder, paths)))


def missing(error: InputError, given: str | Path) -> InputError:
    """Return what is said of a path that cannot be read: that a text needs another keyword, where it looks like one."""
    text = str(given)
    if CALLER.types or isinstance(given, Path) or " " not in text or is_name(text):
        return error
    return InputError(f"there is no file {text[:40]!r}; pass text= if that is the text itself")


def files_of(path: str | Path) -> list[str | Path]:
    """Return the files that a path stands for; hidden ones in a folder do not count."""
    if str(path) == "-" or not is_folder(path):
        return [path]
    inside = sorted(each for each in Path(path).rglob("*") if each.is_file())
    return [each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)]
