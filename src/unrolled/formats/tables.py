"""Tables: rows with cells by the names of their columns, from CSV and the like, from JSON, and from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import InputError
from .delimited import OWN, find_delimiter, rows_of
from .issues import Issues
from .json_rows import ENDINGS, Cell, Row, cells_of, json_rows
from .usual_names import is_usual

KINDS = ".csv, .tsv, .jsonl or .json"
"""The tables that are read, in words."""
FILE = "file"
"""The label that is the name of the file that a text stands in."""
MAX_NAMED_COLUMNS, MAX_NAME_CHARACTERS = 20, 40  # columns named in a message, and letters of each
SAMPLE = 1000  # rows, at least, by which columns are told apart
MAX_SAMPLE = 1 << 20  # rows of tables in memory that these are chosen from
WINDOWS, WINDOW = 8, 1 << 16
"""Parts of a large table that its sample is of, and the characters of each."""
FEWEST = 10  # rows that tell whether the first line is one of them
NUMERIC, LONGER = 0.9, 3.0
"""The share of numbers in a column of numbers; and how many times longer than its name the texts of a column are."""


@dataclass
class Table:
    """Rows that can be read any number of times, with what their columns are called.

    ``named`` says whether the file names them; else they have their numbers. What is found out while all rows are read
    stands in ``issues``.
    """

    name: str
    columns: tuple[str, ...]
    read: Callable[[Issues], Iterable[Row]]
    named: bool = True
    counted: str = "line"
    """What rows are counted by in messages."""
    some: Callable[[], Iterable[Row]] | None = None
    """Reads rows from the whole table, but not all of them, where it is large."""
    issues: Issues = field(default_factory=Issues)

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        self.issues = Issues(chosen=self.issues.chosen)
        for row in self.read(self.issues):
            self.issues.rows += 1
            yield row

    def sample(self) -> list[dict[str, Cell]]:
        """Return rows from the whole table: all of a small one, and every n-th of a larger one."""
        if self.some is not None:
            return [cells for _, cells in self.some()]
        kept = list(islice(self.read(Issues()), MAX_SAMPLE))
        return [cells for _, cells in kept[:: max(1, len(kept) // SAMPLE)]]

    def column(self, given: str, flag: str) -> str:
        """Return the name of a column that a user named, or whose number from 1 he gave.

        Raises ``InputError`` where there is none such.
        """
        if given in self.columns:
            return given
        if given.isdecimal() and len(given) < 6 and 1 <= int(given) <= len(self.columns):
            return self.columns[int(given) - 1]
        alike = [each for each in self.columns if each.casefold().strip() == given.casefold().strip()]
        alike += [each for each in self.columns if each.rpartition(".")[2] == given]
        if len(alike) == 1:
            return alike[0]
        raise InputError(
            f"{self.name} has no column {given!r} (it has {shown(self.columns)}); name another with {flag}, or give "
            "its number from 1"
        )

    @property
    def info(self) -> tuple[str, ...]:
        """Which columns were taken, where nobody named them: one line, or none."""
        return (f"{self.name}: {self.issues.chosen}",) if self.issues.chosen else ()

    def notes(self) -> tuple[str, ...]:
        """Return what a user should know of the rows that were read."""
        return tuple(self.issues.notes(self.name, self.counted))


def ending(name: str) -> str:
    """Return what a file's name says of its format."""
    return Path(name.removesuffix(".gz")).suffix.lower()


def is_table_name(name: str) -> bool:
    """Tell whether a file is a table by its name."""
    return ending(name) in (*OWN, *ENDINGS)


def open_table(text: str, name: str, named: Iterable[str] = ()) -> Table:
    """Return the table that a file's text is; raises ``InputError`` for what is none.

    ``named`` are the columns that the user names: where one stands in the first line, that line names the columns.
    """
    if ending(name) in ENDINGS:
        return json_table(text, name)
    return delimited_table(text, name, find_delimiter(text, name, OWN.get(ending(name), ",")), named)


def json_table(text: str, name: str) -> Table:
    """Return the table in a text that is JSON."""
    rows, counted = json_rows(text, name)
    return kept_table(list(rows), name, counted)


def table_of(rows: Iterable[Any], name: str, counted: str) -> Table:
    """Return rows that a program made, or a reader: objects with names, lists of cells, or texts."""
    return kept_table([(n, cells_of(row, f"{name}, {counted} {n}")) for n, row in enumerate(rows, 1)], name, counted)


def kept_table(rows: list[Row], name: str, counted: str) -> Table:
    """Return a table of rows that stay in memory."""
    columns = tuple(dict.fromkeys(key for _, cells in rows for key in cells))
    return Table(name, columns, lambda _: rows, counted=counted)


def delimited_table(text: str, name: str, delimiter: str, named: Iterable[str] = ()) -> Table:
    """Return the table in a text whose columns are parted by a delimiter."""
    first = [cells for _, cells in islice(rows_of(text, name, delimiter, Issues()), SAMPLE)]
    head = [each.strip() for each in first[0]] if first else []
    wanted = {each for each in named if not each.isdecimal()}
    has_names = bool(wanted & set(head)) or names_columns(head, first[1:])
    width = max((len(cells) for cells in first), default=0)
    filled = [any(cells[place].strip() for cells in first if place < len(cells)) for place in range(width)]
    columns = names_of(head if has_names else [], filled)

    most = len(head) if has_names else width

    def read(issues: Issues) -> Iterator[Row]:
        for number, cells in islice(rows_of(text, name, delimiter, issues), int(has_names), None):
            if len(cells) > most and any(map(str.strip, cells[most:])):
                issues.odd.add(number)
            yield number, dict(zip(columns, cells, strict=False))

    def some() -> Iterator[Row]:
        for part in windows(text):
            for number, cells in rows_of(part, name, delimiter, Issues()):
                if len(cells) <= len(columns):
                    yield number, dict(zip(columns, cells, strict=False))

    large = len(text) > 2 * WINDOWS * WINDOW
    return Table(name, tuple(filter(None, columns)), read, has_names, some=some if large else None)


def windows(text: str) -> Iterator[str]:
    """Yield parts of a text from all over it, in whole lines."""
    step = len(text) // WINDOWS
    for start in range(0, step * WINDOWS, step):
        begin = text.find("\n", start) + 1
        end = text.rfind("\n", begin, begin + WINDOW) + 1
        if begin < end:
            yield text[begin:end]


def names_of(head: Sequence[str], filled: Sequence[bool]) -> list[str]:
    """Return the names of columns, their numbers where they have none, and nothing for those without anything."""
    names: list[str] = []
    for place, anything in enumerate(filled):
        name = head[place] if place < len(head) else ""
        number = str(place + 1)
        while name in names:
            name = f"{name}.{number}"
        names.append(name or (number if anything else ""))
    return names


def names_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first line names the columns, and is none of the rows.

    It names one as such columns are called; or what it says of a column of numbers is none, or of one that repeats
    itself stands nowhere in it; or it has a word where all texts are many times as long.
    """
    places = [place for place, name in enumerate(head) if name]
    columns = {
        place: [cells[place] for cells in rows if place < len(cells) and cells[place].strip()] for place in places
    }
    columns = {place: column for place, column in columns.items() if column}
    if are_numbered([head[place] for place in places]):
        return any(not any(map(is_number, column)) for column in columns.values())
    if not rows:
        return bool(places) and all(is_usual(head[place]) for place in places)
    if not columns or any(is_number(head[place]) or head[place] in columns[place] for place in columns):
        return False
    if len({head[place] for place in columns}) == len(columns) and any(
        is_name(head[place], column) for place, column in columns.items()
    ):
        return True
    return len(rows) >= FEWEST and any(tells_name(head[place], column) for place, column in columns.items())


def are_numbered(head: Sequence[str]) -> bool:
    """Tell whether cells count from 0 or 1, as pandas calls columns that have no names."""
    return len(head) > 1 and list(head) in ([str(n + first) for n in range(len(head))] for first in (0, 1))


def is_name(text: str, column: Sequence[str]) -> bool:
    """Tell whether a text is what columns are called, and what stands under it is not."""
    return is_usual(text) and 2 * sum(map(is_usual, column)) <= len(column)


def tells_name(name: str, column: Sequence[str]) -> bool:
    """Tell whether what stands over a column, and nowhere in it, is of another kind than what stands in it."""
    numbers = sum(map(is_number, column)) >= NUMERIC * len(column)
    repeated = 2 * len(set(column)) <= len(column)
    longer = sum(map(len, column)) >= LONGER * len(name) * len(column) and " " in column[0].strip() and len(name) <= 20
    return numbers or repeated or longer


def is_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text.strip().rstrip("%").replace(",", "").lstrip("$€£#"))
    except ValueError:
        return False
    return True


def shown(columns: Iterable[str]) -> str:
    """Return the names of columns, as many as a message bears."""
    names = [each if len(each) <= MAX_NAME_CHARACTERS else f"{each[:MAX_NAME_CHARACTERS]}…" for each in columns]
    more = f" and {len(names) - MAX_NAMED_COLUMNS:,} more" if len(names) > MAX_NAMED_COLUMNS else ""
    return (", ".join(names[:MAX_NAMED_COLUMNS]) or "none") + more
