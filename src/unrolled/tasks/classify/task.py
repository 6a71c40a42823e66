"""The task ``classify``: read a text, say what it is (many-to-one)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...errors import OptionError
from ...networks.spec import EncoderSpec, NetworkSpec
from ...text.vocabulary import SPECIAL
from ..base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood, refuse_gaps

if TYPE_CHECKING:
    from ...datasets.dataset import LoadedData, ReadRequest
    from ...datasets.encoder_input import EncoderInput
    from ...formats.sources import Source


class Classify(Task):
    """One label for a whole text: an encoder of ``text``, its places pooled, and a head over ``labels``."""

    options = frozenset({"text_column", "label", "directions", "unit_dropout", "pooling", "class_weights"})
    warm = confuses = True
    model_class = "Classifier"
    recipe, judged = "classifier", "labels"
    labels = (True,)

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from .rows import read_labelled

        return read_labelled(source, request)

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        from .rows import read_rows

        return ExampleRows.of(*read_rows(source, options))

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        from .rows import cut

        return cut(rows, options, read)

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        from ...datasets.encoder_input import side_by_side
        from .rows import begun

        known = vocabularies["text"]
        return side_by_side([begun(known, known.as_learnt(source)) for source in sources])

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        refuse_gaps(model, "pooling")
        assert model.pooling is not None, "the recipe fills it in"
        return answering(model, len(vocabularies["text"]), len(vocabularies["labels"]), model.pooling)

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        return vocabularies["labels"].units[ids[0] - SPECIAL]


def encoder_of(model: ModelOptions, inputs: int) -> EncoderSpec:
    """Return the encoder of so many ids that options without gaps describe."""
    refuse_gaps(model, "hidden_size", "layers", "embedding_size", "directions", "dropout")
    if model.embedding_size == 0:
        raise OptionError("a network that reads a source has an embedding, and the embedding_size is 0")
    assert model.hidden_size and model.layers and model.embedding_size and model.directions, "checked above"
    assert model.dropout is not None, "and this"
    return EncoderSpec(
        kind="units",
        inputs=inputs,
        embedding_size=model.embedding_size,
        cell=model.cell,
        hidden_size=model.hidden_size,
        layers=model.layers,
        directions=model.directions,
        dropout=model.dropout,
        unit_dropout=model.unit_dropout or 0.0,
    )


def answering(model: ModelOptions, inputs: int, outputs: int, pooling: str) -> NetworkSpec:
    """Return a network that writes nothing: what it answers is read off its encoder."""
    encoder = encoder_of(model, inputs)
    return NetworkSpec(
        inputs=inputs,
        outputs=outputs,
        embedding_size=encoder.embedding_size,
        cell=encoder.cell,
        hidden_size=encoder.hidden_size,
        layers=encoder.layers,
        dropout=encoder.dropout,
        encoder=encoder,
        pooling=pooling,
    )
