"""Tables of texts and their labels: CSV, TSV and JSON lines."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..config import ReadOptions
from ..errors import InputError
from ..text.labels import Labels
from ..untrusted import parse_json

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
FILE = "file"
"""The label that is the name of the file that a text stands in."""
LINE = re.compile(r"[^\n]*\n|[^\n]+")
WIDEST = 10_000
"""Columns of a table, at most."""
SHOWN, LONGEST = 20, 40  # columns named in a message, and letters of each
USUAL = "text"  # the column of the texts where none is named


def is_table(name: str, options: ReadOptions) -> bool:
    """Whether a file is to be read as a table: it is one by its name, and the user named a column."""
    named = options.text_column or [label for label in options.label if label != FILE]
    return bool(named) and ending(name) in (*DELIMITERS, *JSON_LINES)


def is_table_name(name: str) -> bool:
    """Whether a file is a table by its name."""
    return ending(name) in (*DELIMITERS, *JSON_LINES)


def ending(name: str) -> str:
    """What a file's name says of its format."""
    return Path(name.removesuffix(".gz")).suffix.lower()


def read_table(text: str, name: str, options: ReadOptions) -> tuple[list[str], list[Labels]]:
    """The texts of a table and their labels; rows without a text are left out, and so are values that are missing."""
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
    """Two columns of a table, by their names or numbers; what is missing is empty."""
    found = list(rows(text, name, all(each.isdecimal() for each in columns)))
    for column in columns:
        if found and not any(column in row for row in found):
            known = shown(found[0])
            raise InputError(f"{name} has no column {column!r} (it has {known}); name others, or count them from 1")
    return [(row.get(columns[0]) or "", row.get(columns[1]) or "") for row in found]


def shown(columns: Iterable[str]) -> str:
    """The names of columns, as many as a message bears."""
    names = [each if len(each) <= LONGEST else f"{each[:LONGEST]}…" for each in columns]
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "none") + more


def rows(text: str, name: str, numbered: bool) -> Iterator[dict[str, str]]:
    """The rows of a table, each by its columns' names, or by their numbers from 1."""
    if ending(name) in JSON_LINES:
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
    """The rows of a reader; raises ``InputError`` for what it cannot part, or parts into too many columns."""
    try:
        for row in reader:
            refuse_wide(len(row), name)
            yield row
    except csv.Error as error:
        raise InputError(
            f"{name} cannot be read as a table ({error}); write it anew as CSV, TSV or JSON lines"
        ) from None


def refuse_wide(columns: int, name: str) -> None:
    """A few bytes make a column, and much is kept of each."""
    if columns > WIDEST:
        raise InputError(f"{name} has {columns:,} columns, and {WIDEST:,} are the most; leave out those without use")


def json_rows(text: str, name: str) -> Iterator[dict[str, str]]:
    """The objects of JSON lines, their values as text, null as a missing one."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = parse_json(line)
        except ValueError as error:
            raise InputError(f"{name}, line {number} is not JSON ({error}); give one object a line") from None
        if not isinstance(found, dict):
            raise InputError(f"{name}, line {number} holds no object; give one object a line")
        refuse_wide(len(found), name)
        present = {key: value for key, value in found.items() if value is not None}
        yield {key: value if isinstance(value, str) else json.dumps(value) for key, value in present.items()}
