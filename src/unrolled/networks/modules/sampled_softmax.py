"""The loss over a large vocabulary, from some of its units: a whole softmax would take most of a step.

Importance sampling (Bengio and Senécal 2008; Jean et al. 2015, section 3): the units that a batch predicts, and others
drawn by their frequency, stand for all; each counts as often as it was likely to be left out. Scoring takes all.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from ...arrays import FlagsV, FloatsK, NumbersK, NumbersV, NumbersX
from .dropout import Rng
from .product import product
from .tensors import TensorBT, TensorBTH, TensorBTK, TensorK

LARGE = 2048
"""Units in a vocabulary from which on its tables learn by rows, and its head multiplies in the network's precision."""
SAMPLED_FROM = 2048
"""Units from which on a step learns from some of them: ``docs/lab-notes.md``, "A whole softmax or a sampled one"."""
DRAWN = 1024


class Sampler:
    """Chooses the units of a step among those that ``occur``; ``counts`` tells how often each does in the text.

    What occurred elsewhere and not in this text is chosen, too: it has to learn that it is rare here.
    """

    def __init__(self, counts: NumbersV, occur: FlagsV) -> None:
        weights = np.where(occur, counts + 1, 0)
        self.shares = weights / weights.sum()
        self.units = np.flatnonzero(occur)
        self.cumulative = np.cumsum(self.shares[self.units])

    def choose(self, targets: NumbersX, rng: Rng) -> tuple[NumbersK, FloatsK]:
        """Return the units of a step, sorted, and the logarithm of how likely each was to be among them."""
        drawn = self.units[np.searchsorted(self.cumulative, rng.random(DRAWN) * self.cumulative[-1])]
        units = np.unique(np.concatenate([targets.reshape(-1), drawn]))
        missed = np.log1p(-self.shares[units]) * (targets.size + DRAWN)
        return units, np.log(-np.expm1(missed)).astype(np.float32)


def some_logits(
    head: nn.Linear, y: TensorBTH, targets: TensorBT, units: TensorK, logs: TensorK, precision: str
) -> tuple[TensorBTK, TensorBT]:
    """Return logits of the chosen units after y, and the targets' positions among them.

    A softmax over these logits estimates that over all units: every one but the target itself is weighed by 1 over its
    likelihood ``logs`` of being chosen. The gradient of ``head.weight`` is sparse.
    """
    positions = torch.searchsorted(units, targets)
    weights, bias = nn.functional.embedding(units, head.weight, sparse=True), head.bias[units]
    logits = product(y, weights.t(), precision) + (bias - logs)
    return logits.scatter_add(-1, positions.unsqueeze(-1), logs[positions].unsqueeze(-1)), positions
