"""A small convolutional network that is trained together with what reads it: pixels → a grid of vectors.

Each stage halves the picture: a convolution of 3 by 3 with a stride of 2, normalised over the whole picture (RMSNorm,
Zhang and Sennrich 2019, without gains), and a ReLU. They become wider and wider, until the picture is at most 7 by 7.
Letters: B pictures, S = ``size``, G places of the grid, E = ``width``.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..shapes import channels_of
from .dropout import Rng

EPSILON = 1e-5
SHIFT = 8
"""While it learns, a picture is shifted by at most one in so many of its pixels."""


class Cnn(nn.Module):
    """Pictures [B, S, S, 3] of bytes → grids [B, G, E], row by row from the upper left."""

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

    def forward(self, images: Tensor, rng: Rng | None = None) -> Tensor:
        """Return the grids of pictures; with a ``rng``, each is shifted, and where ``flip`` is on, mirrored or not."""
        if rng is not None:
            images = shifted(images, rng, self.flip)
        x = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        for conv in self.conv:
            x = torch.relu(normalised(conv(x)))
        return x.flatten(2).transpose(1, 2)


def normalised(x: Tensor) -> Tensor:
    """Return each picture [B, C, h, w] with a mean square of 1."""
    return x * torch.rsqrt(x.square().mean((1, 2, 3), keepdim=True) + EPSILON)


def shifted(images: Tensor, rng: Rng, flip: bool) -> Tensor:
    """Return each picture [B, S, S, 3] moved by some pixels, its border continued; one in two mirrored if ``flip``."""
    rows, size = images.shape[:2]
    most = size // SHIFT
    moves = rng.integers(-most, most + 1, (2, rows, 1))
    down, across = np.clip(np.arange(size) + moves, 0, size - 1)
    if flip:
        across = np.where(rng.random((rows, 1)) < 0.5, across[:, ::-1], across)
    return images[torch.arange(rows)[:, None, None], places(down)[:, :, None], places(across)[:, None]]


def places(array: NDArray[np.int64]) -> Tensor:
    """Return indices as a tensor."""
    return torch.from_numpy(np.ascontiguousarray(array))
