"""The plain description of a network: engines, torch modules and the model file's checks read it."""

from __future__ import annotations

from dataclasses import dataclass

from ..kinds import KINDS, Kind
from .shapes import Shapes, shapes_of


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
        """Return the width of what a layer reads."""
        return self.width if layer else self.embedding_size


@dataclass(frozen=True)
class NetworkSpec:
    """A network in plain data: ids → embedding (or one-hot) → stack of cells → head. Engines and layers read it.

    Where its kind of ``model`` is no stack of cells, ``cell`` says nothing. A window and GPT-2 look ``context`` units
    back. With ``labels``, so many of them can condition the network: its first state, and a constant in the first
    layer's input.

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
    model: str = "recurrent"

    @property
    def kind(self) -> Kind:
        """What is particular about the kind of model."""
        return KINDS[self.model]

    @property
    def one_hot(self) -> bool:
        """Whether ids enter the first layer without an embedding."""
        return self.embedding_size == 0

    def input_size(self, layer: int) -> int:
        """Return the width of what a layer reads."""
        return self.hidden_size if layer else self.embedding_size or self.inputs

    @property
    def expected_shapes(self) -> Shapes:
        """The shape of every tensor of the network, by name; raises ``OptionError`` where no network is so."""
        return shapes_of(self)
