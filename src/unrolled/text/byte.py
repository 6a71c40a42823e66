"""The unit ``byte``: one byte of UTF-8, written as the character of its number."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .base import Ids, Unit

BYTES = tuple(map(chr, range(256)))


class Byte(Unit):
    """Bytes: 256 units write any text of any script."""

    grows = False
    apart = True
    of_bytes = True

    def split(self, text: str) -> list[str]:
        return list(as_bytes(text).decode("latin-1"))

    def join(self, units: Sequence[str]) -> str:
        return "".join(units).encode("latin-1").decode("utf-8", "surrogatepass")

    def shown(self, units: Sequence[str]) -> str:
        return "".join(units).encode("latin-1").decode("utf-8", "backslashreplace")

    def decoder(self) -> Callable[[str], str]:
        return Utf8Decoder()

    def characters(self, unit: str) -> int:
        return sum(not 0x80 <= ord(byte) < 0xC0 for byte in unit)

    def bytes(self, unit: str) -> int:
        return len(unit)

    def length(self, text: str) -> int:
        return len(as_bytes(text))

    def possible(self, unit: str) -> bool:
        return len(unit) == 1 and unit in BYTES

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        return list(BYTES)

    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        table = np.array([index.get(byte, unknown) for byte in BYTES], np.int32)
        ids: Ids = table[np.frombuffer(as_bytes(text), np.uint8)]
        return ids


def as_bytes(text: str) -> bytes:
    """UTF-8; lone surrogates, which JSON can bring, pass."""
    return text.encode("utf-8", "surrogatepass")


class Utf8Decoder:
    """Bytes (as characters) in, the characters that are complete out; never half a one, and U+FFFD for what is none.

    It can be copied within a character: ``begun`` are the bytes that are not complete.
    """

    def __init__(self) -> None:
        self.begun = b""

    def __call__(self, unit: str) -> str:
        raw = self.begun + unit.encode("latin-1")
        text, read = codecs.utf_8_decode(raw, "replace", False)
        self.begun = raw[read:]
        return text
