"""What was left out of a table or could not be read as it should: counted, placed, and told in a line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 3  # numbers of lines in a note


@dataclass
class Places:
    """How many rows there are of a kind, and the numbers of the first ones."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        """Count a row."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(number)

    def shown(self, what: str) -> str:
        """Return where they are: "lines 2, 5, 8 and others", by what they are counted in."""
        numbers = ", ".join(f"{number:,}" for number in self.first)
        return f"{what}{'s' if self.count > 1 else ''} {numbers}{' and others' if self.count > len(self.first) else ''}"


@dataclass
class Issues:
    """What is told of the rows of a table."""

    rows: int = 0
    unclosed: Places = field(default_factory=Places)
    """Rows with a quotation mark that does not close."""
    odd: Places = field(default_factory=Places)
    """Rows with more cells than there are columns."""
    lacking: dict[str, Places] = field(default_factory=dict)
    """Rows that are left out, by what they lack."""
    chosen: str = ""
    """Which columns were taken, where nobody named them."""

    def lacks(self, what: str, number: int) -> None:
        """Count a row that is left out for what it lacks."""
        self.lacking.setdefault(what, Places()).add(number)

    def notes(self, name: str, counted: str = "line") -> Iterator[str]:
        """Yield a line for each kind."""
        if self.unclosed.count:
            have = "rows have" if self.unclosed.count > 1 else "row has"
            yield (
                f"{name}: {self.unclosed.count:,} {have} a quotation mark that does not close, and it is read as a "
                f"character ({self.unclosed.shown(counted)})"
            )
        if self.odd.count:
            have = "rows have" if self.odd.count > 1 else "row has"
            yield (
                f"{name}: {self.odd.count:,} {have} more cells than there are columns, and the last ones are left out "
                f"({self.odd.shown(counted)}); put a cell that holds the delimiter in quotation marks"
            )
        for what, places in self.lacking.items():
            have = "rows lack" if places.count > 1 else "rows lacks"
            share = f"{places.count:,} of {self.rows:,}"
            yield f"{name}: {share} {have} {what}, left out ({places.shown(counted)})"
