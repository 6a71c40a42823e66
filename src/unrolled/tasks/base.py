"""What a task is, and the plain description of a network that it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..config import ModelOptions
from ..errors import OptionError
from ..text.vocabulary import Vocabulary
from .shapes import Shapes, shapes_of

if TYPE_CHECKING:
    from ..data.given import Given
    from ..data.material import Reading, Request
    from ..data.readers import Source

Vocabularies = Mapping[str, Vocabulary]
"""Vocabularies by their name in the bundle: ``text``, and ``labels`` where there are any."""


@dataclass(frozen=True)
class EncoderSpec:
    """What reads a source: ids through a stack of cells in one or two ``directions``, or an image as a grid.

    ``inputs`` is the number of ids, the side of an image in ``pixels``, or the width of ready ``features``. An encoder
    can have its embedding ``shared`` with what writes in the same units.
    """

    kind: str
    inputs: int
    hidden_size: int
    embedding_size: int = 0
    cell: str = "lstm"
    layers: int = 1
    directions: int = 1
    dropout: float = 0.0
    unit_dropout: float = 0.0
    shared: bool = False

    @property
    def width(self) -> int:
        """The width of what it remembers of every place of a source."""
        return self.directions * self.hidden_size

    def input_size(self, layer: int) -> int:
        """The width of what a layer reads."""
        return self.width if layer else self.embedding_size


@dataclass(frozen=True)
class NetworkSpec:
    """A network in plain data: ids → embedding (or one-hot) → stack of cells → head. Engines and layers read it.

    A window and GPT-2, which is a "cell" here, look ``context`` units back. With ``labels``, so many of them can
    condition the network: its first state, and a constant in the first layer's input.

    With an ``encoder``, the state begins as what that made of a source, and ``attention`` looks back at the source's
    places from the first layer. Where ``pooling`` names a way to make one answer of all places (or an answer of
    ``each``), there is no stack: the head reads the encoder. Without ``feedback`` the stack does not read what it
    writes: all comes from the first state. The head can be ``tied`` to the embedding.
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
    encoder: EncoderSpec | None = None
    attention: str = "none"
    pooling: str = "none"
    feedback: bool = True
    tied: bool = False

    @property
    def one_hot(self) -> bool:
        """Whether ids enter the first layer without an embedding."""
        return self.embedding_size == 0

    def input_size(self, layer: int) -> int:
        """The width of what a layer reads."""
        return self.hidden_size if layer else self.embedding_size or self.inputs

    @property
    def expected_shapes(self) -> Shapes:
        """The shape of every tensor of the network, by name; raises ``OptionError`` where no network is so."""
        return shapes_of(self)


class Task(ABC):
    """What makes one task differ from another; everything else is shared."""

    texts: tuple[str, ...] = ("text",)
    """The vocabularies of texts that a model of the task has."""
    labels: tuple[bool, ...] = (False,)
    """Whether it has a vocabulary of labels: always, never, or either."""

    @abstractmethod
    def read(self, source: Source, request: Request) -> Reading:
        """Read a source, and cut it into what is trained on and what is held out, in ids."""

    @abstractmethod
    def given(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> Given:
        """Sources as the network reads them, the way ``read`` does; raises ``UnrolledError`` for what is none."""

    @abstractmethod
    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        """The network for options without gaps."""

    @abstractmethod
    def loss(self, logits: Any, targets: Any) -> Any:
        """Nats of each target, as a torch tensor of the targets' shape."""

    @abstractmethod
    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        """A result as people read it, with what it was made of where that is shown, too."""


def refuse_gaps(model: ModelOptions, *names: str) -> None:
    """Raise an ``OptionError`` where an option is missing that describes a network: no recipe has filled it in."""
    for name in names:
        if getattr(model, name) is None:
            raise OptionError(f"nothing says what the {name} of the network is")


def negative_log_likelihood(logits: Any, targets: Any) -> Any:
    """Nats of each target [...] under logits [..., V]."""
    return logits.logsumexp(-1) - logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
