"""``Tagger``: a sentence in, a tag for each of its tokens out."""

from __future__ import annotations

from .source_model import AnsweringModel


class Tagger(AnsweringModel):
    """A trained network that gives each token of a sentence a tag; a sentence has blanks between its tokens.

    An answer has the ``tokens`` and their tags, ``labels``; its ``label`` is the sentence as ``word/TAG``.

    >>> model = unrolled.Tagger.load("tags.safetensors")
    >>> answer = model.predict("they saw the saw")
    >>> list(zip(answer.tokens, answer.labels))
    """
