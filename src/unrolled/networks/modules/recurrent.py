"""The recurrent network that a ``NetworkSpec`` describes: ids → embedding or one-hot → stack → head.

What it is given first, labels or a source that an encoder reads, begins its state.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from ...text.vocabulary import BOUNDARY
from ..cells import find_cell
from ..spec import NetworkSpec
from .attention import Attention
from .base import Encoded, Head, Network, Source
from .dropout import Rng, dropout
from .encoder import make_encoder
from .init import SMALL, start_weights
from .label_embedding import LabelEmbedding, first_state
from .linear_head import LinearHead
from .sampled_softmax import LARGE
from .scan import LookUp, Share, has_fused, whole
from .stack import NetworkState, Stack
from .tensors import Scalar, TensorBT, TensorBTH, TensorN, TensorNW, TensorTB, TensorTBH, TensorX, TensorXI
from .tied_head import TiedHead


class RecurrentNetwork(Network):
    """Its tensors have the names people give them: ``embedding.weight``, ``rnn.weight_ih_l0``, ``head.weight``."""

    def __init__(self, spec: NetworkSpec, precision: str) -> None:
        super().__init__()
        self.spec, self.precision, self.sampled = spec, precision, not spec.encoder
        self.embedding = (
            None
            if spec.one_hot
            else nn.Embedding(spec.inputs, spec.embedding_size, sparse=not spec.encoder and spec.inputs >= LARGE)
        )
        widths = [spec.input_size(layer) for layer in range(spec.layers)]
        cell = find_cell(spec.cell, spec.context)
        self.rnn = Stack(cell, widths, spec.hidden_size, spec.dropout, precision)
        self.head: Head = LinearHead(spec.hidden_size, spec.outputs, precision)
        if spec.tied and self.embedding:
            self.head = TiedHead(self.embedding, spec.hidden_size, precision)
        states = len(cell.parts) * spec.layers * spec.hidden_size
        self.condition = LabelEmbedding(spec.labels, states, cell.gates * spec.hidden_size) if spec.labels else None
        self.encoder = self.bridge = self.attention = None
        if spec.encoder:
            self.encoder = make_encoder(spec.encoder, precision, self.embedding)
            self.bridge = nn.Linear(spec.encoder.width, states)
            if spec.attention != "none":
                self.attention = Attention(spec.attention, spec.hidden_size, spec.encoder.width, precision)

    def initialise(self, generator: torch.Generator) -> None:
        spread = SMALL if self.spec.encoder else 1.0
        start_weights(self, self.spec.hidden_size, self.spec.cell, generator, spread)
        if self.spec.tied:  # no unit is preferred at first
            nn.init.zeros_(self.head.bias)

    def encode(self, source: Source, rng: Rng | None = None) -> Encoded:
        parts, layers = self.rnn.cell.parts, self.spec.layers
        if self.condition is not None:
            vectors = self.condition(source.values.long())
            return Encoded(first_state(self.condition.state(vectors), parts, layers), self.condition.input(vectors))
        if self.encoder is None or self.bridge is None:
            return Encoded()
        found = self.encoder(source.values, source.sizes, rng)
        memory = self.attention.memory(found.places, found.real) if self.attention else None
        first = first_state(self.bridge(found.whole), parts, layers)
        return Encoded(first, memory=memory, whole=found.whole)

    def start(self, rows: int, encoded: Encoded | None = None) -> NetworkState:
        """[rows, layers, H] a part: zeros, or what the sources say."""
        if encoded is not None and encoded.first is not None:
            return encoded.first
        shape = (rows, self.spec.layers, self.spec.hidden_size)
        return {part: self.head.bias.new_zeros(shape) for part in self.rnn.cell.parts}

    def check(self, state: NetworkState) -> None:
        """Any state of the right shapes will do."""

    def read(
        self, ids: TensorBT, state: NetworkState, rng: Rng | None = None, encoded: Encoded | None = None
    ) -> tuple[TensorBTH, NetworkState]:
        encoded = encoded or Encoded()
        if not self.spec.feedback:
            ids = torch.full_like(ids, BOUNDARY)
        fused = has_fused(self.rnn.cell, ids.device, self.precision)
        first = self.inputs(ids.t(), rng) if fused else self.first_layer(ids.t(), rng)
        if encoded.constant is not None and not fused:
            first = whole(first) + encoded.constant
        y, state = self.rnn(first, state, rng, fused, encoded.constant, self.looking(encoded))
        return y.transpose(0, 1), state

    def loss(self, y: TensorNW, targets: TensorN, smoothing: float) -> tuple[Scalar, Scalar]:
        found: tuple[Scalar, Scalar] = self.head.loss(y, targets, smoothing)
        return found

    def looking(self, encoded: Encoded) -> Callable[[TensorTBH], TensorTBH] | None:
        """Return what looks at the source above the first layer, if anything does."""
        attention, memory = self.attention, encoded.memory
        if attention is None or memory is None:
            return None

        def look(h: TensorTBH) -> TensorTBH:
            seen: TensorTBH
            seen, weights = attention(h, memory)
            if encoded.looked is not None:
                encoded.looked.append(weights)
            return seen

        return look

    def inputs(self, ids: TensorX, rng: Rng | None = None) -> TensorXI:
        """Return what the first layer reads: the ids' embeddings, or their one-hot vectors."""
        if self.embedding is None:
            return nn.functional.one_hot(ids, self.spec.inputs).to(self.head.bias.dtype)
        embedded: TensorXI = self.embedding(ids)
        return dropout(embedded, self.spec.dropout, rng) if self.encoder else embedded

    def first_layer(self, ids: TensorTB, rng: Rng | None = None) -> Share:
        """Return ``W_ih x + b_ih`` of the first layer for ids.

        A table of all V rows serves many ids; a few ids are cheaper one by one, and touch few rows of a large table.
        """
        if self.encoder and rng is not None:  # what was written is not to be trusted more than what was read
            return self.rnn.project(self.inputs(ids, rng), 0)
        if self.embedding is None:
            w_ih, _, b_ih, _ = self.rnn.weights(0)
            return LookUp(w_ih.t() + b_ih, ids)
        sparse = self.embedding.sparse and torch.is_grad_enabled()
        if sparse or ids.numel() < self.spec.inputs:
            return self.rnn.project(self.embedding(ids), 0)
        return LookUp(self.rnn.project(self.embedding.weight, 0), ids)
