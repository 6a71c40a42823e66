"""What a step is fed with: batches of the wanted kind, their labels, and the mean over what counts in them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import TrainOptions
from ..data.batches import Batches, Streams, Windows
from ..data.buckets import Buckets
from ..data.split import Split
from ..layers import Network
from ..layers.sampled import LARGE, Sampler
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY

HIDDEN = 0.1
"""The share of labels that a network does not see, so that it also knows to do without."""


def mean_of(losses: torch.Tensor, counts: NDArray[np.bool_] | None) -> torch.Tensor:
    """The mean of the losses of a batch, padding left out."""
    if counts is None:
        return losses.mean()
    weights = torch.from_numpy(counts).to(losses)
    return (losses * weights).sum() / weights.sum()


def make_batches(split: Split, settings: TrainOptions) -> Batches:
    """The text in batches of the wanted kind."""
    ids = split.train
    assert settings.batch_size and settings.sequence_length, "the recipe fills these in"
    if split.ends:
        return Buckets(ids, settings.batch_size, settings.sequence_length, settings.seed)
    if settings.batches == "windows":
        return Windows(ids, settings.batch_size, settings.sequence_length, settings.seed)
    rows, length, seed = settings.batch_size, settings.sequence_length, settings.seed
    return Streams(ids, rows, length, seed, settings.reset_probability)


def make_sampler(split: Split, network: Network) -> Sampler | None:
    """What chooses the units of a step, where the vocabulary is large."""
    large = len(split.vocabulary) >= LARGE and network.sampled
    return Sampler(split.vocabulary.count(split.train)) if large else None


def hidden_labels(labels: Ids, seed: int, epoch: int) -> Ids:
    """The labels [documents, columns] that the network sees in an epoch: the boundary's id stands for a hidden one."""
    chance = np.random.Generator(np.random.SFC64([seed, 5, epoch]))
    return np.where(chance.random(labels.shape) < HIDDEN, BOUNDARY, labels)
