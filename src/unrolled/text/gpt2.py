"""The unit ``gpt2``: tokens of bytes like ``bpe``, which no piece of GPT-2's own pattern crosses.

So the tokens of a GPT-2 that was trained elsewhere cut a text here as they do there.
"""

from __future__ import annotations

from collections.abc import Mapping

from .base import Unit
from .bpe import Bpe
from .grapheme import compiled

PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""Radford et al. 2019: ``encoder.py`` of their release."""


class Gpt2Tokens(Bpe):
    """Byte sequences in the order in which they were learnt."""

    breaks = False

    def pieces(self, text: str) -> list[str]:
        return list(compiled(PATTERN).findall(text))

    def known(self, units: Mapping[str, int]) -> Unit:
        return Gpt2Tokens(units)
