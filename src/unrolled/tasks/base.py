"""What a task is, and the plain description of a network that it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..config import ModelOptions, TrainOptions
from ..text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..data.readers import Corpus
    from ..data.split import Split

Vocabularies = Mapping[str, Vocabulary]
"""Vocabularies by their name in the bundle: ``text``, and ``labels`` where there are any."""


@dataclass(frozen=True)
class NetworkSpec:
    """A network in plain data: ids → embedding (or one-hot) → stack of cells → head. Engines and layers read it.

    A window and GPT-2, which is a "cell" here, look ``context`` units back. With ``labels``, so many of them can
    condition the network: its first state, and a constant in the first layer's input.
    """

    inputs: int
    outputs: int
    embedding_size: int
    cell: str
    hidden_size: int
    layers: int
    dropout: float
    labels: int = 0
    context: int = 0
    heads: int = 0

    @property
    def one_hot(self) -> bool:
        """Whether ids enter the first layer without an embedding."""
        return self.embedding_size == 0

    def input_size(self, layer: int) -> int:
        """The width of what a layer reads."""
        return self.hidden_size if layer else self.embedding_size or self.inputs


class Task(ABC):
    """What makes one task differ from another; everything else is shared."""

    @abstractmethod
    def read(
        self, corpus: Corpus, model: ModelOptions, train: TrainOptions, known: Vocabularies | None = None
    ) -> Split:
        """Cut what was read into ids to train on and to hold out; ``known`` vocabularies only get what they lack."""

    @abstractmethod
    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        """The network for options without gaps."""

    @abstractmethod
    def loss(self, logits: Any, targets: Any) -> Any:
        """Nats of each target, as a torch tensor of the targets' shape."""

    @abstractmethod
    def show(self, ids: Sequence[int], vocabularies: Vocabularies) -> str:
        """A result as people read it."""
