"""The one door to standard input, output and error.

Reports are escaped whatever they are written to. What a model writes is data: a terminal gets it without control
characters, a file or a pipe gets every byte. What the system refuses is one sentence.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TextIO

import click

from ..errors import InputError, OutputError, UnrolledWarning, reason
from ..escaping import cleaned, escaped, json_line


def line(text: str = "", err: bool = False, end: str = "\n") -> None:
    """Print a line of a report, which is one line whatever names it holds; to standard error with ``err``."""
    write(escaped(text, "\t") + end, err)


def lines(texts: Iterable[str], err: bool = False) -> None:
    """Lines of a report."""
    for text in texts:
        line(text, err)


def note(message: str) -> None:
    """Print what a user should know, in one line of standard error."""
    write(f"unrolled: {escaped(message)}\n", err=True)


def data(text: str) -> None:
    """Print what a model wrote, or a piece of it, at once."""
    write(cleaned(text) if is_terminal() else text)


def as_json(value: Any) -> None:
    """Print a value as a line of JSON, at once."""
    write(f"{json_line(value)}\n")


def is_terminal() -> bool:
    """Tell whether standard output is one."""
    return sys.stdout.isatty()


def is_dialogue() -> bool:
    """Tell whether standard input is a terminal, where somebody answers."""
    return sys.stdin.isatty()


def write(text: str, err: bool = False) -> None:
    """Write a text as it is; raises ``OutputError`` where the system refuses, and ends where nobody reads any more."""
    stream = sys.stderr if err else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except ConnectionError:  # the reader of a pipe or a socket has seen enough
        raise click.exceptions.Exit(0) from None
    except OSError as error:
        raise unwritable(error) from None


def unwritable(error: OSError) -> OutputError:
    """Return what is said where standard output cannot be written."""
    return OutputError(f"standard output cannot be written ({reason(error)}); make room, or send it elsewhere")


def read_line() -> str:
    """Return the next line of standard input with its newline; empty at the end. Raises ``InputError``."""
    try:
        return sys.stdin.readline()
    except OSError as error:
        raise InputError(f"standard input cannot be read ({reason(error)}); give it a file or a pipe") from None


def read_lines() -> Iterator[str]:
    """Yield the lines of standard input as they come; bytes that are no UTF-8 are left out. Raises ``InputError``."""
    number = 0
    while text := read_line():
        number += 1
        yield whole(text.removesuffix("\n"), f"line {number:,} of standard input")


def whole(text: str, name: str) -> str:
    """Return a text that the system gave without the bytes of it that are no UTF-8, which are told."""
    if text.isascii():
        return text
    from ..formats.leftout_bytes import LEAVE_OUT, LeftOut, counting

    left_out = LeftOut()
    with counting(left_out):
        found = text.encode("utf-8", "surrogateescape").decode("utf-8", LEAVE_OUT)
    for message in left_out.note(name, "utf-8"):
        warnings.warn(message.partition(", in line")[0], UnrolledWarning, stacklevel=2)
    return found


class Notes(io.RawIOBase):
    """Standard error, where what cannot be told is left out: a closed terminal is no reason to lose a trained model."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def isatty(self) -> bool:
        return os.isatty(2)

    def write(self, raw: Any) -> int:
        try:
            return os.write(2, raw)
        except OSError:
            return len(raw)


def open_all() -> None:
    """Make the three streams what the command line relies on: open, and UTF-8 whatever the system's language is.

    A stream that is closed is replaced by one that refuses: else the next file that is opened would have its number,
    and what is meant for the terminal would be written into it.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    sys.stdin = opened(sys.stdin, 0, "r", "surrogateescape")
    sys.stdout = opened(sys.stdout, 1, "w", "backslashreplace")
    if sys.stderr is sys.__stderr__:  # a program may show it elsewhere
        notes = io.BufferedWriter(Notes())
        sys.stderr = io.TextIOWrapper(notes, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def opened(stream: TextIO | None, number: int, mode: Literal["r", "w"], errors: str) -> TextIO:
    """Return a stream in UTF-8; one of its number where Python found it closed."""
    if stream is None:
        return open(number, mode, encoding="utf-8", errors=errors, closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        ends = {"newline": None} if mode == "r" else {}  # of lines: all that there are, as in files
        stream.reconfigure(encoding="utf-8", errors=errors, **ends)
    return stream


def close_output() -> OutputError | None:
    """Write what waits; what can't be written is dropped, so that Python does not try again when it ends."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return None if isinstance(error, ConnectionError) else unwritable(error)
    return None
