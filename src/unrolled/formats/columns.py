"""Columns found out: which of a table's columns are meant, where nobody names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from ..errors import InputError
from .tables import has_keys, refuse_wide, rows

LOOKED_AT = 500  # rows
FEWEST = 10  # of them tell whether the first line is one


@dataclass(frozen=True)
class TablePreview:
    """The beginning of a table: its first line, and the columns below it."""

    name: str
    head: list[str]
    columns: list[list[str]]

    @classmethod
    def at(cls, text: str, name: str) -> TablePreview:
        """Return the beginning of a table's text."""
        named = has_keys(name)
        lines = list(islice(rows(text, name, not named), LOOKED_AT))
        first = [] if named or not lines else [each.strip() for each in lines[0].values()]
        head = list(dict.fromkeys(key for line in lines for key in line)) if named else first
        refuse_wide(len(head), name)
        if len(head) < 2:
            raise InputError(f"{name} has one column, and two are needed; put a tab or a comma between them")
        keys = head if named else [str(number) for number in range(1, len(head) + 1)]
        columns = [[line.get(key, "") for line in lines[0 if named else 1 :]] for key in keys]
        return cls(name, head, columns)

    def called(self, names: Sequence[str]) -> str | None:
        """Return the first column that is called by one of the names."""
        return next((each for name in names for each in self.head if each.strip().lower() == name), None)

    def shown(self, named: bool) -> list[str]:
        """Return the columns' names, or their numbers where they have none."""
        return self.head if named else [str(number) for number in range(1, len(self.head) + 1)]

    def has_names(self, *found: str | None) -> bool:
        """Tell whether the first line names the columns: one of them was found or given by a name."""
        return has_keys(self.name) or any(each is not None and not each.isdecimal() for each in found)

    def looks_named(self) -> bool:
        """Tell whether the first line is none of the rows.

        What it says of a column that repeats itself stands nowhere.
        """
        enough = [(place, column) for place, column in enumerate(self.columns) if len(column) >= FEWEST]
        repeated = [place for place, column in enough if 2 * len(set(column)) <= len(column)]
        return bool(repeated) and all(self.head[place] not in self.columns[place] for place in repeated)

    def text_and_label(
        self, texts: Sequence[str], labels: Sequence[str], text: str | None = None, label: str | None = None
    ) -> tuple[str, str]:
        """Return the columns of texts and of labels, where not given.

        Called so, or the longest, and the most repeated.
        """
        numbered = any(each is not None and each.isdecimal() for each in (text, label))
        text = text or (None if numbered else self.called([each for each in texts if each != label]))
        label = label or (None if numbered else self.called([each for each in labels if each != text]))
        shown = self.shown(self.has_names(text, label) or (not numbered and self.looks_named()))
        sizes = {name: fmean(map(len, column or [""])) for name, column in zip(shown, self.columns, strict=True)}
        kinds = {name: len(set(column)) for name, column in zip(shown, self.columns, strict=True)}
        text = text or max((name for name in shown if name != label), key=sizes.__getitem__, default=shown[0])
        telling = [n for n, column in zip(shown, self.columns, strict=True) if 1 < kinds[n] < len(column) and n != text]
        others = telling or [name for name in shown if name != text]  # one value for all rows tells nothing
        return text, label or min(others, key=kinds.__getitem__, default=text)

    def two(
        self, firsts: Sequence[str], seconds: Sequence[str], first: str | None = None, second: str | None = None
    ) -> tuple[str, str]:
        """Return two columns, where they are not given: called so, or else the first ones."""
        numbered = any(each is not None and each.isdecimal() for each in (first, second))
        first = first or (None if numbered else self.called(firsts))
        second = second or (None if numbered else self.called(seconds))
        shown = self.shown(self.has_names(first, second))
        first = first or next((name for name in shown if name != second), shown[0])
        second = second or next((name for name in shown if name != first), first)
        if first == second:
            raise InputError(f"{self.name} has both in one column, {first!r}; name two of {', '.join(shown)}")
        return first, second
