"""What can go wrong for a reason that the user can mend.

::

    UnrolledError             one sentence: what I got, what is allowed, what to do
    ├── OptionError           an option's value is not allowed           (also a ValueError)
    │   └── MissingVerbError  a model of this class cannot do that       (also an AttributeError)
    ├── InputError            a text or a prompt cannot be used          (also a ValueError)
    ├── ModelFileError        a model file cannot be opened
    ├── OutputError           a file cannot be written                   (exit status 1 if work failed)
    ├── MissingExtraError     an optional package is not installed       (also an ImportError)
    ├── TrainingError         training could not go on                   (exit status 1)
    └── InterruptedWorkError  stopped before anything was learnt         (exit status 128 + the signal)

The command line prints them without a traceback and leaves with ``exit_status``. Anything else is a bug and keeps
its traceback. ``UnrolledWarning`` is what a user should know although nothing failed.

Messages name files, labels and texts: control characters in them are escaped here, once, for terminals and for logs.
They name options as ``--top-k``, or ``--top-k=5``; as the caller has them, ``top_k=5`` in Python, they become here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self


class Caller:
    """Who reads the messages of this process: somebody who calls from Python, or the command line's user."""

    types = False
    """Whether options are typed, ``--top-k``; else they are written, ``top_k=``."""

    @contextmanager
    def typing(self) -> Iterator[None]:
        """Name options as they are typed, for a while."""
        before, self.types = self.types, True
        try:
            yield
        finally:
            self.types = before


CALLER = Caller()


def spelled(message: str) -> str:
    """Return a message with its options as the caller has them; what stands in backticks is a command, and stays.

    A message says ``--top-k``, or ``--top-k=5`` with a value: that is typed ``--top-k 5``, and written ``top_k=5``. Of
    what an option ``is``, the name alone is told.
    """
    if "--" not in message:
        return message
    import re  # errors are few

    def named(found: re.Match[str]) -> str:
        if CALLER.types:
            return f"--{found[1]} " if found[2] else found[0]
        return found[1].replace("-", "_") + "=" * bool(found[2] or not found[3])

    parts = message.split("`")
    parts[::2] = [
        re.sub(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)(?:(=)|(?![\w-]))(?=( is ))?", named, part) for part in parts[::2]
    ]
    return "`".join(parts)


class UnrolledError(Exception):
    """The root of the tree; ``exit_status`` 2 is bad input, 1 is work that failed."""

    exit_status = 2

    def __init__(self, message: str = "") -> None:
        super().__init__(escaped(spelled(message)))


class OptionError(UnrolledError, ValueError):
    """An option's value is not allowed."""


class MissingVerbError(OptionError, AttributeError):
    """A model has no such verb: it is of another class."""


class InputError(UnrolledError, ValueError):
    """A text, a prompt or a file that should hold text cannot be used."""


class ModelFileError(UnrolledError):
    """A model file is missing, damaged, too new, or something else altogether."""


class OutputError(UnrolledError):
    """A file cannot be written."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class MissingExtraError(UnrolledError, ImportError):
    """An optional package is needed and not installed."""

    exit_status = 1


class TrainingError(UnrolledError):
    """Training could not go on."""

    exit_status = 1


class InterruptedWorkError(UnrolledError):
    """A signal came before there was anything to keep; the exit status is 128 and its number."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number, self.exit_status = number, 128 + number

    def __reduce__(self) -> tuple[type[Self], tuple[str, int]]:
        """Return both arguments, so that the error can pass from one process to another."""
        return type(self), (str(self), self.number)


class UnrolledWarning(UserWarning):
    """Something that the user should know although nothing failed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(escaped(spelled(message)))


def reason(error: Exception) -> str:
    """Return what the system said, without its number and path."""
    return getattr(error, "strerror", None) or str(error)
