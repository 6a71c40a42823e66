"""Arrays that took long to make, kept on disk under a key that says all that they depend on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FOLDER = ".unrolled-cache"
"""The name of the folder beside the data; all in it may be deleted at any time."""


def cached(key: str, folder: Path, compute: Callable[[], Array]) -> Array:
    """The array of a key: out of the folder, or computed and, where the folder can be written, kept there."""
    path = folder / f"{key}.npz"
    kept = load(path)
    if kept is None:
        kept = compute()
        with suppress(OSError):  # a folder that cannot be written costs time, and nothing else
            keep(kept, path)
    return kept


def load(path: Path) -> Array | None:
    """The array in a file, none if there is no file or if it is damaged (a zip has a checksum of all in it)."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            array: Array = file["array"]
            return array
    except Exception:
        return None


def keep(array: Array, path: Path) -> None:
    """Write the whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            np.savez(file, array=array)
            file.close()
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
