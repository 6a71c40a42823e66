"""Dropout (Srivastava et al. 2014) whose mask is a function of one generator, made eight bits at a time."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

Chance = np.random.Generator
"""The source of all masks of one training step; without one, nothing is dropped."""


def dropout(x: Tensor, probability: float, chance: Chance | None) -> Tensor:
    """Zero each element with the probability (to the nearest 1/256) and scale the rest up, if there is a chance."""
    dropped = min(round(256 * probability), 255)
    if chance is None or not dropped:
        return x
    noise = np.frombuffer(bytearray(chance.bytes(x.numel())), np.uint8)
    kept = torch.from_numpy(noise).to(x.device) >= dropped
    return x * (kept.view(x.shape).to(x.dtype) * (256 / (256 - dropped)))
