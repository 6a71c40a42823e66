"""The task ``translate``: read a text, write another (many-to-many, one after the other)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...errors import OptionError
from ...networks.spec import EncoderSpec, NetworkSpec
from ..base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood, refuse_gaps
from ..classify.task import encoder_of

if TYPE_CHECKING:
    from ...datasets.dataset import LoadedData, ReadRequest
    from ...datasets.encoder_input import EncoderInput
    from ...formats.sources import Source
    from ...formats.tables import Table


class Translate(Task):
    """An encoder of ``source`` (Sutskever et al. 2014) and a stack that writes ``target`` from its state."""

    options = frozenset({"source_column", "target_column", "directions", "unit_dropout", "attention", "feedback"})
    writes = True
    model_class = "Translator"
    recipe, judged = "translator", "translations"
    texts = ("source", "target")

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from .rows import read_pairs

        return read_pairs(source, request)

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        from .rows import read_rows

        return ExampleRows.of(*read_rows(source, options))

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        from .rows import cut

        return cut(rows, options, read)

    def source_column_in(self, options: ReadOptions) -> str | None:
        return options.source_column

    def source_column_of(self, table: Table, options: ReadOptions) -> str:
        from ...formats.columns import source_column

        return source_column(table, options.source_column)

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        from ...datasets.encoder_input import side_by_side
        from .rows import ended

        known = vocabularies["source"]
        return side_by_side([ended(known, known.as_learnt(source)) for source in sources])

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        encoder = encoder_of(model, len(vocabularies["source"]))
        narrower = replace(
            encoder,
            hidden_size=max(1, encoder.hidden_size // encoder.directions),
            shared=vocabularies["source"].units == vocabularies["target"].units,
        )
        return writing(model, narrower, len(vocabularies["target"]))

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        return vocabularies["target"].decode(ids)


def writing(model: ModelOptions, encoder: EncoderSpec, outputs: int) -> NetworkSpec:
    """Return a network that writes so many units from what an encoder read."""
    refuse_gaps(model, "hidden_size", "layers", "embedding_size", "attention", "dropout")
    if model.embedding_size == 0:
        raise OptionError("a network that writes from a source has an embedding, and the embedding_size is 0")
    assert model.hidden_size and model.layers and model.embedding_size and model.attention, "checked above"
    assert model.dropout is not None, "and this"
    return NetworkSpec(
        inputs=outputs,
        outputs=outputs,
        embedding_size=model.embedding_size,
        cell=model.cell,
        hidden_size=model.hidden_size,
        layers=model.layers,
        dropout=model.dropout,
        encoder=encoder,
        attention=model.attention,
        feedback=model.feedback != "none",
        tied=True,
    )
