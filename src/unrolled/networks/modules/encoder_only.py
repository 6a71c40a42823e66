"""The network that answers and does not write: an encoder, its places pooled, and a head."""

from __future__ import annotations

import math

import torch

from ..shapes import POOLED
from ..spec import NetworkSpec
from .base import Encoded, Network, Source
from .dropout import Rng, dropout
from .encoder import Places, make_encoder
from .init import SMALL, start_weights
from .linear_head import LinearHead
from .stack import NetworkState
from .tensors import Scalar, TensorBE, TensorBT, TensorBTW, TensorN, TensorNSW, TensorNW


class EncoderOnlyNetwork(Network):
    """One answer for a whole source, or one for each of its places; it has no state and reads no ids."""

    sampled = False

    def __init__(self, spec: NetworkSpec, precision: str) -> None:
        super().__init__()
        assert spec.encoder, "there is nothing else to answer from"
        self.spec, self.precision = spec, precision
        self.encoder = make_encoder(spec.encoder, precision)
        self.head = LinearHead(POOLED[spec.pooling] * spec.encoder.width, spec.outputs, precision)

    def initialise(self, generator: torch.Generator) -> None:
        assert self.spec.encoder, "there is one"
        start_weights(self, self.spec.encoder.hidden_size, self.spec.encoder.cell, generator, SMALL)
        bound = 1 / math.sqrt(self.head.in_features)
        with torch.no_grad():
            self.head.weight.uniform_(-bound, bound, generator=generator)

    def encode(self, source: Source, rng: Rng | None = None) -> Encoded:
        found = self.encoder(source.values, source.sizes, rng)
        answers = dropout(pool(found, self.spec.pooling), self.spec.dropout, rng)
        return Encoded(answers=answers, whole=found.whole)

    def start(self, rows: int, encoded: Encoded | None = None) -> NetworkState:
        return {}

    def check(self, state: NetworkState) -> None:
        """Any state of the right shapes will do."""

    def read(
        self, ids: TensorBT, state: NetworkState, rng: Rng | None = None, encoded: Encoded | None = None
    ) -> tuple[TensorNSW, NetworkState]:
        assert encoded and encoded.answers is not None, "there is always a source"
        return encoded.answers, state

    def loss(self, y: TensorNW, targets: TensorN, smoothing: float) -> tuple[Scalar, Scalar]:
        found: tuple[Scalar, Scalar] = self.head.loss(y, targets, smoothing)
        return found


def pool(found: Places, way: str) -> TensorBTW:
    """Return what a head reads; "all" is the last, greatest and mean (Howard and Ruder 2018, section 3.3)."""
    if way == "each":
        return found.places
    return torch.cat([pooled(found, each) for each in (("last", "max", "mean") if way == "all" else (way,))], 1)[
        :, None
    ]


def pooled(found: Places, way: str) -> TensorBE:
    """Return all positions of every row in one vector."""
    if way == "last":
        return found.whole
    real = found.real if found.real is not None else found.places.new_ones(found.places.shape[:2], dtype=torch.bool)
    if way == "max":
        return found.places.masked_fill(~real[:, :, None], -torch.inf).amax(1)
    share = real.to(found.places) / real.sum(1, keepdim=True)
    return (share[:, None] @ found.places)[:, 0]
