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


def make_sampler(split: Material, network: Network) -> Sampler | None:
    """What chooses the units of a step, where the vocabulary is large."""
    large = len(split.vocabulary) >= LARGE and network.sampled
    return Sampler(split.counts()) if large else None
