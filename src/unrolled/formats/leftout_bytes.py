"""Bytes that are of no character: they are left out of a text, and counted."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LEAVE_OUT = "unrolled-leave-out"
"""The error handler of codecs that leaves broken bytes out; within ``counting`` they are counted."""
SHOWN_LINES = 3

Raw = bytes
"""Bytes that are decoded, by another name than their number has in ``LeftOut``."""


@dataclass
class LeftOut:
    """Bytes that are of no character: how many, in how many places, and the numbers of the first lines with one."""

    bytes: int = 0
    places: int = 0
    lines: list[int] = field(default_factory=list)
    line: int = 1
    """The line in which the part begins that is being decoded."""
    part: Raw | None = field(default=None, repr=False, compare=False)
    """The part in which bytes were left out last, with the place of them and the ends of lines before."""
    place: int = field(default=0, repr=False, compare=False)
    ends: int = field(default=0, repr=False, compare=False)

    def add(self, error: UnicodeDecodeError) -> None:
        """Count the bytes that a codec has stopped at."""
        self.bytes += error.end - error.start
        self.places += 1
        if len(self.lines) <= SHOWN_LINES:
            line = self.line + self.ends_before(error.object, error.start)
            self.lines += [line] * (line not in self.lines)

    def ends_before(self, part: Raw, place: int) -> int:
        """Return how many lines of a part end before a place; each byte is looked at once, in a long line, too."""
        if part is not self.part or place < self.place:
            self.part, self.place, self.ends = part, 0, 0
        self.ends += part.count(b"\n", self.place, place)
        self.place = place
        return self.ends

    def note(self, name: str, encoding: str) -> tuple[str, ...]:
        """Return what is said of them, if there are any."""
        if not self.bytes:
            return ()
        what = "byte that is" if self.bytes == 1 else "bytes that are"
        where = "line" if len(self.lines) == 1 else "lines"
        more = " and others" if len(self.lines) > SHOWN_LINES else ""
        shown = ", ".join(f"{line:,}" for line in self.lines[:SHOWN_LINES])
        return (f"{name}: left out {self.bytes:,} {what} no {encoding.upper()}, in {where} {shown}{more}",)


_current = threading.local()


@contextmanager
def counting(left_out: LeftOut) -> Iterator[None]:
    """Count what ``LEAVE_OUT`` leaves out in this thread."""
    _current.left_out = left_out
    try:
        yield
    finally:
        _current.left_out = None
        left_out.part = None


def leave_out(error: UnicodeError) -> tuple[str, int]:
    """Return nothing for bytes that cannot be decoded, and where to go on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if left_out := getattr(_current, "left_out", None):
        left_out.add(error)
    return "", error.end


codecs.register_error(LEAVE_OUT, leave_out)
