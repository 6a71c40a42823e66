"""Checks at the door: what reaches C has the right type, shape and layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import ArrayX, IdsX


def pointer(array: ArrayX, dtype: Any, shape: tuple[int, ...], name: str) -> int:
    """Return the address of an array, once it is what C expects; raises ``ValueError`` if it is not."""
    if array.dtype != dtype or array.shape != shape or not array.flags.c_contiguous:
        layout = "" if array.flags.c_contiguous else " that is not contiguous"
        raise ValueError(f"{name} is {array.dtype} {array.shape}{layout}; it must be {np.dtype(dtype)} {shape}")
    return int(array.ctypes.data)


def shaped(array: ArrayX, shape: tuple[int, ...], name: str) -> ArrayX:
    """Return an array that is to be packed; raises ``ValueError`` if its shape is another: zeros would fill it up."""
    if array.shape != shape:
        raise ValueError(f"{name} is {array.shape}; it must be {shape}")
    return array


def checked_ids(ids: ArrayX, count: int) -> IdsX:
    """Return ids as contiguous int32; raises ``ValueError`` if one is not below ``count``."""
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        raise ValueError(f"ids go from {ids.min()} to {ids.max()}; they must be at least 0 and below {count}")
    return np.ascontiguousarray(ids, np.int32)
