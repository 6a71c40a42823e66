"""``Segmenter``: a text without spaces in, its words out."""

from __future__ import annotations

from .source_model import AnsweringModel


class Segmenter(AnsweringModel):
    """A trained network that finds the words of a text whose script puts no spaces between them.

    The ``label`` of an answer is the text with a space between its words; ``labels`` say where a word begins.

    >>> model = unrolled.Segmenter.load("words.safetensors")
    >>> model.predict("ဒီနေ့ရာသီဥတုကောင်းတယ်").label
    """
