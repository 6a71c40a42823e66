"""Attention: at every step of writing, a look back at all places of the source.

It stands on the first layer, so that whole sequences are still learnt in one scan of each layer: what is above reads
``z = tanh(W_h h + b + W_v Σ w_s m_s)`` in place of h (Luong et al. 2015, section 3.1, without input feeding; on the
bottom layer as in Wu et al. 2016, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .product import product


@dataclass(frozen=True)
class AttentionMemory:
    """The places of B sources: keys and values [B, S, H], and which of them are real [B, S], if not all are."""

    keys: Tensor
    values: Tensor
    real: Tensor | None = None

    def of(self, rows: Tensor) -> AttentionMemory:
        """Return the places of the sources of some rows [B]."""
        return AttentionMemory(self.keys[rows], self.values[rows], None if self.real is None else self.real[rows])


class Attention(nn.Module):
    """Weights w over the places m [S, E] of a source, from a layer's output h; products are of a ``precision``.

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

    def memory(self, places: Tensor, real: Tensor | None) -> AttentionMemory:
        """Return what is read of the places [B, S, E] of the sources, made once for all steps."""
        keys, values = (product(places, each.weight.t(), self.precision) for each in (self.key, self.value))
        return AttentionMemory(keys, values, real)

    def forward(self, h: Tensor, memory: AttentionMemory) -> tuple[Tensor, Tensor]:
        """Return what the layers above read [T, B, H] in place of h [T, B, H], and the weights [B, T, S]."""
        rows = h.transpose(0, 1)
        scores = self.scores(rows, memory.keys)
        if memory.real is not None:
            scores = scores.masked_fill(~memory.real[:, None], -torch.inf)
        weights = scores.softmax(-1)
        hidden = product(rows, self.hidden.weight.t(), self.precision) + self.hidden.bias
        z = torch.tanh(hidden + weights @ memory.values)
        return z.transpose(0, 1), weights

    def scores(self, h: Tensor, keys: Tensor) -> Tensor:
        """Return how well every place [B, S, H] suits every step [B, T, H]: [B, T, S]."""
        if self.query is None:
            return h @ keys.transpose(1, 2)
        scores: Tensor = torch.tanh(keys[:, None] + self.query(h)[:, :, None]) @ self.score
        return scores
