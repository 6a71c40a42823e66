"""Arrays that took long to make, kept on disk under a key that says all that they depend on.

Who can write to a cache could decide what is learnt. So a file is used only if it is the user's own and nobody else can
change it (where the system tells), and if it holds just what was kept; else what it holds is made anew.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .arrays import read_npz

Array = NDArray[Any]
Shape = tuple[int | None, ...]
"""The sizes of an array; None for one that may be any."""
FOLDER = ".unrolled-cache"
"""The name of the folder beside the data; all in it may be deleted at any time."""
ENDINGS = (".npz", ".ids", ".json", ".part")
"""How the names of files in a cache end; others are nobody's to delete."""
DAYS = 60
"""An entry that was not used for so long is deleted when another is written."""
MAX_CACHE_BYTES = 20 << 30
"""Bytes of all entries of a cache: the ones used longest ago are deleted when another is written."""
UNFINISHED = 24 * 3600
"""Seconds after which a file that was being written is left over from a process that was killed."""
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cached(key: str, folder: Path, compute: Callable[[], Array], dtype: type[np.generic], shape: Shape) -> Array:
    """Return the array of a key, of a type and shape.

    Out of the folder, or computed and, where that can be, kept there.
    """
    path = folder / f"{key}.npz"
    kept = load(path)
    if kept is None or kept.dtype != dtype or not fits(kept.shape, shape):
        kept = compute()
        with suppress(OSError):  # a folder that cannot be written costs time, and nothing else
            keep(kept, path)
    return kept


def fits(found: tuple[int, ...], wanted: Shape) -> bool:
    """Tell whether a shape is the one that is wanted."""
    same = (size in (None, one) for one, size in zip(found, wanted, strict=False))
    return len(found) == len(wanted) and all(same)


def load(path: Path) -> Array | None:
    """Return the array in a file; None if there is no file of our own, or a damaged one."""
    try:
        with open_own(path) as file:
            return read_npz(file, ["array"])[0]["array"]
    except Exception:
        return None


def keep(array: Array, path: Path) -> None:
    """Write the whole file or nothing."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    if path.parent.is_symlink():  # which came with the data: it may lead anywhere
        return
    with replacing(path) as file:
        np.savez(file, array=array)
    prune(path.parent, path.stem)


@contextmanager
def open_own(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the user's own; raises ``OSError`` for another's, a link, and what is no regular file."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or not is_own(found):
            raise PermissionError(f"{path} is not a file that its user alone can write")
        yield file


def is_own(found: os.stat_result) -> bool:
    """Tell whether the user owns a file or folder that nobody else can write; true where the system has no owners."""
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & WRITABLE_BY_OTHERS


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file of a name of its own, which takes the place of ``path`` once all is written; else it is deleted."""
    handle, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def prune(folder: Path, used: str) -> None:
    """Delete entries of a cache that were not used for long, and the oldest while all are too large; not the used one.

    What else lies in the folder stays, and so does what cannot be deleted.
    """
    with suppress(OSError):
        files = [(each, each.lstat()) for each in folder.iterdir() if each.suffix in ENDINGS]
        files = [(each, found) for each, found in files if stat.S_ISREG(found.st_mode) and is_own(found)]
        total = sum(found.st_size for _, found in files)
        for each, found in sorted(files, key=lambda file: file[1].st_mtime):
            age = time.time() - found.st_mtime
            old = age > (UNFINISHED if each.suffix == ".part" else DAYS * 24 * 3600)
            if each.stem != used and (old or (total > MAX_CACHE_BYTES and each.suffix != ".part")):
                each.unlink(missing_ok=True)
                total -= found.st_size
