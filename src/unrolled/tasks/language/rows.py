"""Reading a text for a language model: whole or in documents, in memory or, if it is large, from the disk."""

from __future__ import annotations

import dataclasses

from ...config import ModelOptions, TrainOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.holdout import CUTTER, note_bound
from ...datasets.large import LargeText, find_large, split_large
from ...datasets.line_starts import held_out_beginnings
from ...datasets.text import split_corpus
from ...errors import OptionError
from ...formats.corpus import Corpus, read_corpus
from ...formats.sources import Source, settled
from ...formats.zawgyi import refuse_zawgyi
from ...options import flag


def read_text(source: Source, request: ReadRequest) -> LoadedData:
    """Return a source as a text in ids."""
    source = settled(source)
    large = find_large(source, request.reading, request.model.documents)
    return read_large(large, request) if large else read_small(read_corpus(source, request.reading), request)


def read_small(corpus: Corpus, request: ReadRequest) -> LoadedData:
    """Return a corpus in ids."""
    corpus, model, why = arrange(corpus, request.model)
    refuse_cutting(model, request.train)
    split = split_corpus(corpus, model, request.train, request.known, request.cutter)
    if split.labels and not model.kind.labels:
        raise OptionError(f"I got --label with --model={model.model}, which learns without; leave it out")
    bound = () if corpus.labels or request.cutter < CUTTER else note_bound(corpus.characters, request.train)
    shown = held_out_beginnings(split, SHOWN_EXAMPLES)
    notes = (*corpus.notes, *bound)
    return LoadedData(split, corpus.describe(), model, why, notes, corpus.info, shown)


def read_large(large: LargeText, request: ReadRequest) -> LoadedData:
    """Return a text that is too large to be read at once."""
    first = next(text for _, text in large.blocks(lambda _: None))
    refuse_zawgyi(first, str(large.paths[0]))
    model, why = with_unit(dataclasses.replace(request.model, documents=large.documents), *choose_unit([first]))
    refuse_cutting(model, request.train)
    split, about = split_large(large, model, request.train, request.known, request.tell or silent)
    notes = (*large.notes, *note_bound(about["characters"], request.train))
    return LoadedData(split, about, model, why, notes, (), held_out_beginnings(split, SHOWN_EXAMPLES))


def refuse_cutting(model: ModelOptions, train: TrainOptions) -> None:
    """Raise an ``OptionError`` for how a whole text is cut, where it is one in documents, which come whole."""
    for name in ("batches", "reset_probability"):
        value = getattr(train, name)
        if model.documents != "whole" and value != getattr(TrainOptions(), name):
            raise OptionError(
                f"I got {flag(name)}={value} with {model.documents} as documents, which come whole; leave one out"
            )


def arrange(corpus: Corpus, model: ModelOptions) -> tuple[Corpus, ModelOptions, str]:
    """Return the corpus in documents, the options with what depends on it, and why the unit is what it is."""
    kind = model.documents or corpus.documents_are or ("files" if len(corpus.documents) > 1 else "whole")
    corpus = corpus.arranged(kind)
    size = sum(map(len, corpus.documents))
    model, why = with_unit(dataclasses.replace(model, documents=kind), *choose_unit(corpus.documents, size))
    return corpus, model, why


def silent(what: str, share: float) -> None:
    """Tells nobody."""
