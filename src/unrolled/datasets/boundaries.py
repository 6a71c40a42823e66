"""Where documents begin and end in ids: a boundary before each, and behind the last where documents end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary


def ends(kind: str) -> bool:
    """Return whether documents of a kind end, so that their end is learnt; one whole text does not."""
    return kind != "whole"


def with_end(ids: Ids, kind: str) -> Ids:
    """Return ids with the boundary that ends their last document, where documents of a kind end; of none, none."""
    return np.append(ids, np.int32(BOUNDARY)) if len(ids) and ends(kind) else ids


def encode_documents(vocabulary: Vocabulary, documents: Sequence[str], begins: bool = True) -> Ids:
    """Return the ids of documents in a row, a boundary before each; before the first only where one ``begins``."""
    if vocabulary.kind.apart:  # all at once: a document can be a word
        ids = vocabulary.encode("".join(documents))
        places = np.cumsum([0, *map(vocabulary.kind.length, documents)])[:-1]
        return np.insert(ids, places if begins else places[1:], BOUNDARY)
    boundary = np.array([BOUNDARY], np.int32)
    parts = [part for document in documents for part in (boundary, vocabulary.encode(document))]
    return np.concatenate([*(parts if begins else parts[1:]), boundary[:0]])
