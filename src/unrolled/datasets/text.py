"""Which part of a text is learnt, which is held out, and which is only reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..config import ModelOptions, TrainOptions
from ..errors import InputError
from ..formats.corpus import Corpus, read_corpus
from ..formats.documents import SEPARATORS
from ..text.base import Ids, release
from ..text.labels import Labels, label_ids, vocabulary_of
from ..text.vocabulary import BOUNDARY, Vocabulary
from .batches import Batch, Batches, Streams, Windows, overlapping, side_by_side
from .buckets import Buckets, each_once
from .encoder_input import EncoderInput, Numbers

FEWEST = 2
"""Units that a part needs: one to read and one to predict."""
FEWEST_DOCUMENTS = 10
"""Documents, of which whole ones are held out; of fewer, the last characters."""
PARTS = ("train", "valid", "test")
HIDDEN = 0.1
"""The share of labels that a network does not see while it learns, so that it also knows to do without."""
ROW = 2048  # units that a row should have before a held-out text is cut into more of them
MOST_ROWS = 64
LENGTH = 256  # units at a time, and units read before a row begins to count
Document = tuple[str, Labels]


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
        return self.documents != "whole"

    @property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """All vocabularies by their name in a bundle."""
        return {"text": self.vocabulary} | ({"labels": self.labels} if self.labels else {})

    def units(self, part: str) -> int:
        """How many units a part has to predict."""
        return max(0, len(getattr(self, part)) - 1)

    def characters_of(self, part: str) -> int:
        """How many characters the targets of a part stand for."""
        return self.characters(getattr(self, part)[1:])

    def beginning(self, part: str, units: int) -> TextDataset:
        """The same with at most so many units to predict in a part."""
        return replace(self, **{part: getattr(self, part)[: units + 1]})

    def counts(self, part: str = "train") -> Numbers:
        """How often each unit is a target of a part: its first one never is."""
        ids = getattr(self, part)
        counts = self.vocabulary.count(ids)
        counts[ids[:1]] -= 1
        return counts

    def release(self) -> None:
        """Let go of what was read of a training part that lies on the disk."""
        release(self.train)

    def unlabelled(self) -> TextDataset | None:
        """The same with all labels hidden, if there are any."""
        if not self.labels:
            return None
        return replace(self, conditions={name: np.zeros_like(each) for name, each in self.conditions.items()})

    def batches(self, settings: TrainOptions) -> Batches:
        """The training part in batches of the wanted kind."""
        rows, length, seed = settings.batch_size, settings.sequence_length, settings.seed
        assert rows and length, "the recipe fills these in"
        if self.ends:
            return Buckets(self.train, rows, length, seed)
        if settings.batches == "windows":
            return Windows(self.train, rows, length, seed)
        return Streams(self.train, rows, length, seed, settings.reset_probability)

    def held_out(self, part: str, window: int = 0, rows: int | None = None) -> Iterator[Batch]:
        """A part in batches as a network reads it which looks a ``window`` back, or without end."""
        ids: Ids = getattr(self, part)
        if self.ends:
            return each_once(ids, ROW, LENGTH)
        if window:
            return overlapping(ids, MOST_ROWS, window)
        return side_by_side(ids, rows or rows_for(len(ids) - 1), LENGTH)

    def given(
        self, part: str, documents: Numbers | None, rng: np.random.Generator | None = None
    ) -> EncoderInput | None:
        """The labels of some documents, if there are any; with a ``rng``, some of them are hidden."""
        labels = self.conditions.get(part)
        if labels is None:
            return None
        if rng is not None:
            labels = np.where(rng.random(labels.shape) < HIDDEN, BOUNDARY, labels)
        return EncoderInput(labels[documents])

    def characters(self, targets: Ids) -> int:
        """How many characters (code points) many targets stand for."""
        counts = self.vocabulary.count(targets)
        return int(counts @ self.vocabulary.sizes + counts[BOUNDARY] * len(SEPARATORS[self.documents]))


def rows_for(units: int) -> int:
    """In how many rows a held-out text is read; a short one in one row, exactly as ``score`` reads it."""
    return max(1, min(MOST_ROWS, units // ROW))


def join_documents(vocabulary: Vocabulary, documents: Sequence[str], ends: bool = False) -> Ids:
    """The ids of all documents in a row, the boundary before each, and behind the last if documents ``end``."""
    boundary = np.array([BOUNDARY], np.int32)
    parts = [part for document in documents for part in (boundary, vocabulary.encode(document))]
    return np.concatenate([*parts, boundary] if ends and documents else [*parts, boundary[:0]])


def split_corpus(
    corpus: Corpus, model: ModelOptions, options: TrainOptions, known: Mapping[str, Vocabulary] | None = None
) -> TextDataset:
    """Cut the held-out parts off the end of the text (nanoGPT's way), or read them from their own files.

    Of many documents, whole ones are held out: the last of each label. The alphabet is that of the whole given text: it
    is not what a network has to learn; words are those of the training part.
    """
    kind, known = model.documents or "whole", known or {}
    cut = cut_parts(corpus, kind, options)
    texts = {name: [text for text, _ in cut[name]] for name in PARTS}
    given = [text for name in PARTS for text in texts[name]]
    if "text" in known:
        vocabulary = known["text"].extended(given)
    else:
        vocabulary = Vocabulary.of(model.unit, texts["train"], given, model.vocabulary_size, model.min_count)
    ids = {name: join_documents(vocabulary, texts[name], kind != "whole") for name in PARTS}
    if len(ids["train"]) < FEWEST:
        left = len(ids["train"])
        raise InputError(f"{corpus.names[0]} leaves {left} units to train on; give more text, or --valid 0")
    split = TextDataset(vocabulary, ids["train"], ids["valid"], ids["test"], kind)
    if not corpus.labels and "labels" not in known:
        return split
    found = vocabulary_of({label for _, each in cut["train"] for label in each})
    labels = known["labels"].adding(found.units) if "labels" in known else found
    conditions = {name: np.array([label_ids(labels, each) for _, each in cut[name]], np.int32) for name in PARTS}
    return replace(split, labels=labels, conditions=conditions)


def cut_parts(corpus: Corpus, kind: str, options: TrainOptions) -> dict[str, list[Document]]:
    """The documents of every part."""
    rest = documents_of(corpus)
    cut: dict[str, list[Document]] = {}
    for name, share in (("test", options.test), ("valid", options.valid)):
        if isinstance(share, str):
            cut[name] = documents_of(read_corpus(share, corpus.options).arranged(kind))
        elif corpus.labels and kind == "files":
            rest, cut[name] = cut_ends(rest, documents_of(corpus), share or 0.0)
        elif len(corpus.documents) >= FEWEST_DOCUMENTS:
            rest, cut[name] = cut_documents(rest, documents_of(corpus), share or 0.0)
        else:
            rest, cut[name] = cut_characters(rest, share_of(corpus.characters, share or 0.0))
    return cut | {"train": rest}


def documents_of(corpus: Corpus) -> list[Document]:
    """A corpus's documents with their labels."""
    return list(zip(corpus.documents, corpus.labels or [()] * len(corpus.documents), strict=True))


def share_of(whole: int, share: float) -> int:
    """The size of a held-out share; nanoGPT rounds the training part down."""
    return whole - int(whole * (1 - share) + 1e-9)


def cut_documents(rest: list[Document], whole: list[Document], share: float) -> tuple[list[Document], list[Document]]:
    """Cut a share of the whole off the end of the rest: of the documents of each label, where they are enough."""
    left = held_out_of_each(Counter(labels for _, labels in whole), share)
    if not left:
        size = share_of(len(whole), share)
        return rest[: len(rest) - size], rest[len(rest) - size :]
    kept: list[Document] = []
    held: list[Document] = []
    for document in reversed(rest):
        wanted = left[document[1]] > 0
        left[document[1]] -= wanted
        (held if wanted else kept).append(document)
    return kept[::-1], held[::-1]


def held_out_of_each(counts: Mapping[Labels, int], share: float) -> dict[Labels, int]:
    """How many documents of each label to hold out: its share, and one more where most of one was rounded off.

    Nothing, where there is one label, or where none stands on two documents.
    """
    left = {labels: int(count * share) for labels, count in counts.items()}
    missing = share_of(sum(counts.values()), share) - sum(left.values())
    remainders = sorted(counts, key=lambda labels: left[labels] - counts[labels] * share)
    for labels in [each for each in remainders if counts[each] - left[each] > 1][: max(0, missing)]:
        left[labels] += 1
    return left if len(counts) > 1 and any(left.values()) else {}


def cut_ends(rest: list[Document], whole: list[Document], share: float) -> tuple[list[Document], list[Document]]:
    """Cut a share of each file off its end: each has a label of its own, all of which are to be learnt."""
    pairs = zip(rest, whole, strict=True)
    cuts = [(text, labels, len(text) - share_of(len(all_of_it), share)) for (text, labels), (all_of_it, _) in pairs]
    kept = [(text[:cut], labels) for text, labels, cut in cuts]
    return kept, [(text[cut:], labels) for text, labels, cut in cuts if cut < len(text)]


def cut_characters(rest: list[Document], size: int) -> tuple[list[Document], list[Document]]:
    """Cut so many characters off the end of the last documents."""
    if size < FEWEST:
        return rest, []
    held: list[Document] = []
    while rest and size >= len(rest[-1][0]):
        size -= len(rest[-1][0])
        rest, held = rest[:-1], [rest[-1], *held]
    if size and rest:
        text, labels = rest[-1]
        rest, held = [*rest[:-1], (text[:-size], labels)], [(text[-size:], labels), *held]
    return rest, held
