"""Attention: at every step of writing, a look back at all positions of the source.

It stands on the first layer, so that whole sequences are still learnt in one scan of each layer: what is above reads
``z = tanh(W_h h + b + W_v Σ w_s m_s)`` in place of h (Luong et al. 2015, section 3.1, without input feeding; on the
bottom layer as in Wu et al. 2016, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from .product import product
from .tensors import TensorBS, TensorBSE, TensorBSH, TensorBTH, TensorBTS, TensorN, TensorTBH


@dataclass(frozen=True)
class AttentionMemory:
    """The positions of B sources, and which of them are real, if not all are."""

    keys: TensorBSH
    values: TensorBSH
    real: TensorBS | None = None

    def of(self, rows: TensorN) -> AttentionMemory:
        """Return the positions of the sources of some rows."""
        return AttentionMemory(self.keys[rows], self.values[rows], None if self.real is None else self.real[rows])


class Attention(nn.Module):
    """Weights w over the positions m [S, E] of a source, from a layer's output h; products are of a ``precision``.

    "dot": ``(W_k m) · h`` (Luong's "general"); "additive": ``v · tanh(W_k m + W_q h + b)`` (Bahdanau et al. 2015).
    """

    def __init__(self, way: str, hidden_size: int, width: int, precision: str) -> None:
        super().__init__()
        self.precision = precision
        self.key = nn.Linear(width, hidden_size, bias=False)
        self.value = nn.Linear(width, hidden_size, bias=False)
        self.hidden = nn.Linear(hidden_size, hidden_size)
        self.query = nn.Linear(hidden_size, hidden_size) if way == "additive" else None
        self.score = nn.Parameter(torch.empty(hidden_size if self.query else 0))

    def memory(self, positions: TensorBSE, real: TensorBS | None) -> AttentionMemory:
        """Return what is read of the positions of the sources, made once for all steps."""
        keys, values = (product(positions, each.weight.t(), self.precision) for each in (self.key, self.value))
        return AttentionMemory(keys, values, real)

    def forward(self, h: TensorTBH, memory: AttentionMemory) -> tuple[TensorTBH, TensorBTS]:
        """Return what the layers above read in place of h, and the weights."""
        rows = h.transpose(0, 1)
        scores = self.scores(rows, memory.keys)
        if memory.real is not None:
            scores = scores.masked_fill(~memory.real[:, None], -torch.inf)
        weights = scores.softmax(-1)
        hidden = product(rows, self.hidden.weight.t(), self.precision) + self.hidden.bias
        z = torch.tanh(hidden + weights @ memory.values)
        return z.transpose(0, 1), weights

    def scores(self, h: TensorBTH, keys: TensorBSH) -> TensorBTS:
        """Return how well every position suits every step."""
        if self.query is None:
            return h @ keys.transpose(1, 2)
        scores: TensorBTS = torch.tanh(keys[:, None] + self.query(h)[:, :, None]) @ self.score
        return scores
