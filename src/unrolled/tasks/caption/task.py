"""The task ``caption``: see an image, write what it shows (one-to-many)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import CNN, ModelOptions, ReadOptions, TrainOptions
from ...networks.spec import EncoderSpec, NetworkSpec
from ..base import Cut, ExampleRows, Row, Task, Vocabularies, negative_log_likelihood, refuse_gaps
from ..translate.task import writing

if TYPE_CHECKING:
    from ...datasets.dataset import LoadedData, ReadRequest
    from ...datasets.encoder_input import EncoderInput
    from ...formats.contents import Contents
    from ...formats.sources import Source


class Caption(Task):
    """What is seen begins the state of a stack that writes ``text`` (Show and Tell, Vinyals et al. 2015).

    With attention it looks back at the places of the image (Show, Attend and Tell, Xu et al. 2015).
    """

    options = frozenset(
        {
            *("source_column", "target_column", "images_anywhere"),
            *("vision", "image_size", "feature_size", "attention", "feedback"),
        }
    )
    writes = True
    model_class = "Captioner"
    recipe, judged = "captioner", "captions"

    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        from .rows import read_captioned

        return read_captioned(source, request)

    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        from .rows import captioned

        return captioned(source, options)

    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        from ...datasets.holdout import cut_rows

        return cut_rows(rows, options, read, group=lambda row: row[0])

    def sources_in(self, contents: Contents, options: ReadOptions) -> tuple[list[str], tuple[str, ...]]:
        from ...formats.captions import images_in

        return images_in(Path(contents.name), options)

    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        from .rows import given_of

        return given_of(sources, model)

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        pixels = model.vision == CNN
        size = "image_size" if pixels else "feature_size"
        refuse_gaps(model, "hidden_size", "dropout", size)
        inputs = getattr(model, size)
        assert model.hidden_size and model.dropout is not None, "checked above"
        encoder = EncoderSpec("pixels" if pixels else "features", inputs, model.hidden_size, dropout=model.dropout)
        return writing(model, encoder, len(vocabularies["text"]))

    def loss(self, logits: Any, targets: Any) -> Any:
        return negative_log_likelihood(logits, targets)

    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        return vocabularies["text"].decode(ids)
