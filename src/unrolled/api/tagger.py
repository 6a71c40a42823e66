"""``Tagger``: a sentence in, a tag for each of its tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from ..generation.prediction import Answer
from .source_model import AnsweringModel


class Tagger(AnsweringModel):
    """A trained network that gives each token of a sentence a tag.

    >>> model = unrolled.Tagger.load("tags.safetensors")
    >>> answer = model.predict("they saw the saw")
    >>> list(zip(answer.tokens, answer.labels))
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags that the model gives."""
        return self.bundle.vocabularies["labels"].units

    def predict(self, source: str, **options: Never) -> Answer:
        """Return the tag of each token of a sentence, which has blanks between its tokens, as ``labels``."""
        return self.predict_many([source], **options)[0]

    def predict_many(self, sources: Sequence[str], **options: Never) -> list[Answer]:
        """Return the same for many sentences, side by side."""
        return [each for (each,) in self._results(sources, options)]
