"""A head that is tied to the embedding: what is written is near to what it reads like (Press and Wolf 2017).

Logits are ``E (P y) + b``: the outputs are projected to the width of the embedding E [V, K], whose rows stand for the
units. Fewer weights have to be learnt, and every pair teaches them from both sides.
"""

from __future__ import annotations

import torch
from torch import nn

from .fused_loss import FusedLoss
from .product import product
from .tensors import Scalar, TensorN, TensorNH, TensorVH, TensorXH, TensorXV


class TiedHead(nn.Module):
    """The head of an ``embedding`` that stands elsewhere; its products are of a ``precision``."""

    def __init__(self, embedding: nn.Embedding, hidden_size: int, precision: str) -> None:
        super().__init__()
        self.precision = precision
        self.elsewhere = (embedding,)  # in a tuple, so that its weights are not taken for ours
        self.project = nn.Linear(hidden_size, embedding.embedding_dim, bias=False)
        self.bias = nn.Parameter(torch.zeros(embedding.num_embeddings))

    @property
    def weight(self) -> TensorVH:
        """What the head amounts to."""
        return self.elsewhere[0].weight @ self.project.weight

    def loss(self, y: TensorNH, targets: TensorN, smoothing: float) -> tuple[Scalar, Scalar]:
        """Return the mean loss, smoothed and plain, of targets after outputs, without all logits at once."""
        along = product(y, self.project.weight.t(), self.precision)
        found: tuple[Scalar, Scalar] = FusedLoss.apply(  # type: ignore[no-untyped-call]  # torch has no types for it
            along, self.elsewhere[0].weight, self.bias, targets, smoothing, self.precision
        )
        return found

    def forward(self, y: TensorXH) -> TensorXV:
        """Return logits of outputs."""
        along = product(y, self.project.weight.t(), self.precision)
        return product(along, self.elsewhere[0].weight.t(), self.precision) + self.bias
