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
        """Write several translations of one text.

        >>> [each.text for each in model.translations("ein Hund läuft", count=3)]

        Args:
            source: The text.

        Returns:
            As many as the option ``count`` says, the likeliest first.

        Raises:
            OptionError: An option is not allowed, or means nothing beside the others.
        """
        return self._results([source], options)[0]
