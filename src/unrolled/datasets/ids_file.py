"""Texts in ids on the disk: a file of ids and, beside it, what they are, bound together by a digest of both.

They lie in the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import OutputError, UnrolledWarning, reason
from ..formats.array_cache import WRITABLE_BY_OTHERS, is_own, open_own, prune, replacing
from ..text.base import Ids
from ..text.forms import Form
from ..text.vocabulary import BOUNDARY, SPECIAL
from ..untrusted import parse_json
from .boundaries import ends

CHUNK = 4 << 20  # bytes that are checked at once
MOST_ABOUT = 256 << 20  # bytes of what is known of ids: a million units at most


@dataclass(frozen=True)
class StoredIds:
    """The ids of a text, which lie on the disk, and what they are: ``cuts`` are where its held-out parts begin.

    ``text`` is what a record says of the text.
    """

    ids: Ids
    cuts: tuple[int, int]
    text: dict[str, Any]
    units: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A place in a cache folder for a text in ids."""

    folder: Path
    key: str

    @property
    def ids(self) -> Path:
        """The file of the ids."""
        return self.folder / f"{self.key}.ids"

    @property
    def about(self) -> Path:
        """The file of what they are."""
        return self.folder / f"{self.key}.json"

    def open(self) -> StoredIds | None:
        """Return what is kept here; None if that is nothing, is not the user's own, or is not what was once written."""
        try:
            with open_own(self.about) as file:
                about = parse_json(file.read(MOST_ABOUT + 1), MOST_ABOUT)
            with open_own(self.ids) as file:
                found = checked(about, file)
            for path in (self.about, self.ids):
                with suppress(OSError):
                    os.utime(path)  # what is used is not old
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return found

    @contextmanager
    def writing(self, units: Sequence[str]) -> Iterator[Writer]:
        """Write ids, and what they are when that is known; nothing is kept of what is not finished.

        Two processes that write the same do not meet: each has files of its own, which take their place in one go.
        Raises ``OutputError`` where there is no room.
        """
        with ExitStack() as stack:
            with reporting(self.folder):
                about, file = (stack.enter_context(replacing(path)) for path in (self.about, self.ids))
            writer = Writer(file, units, self.folder)
            yield writer
            with reporting(self.folder):
                about.write(json.dumps(writer.about()).encode())
                about.flush()
                file.flush()
        prune(self.folder, self.key)


class Writer:
    """Takes the ids of a text part by part."""

    def __init__(self, file: BinaryIO, units: Sequence[str], folder: Path) -> None:
        self.file, self.units, self.folder = file, units, folder
        self.dtype, self.digest = dtype_of(units), hashlib.sha256()
        self.written, self.ends = 0, [0]
        self.text: dict[str, Any] = {}

    def add(self, ids: Ids) -> None:
        """Write some ids behind those before."""
        raw = ids.astype(self.dtype).tobytes()
        self.digest.update(raw)
        with reporting(self.folder):
            self.file.write(raw)
        self.written += len(ids)

    def end_part(self, kind: str) -> None:
        """End a part of a text, whose last document ends where those of a kind do."""
        if ends(kind) and self.written > self.ends[-1]:
            self.add(np.array([BOUNDARY], np.int32))
        self.ends.append(self.written)

    def about(self) -> dict[str, Any]:
        """Return what was written."""
        about = {"count": self.written, "cuts": self.ends[1:3], "text": self.text, "units": list(self.units)}
        return {**about, "digest": sealed(self.digest, about)}


@contextmanager
def reporting(folder: Path) -> Iterator[None]:
    """Say where there is no room."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"the text in ids cannot be written to {folder} ({reason(error)}); make room there, or let XDG_CACHE_HOME "
            "name a folder with room for a text of this size"
        ) from None


def checked(about: dict[str, Any], file: BinaryIO) -> StoredIds:
    """Return the ids of an open file; raises ``ValueError`` if they are not those that were written.

    The type follows from the number of units, so that no file names one; every id is compared with that number.
    """
    units, (valid, test), count = about["units"], about["cuts"], about["count"]
    if not isinstance(units, list) or not all(isinstance(each, str) for each in units) or len(set(units)) < len(units):
        raise ValueError("the units are no strings, or some are the same")
    dtype = dtype_of(units)
    sizes = all(type(each) is int for each in (valid, test, count)) and 0 <= valid <= test <= count
    if not sizes or os.fstat(file.fileno()).st_size != count * dtype.itemsize:
        raise ValueError("the sizes are not those of the file")
    if not described(about["text"]):
        raise ValueError("what is said of the text cannot be so")
    digest = hashlib.sha256()
    while raw := file.read(CHUNK):
        digest.update(raw)
        part = np.frombuffer(raw, dtype)
        if part.min() < 0 or part.max() >= len(units) + SPECIAL:
            raise ValueError("an id stands for no unit")
    if sealed(digest, {name: about[name] for name in ("count", "cuts", "text", "units")}) != about["digest"]:
        raise ValueError("the digest is another")
    return StoredIds(np.memmap(file, dtype, "r"), (valid, test), about["text"], tuple(units))


def described(text: Any) -> bool:
    """Tell whether this can be said of a text: its documents and characters, its digest, line ends and form."""
    if not isinstance(text, dict) or set(text) != {"documents", "characters", "digest", "newlines", "form"}:
        return False
    try:
        Form.restored(text["form"])
    except ValueError:
        return False
    counts = all(type(text[name]) is int and text[name] >= 0 for name in ("documents", "characters"))
    newlines = isinstance(text["newlines"], list) and all(isinstance(each, str) for each in text["newlines"])
    return counts and newlines and isinstance(text["digest"], str)


def sealed(digest: Any, about: dict[str, Any]) -> str:
    """Return the digest of ids and of what is said of them."""
    whole = digest.copy()
    whole.update(json.dumps(about).encode())
    return str(whole.hexdigest())


def dtype_of(units: Sequence[str]) -> np.dtype[Any]:
    """Return the smallest type that holds the ids of a vocabulary."""
    size = len(units) + SPECIAL
    return np.dtype(np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.int32)


def cache_folder() -> Path:
    """Return where texts in ids are kept: the user's own cache folder or, where there can be none, a temporary one."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:  # a relative path is to be ignored (XDG Base Directory Specification)
        base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
        folder = base / "unrolled"
        folder.mkdir(0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & WRITABLE_BY_OTHERS:
            folder.chmod(0o700)
        if not is_own(folder.stat()):
            raise PermissionError("it belongs to another user")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError("it cannot be written")
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: there is no home
        where = given or "the home folder"
        message = (
            f"there can be no cache in {where} ({reason(error)}), so that the text in ids is kept for this run alone"
        )
        warnings.warn(f"{message}; let XDG_CACHE_HOME name a folder of your own", UnrolledWarning, stacklevel=2)
        return Path(temporary().name)
    return folder


@lru_cache(1)
def temporary() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that is deleted when the process ends; raises ``OutputError`` where there can be none either."""
    try:
        return tempfile.TemporaryDirectory(prefix="unrolled-", ignore_cleanup_errors=True)
    except OSError as error:
        raise OutputError(
            f"no folder can be written for the text in ids ({reason(error)}); let TMPDIR or XDG_CACHE_HOME name one"
        ) from None
