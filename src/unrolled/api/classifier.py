"""``Classifier``: a text in, its label out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from ..generation.prediction import Answer
from .source_model import AnsweringModel


class Classifier(AnsweringModel):
    """A trained network that says what a text is.

    >>> model = unrolled.Classifier.load("reviews.safetensors")
    >>> model.predict("a truly wonderful film").label
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the model tells apart."""
        return self.bundle.vocabularies["labels"].units

    def predict(self, source: str, **options: Never) -> Answer:
        """Return the likeliest label of a text, and how likely each label is."""
        return self.predict_many([source], **options)[0]

    def predict_many(self, sources: Sequence[str], **options: Never) -> list[Answer]:
        """Return the same for many texts, side by side."""
        return [each for (each,) in self._results(sources, options)]
