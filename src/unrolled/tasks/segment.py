"""The task ``segment``: a label for every unit of a text (many-to-many, in step), whether a word begins there.

Each line to learn from is a text whose words are apart; read without the spaces, each unit begins a word or goes on
with one (Xue 2003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..errors import InputError, OptionError
from ..networks.spec import NetworkSpec
from ..text import UNITS
from ..text.byte import Byte
from ..text.vocabulary import LABEL, SPECIAL, Vocabulary
from .base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood
from .classify.task import answering

if TYPE_CHECKING:
    from ..datasets.dataset import LoadedData, ReadRequest
    from ..datasets.encoder_input import EncoderInput
    from ..datasets.examples import Examples
    from ..formats.corpus import Corpus
    from ..formats.sources import Source

LABELS = BEGINS, GOES_ON = "begins", "goes on"
MARKS = {"|": "bars", "\u200b": "zero-width spaces", "/": "slashes", "_": "underscores", "¦": "bars", "‖": "bars"}
"""What parts words where spaces do not, and what it is called."""
FEWEST_MARKS = 0.5  # in a line, in the mean, or nothing parts its words


class Segment(Task):
    """An encoder of ``text`` and a head over ``labels`` for each of its places."""

    options = frozenset({"directions", "unit_dropout", "class_weights"})
    model_class = "Segmenter"
    recipe, judged = "classifier", "words"
    labels = (True,)
    earlier_names = ((1, "tag"),)

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from ..datasets.choose_unit import choose_unit, with_unit
        from ..datasets.dataset import SHOWN_EXAMPLES, LoadedData
        from ..datasets.examples import ExampleDataset
        from ..datasets.holdout import PARTS, cut_rows, repeated

        rows, corpus = read_rows(source, request.reading)
        cut = cut_rows(rows, request.train, lambda path: read_rows(path, request.reading)[0])
        texts = [text for text, _ in cut["train"]]
        model, why = with_unit(request.model, *choose_unit(texts))
        if isinstance(UNITS[model.unit], Byte):
            raise OptionError(f"I got --unit={model.unit} with --task=segment, and words begin at letters; use another")
        text = request.vocabulary("text", texts, model)
        vocabularies = {"text": text, "labels": Vocabulary(LABEL, LABELS)}
        parts = {name: examples_of(cut[name], vocabularies) for name in PARTS}
        split = ExampleDataset(vocabularies, "labels", **parts)
        notes = (*corpus.notes, *repeated(cut, "sentences"))
        return LoadedData(
            split, corpus.describe(), model, why, notes, corpus.info, tuple(cut["valid"][:SHOWN_EXAMPLES])
        )

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        return ExampleRows.of(*read_rows(source, options))

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        from ..datasets.holdout import cut_rows

        return cut_rows(rows, options, read)

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        from ..datasets.encoder_input import side_by_side

        known = vocabularies["text"]
        return side_by_side([known.encode("".join(known.as_learnt(source).split())) for source in sources])

    def tokens(self, source: str, vocabularies: Vocabularies) -> Sequence[str]:
        known = vocabularies["text"]
        return known.split("".join(known.as_learnt(source).split()))

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        if vocabularies["labels"].units != LABELS:
            raise OptionError(f"a network that finds words has the labels {' and '.join(LABELS)}, and these are others")
        return answering(model, len(vocabularies["text"]), len(LABELS) + SPECIAL, "each")

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        units, begins = self.tokens(source, vocabularies), vocabularies["labels"].index[BEGINS]
        parts = vocabularies["text"].as_learnt(source).split()
        parted = {0, *accumulate(map(len, parts))}  # where the source itself has a space
        places = accumulate((len(unit) for unit in units), initial=0)
        spaced = (
            f" {unit}" if label == begins or place in parted else unit
            for unit, label, place in zip(units, ids, places, strict=False)
        )
        return "".join(spaced).strip()


def read_rows(source: Source, options: ReadOptions) -> tuple[list[Row], Corpus]:
    """Return lines without what stands between their words, and with a space there; of a tagged text, its tokens."""
    from ..formats.corpus import corpus_of, made
    from ..formats.sources import Found, read_source, settled

    found = read_source(settled(source), options)
    rows: list[Row] = []
    info: list[str] = []
    for each in found.contents:
        text = "\n".join(corpus_of(Found((each,)), options).documents) if each.is_table else each.text
        lines, note = words_in(text, each.name)
        info += note
        rows += [("".join(words), " ".join(words)) for words in lines if words]
    return rows, made(found, (spaced for _, spaced in rows), (), options, info=info)


def words_in(text: str, name: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """Return the words of every line or sentence, and a note of what parts them unless spaces do.

    Raises ``InputError`` where nothing does.
    """
    from ..formats.tagged_sentences import read_sentences

    try:
        sentences, _ = read_sentences(text, name)
        return [tokens for tokens, _ in sentences], (f"{name}: the words of tagged sentences, without their tags",)
    except InputError:
        lines = [line for line in text.split("\n") if line.strip()]
    parts = {mark: sum(len(line.split(mark)) - 1 for line in lines) for mark in MARKS}
    spaces = sum(len(line.split()) - 1 for line in lines)
    mark = max(parts, key=parts.__getitem__)
    if parts[mark] > max(spaces, len(lines) * FEWEST_MARKS):
        note = f"{name}: words are parted by {MARKS[mark]}"
        return [[word for part in line.split(mark) for word in part.split()] for line in lines], (note,)
    if spaces < len(lines) * FEWEST_MARKS:
        raise InputError(
            f"{name} has no words that are apart ({spaces:,} spaces in {len(lines):,} lines); to learn them, "
            "give lines with a space, a bar or a zero-width space between words, or tagged sentences"
        )
    return [line.split() for line in lines], ()


def examples_of(rows: Sequence[Row], vocabularies: Vocabularies) -> Examples:
    """Return lines as ids, and as what each unit of them does."""
    from ..datasets.encoder_input import Ragged
    from ..datasets.examples import Examples

    sources = [vocabularies["text"].encode(text) for text, _ in rows]
    labels = [labels_of(spaced.split(), vocabularies) for _, spaced in rows]
    return Examples(Ragged.of(sources), Ragged.of(labels))


def labels_of(words: Sequence[str], vocabularies: Vocabularies) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return the label of every unit of some words: those begin a word that begin where one does."""
    begins = {0, *np.cumsum([len(word) for word in words]).tolist()}
    units = vocabularies["text"].split("".join(words))
    places = np.cumsum([0, *(len(unit) for unit in units[:-1])]).tolist() if units else []
    labels = vocabularies["labels"].index
    return np.array([labels[BEGINS if place in begins else GOES_ON] for place in places], np.int32)
