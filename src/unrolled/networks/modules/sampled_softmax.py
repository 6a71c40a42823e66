"""The loss over a large vocabulary, from some of its units: a whole softmax would take most of a step.

Importance sampling (Bengio and Senécal 2008; Jean et al. 2015, section 3): the units that a batch predicts, and others
drawn by their frequency, stand for all; each counts as often as it was likely to be left out. Scoring takes all.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .dropout import Rng
from .product import product

LARGE = 2048
"""Units in a vocabulary from which on training takes some of them."""
DRAWN = 1024


class Sampler:
    """Chooses the units of a step among those that ``occur`` [V]; ``counts`` [V] tells how often each does in the text.

    What occurred elsewhere and not in this text is chosen, too: it has to learn that it is rare here.
    """

    def __init__(self, counts: NDArray[np.int64], occur: NDArray[np.bool_]) -> None:
        weights = np.where(occur, counts + 1, 0)
        self.shares = weights / weights.sum()
        self.units = np.flatnonzero(occur)
        self.cumulative = np.cumsum(self.shares[self.units])

    def choose(self, targets: NDArray[np.int64], rng: Rng) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the units of a step, sorted, and the logarithm of how likely each was to be among them."""
        drawn = self.units[np.searchsorted(self.cumulative, rng.random(DRAWN) * self.cumulative[-1])]
        units = np.unique(np.concatenate([targets.reshape(-1), drawn]))
        missed = np.log1p(-self.shares[units]) * (targets.size + DRAWN)
        return units, np.log(-np.expm1(missed)).astype(np.float32)


def some_logits(
    head: nn.Linear, y: Tensor, targets: Tensor, units: Tensor, logs: Tensor, precision: str
) -> tuple[Tensor, Tensor]:
    """Return logits [B, T, S] of the chosen units after y [B, T, H], and the targets' places among them.

    A softmax over these logits estimates that over all units: every one but the target itself is weighed by 1 over its
    likelihood ``logs`` of being chosen. The gradient of ``head.weight`` is sparse.
    """
    places = torch.searchsorted(units, targets)
    weights, bias = nn.functional.embedding(units, head.weight, sparse=True), head.bias[units]
    logits = product(y, weights.t(), precision) + (bias - logs)
    return logits.scatter_add(-1, places.unsqueeze(-1), logs[places].unsqueeze(-1)), places
