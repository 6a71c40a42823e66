"""The task ``language``: read a text, predict the next unit of it (many-to-many, one step apart)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...config import ModelOptions, ReadOptions, TrainOptions
from ...errors import OptionError
from ...networks.spec import NetworkSpec
from ..base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood, refuse_gaps

if TYPE_CHECKING:
    from ...datasets.dataset import LoadedData, ReadRequest
    from ...datasets.encoder_input import EncoderInput
    from ...formats.sources import Source

NO_ROWS = "this model writes on from a prompt, and there is nothing to hold against it; use score"


class Language(Task):
    """A language model over one vocabulary, ``text``."""

    options = frozenset({"text_column", "label", "documents", "batches", "reset_probability", "feedback"})
    model_class = "LanguageModel"
    continues = True
    labels = (False, True)

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from .rows import read_text  # writing does without

        return read_text(source, request)

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        raise OptionError(NO_ROWS)

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        raise OptionError(NO_ROWS)

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        raise OptionError("this model writes on from a prompt and reads no source; use generate, or score")

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        refuse_gaps(model, "hidden_size", "layers", "dropout")
        size = len(vocabularies["text"])
        assert model.hidden_size is not None and model.layers is not None, "the recipe fills these in"
        embedding = model.embedding_size if model.kind.of_cells else model.hidden_size
        if embedding is None:
            raise OptionError("nothing says how wide the embedding of the network is")
        assert model.dropout is not None, "and this"
        return NetworkSpec(
            inputs=size,
            outputs=size,
            embedding_size=embedding,
            cell=model.cell,
            hidden_size=model.hidden_size,
            layers=model.layers,
            dropout=model.dropout,
            context=model.context or 0,
            heads=model.heads or 0,
            model=model.model,
            labels=len(vocabularies["labels"]) if "labels" in vocabularies else 0,
            feedback=model.feedback != "none",
        )

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        return vocabularies["text"].decode(ids)
