"""A small convolutional network that is trained together with what reads it: pixels → a grid of vectors.

Each stage halves the picture: a convolution of 3 by 3 with a stride of 2, normalised over the whole picture (RMSNorm,
Zhang and Sennrich 2019, without gains), and a ReLU. They become wider and wider, until the picture is at most 7 by 7.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import nn

from ...arrays import NumbersNK
from ..shapes import channels_of
from .dropout import Rng
from .tensors import TensorBCPQ, TensorBPQC, TensorBSE, TensorNK

EPSILON = 1e-5
SHIFT = 8
"""While it learns, a picture is shifted by at most one in so many of its pixels."""


class Cnn(nn.Module):
    """Pictures of bytes → grids of vectors, row by row from the upper left."""

    def __init__(self, size: int, width: int, flip: bool = False) -> None:
        super().__init__()
        self.flip = flip
        channels = [3, *channels_of(size, width)]
        self.conv = nn.ModuleList(nn.Conv2d(*pair, 3, stride=2, padding=1) for pair in itertools.pairwise(channels))

    def initialise(self, generator: torch.Generator) -> None:
        """Weights that keep the size of what passes a ReLU (He et al. 2015), and no bias."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.kaiming_normal_(parameter, nonlinearity="relu", generator=generator)
            else:
                nn.init.zeros_(parameter)

    def forward(self, images: TensorBPQC, rng: Rng | None = None) -> TensorBSE:
        """Return the grids of pictures; with a ``rng``, each is shifted, and where ``flip`` is on, mirrored or not."""
        if rng is not None:
            images = shifted(images, rng, self.flip)
        x = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        for conv in self.conv:
            x = torch.relu(normalised(conv(x)))
        return x.flatten(2).transpose(1, 2)


def normalised(x: TensorBCPQ) -> TensorBCPQ:
    """Return each picture with a mean square of 1."""
    return x * torch.rsqrt(x.square().mean((1, 2, 3), keepdim=True) + EPSILON)


def shifted(images: TensorBPQC, rng: Rng, flip: bool) -> TensorBPQC:
    """Return each picture moved by some pixels, its border continued; one in two mirrored if ``flip``."""
    rows, size = images.shape[:2]
    most = size // SHIFT
    moves = rng.integers(-most, most + 1, (2, rows, 1))
    down, across = np.clip(np.arange(size) + moves, 0, size - 1)
    if flip:
        across = np.where(rng.random((rows, 1)) < 0.5, across[:, ::-1], across)
    return images[torch.arange(rows)[:, None, None], indices(down)[:, :, None], indices(across)[:, None]]


def indices(array: NumbersNK) -> TensorNK:
    """Return indices as a tensor."""
    return torch.from_numpy(np.ascontiguousarray(array))
