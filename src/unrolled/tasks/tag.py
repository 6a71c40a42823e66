"""The task ``tag``: a label for every unit of a text (many-to-many, in step); here, where words begin.

Each line to learn from is a text whose words are apart; read without the spaces, each unit begins a word or goes on
with one (Xue 2003). Added as ``docs/tasks.md`` says: this file, a line in two tables, a test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import ModelOptions
from ..errors import OptionError
from ..text import UNITS
from ..text.byte import Byte
from ..text.vocabulary import Vocabulary
from .base import NetworkSpec, Task, Vocabularies, negative_log_likelihood
from .classify import answering

if TYPE_CHECKING:
    from ..data.examples import Examples
    from ..data.given import Given
    from ..data.material import Reading, Request
    from ..data.readers import Source

BEGINS, GOES_ON = "begins", "goes on"


class Tag(Task):
    """An encoder of ``text`` and a head over ``labels`` for each of its places."""

    def read(self, source: Source, request: Request) -> Reading:
        from ..data.choose import choose_unit
        from ..data.cutting import cut_rows
        from ..data.examples import ExampleSplit
        from ..data.material import SHOWN, Reading
        from ..data.readers import read_corpus
        from ..data.split import PARTS

        corpus = read_corpus(source, request.reading).arranged("lines")
        cut = cut_rows(
            [text.split() for text in corpus.documents],
            request.train,
            lambda path: [text.split() for text in read_corpus(path, request.reading).arranged("lines").documents],
        )
        texts = ["".join(words) for words in cut["train"]]
        chosen, why = choose_unit(texts)
        model = request.model
        if model.unit == "auto":
            model = dataclasses.replace(model, unit=chosen)
        elif isinstance(UNITS[model.unit], Byte):
            raise OptionError(f"I got --unit {model.unit} with --task tag, and words begin at letters; use another")
        else:
            why = "as you chose"
        known = (request.known or {}).get("text")
        text = (
            known.extended(texts)
            if known
            else Vocabulary.of(model.unit, texts, None, model.vocabulary_size, model.min_count)
        )
        vocabularies = {"text": text, "labels": Vocabulary("label", (BEGINS, GOES_ON))}
        parts = {name: examples_of(cut[name], vocabularies) for name in PARTS}
        shown = tuple(("".join(words), " ".join(words)) for words in cut["valid"][:SHOWN])
        split = ExampleSplit(vocabularies, "labels", **parts)
        return Reading(split, corpus.describe(), model, why, corpus.notes, shown)

    def given(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> Given:
        from ..data.given import side_by_side

        return side_by_side([vocabularies["text"].encode("".join(source.split())) for source in sources])

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        return answering(model, len(vocabularies["text"]), len(vocabularies["labels"]), "each")

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        units = vocabularies["text"].split("".join(source.split()))
        begins = vocabularies["labels"].index[BEGINS]
        spaced = (f" {unit}" if label == begins else unit for unit, label in zip(units, ids, strict=False))
        return "".join(spaced).strip()


def examples_of(lines: Sequence[Sequence[str]], vocabularies: Vocabularies) -> Examples:
    """Lines of words as ids, and as what each unit does."""
    from ..data.examples import Examples
    from ..data.given import Ragged

    texts = ["".join(words) for words in lines]
    sources = [vocabularies["text"].encode(text) for text in texts]
    labels = [tags(words, vocabularies) for words in lines]
    return Examples(Ragged.of(sources), Ragged.of(labels))


def tags(words: Sequence[str], vocabularies: Vocabularies) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The label of every unit of some words: those begin a word that begin where one does."""
    begins = {0, *np.cumsum([len(word) for word in words]).tolist()}
    units = vocabularies["text"].split("".join(words))
    places = np.cumsum([0, *(len(unit) for unit in units[:-1])]).tolist() if units else []
    labels = vocabularies["labels"].index
    return np.array([labels[BEGINS if place in begins else GOES_ON] for place in places], np.int32)
