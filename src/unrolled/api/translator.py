"""``Translator``: a text in, another one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ..generation.prediction import Generated
from .source_model import WritingModel

if TYPE_CHECKING:
    from ..keywords import PredictKeywords


class Translator(WritingModel):
    """A trained network that reads a text and writes another.

    >>> model = unrolled.Translator.load("de-en.safetensors")
    >>> model.predict("ein Hund läuft").text
    """

    def translations(self, source: str, **options: Unpack[PredictKeywords]) -> list[Generated]:
        """Return several translations of one text, ``count`` of them, the likeliest first."""
        return self._results([source], options)[0]
