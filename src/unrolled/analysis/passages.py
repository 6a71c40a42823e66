"""Passages: a text as a model reads it, document by document, and as it can be drawn and measured."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import DoublesTF, IdsT
from ..datasets.boundaries import with_end
from ..formats.documents import SEPARATORS, split_documents
from ..text.grapheme import clusters
from ..text.vocabulary import Vocabulary
from .features import features

STACKERS = "\u1039\u17d2\u1a60"  # Burmese, Khmer and Tai Tham: what follows is drawn under what is before


@dataclass(frozen=True)
class Passage:
    """A document as it is read: its ids, its units, and its text with what stands for its end."""

    text: str
    units: tuple[str, ...]
    ids: IdsT
    end: str | None
    """What stands for the end; None where there is none to be read."""


def cut(vocabulary: Vocabulary, text: str, documents: str, cut_short: bool) -> list[Passage]:
    """Return the documents of a text, each with its end; the last one has none where the text was cut short."""
    texts = split_documents(vocabulary.as_learnt(text), documents)
    ends = [None if documents == "whole" else SEPARATORS[documents]] * len(texts)
    if cut_short and texts:
        ends[-1] = None
    return [passage(vocabulary, part, end, documents) for part, end in zip(texts, ends, strict=True)]


def passage(vocabulary: Vocabulary, text: str, end: str | None, documents: str) -> Passage:
    """Return a document as it is read."""
    ids = vocabulary.encode(text) if end is None else with_end(vocabulary.encode(text), documents)
    ending = () if end is None else (end,)
    return Passage(text, (*vocabulary.split(text), *ending), ids, end)


def grouped(vocabulary: Vocabulary, passage: Passage) -> list[tuple[str, int]]:
    """Return a document in pieces that can be drawn apart, each with its number of units.

    A piece ends where a unit and a letter of the script end together: marks stay with what they stand on, and the
    bytes of a character with each other.
    """
    letters = drawn_apart(passage.text)
    units = passage.units if passage.end is None else passage.units[:-1]
    ends = np.cumsum([vocabulary.kind.bytes(unit) for unit in units])
    letter_ends = np.cumsum([len(letter.encode("utf-8", "surrogatepass")) for letter in letters])
    _, last_unit, last_letter = np.intersect1d(ends, letter_ends, return_indices=True)
    first_unit, first_letter, groups = 0, 0, []
    for unit, letter in zip((last_unit + 1).tolist(), (last_letter + 1).tolist(), strict=True):
        groups.append(("".join(letters[first_letter:letter]), unit - first_unit))
        first_unit, first_letter = unit, letter
    return groups if passage.end is None else [*groups, (passage.end, 1)]


def drawn_apart(text: str) -> list[str]:
    """Return the letters of a text that a browser can draw apart.

    Grapheme clusters, none of which begins with a mark.
    """
    letters: list[str] = []
    for cluster in clusters(text):
        if letters and (unicodedata.category(cluster[0])[0] == "M" or letters[-1][-1] in STACKERS):
            letters[-1] += cluster
        else:
            letters.append(cluster)
    return letters


def measured(vocabulary: Vocabulary, passages: Sequence[Passage]) -> DoublesTF:
    """Return the features of a text at the last character of each unit."""
    every = []
    for each in passages:
        sizes = [vocabulary.kind.characters(unit) for unit in each.units]
        positions = np.maximum(np.cumsum(sizes) - 1, 0)
        every.append(features(each.text + (each.end or ""))[positions])
    return np.concatenate(every)
