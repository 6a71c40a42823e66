"""What a task is, and the plain description of a network that it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..config import ModelOptions
from ..errors import OptionError
from ..networks.spec import NetworkSpec
from ..text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..datasets.dataset import LoadedData, ReadRequest
    from ..datasets.encoder_input import EncoderInput
    from ..formats.corpus import Source

Vocabularies = Mapping[str, Vocabulary]
"""Vocabularies by their name in the bundle: ``text``, and ``labels`` where there are any."""


class Task(ABC):
    """What makes one task differ from another; everything else is shared."""

    texts: tuple[str, ...] = ("text",)
    """The vocabularies of texts that a model of the task has."""
    labels: tuple[bool, ...] = (False,)
    """Whether it has a vocabulary of labels: always, never, or either."""

    @abstractmethod
    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        """Read a source, and cut it into what is trained on and what is held out, in ids."""

    @abstractmethod
    def given(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
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
