"""Which part of a text is learnt, which is held out, and which is only reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import TrainOptions
from ..errors import InputError
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .readers import Corpus, read_corpus

FEWEST = 2
"""Units that a part needs: one to read and one to predict."""


@dataclass(frozen=True)
class Split:
    """A text in ids: what is trained on, what is held out, what is only reported (both may be empty)."""

    vocabulary: Vocabulary
    train: Ids
    valid: Ids
    test: Ids


def join_documents(vocabulary: Vocabulary, documents: tuple[str, ...]) -> Ids:
    """The ids of all documents in a row, the boundary before each."""
    boundary = np.array([BOUNDARY], np.int32)
    parts = [part for document in documents for part in (boundary, vocabulary.encode(document))]
    return np.concatenate(parts)


def split_corpus(corpus: Corpus, unit: str, options: TrainOptions) -> Split:
    """Cut the held-out parts off the end of the text (nanoGPT's way), or read them from their own files.

    The vocabulary covers the whole given text: an alphabet is not what a network has to learn.
    """
    parts = {name: held_out_corpus(value) for name, value in (("valid", options.valid), ("test", options.test))}
    given = corpus.documents + tuple(text for part in parts.values() if part for text in part.documents)
    vocabulary = Vocabulary.of(unit, given)
    rest = join_documents(vocabulary, corpus.documents)
    cut: dict[str, Ids] = {}
    for name, share in (("test", options.test), ("valid", options.valid)):
        part = parts[name]
        if part:
            cut[name] = join_documents(vocabulary, part.documents)
        else:
            rest, cut[name] = cut_off(rest, corpus.characters, float(share or 0))
    if len(rest) < FEWEST:
        raise InputError(f"{corpus.names[0]} leaves {len(rest)} units to train on; give more text, or --valid 0")
    return Split(vocabulary, rest, cut["valid"], cut["test"])


def held_out_corpus(value: float | str | None) -> Corpus | None:
    """The text of a held-out file, if it is one."""
    return read_corpus(value) if isinstance(value, str) else None


def cut_off(ids: Ids, characters: int, share: float) -> tuple[Ids, Ids]:
    """Cut a share of the whole text off the end; the part begins with a boundary of its own."""
    size = characters - int(characters * (1 - share) + 1e-9)  # nanoGPT rounds the training part down
    if size < FEWEST:
        return ids, np.empty(0, np.int32)
    return ids[:-size], np.concatenate([np.array([BOUNDARY], np.int32), ids[-size:]])
