"""What training and engines ask of a network. Letters: B rows, T units in time, V ids, H = ``hidden_size``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from ..tasks.base import NetworkSpec
from .condition import Condition
from .dropout import Chance
from .stack import NetworkState

Head = Any
"""A module that makes logits of outputs, with a ``weight`` [V, H] and a ``bias`` [V]."""


class Network(nn.Module, ABC):
    """A network: ids and a state in, outputs and the next state out; its ``head`` makes logits of outputs.

    ``kind`` is the arithmetic of its kernels, ``sampled`` whether it can learn from some of many units,
    ``window`` how many units it looks back, if that has an end.
    """

    spec: NetworkSpec
    kind: str
    sampled: bool
    window: int = 0
    head: Head
    condition: Condition | None

    @abstractmethod
    def initialise(self, generator: torch.Generator) -> None:
        """Give it fresh weights."""

    @abstractmethod
    def start(self, rows: int, vectors: Tensor | None = None) -> NetworkState:
        """The state before the first unit, rows first; or that which the condition's ``vectors`` [B, ...] say."""

    @abstractmethod
    def read(
        self, ids: Tensor, state: NetworkState, chance: Chance | None = None, vectors: Tensor | None = None
    ) -> tuple[Tensor, NetworkState]:
        """The last layer's outputs [B, T, H] and the last state, from ids [B, T]; with a ``chance``, dropout is on.

        ``vectors`` [B, ...] are the rows' conditions, where the network has any.
        """

    def forward(
        self, ids: Tensor, state: NetworkState, chance: Chance | None = None, vectors: Tensor | None = None
    ) -> tuple[Tensor, NetworkState]:
        """The same with the head: logits [B, T, V]."""
        y, state = self.read(ids, state, chance, vectors)
        return self.head(y), state
