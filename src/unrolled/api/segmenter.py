"""``Segmenter``: a text without spaces in, its words out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from ..generation.prediction import Answer
from .source_model import AnsweringModel


class Segmenter(AnsweringModel):
    """A trained network that finds the words of a text whose script puts no spaces between them.

    >>> model = unrolled.Segmenter.load("words.safetensors")
    >>> model.predict("ဒီနေ့ရာသီဥတုကောင်းတယ်").label
    """

    def predict(self, source: str, **options: Never) -> Answer:
        """Return a text with a space between its words, as ``label``."""
        return self.predict_many([source], **options)[0]

    def predict_many(self, sources: Sequence[str], **options: Never) -> list[Answer]:
        """Return the same for many texts, side by side."""
        return [each for (each,) in self._results(sources, options)]
