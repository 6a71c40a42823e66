"""The small convolutional network of ``networks.modules.cnn`` in NumPy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..arrays import (
    ArrayEK33,
    ArrayX,
    BytesBPQC,
    BytesPQC,
    FloatsBSE,
    FloatsIJN,
    FloatsNE,
    FloatsPQC,
    FloatsSE,
    FloatsY,
    FloatsYY,
)

EPSILON = 1e-5
Tensors = Mapping[str, ArrayX]


def grid_of(images: BytesBPQC, tensors: Tensors, prefix: str = "") -> FloatsBSE:
    """Return the grids of pictures, row by row; ``prefix`` stands before the tensors' names.

    Picture by picture: what one shows does not depend on which others are read with it.
    """
    stages = stages_of(tensors, prefix)
    return np.stack([grid_of_one(image, stages) for image in images])


def stages_of(tensors: Tensors, prefix: str) -> list[tuple[FloatsYY, FloatsY]]:
    """Return the weights of each stage as a matrix [9 * channels before, channels], and its bias."""
    stages = sum(name.startswith(f"{prefix}conv.") and name.endswith(".weight") for name in tensors)
    names = [f"{prefix}conv.{stage}." for stage in range(stages)]
    return [(matrix(tensors[f"{name}weight"]), tensors[f"{name}bias"].astype(np.float32)) for name in names]


def matrix(weight: ArrayEK33) -> FloatsNE:
    """Return a convolution's weight [channels, before, 3, 3] as a matrix for ``patches``."""
    return weight.astype(np.float32).transpose(2, 3, 1, 0).reshape(-1, len(weight))


def grid_of_one(image: BytesPQC, stages: list[tuple[FloatsYY, FloatsY]]) -> FloatsSE:
    """Return the grid of one picture."""
    x: FloatsPQC = image.astype(np.float32) / np.float32(127.5) - 1
    for weight, bias in stages:
        y = patches(x) @ weight + bias
        x = np.maximum(y / np.sqrt(np.square(y).mean() + EPSILON), 0).astype(np.float32)
    return x.reshape(-1, x.shape[-1])


def patches(x: FloatsPQC) -> FloatsIJN:
    """Return what each position of a convolution of 3 by 3 with a stride of 2 sees: I = ⌈P/2⌉, J = ⌈Q/2⌉, N = 9 * C."""
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    seen = sliding_window_view(padded, (3, 3), (0, 1))[::2, ::2].transpose(0, 1, 3, 4, 2)
    return seen.reshape(*seen.shape[:2], -1)
