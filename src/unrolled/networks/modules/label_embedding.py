"""The condition of a sequence: its labels, as a first state and as a constant part of the first layer's input.

The constant is added to what the first layer reads of every unit, so that reading stays a look-up.
"""

from __future__ import annotations

import torch
from torch import nn

from ..shapes import LABEL_WIDTH
from .stack import NetworkState
from .tensors import TensorBE, TensorBN


class LabelEmbedding(nn.Module):
    """Labels → one vector → the first state, and a share of the first layer's gates."""

    def __init__(self, labels: int, states: int, gates: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(labels, LABEL_WIDTH)
        self.state = nn.Linear(LABEL_WIDTH, states, bias=False)
        self.input = nn.Linear(LABEL_WIDTH, gates, bias=False)

    def forward(self, labels: TensorBN) -> TensorBE:
        """Return the vectors of labels, one for each of N columns, which add up."""
        vectors: TensorBE = self.embedding(labels).sum(1)
        return vectors


def first_state(flat: TensorBN, parts: tuple[str, ...], layers: int) -> NetworkState:
    """Return the parts of a first state from what is known of them all, N = parts * layers * H."""
    each = torch.tanh(flat).view(len(flat), len(parts), layers, -1).transpose(0, 1)
    return dict(zip(parts, each, strict=True))
