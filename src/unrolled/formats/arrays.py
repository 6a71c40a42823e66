"""Arrays out of .npz files that anybody may have written: no objects, and no more memory than the file accounts for."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Collection
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..untrusted import most_expanded

Arrays = dict[str, NDArray[Any]]
KINDS = "biufUS"
"""Kinds of type that are read: booleans, numbers and texts."""


def read_npz(file: BinaryIO, names: Collection[str]) -> tuple[Arrays, list[str]]:
    """Read those of the named arrays that are in an open .npz file, and the names of all.

    Raises ``ValueError`` (or what NumPy and zipfile raise of damaged files) for other types, and for an array that its
    header makes larger than what is there, or that is compressed like a bomb.
    """
    with zipfile.ZipFile(file) as archive:
        there = [each.filename.removesuffix(".npy") for each in archive.infolist()]
        return {name: read_array(archive, f"{name}.npy") for name in names if name in there}, there


def read_array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Read one array, once its header is known to tell of no more than is there."""
    info = archive.getinfo(name)
    if info.file_size > most_expanded(info.compress_size):
        raise ValueError(f"{info.file_size:,} bytes out of {info.compress_size:,} are a bomb")
    with archive.open(name) as member:
        shape, dtype = read_header(member)
        if dtype.kind not in KINDS or math.prod(shape) * dtype.itemsize != info.file_size - member.tell():
            raise ValueError(f"{dtype} {shape} is not what is there")
    with archive.open(name) as member:
        found: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        return found


def read_header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Read the shape and the type of an array; NumPy itself bounds the header's length."""
    version = np.lib.format.read_magic(member)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(member)
    return shape, dtype
