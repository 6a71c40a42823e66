"""Checks at the door: what reaches C has the right type, shape and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import ArrayX, IdsX

if TYPE_CHECKING:
    from .structures import Filters


def pointer(array: ArrayX, dtype: Any, shape: tuple[int, ...], name: str, written: bool = False) -> int:
    """Return the address of an array, once it is what C expects, and may be ``written`` where it will be.

    Raises ``ValueError`` if it is not.
    """
    flags, layout = array.flags, ""
    if not flags.c_contiguous:
        layout = " that is not contiguous"
    elif not flags.aligned:
        layout = " that is not aligned"
    if array.dtype != dtype or array.shape != shape or layout:
        raise ValueError(f"{name} is {array.dtype} {array.shape}{layout}; it must be {np.dtype(dtype)} {shape}")
    if written and not flags.writeable:
        raise ValueError(f"{name} cannot be written; give a copy that can")
    return int(array.ctypes.data)


def contiguous(array: ArrayX, dtype: Any) -> ArrayX:
    """Return an array as C reads it, itself where it is that: of a type, without gaps, each number at its own place."""
    found = np.ascontiguousarray(array, dtype)
    return found if found.flags.aligned else found.copy()


def shaped(array: ArrayX, shape: tuple[int, ...], name: str) -> ArrayX:
    """Return an array of real numbers that is to be packed.

    Raises ``ValueError`` if its shape is another, which zeros would fill up, or if it has something else in it.
    """
    if array.shape != shape:
        raise ValueError(f"{name} is {array.shape}; it must be {shape}")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} is {array.dtype}; it must have real numbers")
    return array


def two_sizes(array: ArrayX, name: str) -> tuple[int, int]:
    """Return the sizes of an array's two axes; raises ``ValueError`` for other axes, or no real numbers."""
    if array.ndim != 2:
        raise ValueError(f"{name} is {array.shape}; it must have two axes")
    rows, columns = shaped(array, array.shape, name).shape
    return rows, columns


def integers(array: ArrayX, name: str) -> ArrayX:
    """Return an array of whole numbers; raises ``ValueError`` for another, unless it is empty.

    What is no number is neither below nor above a bound, and in C would be some whole number.
    """
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} are {array.dtype}; they must be integers")
    return array


def checked_ids(ids: ArrayX, count: int) -> IdsX:
    """Return ids as contiguous int32; raises ``ValueError`` if one is not from 0 up and below ``count``."""
    if integers(ids, "ids").size and (ids.min() < 0 or ids.max() >= count):
        raise ValueError(f"ids go from {ids.min()} to {ids.max()}; they must be at least 0 and below {count}")
    return contiguous(ids, np.int32)


def check_filters(filters: Filters, ids: int) -> None:
    """Raise ``ValueError`` where filters leave none of so many ids, or say what they cannot."""
    if ids <= filters.special:
        raise ValueError(f"there are {ids} ids, and none of them may be drawn")
    if filters.special < 0:
        raise ValueError(f"there are {filters.special} special ids; there must be at least 0")
    for name in ("temperature", "top_p", "min_p"):
        if not getattr(filters, name) >= 0:
            raise ValueError(f"{name} is {getattr(filters, name)}; it must be at least 0")
