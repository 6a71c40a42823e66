"""What a unit of text must be able to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
"""A text as numbers: one id a unit."""


class Unit(ABC):
    """A way to cut text into pieces, such that ``join(split(text)) == text`` for every valid Unicode text."""

    @abstractmethod
    def split(self, text: str) -> list[str]:
        """Cut a text into its units."""

    @abstractmethod
    def join(self, units: Sequence[str]) -> str:
        """Put units together again."""

    @abstractmethod
    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        """The ids of a text's units, ``unknown`` where a unit is not in the index."""
