"""What a step minimises: the loss, smoothed or weighed where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..config import TrainOptions
from ..datasets.dataset import Dataset
from ..text.vocabulary import NEVER, SPECIAL
from .output_layer import mean_of


@dataclass(frozen=True)
class Objective:
    """What is minimised.

    ``smoothing`` spreads a share of each target over all units that occur; ``weights`` [V] tell how much each counts.
    """

    smoothing: float = 0.0
    weights: Tensor | None = None

    @classmethod
    def of(cls, settings: TrainOptions, split: Dataset) -> Objective:
        """Return the objective that the options ask for."""
        weights = balanced(split.counts()) if settings.class_weights == "balanced" else None
        return cls(settings.label_smoothing or 0.0, weights)

    def __call__(
        self, losses: Tensor, logits: Tensor, positions: Tensor, targets: Tensor, counts: NDArray[np.bool_] | None
    ) -> Tensor:
        """Return the mean to be minimised of the losses [B, T] of targets, which have their places in logits [B, T, S].

        Label smoothing: Szegedy et al. 2016, section 7; over those units that have logits.
        """
        if self.smoothing:
            picked = logits.gather(-1, positions.unsqueeze(-1)).squeeze(-1)  # a loss is what all amount to, less this
            losses = losses + self.smoothing * (picked - mean_logit(logits))
        if self.weights is not None:
            losses = losses * self.weights.to(losses.device)[targets]
        return mean_of(losses, counts)


def mean_logit(logits: Tensor) -> Tensor:
    """Return the mean over the last axis of the logits of units that occur."""
    occur = logits > NEVER / 2
    return logits.masked_fill(~occur, 0).sum(-1) / occur.sum(-1)


def balanced(counts: NDArray[np.int64]) -> Tensor:
    """Return the weight of every unit [V] with which each counts the same in the sum, whose mean stays 1."""
    counted = counts[SPECIAL:]
    weights = np.ones(len(counts), np.float32)
    weights[SPECIAL:] = counted.sum() / (np.maximum(counted, 1) * max(1, (counted > 0).sum()))
    return torch.from_numpy(weights)
