"""Sentences of tokens with their tags: the examples of a tagger, each token ended by the boundary.

A sentence is a row of two texts, its tokens and as many tags, each with a blank between. The files that it stands in
are read by ``sentences``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ...config import ReadOptions, TrainOptions
from ...datasets.choose_unit import with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import EncoderInput, Ragged, side_by_side
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, cut_rows
from ...errors import InputError
from ...formats.corpus import Corpus, Source, read_corpus
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, LABEL, Vocabulary
from ..base import Row
from .sentences import read_sentences, tagged

UNIT = "word"
"""The unit where none is chosen (``docs/lab-notes.md``)."""
MAX_TAGS = 1000
"""Tags at most: more are no tags, but words."""
MAX_NAMED_TAGS = 5
"""Tags that a note names."""


def read_tagged(source: Source, request: ReadRequest) -> LoadedData:
    """Return tagged sentences in ids, with the vocabularies ``text`` and ``labels``."""
    rows, corpus = read_rows(source, request.reading)
    parts = cut(rows, request.train, lambda path: read_rows(path, request.reading)[0])
    tokens = [token for text, _ in parts["train"] for token in text.split()]
    known, found = request.known or {}, vocabulary_of_tags(parts["train"])
    labels = known["labels"].adding(found.units) if "labels" in known else found
    model, why = with_unit(request.model, UNIT, "of words that are known a tagger learns soonest")
    texts = request.vocabulary("text", tokens, model)
    examples = {name: as_examples(parts[name], texts, labels) for name in PARTS}
    split = ExampleDataset({"text": texts, "labels": labels}, "labels", **examples)
    notes = (*corpus.notes, *unlearnt(parts, labels))
    shown = tuple((text, tagged(text.split(), tags.split())) for text, tags in parts["valid"][:SHOWN_EXAMPLES])
    return LoadedData(split, corpus.describe(), model, why, notes, shown)


def read_rows(source: Source, options: ReadOptions) -> tuple[list[Row], Corpus]:
    """Return all sentences: their tokens and their tags, each with a blank between."""
    corpus = read_corpus(source, dataclasses.replace(options, label=(), text_column=None))
    rows, notes = [], list(corpus.notes)
    for text, name in zip(corpus.documents, corpus.names, strict=True):
        sentences, note = read_sentences(text, name, options.text_column, options.label)
        rows += [(" ".join(tokens), " ".join(tags)) for tokens, tags in sentences]
        notes += note
    return rows, dataclasses.replace(corpus, notes=tuple(notes), options=options)


def cut(rows: Sequence[Row], options: TrainOptions, read: Callable[[str], Sequence[Row]]) -> dict[str, list[Row]]:
    """Return the rows of every part: the same sentence stands in one part only."""
    return cut_rows(rows, options, read, group=lambda row: row[0])


def vocabulary_of_tags(rows: Sequence[Row]) -> Vocabulary:
    """Return all tags that can be learnt; raises ``InputError`` where there is one, or too many."""
    names = sorted({tag for _, tags in rows for tag in tags.split()})
    if not 2 <= len(names) <= MAX_TAGS:
        shown = f"{len(names):,} tags" if len(names) > 1 else f"the one tag {names[0]!r}"
        raise InputError(
            f"the sentences to learn from have {shown}, and a tagger needs 2 to {MAX_TAGS}; name their column with "
            "--label"
        )
    return Vocabulary(LABEL, tuple(names))


def unlearnt(parts: dict[str, list[Row]], labels: Vocabulary) -> tuple[str, ...]:
    """Return a note of tags that are held out and not learnt."""
    held_out = [tag for name in PARTS[1:] for _, tags in parts[name] for tag in tags.split()]
    missed = [tag for tag in held_out if tag not in labels.index]
    if not missed:
        return ()
    names = ", ".join(map(repr, sorted(set(missed))[:MAX_NAMED_TAGS]))
    return (
        f"{len(missed):,} of {len(held_out):,} held-out tokens have a tag that is never learnt ({names}); they count "
        "in no figure of the held-out part",
    )


def as_examples(rows: Sequence[Row], texts: Vocabulary, labels: Vocabulary) -> Examples:
    """Return rows as ids, with the places that answer; a token whose tag cannot be learnt has no target."""
    encoded = Encoded(texts)
    sources, targets, places = [], [], []
    for text, tags in rows:
        ids, ends = encoded.sentence(text.split())
        known = [(labels.index[tag], end) for tag, end in zip(tags.split(), ends, strict=True) if tag in labels.index]
        if known:
            sources.append(ids)
            targets.append(np.array([label for label, _ in known], np.int32))
            places.append(np.array([end for _, end in known], np.int32))
    return Examples(Ragged.of(sources), Ragged.of(targets), Ragged.of(places))


def encode_sentences(sources: Iterable[str], texts: Vocabulary) -> EncoderInput:
    """Return sentences of tokens with blanks between, as the network reads them."""
    encoded = Encoded(texts)
    found = [encoded.sentence(source.split()) for source in sources]
    return dataclasses.replace(side_by_side(ids for ids, _ in found), places=Ragged.of(ends for _, ends in found))


class Encoded(dict[str, Ids]):
    """The ids of every token that was met, with the boundary behind them: it keeps tokens apart, and answers."""

    def __init__(self, texts: Vocabulary) -> None:
        self.texts = texts

    def __missing__(self, token: str) -> Ids:
        self[token] = ids = np.append(self.texts.encode(token), np.int32(BOUNDARY))
        return ids

    def sentence(self, tokens: Sequence[str]) -> tuple[Ids, Ids]:
        """Return the ids of some tokens, one behind another, and the place where each of them ends."""
        each = [self[token] for token in tokens]
        ids = np.concatenate([*each, np.empty(0, np.int32)])
        return ids, np.cumsum([len(part) for part in each], dtype=np.int32) - np.int32(1)
