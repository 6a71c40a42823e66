"""Tables of texts and their labels: CSV, TSV, JSON lines, and JSON arrays of objects."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..config import ReadOptions
from ..errors import InputError
from ..text.labels import Labels
from ..untrusted import parse_json

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON = (".jsonl", ".ndjson", ".json")
KINDS = ".csv, .tsv, .jsonl or .json"
"""The tables that are read, in words."""
FILE = "file"
"""The label that is the name of the file that a text stands in."""
LINE = re.compile(r"[^\n]*\n|[^\n]+")
WIDEST = 10_000
"""Columns of a table, at most."""
MAX_NAMED_COLUMNS, MAX_NAME_CHARACTERS = 20, 40  # columns named in a message, and letters of each
USUAL = "text"  # the column of the texts where none is named


def is_table(name: str, options: ReadOptions) -> bool:
    """Tell whether a file is to be read as a table: it is one by its name, and the user named a column."""
    return bool(columns_named(options)) and is_table_name(name)


def columns_named(options: ReadOptions) -> list[str]:
    """Return the columns that the user named."""
    return [name for name in (options.text_column, *options.label) if name and name != FILE]


def is_table_name(name: str) -> bool:
    """Tell whether a file is a table by its name."""
    return ending(name) in (*DELIMITERS, *JSON)


def refuse_columns(name: str, columns: Iterable[str | None]) -> None:
    """Raise ``InputError`` for columns that are named of what has none."""
    for column in filter(None, columns):
        raise InputError(f"{name} is no table, so it has no column {column!r}; give a {KINDS} file, or name no column")


def ending(name: str) -> str:
    """Return what a file's name says of its format."""
    return Path(name.removesuffix(".gz")).suffix.lower()


def read_table(text: str, name: str, options: ReadOptions) -> tuple[list[str], list[Labels]]:
    """Return the texts of a table and their labels.

    Rows without a text are left out, and so are values that are missing.
    """
    columns = [label for label in options.label if label != FILE]
    column = options.text_column or USUAL
    texts, labels, seen = [], [], dict[str, None]()
    for row in rows(text, name, all(each.isdecimal() for each in [*columns, column])):
        seen |= dict.fromkeys(row)
        value = row.get(column) or ""
        if value.strip():
            texts.append(value)
            labels.append(tuple(f"{key}={row[key]}" for key in columns if row.get(key)))
    for each in [column, *columns]:
        if seen and each not in seen:
            known = shown(seen)
            raise InputError(
                f"{name} has no column {each!r} (it has {known}); name others with --text-column and --label; "
                "numbers count columns where no line names them"
            )
    return texts, labels


def read_columns(text: str, name: str, columns: tuple[str, str]) -> list[tuple[str, str]]:
    """Return two columns of a table, by their names or numbers; what is missing is empty."""
    found = list(rows(text, name, all(each.isdecimal() for each in columns)))
    for column in columns:
        if found and not any(column in row for row in found):
            known = shown(found[0])
            raise InputError(f"{name} has no column {column!r} (it has {known}); name others, or count them from 1")
    return [(row.get(columns[0]) or "", row.get(columns[1]) or "") for row in found]


def shown(columns: Iterable[str]) -> str:
    """Return the names of columns, as many as a message bears."""
    names = [each if len(each) <= MAX_NAME_CHARACTERS else f"{each[:MAX_NAME_CHARACTERS]}…" for each in columns]
    more = f" and {len(names) - MAX_NAMED_COLUMNS:,} more" if len(names) > MAX_NAMED_COLUMNS else ""
    return (", ".join(names[:MAX_NAMED_COLUMNS]) or "none") + more


def rows(text: str, name: str, numbered: bool) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, each by its columns' names, or by their numbers from 1."""
    if has_keys(name):
        yield from json_rows(text, name)
        return
    delimiter = DELIMITERS[ending(name)]
    lines = (found.group() for found in LINE.finditer(text))
    plain = delimiter == "\t"  # in which a quotation mark is a character
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    csv.field_size_limit(1 << 30)
    header: list[str] = []
    for row in checked_rows(reader, name):
        if not header and not numbered:
            header = [each.strip() for each in row]
        elif row:
            names = map(str, range(1, len(row) + 1)) if numbered else header
            yield dict(zip(names, row, strict=False))


def checked_rows(reader: Iterable[list[str]], name: str) -> Iterator[list[str]]:
    """Yield the rows of a reader; raises ``InputError`` for what it cannot part, or parts into too many columns."""
    try:
        for row in reader:
            refuse_wide(len(row), name)
            yield row
    except csv.Error as error:
        raise InputError(
            f"{name} cannot be read as a table ({error}); write it anew as CSV, TSV or JSON lines"
        ) from None


def refuse_wide(columns: int, name: str) -> None:
    """Raise an ``InputError`` for too many columns: a few bytes make one, and much is kept of each."""
    if columns > WIDEST:
        raise InputError(f"{name} has {columns:,} columns, and {WIDEST:,} are the most; leave out those without use")


def has_keys(name: str) -> bool:
    """Tell whether every row of a table, by its name, tells what its columns are called."""
    return ending(name) in JSON


def json_rows(text: str, name: str) -> Iterator[dict[str, str]]:
    """Yield the objects of JSON lines or of an array, their values as text, null as a missing one."""
    for where, found in json_values(text, name):
        if not isinstance(found, dict):
            raise InputError(f"{where} holds no object; give one object a line, or an array of objects")
        refuse_wide(len(found), name)
        present = {key: value for key, value in found.items() if value is not None}
        yield {key: value if isinstance(value, str) else json.dumps(value) for key, value in present.items()}


def json_values(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the values of JSON lines or of an array, each with where it stands."""
    if ending(name) == ".json" and text.lstrip().startswith("["):
        yield from ((f"{name}, row {number}", value) for number, value in enumerate(parsed(text, name), 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{name}, line {number}"
            yield where, parsed(line, where)


def parsed(text: str, where: str) -> Any:
    """Return what a text is as JSON; raises ``InputError`` for what is none."""
    try:
        return parse_json(text)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}); give one object a line, or an array of objects") from None
