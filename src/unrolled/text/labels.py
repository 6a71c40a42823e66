"""Labels: what a text stands under, each as ``column=value``, in a vocabulary of their own."""

from __future__ import annotations

from .vocabulary import BOUNDARY, LABEL, Vocabulary

Labels = tuple[str, ...]
"""A document's labels."""


def vocabulary_of(labels: set[str]) -> Vocabulary:
    """Return the vocabulary of all labels that there are."""
    return Vocabulary(LABEL, tuple(sorted(labels)))


def label_ids(known: Vocabulary, given: Labels) -> list[int]:
    """Return the ids of some labels, one a column; the boundary's id stands for one that is missing or unknown."""
    chosen = dict.fromkeys((label.split("=")[0] for label in known.units), BOUNDARY)
    chosen |= {label.split("=")[0]: known.index.get(label, BOUNDARY) for label in given}
    return list(chosen.values())
