"""The recurrent network that a ``NetworkSpec`` describes: ids → embedding or one-hot → stack → head."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..cells import find_cell
from ..tasks.base import NetworkSpec
from .base import Network
from .condition import Condition
from .dropout import Chance
from .sampled import LARGE
from .stack import NetworkState, Stack


class RecurrentNetwork(Network):
    """Its tensors have the names people give them: ``embedding.weight``, ``rnn.weight_ih_l0``, ``head.weight``."""

    sampled = True

    def __init__(self, spec: NetworkSpec, kind: str) -> None:
        super().__init__()
        self.spec, self.kind = spec, kind
        self.embedding = (
            None if spec.one_hot else nn.Embedding(spec.inputs, spec.embedding_size, sparse=spec.inputs >= LARGE)
        )
        widths = [spec.input_size(layer) for layer in range(spec.layers)]
        cell = find_cell(spec.cell, spec.context)
        self.rnn = Stack(cell, widths, spec.hidden_size, spec.dropout, kind)
        self.head = nn.Linear(spec.hidden_size, spec.outputs)
        states = len(cell.parts) * spec.layers * spec.hidden_size
        self.condition = Condition(spec.labels, states, cell.gates * spec.hidden_size) if spec.labels else None

    def initialise(self, generator: torch.Generator) -> None:
        """PyTorch's uniform start, orthogonal recurrences, and an LSTM that remembers at first.

        Orthogonal: Saxe et al. 2014. Forget gate's bias of 1: Jozefowicz et al. 2015, section 3.1.
        """
        bound = 1 / math.sqrt(self.spec.hidden_size)
        for name, parameter in self.named_parameters():
            with torch.no_grad():
                if "embedding.weight" in name:
                    parameter.normal_(generator=generator)
                elif "weight_hh" in name:
                    for block in torch.split(parameter, self.spec.hidden_size):
                        nn.init.orthogonal_(block, generator=generator)
                else:
                    parameter.uniform_(-bound, bound, generator=generator)
                if self.spec.cell == "lstm" and "bias_ih" in name:
                    parameter[self.spec.hidden_size : 2 * self.spec.hidden_size] += 1

    def start(self, rows: int, vectors: Tensor | None = None) -> NetworkState:
        """[rows, layers, H] a part: zeros, or what the condition's ``vectors`` say."""
        names = self.rnn.cell.parts
        if self.condition is not None and vectors is not None:
            parts = self.condition.first_state(vectors, len(names), self.spec.layers)
            return dict(zip(names, parts, strict=True))
        shape = (rows, self.spec.layers, self.spec.hidden_size)
        return {part: self.head.weight.new_zeros(shape) for part in names}

    def read(
        self, ids: Tensor, state: NetworkState, chance: Chance | None = None, vectors: Tensor | None = None
    ) -> tuple[Tensor, NetworkState]:
        constant = self.condition.input(vectors) if self.condition is not None and vectors is not None else None
        fused = ids.device.type != "cpu" and bool(self.rnn.cell.torch_name)
        first = self.inputs(ids.t()) if fused else self.first_layer(ids.t())
        if constant is not None and not fused:
            first = first + constant
        y, state = self.rnn(first, state, chance, fused, constant)
        return y.transpose(0, 1), state

    def inputs(self, ids: Tensor) -> Tensor:
        """What the first layer reads: the ids' embeddings, or their one-hot vectors."""
        if self.embedding is None:
            return nn.functional.one_hot(ids, self.spec.inputs).to(self.head.weight.dtype)
        embedded: Tensor = self.embedding(ids)
        return embedded

    def first_layer(self, ids: Tensor) -> Tensor:
        """``W_ih x + b_ih`` of the first layer for ids of any shape.

        A table of all V rows serves many ids; a few ids are cheaper one by one, and touch few rows of a large table.
        """
        if self.embedding is None:
            w_ih, _, b_ih, _ = self.rnn.weights(0)
            return nn.functional.embedding(ids, w_ih.t() + b_ih)
        sparse = self.embedding.sparse and torch.is_grad_enabled()
        if sparse or ids.numel() < self.spec.inputs:
            return self.rnn.project(self.embedding(ids), 0)
        return nn.functional.embedding(ids, self.rnn.project(self.embedding.weight, 0))
