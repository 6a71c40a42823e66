"""A text as a dataset: its parts in ids, in documents that may have labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..config import ModelOptions, TrainOptions
from ..formats.corpus import Corpus, read_corpus
from ..formats.documents import SEPARATORS
from ..text.base import Ids, release
from ..text.labels import label_ids, vocabulary_of
from ..text.vocabulary import BOUNDARY, Vocabulary
from .batches import Batch, Batches, Streams, Windows, overlapping, side_by_side
from .boundaries import encode_documents, ends, with_end
from .buckets import Buckets, each_once
from .encoder_input import EncoderInput, Numbers
from .holdout import (
    CUTTER,
    FEWEST_DOCUMENTS,
    PARTS,
    Document,
    Place,
    between,
    cut_places,
    hold_out,
    hold_out_ends,
    refuse_too_little,
    shares,
)

HIDDEN = 0.1
"""The share of labels that a network does not see while it learns, so that it also knows to do without."""
ROW = 2048  # units that a row should have before a held-out text is cut into more of them
MOST_ROWS = 64
LENGTH = 256  # units at a time, and units read before a row begins to count


@dataclass(frozen=True)
class TextDataset:
    """A text in ids: what is trained on, what is held out, what is only reported (both may be empty).

    A boundary stands before every document. Where documents ``end``, one also stands behind the last, and each of them
    stands for so many characters: a newline where lines are documents. Where documents have labels, ``conditions`` has
    their ids in ``labels``, [documents, columns] for each part.
    """

    vocabulary: Vocabulary
    train: Ids
    valid: Ids
    test: Ids
    documents: str = "whole"
    labels: Vocabulary | None = None
    conditions: dict[str, Ids] = field(default_factory=dict)

    @property
    def per(self) -> str:
        """Costs are told by the character."""
        return "char"

    @property
    def ends(self) -> bool:
        """Whether the end of a document is learnt, and every document read from a fresh state."""
        return ends(self.documents)

    @property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """All vocabularies by their name in a bundle."""
        return {"text": self.vocabulary} | ({"labels": self.labels} if self.labels else {})

    def units(self, part: str) -> int:
        """Return how many units a part has to predict."""
        return max(0, len(getattr(self, part)) - 1)

    def characters_of(self, part: str) -> int:
        """Return how many characters the targets of a part stand for."""
        return self.characters(getattr(self, part)[1:])

    def beginning(self, part: str, units: int) -> TextDataset:
        """Return the same with at most so many units to predict in a part."""
        return replace(self, **{part: getattr(self, part)[: units + 1]})

    def counts(self, part: str = "train") -> Numbers:
        """Return how often each unit is a target of a part: its first one never is."""
        ids = getattr(self, part)
        counts = self.vocabulary.count(ids)
        counts[ids[:1]] -= 1
        return counts

    def release(self) -> None:
        """Let go of what was read of a training part that lies on the disk."""
        release(self.train)

    def unlabelled(self) -> TextDataset | None:
        """Return the same with all labels hidden, if there are any."""
        if not self.labels:
            return None
        return replace(self, conditions={name: np.zeros_like(each) for name, each in self.conditions.items()})

    def batches(self, settings: TrainOptions) -> Batches:
        """Return the training part in batches of the wanted kind."""
        rows, length, seed = settings.batch_size, settings.sequence_length, settings.seed
        assert rows and length, "the recipe fills these in"
        if self.ends:
            return Buckets(self.train, rows, length, seed)
        if settings.batches == "windows":
            return Windows(self.train, rows, length, seed)
        return Streams(self.train, rows, length, seed, settings.reset_probability)

    def held_out(self, part: str, window: int = 0, rows: int | None = None) -> Iterator[Batch]:
        """Return a part in batches as a network reads it which looks a ``window`` back, or without end."""
        ids: Ids = getattr(self, part)
        if self.ends:
            return each_once(ids, ROW, LENGTH)
        if window:
            return overlapping(ids, MOST_ROWS, window)
        return side_by_side(ids, rows or rows_for(len(ids) - 1), LENGTH)

    def inputs(
        self, part: str, documents: Numbers | None, rng: np.random.Generator | None = None
    ) -> EncoderInput | None:
        """Return the labels of some documents, if there are any; with a ``rng``, some of them are hidden."""
        labels = self.conditions.get(part)
        if labels is None:
            return None
        if rng is not None:
            labels = np.where(rng.random(labels.shape) < HIDDEN, BOUNDARY, labels)
        return EncoderInput(labels[documents])

    def characters(self, targets: Ids) -> int:
        """Return how many characters (code points) many targets stand for."""
        counts = self.vocabulary.count(targets)
        return int(counts @ self.vocabulary.sizes + counts[BOUNDARY] * len(SEPARATORS[self.documents]))


def rows_for(units: int) -> int:
    """In how many rows a held-out text is read; a short one in one row, exactly as ``score`` reads it."""
    return max(1, min(MOST_ROWS, units // ROW))


def split_corpus(
    corpus: Corpus,
    model: ModelOptions,
    options: TrainOptions,
    known: Mapping[str, Vocabulary] | None = None,
    cutter: int = CUTTER,
) -> TextDataset:
    """Return a text in ids, cut by a version of the ``cutter`` (see ``holdout``), or with parts out of their own files.

    The alphabet is that of the whole given text: it is not what a network has to learn; words are those of the
    training part. Raises ``InputError`` if nothing is left to train on.
    """
    kind, known = model.documents or "whole", known or {}
    cut = cut_parts(corpus, kind, options, cutter)
    texts = {name: [text for text, _ in cut[name]] for name in PARTS}
    given = [text for name in PARTS for text in texts[name]]
    if "text" in known:
        vocabulary = known["text"].extended(given)
    else:
        vocabulary = Vocabulary.of(model.unit, texts["train"], given, model.vocabulary_size, model.min_count)
    ids = {name: with_end(encode_documents(vocabulary, texts[name]), kind) for name in PARTS}
    refuse_too_little(len(ids["train"]), corpus.names[0])
    split = TextDataset(vocabulary, ids["train"], ids["valid"], ids["test"], kind)
    if not corpus.labels and "labels" not in known:
        return split
    found = vocabulary_of({label for _, each in cut["train"] for label in each})
    labels = known["labels"].adding(found.units) if "labels" in known else found
    conditions = {name: np.array([label_ids(labels, each) for _, each in cut[name]], np.int32) for name in PARTS}
    return replace(split, labels=labels, conditions=conditions)


def cut_parts(corpus: Corpus, kind: str, options: TrainOptions, cutter: int = CUTTER) -> dict[str, list[Document]]:
    """Return the documents of every part, with their labels."""
    own = {
        name: documents_of(read_corpus(given, corpus.options).arranged(kind))
        for name in PARTS[1:]
        if isinstance(given := getattr(options, name), str)
    }
    whole = rest = documents_of(corpus)
    if not corpus.labels or (kind != "files" and len(whole) < FEWEST_DOCUMENTS):
        places = cut_places([len(text) for text in corpus.documents], options, cutter)
        bounds = [Place(0), places["valid"], places["test"], Place(len(whole))]
        spans = zip(PARTS, bounds[:-1], bounds[1:], strict=True)
        return {name: between(whole, *span) for name, *span in spans} | own
    cut: dict[str, list[Document]] = {}
    for name in reversed(PARTS[1:]):
        share = shares(options)[name]
        if kind == "files":
            rest, cut[name] = hold_out_ends(rest, whole, share)
        else:
            rest, cut[name] = hold_out(rest, whole, share, lambda document: document[1], cutter > 1)
    return {**cut, "train": rest, **own}


def documents_of(corpus: Corpus) -> list[Document]:
    """Return a corpus's documents with their labels."""
    return list(zip(corpus.documents, corpus.labels or [()] * len(corpus.documents), strict=True))
