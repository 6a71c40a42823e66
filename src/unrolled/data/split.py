"""Which part of a text is learnt, which is held out, and which is only reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..config import ModelOptions, TrainOptions
from ..errors import InputError
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .documents import SEPARATORS
from .readers import Corpus, read_corpus

FEWEST = 2
"""Units that a part needs: one to read and one to predict."""
FEWEST_DOCUMENTS = 10
"""Documents, of which whole ones are held out; of fewer, the last characters."""


@dataclass(frozen=True)
class Split:
    """A text in ids: what is trained on, what is held out, what is only reported (both may be empty).

    A boundary stands before every document. Where documents ``end``, one also stands behind the last, and each of them
    stands for so many characters: a newline where lines are documents.
    """

    vocabulary: Vocabulary
    train: Ids
    valid: Ids
    test: Ids
    documents: str = "whole"

    @property
    def ends(self) -> bool:
        """Whether the end of a document is learnt, and every document read from a fresh state."""
        return self.documents != "whole"

    def characters(self, targets: Ids) -> int:
        """How many characters (code points) many targets stand for."""
        separators = len(SEPARATORS[self.documents]) * int((targets == BOUNDARY).sum())
        return self.vocabulary.characters(targets) + separators


def join_documents(vocabulary: Vocabulary, documents: Sequence[str], ends: bool = False) -> Ids:
    """The ids of all documents in a row, the boundary before each, and behind the last if documents ``end``."""
    boundary = np.array([BOUNDARY], np.int32)
    parts = [part for document in documents for part in (boundary, vocabulary.encode(document))]
    return np.concatenate([*parts, boundary] if ends and documents else [*parts, boundary[:0]])


def split_corpus(corpus: Corpus, model: ModelOptions, options: TrainOptions) -> Split:
    """Cut the held-out parts off the end of the text (nanoGPT's way), or read them from their own files.

    Of many documents, whole ones are held out. The alphabet is that of the whole given text: it is not what a network
    has to learn; words are those of the training part.
    """
    kind = model.documents or "whole"
    rest, cut = list(corpus.documents), {}
    for name, share in (("test", options.test), ("valid", options.valid)):
        if isinstance(share, str):
            cut[name] = list(read_corpus(share).arranged(kind).documents)
        else:
            rest, cut[name] = cut_off(rest, corpus, share or 0.0)
    given = [*corpus.documents, *cut["valid"], *cut["test"]]
    vocabulary = Vocabulary.of(model.unit, rest, given, model.vocabulary_size, model.min_count)
    parts = {name: join_documents(vocabulary, part, kind != "whole") for name, part in [("train", rest), *cut.items()]}
    if len(parts["train"]) < FEWEST:
        left = len(parts["train"])
        raise InputError(f"{corpus.names[0]} leaves {left} units to train on; give more text, or --valid 0")
    return Split(vocabulary, documents=kind, **parts)


def cut_off(rest: list[str], corpus: Corpus, share: float) -> tuple[list[str], list[str]]:
    """Cut a share of the whole text off the end: its last documents, or its last characters where they are few."""
    if len(corpus.documents) >= FEWEST_DOCUMENTS:
        size = share_of(len(corpus.documents), share)
        return rest[: len(rest) - size], rest[len(rest) - size :]
    return cut_characters(rest, share_of(corpus.characters, share))


def share_of(whole: int, share: float) -> int:
    """The size of a held-out share; nanoGPT rounds the training part down."""
    return whole - int(whole * (1 - share) + 1e-9)


def cut_characters(rest: list[str], size: int) -> tuple[list[str], list[str]]:
    """Cut so many characters off the end of the last documents."""
    if size < FEWEST:
        return rest, []
    held: list[str] = []
    while rest and size >= len(rest[-1]):
        size -= len(rest[-1])
        rest, held = rest[:-1], [rest[-1], *held]
    if size and rest:
        last = rest[-1]
        rest, held = [*rest[:-1], last[:-size]], [last[-size:], *held]
    return rest, held
