"""Columns found out: which of a table's columns are meant, where nobody names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from ..errors import InputError
from .tables import JSON_LINES, ending, rows

LOOKED_AT = 500  # rows


@dataclass(frozen=True)
class Glance:
    """The beginning of a table: its first line, and the columns below it."""

    name: str
    head: list[str]
    columns: list[list[str]]

    @classmethod
    def at(cls, text: str, name: str) -> Glance:
        """The beginning of a table's text."""
        named = ending(name) in JSON_LINES
        lines = list(islice(rows(text, name, not named), LOOKED_AT))
        head = list(dict.fromkeys(key for line in lines for key in line)) if named else list(lines[0].values())
        if len(head) < 2:
            raise InputError(f"{name} has one column, and two are needed; put a tab or a comma between them")
        keys = head if named else [str(number) for number in range(1, len(head) + 1)]
        columns = [[line.get(key, "") for line in lines[0 if named else 1 :]] for key in keys]
        return cls(name, head, columns)

    def called(self, names: Sequence[str]) -> str | None:
        """The first column that is called by one of the names."""
        return next((each for name in names for each in self.head if each.strip().lower() == name), None)

    def shown(self, column: int, named: bool) -> str:
        """A column's name, or its number where columns have none."""
        return self.head[column].strip() if named else str(column + 1)

    def text_and_label(self, texts: Sequence[str], labels: Sequence[str], label: str | None) -> tuple[str, str]:
        """The columns of texts and of labels: called so, or else the longest, and of the others the most repeated."""
        label = label or self.called(labels)
        named = ending(self.name) in JSON_LINES or label in self.head
        places = [place for place in range(len(self.head)) if self.shown(place, named) != label]
        text = self.called(texts) if named else None
        longest = max(places, key=lambda place: fmean(map(len, self.columns[place] or [""])))
        others = [place for place in places if place != longest]
        if label is None:
            repeated = min(others, key=lambda place: len(set(self.columns[place])))
            label = self.shown(repeated, named)
        return text or self.shown(longest, named), label

    def two(self, first: Sequence[str], second: Sequence[str]) -> tuple[str, str]:
        """Two columns that are called so, or else the first two."""
        found = self.called(first), self.called(second)
        if found[0] and found[1]:
            return found[0], found[1]
        named = ending(self.name) in JSON_LINES
        return self.shown(0, named), self.shown(1, named)
