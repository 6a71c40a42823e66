"""``Classifier``: a text in, its label out."""

from __future__ import annotations

from .source_model import AnsweringModel


class Classifier(AnsweringModel):
    """A trained network that says what a text is: an answer has the likeliest ``label`` and all ``probabilities``.

    >>> model = unrolled.Classifier.load("reviews.safetensors")
    >>> model.predict("a truly wonderful film").label
    """
