"""Files that are written whole or not at all, and a lock that vanishes with its process.

What is being written has a name that no user gives (``.NAME.xxxxxxxx.unrolled``) and is locked by its process. So one
that nobody holds was left by a process that was killed, and may be removed. Where the system has no ``fcntl``, nothing
is locked; Windows refuses by itself to remove a file that is open.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

ENDING = ".unrolled"
fcntl: Any = import_module("fcntl") if sys.platform != "win32" else None


@contextmanager
def temporary(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a new file beside ``path`` for writing; it is removed at the end unless it got another name.

    Raises ``OSError`` where none can be made.
    """
    import tempfile

    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=ENDING)
        if fcntl:
            with suppress(OSError):  # a disk without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink or not fcntl:
            break
        os.close(handle)  # it was taken for a leftover before it was locked
    file = os.fdopen(handle, "wb")
    try:
        yield file, Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        file.close()
        with suppress(OSError):  # Windows removes nothing that is open
            Path(name).unlink(missing_ok=True)


def give_name(file: BinaryIO, written: Path, path: Path, replace: bool) -> None:
    """Give a ``temporary`` file its name.

    Raises ``FileExistsError`` where there is a file of that name, unless it is to ``replace`` it.
    """
    if not fcntl:
        file.close()  # Windows renames nothing that is open
    if replace:
        written.replace(path)
        return
    try:
        os.link(written, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a disk without hard links: take the name first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            written.replace(path)
        except OSError:
            path.unlink()
            raise


def remove_leftovers(path: Path) -> None:
    """Remove what processes that were killed while they wrote ``path`` have left beside it."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}{re.escape(ENDING)}")
    with suppress(OSError):
        for each in path.parent.iterdir():
            if ours.fullmatch(each.name):
                remove_unheld(each)


def remove_unheld(path: Path) -> None:
    """Remove a file unless a process holds it, or nobody can tell."""
    with suppress(OSError):
        if not fcntl:
            path.unlink()
            return
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of ``path``; raises ``BlockingIOError`` where another process, or another thread, holds it.

    The lock is on an empty file beside ``path``, which is removed at the end. Where the system or the disk has no
    locks, nothing is held.
    """
    name = path.with_name(f".{path.name}.lock")
    handle = take_lock(name) if fcntl else None
    try:
        yield
    finally:
        if handle is not None:
            with suppress(OSError):
                if not os.fstat(handle).st_size:  # else it is no file of ours
                    name.unlink()
            os.close(handle)


def take_lock(name: Path) -> int:
    """Return an open file of a name that no one else has locked."""
    while True:
        handle = os.open(name, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise
        except OSError:  # a disk without locks
            return handle
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), name.stat()):
                return handle
        os.close(handle)  # who held it before has removed it by now


def is_file(path: str | Path) -> bool:
    """Tell whether there is a file of a name, which may be no name at all: too long, or with what no name has."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Tell whether a path is a folder; one that the system refuses to look at, like too long a name, is none."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False
