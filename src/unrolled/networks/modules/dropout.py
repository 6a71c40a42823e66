"""Dropout (Srivastava et al. 2014): its mask is a function of one generator and the device, eight bits at a time."""

from __future__ import annotations

import numpy as np
import torch

from .tensors import TensorX

Rng = np.random.Generator
"""The source of all masks of one training step; without one, nothing is dropped."""


def dropout(x: TensorX, probability: float, rng: Rng | None) -> TensorX:
    """Zero each element with the probability (to the nearest 1/256) and scale the rest up, if there is a chance."""
    dropped = min(round(256 * probability), 255)
    if rng is None or not dropped:
        return x
    kept = noise(x, rng) >= dropped
    return x * (kept.to(x.dtype) * (256 / (256 - dropped)))


def noise(x: TensorX, rng: Rng) -> TensorX:
    """Random bytes in x's shape, made where x is: a GPU would wait for bytes that come from the CPU."""
    if x.device.type == "cpu":
        return torch.from_numpy(np.frombuffer(bytearray(rng.bytes(x.numel())), np.uint8)).view(x.shape)
    generator = torch.Generator(x.device).manual_seed(int(rng.integers(1 << 62)))
    return torch.randint(256, x.shape, generator=generator, device=x.device, dtype=torch.uint8)
