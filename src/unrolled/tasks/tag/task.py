"""The task ``tag``: read a sentence, give each of its tokens a tag (many-to-many, in step)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...errors import InputError
from ...networks.spec import NetworkSpec
from ...text.vocabulary import SPECIAL
from ..base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood
from ..classify.task import answering

if TYPE_CHECKING:
    from ...datasets.dataset import LoadedData, ReadRequest
    from ...datasets.encoder_input import EncoderInput
    from ...formats.contents import Contents
    from ...formats.sources import Source


class Tag(Task):
    """An encoder of ``text``, in any unit, and a head over ``labels`` that answers where a token ends."""

    options = frozenset({"text_column", "label", "directions", "unit_dropout", "class_weights"})
    model_class = "Tagger"
    confuses = columned = True
    recipe, judged = "classifier", "tags"
    labels = (True,)

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from .rows import read_tagged

        return read_tagged(source, request)

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        from .rows import read_rows

        return ExampleRows.of(*read_rows(source, options))

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        from .rows import cut

        return cut(rows, options, read)

    def sources_in(self, contents: Contents, options: ReadOptions) -> tuple[list[str], tuple[str, ...]]:
        from .rows import sentences_in

        try:
            sentences, notes = sentences_in(contents, options)
        except InputError:
            if contents.is_table:
                raise
            return super().sources_in(contents, dataclasses.replace(options, text_column=None))
        return [" ".join(tokens) for tokens, _ in sentences], notes

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        from .rows import encode_sentences

        return encode_sentences(sources, vocabularies["text"])

    def tokens(self, source: str, vocabularies: Vocabularies) -> Sequence[str]:
        return source.split()

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        return answering(model, len(vocabularies["text"]), len(vocabularies["labels"]), "each")

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        from ...formats.tagged_sentences import tagged

        return tagged(source.split(), [vocabularies["labels"].units[number - SPECIAL] for number in ids])
