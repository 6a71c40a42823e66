"""What a step is fed with: a head that expects what is frequent, a sampler of many units, the mean of a batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..datasets.dataset import Dataset
from ..networks.modules import Network, sampled_softmax
from ..text.vocabulary import NEVER, Vocabulary
from .job import TrainingJob
from .warm_start import copy_weights

FAINT = 0.1
"""Times PyTorch's spread (``docs/lab-notes.md``)."""
MOST_UNSEEN = 0.01
"""Of a text of so few units that most occurred once, no more is given away: it costs every other unit."""


def mean_of(losses: torch.Tensor, counts: NDArray[np.bool_] | None) -> torch.Tensor:
    """Return the mean of the losses of a batch, padding left out."""
    if counts is None:
        return losses.mean()
    weights = torch.from_numpy(counts).to(losses)
    return (losses * weights).sum() / weights.sum()


def start_head(network: Network, job: TrainingJob, weights: torch.Tensor | None) -> None:
    """Let a fresh network begin with what its units' frequencies tell, and with a model's weights if it goes on."""
    counts = job.split.counts()
    expect(network, counts, weights)
    soften(network)
    if job.base:
        copy_weights(network, job.base.bundle)
        expect(network, counts, weights, first_seen=True)
    network.unseen = unseen_mass(network, job.split)


@torch.no_grad()
def expect(
    network: Network, counts: NDArray[np.int64], weights: torch.Tensor | None = None, first_seen: bool = False
) -> None:
    """Let a network expect each unit [V] as often as it counts in the loss, before it learns anything else.

    It would learn that first, by all that it has; and of many units the rare ones would keep their first logit for as
    long as they are hardly ever chosen. What never occurred has the probability 0: no gradient ever changes that.
    A unit that occurs for the ``first_seen`` time is one that it has no bias for. A bias that does not learn stays.
    """
    bias = network.head.bias
    if bias.requires_grad:
        counted = torch.from_numpy(counts).double() * (1.0 if weights is None else weights.double())
        logs = (counted / counted.sum()).log().clamp_min(NEVER).to(bias)
        bias.copy_(torch.where(bias < NEVER / 2, logs, bias) if first_seen else logs)


@torch.no_grad()
def soften(network: Network) -> None:
    """Make the weights of a head small that are its own: at first its bias says what is likely."""
    if network.head.bias.requires_grad and isinstance(network.head.weight, torch.nn.Parameter):
        network.head.weight.mul_(FAINT)


def unseen_mass(network: Network, split: Dataset) -> float:
    """Return the probability that scoring gives to all units together that never occurred: that of a new unit.

    It is estimated by the share of units that occurred once (Good 1953). Labels that never occurred cannot come.
    """
    if split.per == "label" or occurring(network).all():
        return 0.0
    counts = split.counts()
    return min(MOST_UNSEEN, max(1, int((counts == 1).sum())) / max(1, int(counts.sum())))


def occurring(network: Network) -> NDArray[np.bool_]:
    """Return which units [V] ever occurred where a network learnt."""
    found: NDArray[np.bool_] = (network.head.bias > NEVER / 2).cpu().numpy()
    return found


def with_unseen(split: Dataset, mass: float) -> dict[str, Vocabulary]:
    """Return all vocabularies by their name; that of the targets tells the mass of what never occurred."""
    own = split.vocabulary
    return {name: replace(each, unseen=mass) if each is own else each for name, each in split.vocabularies.items()}


def make_sampler(split: Dataset, network: Network) -> sampled_softmax.Sampler | None:
    """Return what chooses the units of a step, where the vocabulary is large."""
    large = len(split.vocabulary) >= sampled_softmax.SAMPLED_FROM and network.sampled
    return sampled_softmax.Sampler(split.counts(), occurring(network)) if large else None
