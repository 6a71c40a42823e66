"""The suffix array: all suffixes of a text in the order of a dictionary (Manber and Myers 1993)."""

from __future__ import annotations

from ..arrays import ArrayN
from ..errors import MissingExtraError

Order = ArrayN
"""Where each suffix begins: 32-bit integers, or 64-bit ones from 2 GiB on."""
END = b"\xff"
"""Ends every document: no byte of UTF-8, and greater than all of them."""


def suffix_array(raw: bytes) -> Order:
    """Return the suffix array of some bytes; raises ``MissingExtraError`` where ``pydivsufsort`` is missing."""
    try:
        from pydivsufsort import divsufsort  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError(
            "finding copied text needs pydivsufsort, which is not installed; run: pip install 'unrolled[novelty]'"
        ) from None
    order: Order = divsufsort(raw)
    return order.view(order.dtype.newbyteorder("="))  # the same numbers, as a memoryview can give them out


def is_inside(byte: int) -> bool:
    """Tell whether a byte of UTF-8 goes on with a character instead of beginning one."""
    return byte & 0xC0 == 0x80
