"""The unit ``gpt2``: the tokens of a GPT-2 that was trained elsewhere, which cuts texts by a pattern of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import OptionError
from .base import Unit
from .bpe import Bpe
from .grapheme import compiled

PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""Radford et al. 2019: ``encoder.py`` of their release."""


class Gpt2Tokens(Bpe):
    """Byte sequences in the order in which they were learnt; its tokens come with the model."""

    def pieces(self, text: str) -> list[str]:
        return list(compiled(PATTERN).findall(text))

    def known(self, units: Mapping[str, int]) -> Unit:
        return Gpt2Tokens(units)

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        """Nothing: bytes spell what a text lacks, and there is no way to learn tokens anew."""
        if not list(texts):
            return []
        raise OptionError("--unit gpt2 is of a model that was trained elsewhere; give its folder with --from")
