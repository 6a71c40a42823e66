"""What training and engines ask of a network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ...datasets.encoder_input import EncoderInput
from ..spec import NetworkSpec
from .attention import AttentionMemory
from .dropout import Rng
from .stack import NetworkState
from .tensors import (
    Scalar,
    TensorB,
    TensorBE,
    TensorBGH,
    TensorBSV,
    TensorBSW,
    TensorBT,
    TensorBTS,
    TensorBTW,
    TensorBX,
    TensorN,
    TensorNW,
)

Head = Any
"""A module that makes logits of outputs, with a ``weight`` [V, H] and a ``bias`` [V]."""


@dataclass(frozen=True)
class Source:
    """What a network is given of B rows, on its device: labels, ids, an image, each with its size where padded."""

    values: TensorBX
    sizes: TensorB | None = None


@dataclass(frozen=True)
class Encoded:
    """What a network made of its sources.

    How its state begins, what is added to the first layer's gates, what attention looks at, and the answers that a head
    reads where nothing is written. Who wants to know where attention looked gives a list for its weights. ``whole`` is
    the last state of what read the sources.
    """

    first: NetworkState | None = None
    constant: TensorBGH | None = None
    memory: AttentionMemory | None = None
    answers: TensorBTW | None = None
    looked: list[TensorBTS] | None = None
    whole: TensorBE | None = None


def on_device(given: EncoderInput, device: torch.device) -> Source:
    """Return what is given, as tensors on a device."""
    sizes = None if given.sizes is None else torch.from_numpy(given.sizes).to(device)
    return Source(torch.from_numpy(given.values).to(device), sizes)


class Network(nn.Module, ABC):
    """A network: ids and a state in, outputs and the next state out; its ``head`` makes logits of outputs.

    ``precision`` is the arithmetic of its kernels, ``sampled`` whether it can learn from some of many units,
    ``window`` how many units it looks back, if that has an end, ``unseen`` the probability that scoring gives to all
    units together whose bias is ``NEVER``.
    """

    spec: NetworkSpec
    precision: str
    sampled: bool
    window: int = 0
    unseen: float = 0.0
    head: Head

    @abstractmethod
    def initialise(self, generator: torch.Generator) -> None:
        """Give it fresh weights."""

    @abstractmethod
    def encode(self, source: Source, rng: Rng | None = None) -> Encoded:
        """Return what the network makes of its sources, before it reads and writes; with a ``rng``, dropout is on."""

    @abstractmethod
    def start(self, rows: int, encoded: Encoded | None = None) -> NetworkState:
        """Return the state before the first unit, rows first: that which sources say, if there are any."""

    @abstractmethod
    def check(self, state: NetworkState) -> None:
        """Raise ``ValueError`` for a state, like ``start``'s but for what grows, that reading cannot lead to."""

    @abstractmethod
    def read(
        self, ids: TensorBT, state: NetworkState, rng: Rng | None = None, encoded: Encoded | None = None
    ) -> tuple[TensorBSW, NetworkState]:
        """Return what the head reads, and the last state, from ids; with a ``rng``, dropout is on.

        There is something to read after each id, or at each of S positions, where nothing is written.

        ``encoded`` are the rows' sources, where the network has any.
        """

    def loss(self, y: TensorNW, targets: TensorN, smoothing: float) -> tuple[Scalar, Scalar] | None:
        """Return the mean loss of targets after outputs, with label smoothing and without, in nats.

        None where the head makes nothing but logits.
        """
        return None

    def forward(
        self, ids: TensorBT, state: NetworkState, rng: Rng | None = None, encoded: Encoded | None = None
    ) -> tuple[TensorBSV, NetworkState]:
        """Return the same with the head: logits."""
        y, state = self.read(ids, state, rng, encoded)
        return self.head(y), state
