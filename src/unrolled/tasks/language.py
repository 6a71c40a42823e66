"""The task ``language``: read a text, predict the next unit of it (many-to-many, one step apart)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..config import ModelOptions, TrainOptions
from .base import NetworkSpec, Task, Vocabularies

if TYPE_CHECKING:
    from ..data.readers import Corpus
    from ..data.split import Split


class Language(Task):
    """A language model over one vocabulary, ``text``."""

    def read(
        self, corpus: Corpus, model: ModelOptions, train: TrainOptions, known: Vocabularies | None = None
    ) -> Split:
        from ..data.split import split_corpus  # writing does without

        return split_corpus(corpus, model, train, known)

    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        size = len(vocabularies["text"])
        assert model.hidden_size is not None and model.layers is not None, "the recipe fills these in"
        embedding = model.embedding_size if model.model == "recurrent" else model.hidden_size
        assert embedding is not None and model.dropout is not None, "the recipe fills these in"
        return NetworkSpec(
            inputs=size,
            outputs=size,
            embedding_size=embedding,
            cell=model.cell if model.model == "recurrent" else model.model,
            hidden_size=model.hidden_size,
            layers=model.layers,
            dropout=model.dropout,
            context=model.context or 0,
            heads=model.heads or 0,
            labels=len(vocabularies["labels"]) if "labels" in vocabularies else 0,
        )

    def loss(self, logits: Any, targets: Any) -> Any:
        picked = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        return logits.logsumexp(-1) - picked

    def show(self, ids: Sequence[int], vocabularies: Vocabularies) -> str:
        return vocabularies["text"].decode(ids)
