"""Sentences of tokens with their tags: the examples of a tagger, each token ended by the boundary.

A sentence is a row of two texts, its tokens and as many tags, each with a blank between. The files that it stands in
are read by ``formats.tagged_sentences``; in JSON a row has a list of tokens and one of tags, and in tables of words a
row is a token, and a column tells where a sentence begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from ...config import ReadOptions, TrainOptions
from ...datasets.choose_unit import with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import EncoderInput, Ragged, side_by_side
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, cut_rows, repeated
from ...errors import InputError
from ...formats.contents import Contents
from ...formats.corpus import Corpus, made
from ...formats.sources import Source, read_source, settled
from ...formats.tables import Table
from ...formats.tagged_sentences import NOTHING, Sentence, read_sentences, tagged
from ...formats.usual_names import TAGS, TOKENS, rank, words_of
from ...text.base import Ids
from ...text.vocabulary import BOUNDARY, LABEL, Vocabulary
from ..base import Row

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
    notes = (*corpus.notes, *unlearnt(parts, labels), *repeated(parts, "sentences"))
    shown = tuple((text, tagged(text.split(), tags.split())) for text, tags in parts["valid"][:SHOWN_EXAMPLES])
    return LoadedData(split, corpus.describe(), model, why, notes, corpus.info, shown)


def read_rows(source: Source, options: ReadOptions) -> tuple[list[Row], Corpus]:
    """Return all sentences: their tokens and their tags, each with a blank between."""
    found = read_source(settled(source), dataclasses.replace(options, label=(), text_column=None))
    rows: list[Row] = []
    info: list[str] = []
    for each in found.contents:
        sentences, said = sentences_in(each, options)
        rows += [(" ".join(tokens), " ".join(tags)) for tokens, tags in sentences]
        info += said
    return rows, made(found, (each.text for each in found.contents), (), options, info=info)


def sentences_in(contents: Contents, options: ReadOptions) -> tuple[list[Sentence], tuple[str, ...]]:
    """Return the tagged sentences of a file, and notes: of columns and ``word/TAG``, or else of the rows of a table."""
    try:
        if contents.text:
            return read_sentences(contents.text, contents.name, options.text_column, options.label)
    except InputError:
        if not contents.is_table:
            raise
    table = contents.table([options.text_column, *options.label])
    token = column_called(table, TOKENS, options.text_column, "--text-column")
    tag = column_called(table, TAGS, next(iter(options.label), None), "--label", token)
    starts = next((each for each in table.columns if words_of(each)[:1] == ["sentence"] and each != token), None)
    sentences = list(sentences_of(table, token, tag, starts))
    if not sentences:
        raise InputError(f"{contents.name} has no sentence with tags; give a list of tokens and one of tags in a row")
    note = f"{contents.name}: tokens from {token!r}, tags from {tag!r}; --text-column and --label name others"
    return sentences, (note, *table.notes())


def column_called(table: Table, names: Sequence[str], given: str | None, flag: str, other: str = "") -> str:
    """Return the column that a user named, or the one that is called best; ``InputError`` where none is."""
    if given is not None:
        return table.column(given, flag)
    ranks = {each: rank(each, names) for each in table.columns if each != other}
    best = max(ranks, key=ranks.__getitem__, default="")
    if not best or not ranks[best]:
        raise InputError(
            f"{table.name} has no column called {names[0]} or the like ({', '.join(table.columns[:MAX_NAMED_TAGS])}); "
            f"name it with {flag}, or give a token and its tag a line, with blank lines between sentences"
        )
    return best


def sentences_of(table: Table, token: str, tag: str, starts: str | None) -> Iterator[Sentence]:
    """Yield the sentences of a table: one in each row where cells are lists, else from one start to the next one."""
    tokens: list[str] = []
    tags: list[str] = []
    last: object = None
    for number, cells in table.rows():
        some, labels = cells.get(token, ""), cells.get(tag, "")
        if isinstance(some, tuple) or isinstance(labels, tuple):
            if isinstance(some, str) or isinstance(labels, str) or len(some) != len(labels):
                raise InputError(
                    f"{table.name}, {table.counted} {number} has not as many tokens as tags; give as many of both"
                )
            yield [solid(each) for each in some], [solid(each) for each in labels]
        elif not some.strip() or not labels.strip():
            table.issues.lacks("a token" if not some.strip() else "a tag", number)
        else:
            begins = cells.get(starts, "") if starts else None
            if tokens and begins not in ("", last, None):
                yield tokens, tags
                tokens, tags = [], []
            last = begins or last
            tokens.append(solid(some))
            tags.append(solid(labels))
    if tokens:
        yield tokens, tags


def solid(text: str) -> str:
    """Return a token or a tag without blanks in it."""
    return NOTHING.join(text.split()) or NOTHING


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
    found = [encoded.sentence(texts.as_learnt(source).split()) for source in sources]
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
