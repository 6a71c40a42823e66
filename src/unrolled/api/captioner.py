"""``Captioner``: an image in, a sentence out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ..generation.prediction import Generated
from .source_model import WritingModel

if TYPE_CHECKING:
    from ..keywords import PredictKeywords


class Captioner(WritingModel):
    """A trained network that says what an image shows; a source is the path of an image, or of its features.

    >>> model = unrolled.Captioner.load("shapes.safetensors")
    >>> model.predict("7.png").text
    """

    def captions(self, source: str, **options: Unpack[PredictKeywords]) -> list[Generated]:
        """Write several captions of one image.

        Args:
            source: The path of the image, or of its features.

        Returns:
            As many as the option ``count`` says, the likeliest first.

        Raises:
            OptionError: An option is not allowed, or means nothing beside the others.
            InputError: The image cannot be read.
        """
        return self._results([source], options)[0]

    translations = captions
    """The name that ``captions`` had in 0.1; it goes with the next release."""
