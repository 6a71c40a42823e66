"""Tables whose columns stand apart by a sign: CSV, TSV, and those with semicolons or bars."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from ..errors import InputError
from .issues import Issues

OWN = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
"""The delimiter that the ending of a file's name promises."""
DELIMITERS = (",", "\t", ";", "|")
NONE = "\x1f"
"""In place of a delimiter where there is one column."""
LINE = re.compile(r"[^\n]*\n|[^\n]+")
NAMED = re.compile(r'"?sep=(.)"?\n', re.I)
"""The first line by which Excel tells the delimiter."""
LOOKED_AT = 1 << 16  # characters
ROWS = 200  # that tell the delimiter
REGULAR = 0.5  # the share of them that must have as many columns as most
WIDEST = 10_000
"""Columns of a table, at most."""
LONGEST_CELL = 1 << 30
SWALLOWED = 3
"""Lines within quotation marks that all look like rows, from which on the mark before them was none."""

csv.field_size_limit(LONGEST_CELL)


def find_delimiter(text: str, name: str, own: str) -> str:
    """Return what parts the columns of a table: what most rows agree on, and what its name promises where two do."""
    if named := NAMED.match(text):
        return named[1]
    end = text.find("\n", LOOKED_AT)
    head = text if end < 0 else text[: end + 1]
    found = {}
    for delimiter in DELIMITERS:
        rows = [row for _, row in islice(rows_of(head, name, delimiter, Issues()), ROWS)]
        if rows and len(rows[0]) == 1 and rows[0][0].strip():  # one name of a column, and the delimiter is of sentences
            rows = []
        widths = Counter(map(len, rows))
        width, count = max(widths.items(), key=lambda each: (each[0] > 1) * each[1], default=(1, 0))
        found[delimiter] = (width > 1) * count / max(1, widths.total()) + 0.1 * (delimiter == own)
    best = max(found, key=found.__getitem__)
    if found[best] > REGULAR:
        return best
    return own if own in head.split("\n", 1)[0] else NONE


def rows_of(text: str, name: str, delimiter: str, issues: Issues) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table, each with the number of the line that it begins in; blank lines are none.

    Quotation marks around a cell are read where they close. Of a row in which one does not, or closes around other
    rows, the marks are characters like any other.
    """
    named = NAMED.match(text)
    lines = LINE.findall(text)
    first = int(named is not None)  # the line that the next row begins with, from 0
    width = 0
    while first < len(lines):
        reader = csv.reader(islice(lines, first, None), delimiter=delimiter, strict=True)
        begun = first
        try:
            for row in reader:
                end = begun + reader.line_num
                if end - first > SWALLOWED and swallowed(lines[first + 1 : end - 1], delimiter, width):
                    break
                if row:
                    width = width or checked(len(row), name)
                    yield first + 1, row
                first = end
            else:
                return
        except csv.Error:
            pass
        issues.unclosed.add(first + 1)
        yield first + 1, lines[first].removesuffix("\n").split(delimiter)
        first += 1


def swallowed(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Tell whether all lines within a row look like rows themselves, of a width if one is known."""
    counts = {line.count(delimiter) for line in lines}
    return counts == {width - 1} if width else len(counts) == 1 and 0 not in counts


def checked(columns: int, name: str) -> int:
    """Return a number of columns; raises ``InputError`` for too many: a few bytes make one."""
    if columns > WIDEST:
        raise InputError(f"{name} has {columns:,} columns, and {WIDEST:,} are the most; leave out those without use")
    return columns
