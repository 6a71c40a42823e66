"""Rows in JSON: lines of objects, arrays of objects, and the shapes in which libraries write tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import InputError
from ..untrusted import MOST_JSON, parse_array, parse_json
from .delimited import LINE, checked
from .encodings import normalise_newlines

Cell = str | tuple[str, ...]
"""What stands in a row under a column: a text, or several of them; nothing is an empty text."""
Row = tuple[int, dict[str, Cell]]
"""The number of a row, from 1, or of its line, and its cells by the names of their columns."""
MOST_DOCUMENT = 2 * MOST_JSON
"""Characters of one JSON document with all rows in it."""
BY_LINES = (".jsonl", ".ndjson")
"""Endings of files in which every line is a document of its own."""
ENDINGS = (".json", *BY_LINES)
TEXT = "text"  # the column of rows that are texts
TIMED = re.compile(r'"(?:ts|Timestamp|timestamp|date)"')
FIRST = 4096  # characters in which it stands
TEXT_KEYS = ("raw", TEXT, "caption", "value", "content")
"""Under which an object in a list has its text, the first one that it has."""
DEEPEST_COLUMN = 3  # levels of objects within each other that are columns: translation.en
ALLOWED = "give one object a line, or an array of objects"


def json_rows(text: str, name: str) -> tuple[Iterator[Row], str]:
    """Return the rows of JSON lines or of one JSON document, and what they are counted by: "line" or "row"."""
    if not has_lines(name, text) and is_one(text):
        return (
            (number, cells_of(value, f"{name}, row {number}")) for number, value in enumerate(values_of(text, name), 1)
        ), "row"
    return lines_of(text, name), "line"


def has_lines(name: str, text: str) -> bool:
    """Tell whether every line of a file is a document, by its name and its first line."""
    return name.removesuffix(".gz").lower().endswith(BY_LINES) and not text.lstrip().startswith("[\n")


def lines_of(text: str, name: str) -> Iterator[Row]:
    """Yield the rows of JSON lines."""
    for number, found in enumerate(LINE.finditer(text), 1):
        line = found.group()
        if not line.isspace():
            where = f"{name}, line {number}"
            yield number, cells_of(parsed(line, where), where)


def is_one(text: str) -> bool:
    """Tell whether a text is one JSON document: its first line is not a whole one with more behind it."""
    found = LINE.search(text, len(text) - len(text.lstrip()))
    if found is None or text.isspace() or not text[found.end() :].strip():
        return True
    try:
        json.loads(found.group())
    except RecursionError:
        return False
    except ValueError:
        return found.group().lstrip()[:1] in "[{" and not found.group().rstrip().endswith("}")
    return False


def values_of(text: str, name: str) -> Iterable[Any]:
    """Return the rows in one JSON document; raises ``InputError`` where it has none."""
    if text.lstrip().startswith("["):
        return array(text, name)
    value = parsed(text, name, MOST_DOCUMENT)
    found = list_of(value)
    if found is None:
        raise InputError(f"{name} holds {kind_of(value)} without rows; {ALLOWED}")
    return found


def conversation_in(text: str, name: str) -> Any:
    """Return the JSON document that a conversation may be: an object, or a list of objects with a time in each."""
    begins = text.lstrip()[:1]
    if has_lines(name, text) or not is_one(text) or (begins == "[" and not TIMED.search(text[:FIRST])):
        return None
    try:
        return parsed(text, name, MOST_DOCUMENT) if begins == "{" else list(array(text, name))
    except InputError:  # who reads the rows says what is wrong
        return None


def array(text: str, name: str) -> Iterator[Any]:
    """Yield the values of a JSON array one by one."""
    try:
        yield from parse_array(text)
    except ValueError as error:
        raise InputError(f"{name} is not JSON ({error}); {ALLOWED}") from None


def list_of(value: Any) -> list[Any] | None:
    """Return the rows in a JSON document: a list; lists or objects by column; or the one list of objects in it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or not value:
        return None
    columns = list(value.values())
    lists = all(isinstance(each, list) for each in columns) and len({len(each) for each in columns}) == 1
    if lists and columns[0] and not (len(columns) == 1 and isinstance(columns[0][0], dict)):
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if all(isinstance(each, dict) and each.keys() == columns[0].keys() for each in columns) and columns[0]:
        return [{name: column[key] for name, column in value.items()} for key in columns[0]]
    inside = [each for each in columns if isinstance(each, list) and each and isinstance(each[0], dict)]
    if len(inside) != 1:
        return None
    rows = inside[0]
    return [row["row"] for row in rows] if all(isinstance(row.get("row"), dict) for row in rows) else rows


def cells_of(value: Any, where: str) -> dict[str, Cell]:
    """Return the cells of a row; raises ``InputError`` for what is none."""
    if isinstance(value, str):
        return {TEXT: value}
    if isinstance(value, list | tuple):
        value = {str(number): each for number, each in enumerate(value, 1)}
    if not isinstance(value, Mapping):
        raise InputError(f"{where} is {kind_of(value)} and no row; {ALLOWED}")
    checked(len(value), where)
    if not any(isinstance(each, Mapping) for each in value.values()):
        return {str(key): each if type(each) is str and "\r" not in each else cell(each) for key, each in value.items()}
    return dict(flattened(value, "", DEEPEST_COLUMN))


def flattened(value: Mapping[Any, Any], before: str, levels: int) -> Iterator[tuple[str, Cell]]:
    """Yield the cells of an object, those within others by their names with dots between."""
    for key, each in value.items():
        name = f"{before}{key}"
        if isinstance(each, Mapping) and each and levels > 1:
            yield from flattened(each, f"{name}.", levels - 1)
        else:
            yield name, cell(each)


def cell(value: Any) -> Cell:
    """Return a value as text: nothing for null; several texts for a list of them, or of objects with a text each."""
    if value is None:
        return ""
    if isinstance(value, str):
        return normalise_newlines(value) if "\r" in value else value
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return tuple(text_in(each) for each in value if each is not None)
    return plain(value)


def text_in(value: Any) -> str:
    """Return an item of a list as text: what stands in an object under a usual name, where it is one."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in TEXT_KEYS if isinstance(value.get(key), str)), value)
    return value if isinstance(value, str) else plain(value)


def plain(value: Any) -> str:
    """Return a value that is no text as JSON writes it, and what JSON has no word for as Python does."""
    if type(value) in (int, float):
        return repr(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(value)


def parsed(text: str, where: str, most: int = MOST_JSON) -> Any:
    """Return what a text is as JSON; raises ``InputError`` for what is none."""
    try:
        return parse_json(text, most)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}); {ALLOWED}") from None


def kind_of(value: Any) -> str:
    """Return what a JSON value is, in words."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
