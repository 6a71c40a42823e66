"""The unit ``char``: one Unicode code point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from .base import CHUNK, Ids, Unit

CODE_POINTS = 0x110000


class Char(Unit):
    """Code points."""

    grows = False
    apart = True

    def split(self, text: str) -> list[str]:
        return list(text)

    def possible(self, unit: str) -> bool:
        return len(unit) == 1

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        seen = np.zeros(CODE_POINTS, bool)
        for text in given:
            for part in self.parts(text):
                seen[code_points(part)] = True
        return [chr(point) for point in np.flatnonzero(seen)]

    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        table = code_point_table(index, unknown)
        ids = np.empty(len(text), np.int32)
        for start in range(0, len(text), CHUNK):
            points = code_points(text[start : start + CHUNK])
            ids[start : start + len(points)] = table[np.minimum(points, len(table) - 1)]
        return ids


def code_points(text: str) -> np.ndarray:
    """Return a text's code points as numbers; lone surrogates, which JSON can bring, pass."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def code_point_table(index: Mapping[str, int], unknown: int) -> Ids:
    """Return the id of each code point up to the highest known one, and behind it one entry for all others."""
    known = {ord(unit): number for unit, number in index.items() if len(unit) == 1}
    table = np.full(max(known, default=0) + 2, unknown, np.int32)
    table[list(known)] = list(known.values())
    return table
