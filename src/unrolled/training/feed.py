"""What a step is fed with: a sampler of units where they are many, and the mean over what counts in a batch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.material import Material
from ..layers import Network
from ..layers.sampled import LARGE, Sampler


def mean_of(losses: torch.Tensor, counts: NDArray[np.bool_] | None) -> torch.Tensor:
    """The mean of the losses of a batch, padding left out."""
    if counts is None:
        return losses.mean()
    weights = torch.from_numpy(counts).to(losses)
    return (losses * weights).sum() / weights.sum()


@torch.no_grad()
def expect(network: Network, counts: NDArray[np.int64]) -> None:
    """Let a network that sees expect each unit as often as it is counted, before it learns to see anything.

    It would learn that first, by all that it has: what it sees would be noise for so long, and be turned down.
    """
    spec = network.spec.encoder
    if spec and spec.kind != "units":
        shares = (counts + 0.5) / (counts + 0.5).sum()
        network.head.bias.copy_(torch.from_numpy(np.log(shares)))


def make_sampler(split: Material, network: Network) -> Sampler | None:
    """What chooses the units of a step, where the vocabulary is large."""
    large = len(split.vocabulary) >= LARGE and network.sampled
    return Sampler(split.counts()) if large else None
