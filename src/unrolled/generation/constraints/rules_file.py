"""The file of ``--constraints``: which words must not come, and what lines of verse must be, as TOML."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ...errors import InputError, OptionError
from ...options import reject_unknown
from ...text.grapheme import compiled
from ...text.patterns import Pattern
from ...untrusted import read_bytes
from .banned import Banned, plain
from .base import Constraint
from .verse import BEHIND, Rules, Verse

MOST_BYTES = 1 << 20
MOST_LONGEST = 10_000
MOST_LETTERS = 20
HINT = "give a file of TOML with banned, lines, endings, rhymes, rhyme_letters or longest"


@dataclass(frozen=True)
class ConstraintFile:
    """What the file says, checked: each entry is what its key of the same name gives."""

    banned: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    rhymes: str = ""
    rhyme_letters: int | None = None
    longest: int | None = None

    @classmethod
    def read(cls, path: str) -> ConstraintFile:
        """Return what a file says; raises ``InputError`` for what is no such file."""
        import tomllib  # most texts have no such file

        if path == "-":  # it is read anew for every 64 texts
            raise InputError(f"I got standard input for --constraints; {HINT}")
        raw = read_bytes(path, HINT, MOST_BYTES, InputError, pipes=False)
        try:
            given = tomllib.loads(raw.decode("utf-8-sig"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(f"{path} is no TOML ({error}); {HINT}") from None
        try:
            reject_unknown(given, [each.name for each in dataclasses.fields(cls)])
            if "rhyme_letters" in given and "rhymes" not in given:
                raise OptionError("I got rhyme_letters without rhymes, which it needs; add that, or leave it out")
            return cls(**{name: checked(name, value) for name, value in given.items()})
        except OptionError as error:
            raise InputError(f"{path}: {error}") from None

    def constraints(self, before: str) -> list[Constraint]:
        """Return the constraints of a text that goes on behind a prompt."""
        found: list[Constraint] = []
        if self.banned:
            found.append(Banned.of(self.banned, before))
        if self.lines or self.endings or self.rhymes or self.longest:
            patterns = tuple(map(Pattern, self.lines))
            for pattern in patterns:
                pattern.matches("")  # says now what is no expression
            letters = Rules.letters if self.rhyme_letters is None else self.rhyme_letters
            rules = Rules(patterns, self.endings, self.rhymes, letters, self.longest or Rules.longest)
            found.append(Verse.of(rules, before))
        return found


def checked(name: str, value: Any) -> Any:
    """Return an entry's value as it is kept; raises ``OptionError`` for one of another type or range."""
    if name == "rhymes":
        if isinstance(value, str) and value and all(each.isalpha() or each == "-" for each in value):
            return value
        raise OptionError(f"I got rhymes = {value!r}; give a letter a line, as ABAB, and - for a line without a rhyme")
    if name in ("rhyme_letters", "longest"):
        low, high = (0, MOST_LETTERS) if name == "rhyme_letters" else (1, MOST_LONGEST)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise OptionError(f"I got {name} = {value!r}; give a whole number from {low} to {high}")
    free = name == "endings"  # an empty ending leaves a line free
    if isinstance(value, list) and value and all(isinstance(each, str) and (each.strip() or free) for each in value):
        if free and any(compiled(BEHIND).search(each) for each in value):
            raise OptionError(
                f"I got endings = {value!r}; give letters alone: what stands behind them is not looked at"
            )
        if name == "banned" and not all(plain(each).strip() for each in value):
            raise OptionError(f"I got banned = {value!r}; give words: marks alone cannot be banned")
        return tuple(value)
    raise OptionError(f"I got {name} = {value!r}; give a list of strings, as [{'ight'!r}]")
