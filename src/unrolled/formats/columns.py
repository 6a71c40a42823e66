"""Columns found out: which of a table's columns are meant, where nobody names them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..errors import InputError
from .json_rows import Cell
from .tables import Table, is_number, shown
from .usual_names import BOOKKEEPING, CAPTIONS, IMAGES, LABELS, SOURCES, TARGETS, TEXTS, is_language, rank

PICTURE = re.compile(r".*\.(?:jpe?g|png|gif|webp|bmp|tiff?|ppm)(?:#\d+)?", re.I)
"""The name of an image's file; the number is that of a caption, as in Flickr8k."""
ADDRESS = re.compile(r"(?:https?://|www\.)\S*")
NO_SENTENCE = re.compile(r"[\d\W_]*|[0-9a-f-]{16,}|\d{4}-\d\d-\d\d.*", re.I)
"""Numbers, dates and keys."""
MOSTLY = 0.8  # the share of a column that tells what it is
MAX_LABELS = 1000
"""Labels at most: more are no labels, but texts."""


@dataclass(frozen=True)
class Column:
    """What stands in a column, in a sample of the rows: nothing where a row has no cell of it."""

    name: str
    cells: list[str]
    rows: int
    """Rows of the sample, those without a cell included."""
    place: int = 0
    """Which column of the table it is, from 0."""

    @property
    def kinds(self) -> int:
        """How many different cells there are."""
        return len(set(self.cells))

    @property
    def size(self) -> float:
        """Characters of a cell in the mean over all rows."""
        return sum(map(len, self.cells)) / max(1, self.rows)

    def mostly(self, what: Callable[[str], object]) -> bool:
        """Tell whether most of its cells are of a kind."""
        return bool(self.cells) and sum(bool(what(cell)) for cell in self.cells) >= MOSTLY * len(self.cells)

    @property
    def is_text(self) -> bool:
        """Whether sentences, words or names stand in it, and no numbers, addresses, files or keys."""
        return bool(self.cells) and not any(
            map(self.mostly, (NO_SENTENCE.fullmatch, ADDRESS.fullmatch, PICTURE.fullmatch))
        )

    @property
    def as_text(self) -> float:
        """How much speaks for its being the text: its length, and what it is called."""
        called = rank(self.name, TEXTS) * (2 if self.kinds > 1 or len(self.cells) < 2 else 0)
        return (
            math.log2(1 + self.size)
            - min(self.place, 1) / 3
            + called
            - 2 * (rank(self.name, BOOKKEEPING) > 1)
            - 4 * self.repeats
        )

    @property
    def repeats(self) -> bool:
        """Whether it has a few different cells, again and again."""
        return len(self.cells) >= 10 and 5 * self.kinds <= len(self.cells)

    @property
    def as_label(self) -> float:
        """How much speaks for its being the label: what it is called, and how often its cells come again."""
        if not 1 < self.kinds <= MAX_LABELS:
            return -20.0 + rank(self.name, LABELS)
        again = math.log2(len(self.cells) / self.kinds)
        called = 3 * rank(self.name, LABELS) - 4 * (rank(self.name, BOOKKEEPING) > 0)
        fractions = self.mostly(is_number) and any("." in cell for cell in self.cells)
        return called + min(again, 6) / 2 - 6 * (again == 0) - 3 * fractions - 2 * (len(self.cells) < self.rows / 2)


def columns_of(table: Table) -> list[Column]:
    """Return the columns of a table as a sample of its rows shows them."""
    rows = table.sample()
    found = []
    for place, name in enumerate(table.columns):
        cells = [joined(row[name]) for row in rows if row.get(name)]
        found.append(Column(name, [cell.strip() for cell in cells if cell.strip()], len(rows), place))
    return found


def joined(cell: Cell) -> str:
    """Return a cell as one text, and several texts as lines."""
    return cell if isinstance(cell, str) else "\n".join(cell)


@dataclass(frozen=True)
class Wanted:
    """A column that is looked for: what messages call it, the option that names it, and what speaks for one."""

    what: str
    flag: str
    given: str | None
    points: Callable[[Column], float]


def choose(table: Table, *wanted: Wanted) -> list[str]:
    """Return a column for each that is wanted: the one that is given, or that most speaks for.

    What was chosen and not given is told. Raises ``InputError`` where there are too few columns.
    """
    taken = {each.what: table.column(each.given, each.flag) for each in wanted if each.given is not None}
    if len(set(taken.values())) < len(taken):
        both = " and ".join(taken)
        raise InputError(
            f"{table.name} would have {both} both in one column, {next(iter(taken.values()))!r}; name two of "
            f"{shown(table.columns)}"
        )
    if len(taken) < len(wanted):
        found = columns_of(table)
        for each in wanted:
            left = [column for column in found if column.name not in taken.values()]
            if each.what not in taken:
                taken[each.what] = best(table, each, left, len(wanted))
        info = ", ".join(f"{each.what} from {column_shown(table, taken[each.what])}" for each in wanted)
        flags = " and ".join(dict.fromkeys(each.flag for each in wanted))
        table.issues.chosen = f"{info}; {flags} name{'s' * (len(wanted) == 1)} others"
    return [taken[each.what] for each in wanted]


def column_shown(table: Table, name: str) -> str:
    """Return a column as a note names it."""
    return repr(name) if table.named else f"column {name}"


def best(table: Table, wanted: Wanted, left: Iterable[Column], number: int) -> str:
    """Return the column that most speaks for."""
    points = {column.name: wanted.points(column) - 100 * (not column.cells) for column in left}
    if points:
        return max(points, key=points.__getitem__)
    if not table.columns:
        raise InputError(f"there is no text in {table.name}; give a table with something in its rows")
    columns = "one column" if len(table.columns) == 1 else f"{len(table.columns)} columns"
    needed = {1: "one is", 2: "two are"}.get(number, f"{number} are")
    raise InputError(
        f"{table.name} has {columns}, and {needed} needed; put a tab or a comma between two, or name the one of the "
        f"{wanted.what} with {wanted.flag}"
    )


def as_text(column: Column) -> float:
    """Return what speaks for a column's being the text."""
    return column.as_text - 50 * (not column.is_text)


def text_column(table: Table, given: str | None) -> str:
    """Return the column of texts."""
    return choose(table, Wanted("text", "--text-column", given, as_text))[0]


def text_and_label(table: Table, text: str | None, label: str | None) -> list[str]:
    """Return the columns of texts and of labels."""
    wanted = Wanted("text", "--text-column", text, as_text), Wanted("label", "--label", label, lambda c: c.as_label)
    return choose(table, *wanted)


def source_column(table: Table, given: str | None) -> str:
    """Return the column of the sources of pairs, in a table that need not have their targets."""
    return choose(table, Wanted("source", "--source-column", given, pair_points(table, SOURCES)))[0]


def source_and_target(table: Table, source: str | None, target: str | None) -> list[str]:
    """Return two columns of texts: called so or by languages, or else the first ones that hold texts."""
    return choose(
        table,
        Wanted("source", "--source-column", source, pair_points(table, SOURCES)),
        Wanted("target", "--target-column", target, pair_points(table, TARGETS)),
    )


def pair_points(table: Table, names: Sequence[str]) -> Callable[[Column], float]:
    """Return what speaks for a column's being a side of pairs that is called by some names."""
    order = {name: place for place, name in enumerate(table.columns)}
    several = sum(map(is_language, table.columns)) > 1

    def points(column: Column) -> float:
        kept = rank(column.name, BOOKKEEPING) > 1  # ``id`` is Indonesian only beside another language
        called = 10 * rank(column.name, names) + 5 * (is_language(column.name) and (several or not kept))
        return (
            called
            - 5 * (kept and not called)
            - 50 * (not column.is_text)
            - 20 * column.repeats
            - order[column.name] / 1000
        )

    return points


def as_image(column: Column) -> float:
    """Return what speaks for a column's being the images' files."""
    return 10 * column.mostly(PICTURE.fullmatch) + 3 * rank(column.name, IMAGES)


def image_column(table: Table, given: str | None) -> str:
    """Return the column of images' files, in a table that need not have captions."""
    return choose(table, Wanted("image", "--source-column", given, as_image))[0]


def image_and_caption(table: Table, image: str | None, caption: str | None) -> list[str]:
    """Return the columns of images' files and of captions."""

    def as_caption(column: Column) -> float:
        return column.as_text + 3 * rank(column.name, CAPTIONS) - 50 * (not column.is_text)

    wanted = (
        Wanted("image", "--source-column", image, as_image),
        Wanted("caption", "--target-column", caption, as_caption),
    )
    return choose(table, *wanted)
