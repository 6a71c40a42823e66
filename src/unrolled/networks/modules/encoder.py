"""Encoders: what reads a source before anything is written, and remembers every position of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..cells import CELLS
from ..shapes import BACKWARDS, grid_side
from ..spec import EncoderSpec
from .cnn import Cnn
from .dropout import Rng, dropout
from .scan import fused_scan, has_fused
from .stack import Recurrent
from .tensors import (
    TensorB,
    TensorBE,
    TensorBPQC,
    TensorBS,
    TensorBSE,
    TensorBSF,
    TensorBW,
    TensorE,
    TensorSB,
    TensorSBE,
    TensorSBH,
    TensorSBI,
    TensorSBK,
    TensorXE,
)

MOMENTUM = 0.05
"""What a batch adds to the mean and the variance that are kept of pictures as a whole."""


@dataclass(frozen=True)
class Places:
    """What is remembered of every position, which of these are real, and the source as a whole."""

    places: TensorBSE
    real: TensorBS | None
    whole: TensorBW


def make_encoder(spec: EncoderSpec, precision: str, embedding: nn.Embedding | None = None) -> nn.Module:
    """Return the encoder of a spec; its scans use kernels of a ``precision``, and it may share an embedding."""
    if spec.kind == "units":
        return UnitsEncoder(spec, precision, embedding if spec.shared else None)
    return PixelsEncoder(spec) if spec.kind == "pixels" else FeaturesEncoder(spec)


class BothWays(Recurrent):
    """Layers that read from the beginning and, with two directions, from the end (Schuster and Paliwal 1997)."""

    def __init__(self, spec: EncoderSpec, precision: str) -> None:
        widths = [spec.input_size(layer) for layer in range(spec.layers)]
        super().__init__(CELLS[spec.cell], widths, spec.hidden_size, spec.dropout, precision)
        self.directions = ("", BACKWARDS)[: spec.directions]
        for layer, width in enumerate(widths):
            if spec.directions > 1:
                self.add_layer(f"l{layer}{BACKWARDS}", width)

    def forward(self, x: TensorSBI, sizes: TensorB, rng: Rng | None) -> tuple[TensorSBE, TensorBE]:
        """Return the outputs over x, and the last one in each direction."""
        turned, ends = turn(sizes, len(x)), (sizes - 1)[None, :, None]
        last = x
        for layer in range(self.layers):
            ways = [self.one_way(at(x, turned) if way else x, layer, way) for way in self.directions]
            last = torch.cat([y.gather(0, ends.expand(1, -1, y.shape[2]))[0] for y in ways], 1)
            aligned = [at(y, turned) if way else y for y, way in zip(ways, self.directions, strict=True)]
            x = dropout(torch.cat(aligned, 2), self.dropout, rng)
        return x, dropout(last, self.dropout, rng)

    def one_way(self, x: TensorSBI, layer: int, way: str) -> TensorSBH:
        """Return one layer over x in one direction."""
        zeros = tuple(x.new_zeros(x.shape[1], self.hidden_size) for _ in self.cell.parts)
        if has_fused(self.cell, x.device, self.precision):
            return fused_scan(self.cell, x, zeros, self.weights(layer, way))[0]
        return self.run(self.project(x, layer, way), layer, zeros, way)[0]


def turn(sizes: TensorB, steps: int) -> TensorSB:
    """Return where every position goes when each row is read from its own end; padding stays where it is."""
    positions = torch.arange(steps, device=sizes.device)[:, None]
    return torch.where(positions < sizes, sizes - 1 - positions, positions)


def at(x: TensorSBK, positions: TensorSB) -> TensorSBK:
    """Return the entries of x at other positions."""
    return x.gather(0, positions[:, :, None].expand(-1, -1, x.shape[2]))


class UnitsEncoder(nn.Module):
    """Ids → embedding, which may stand elsewhere → layers in one or two directions."""

    def __init__(self, spec: EncoderSpec, precision: str, shared: nn.Embedding | None) -> None:
        super().__init__()
        self.dropout, self.unit_dropout = spec.dropout, spec.unit_dropout
        self.elsewhere = (shared,)  # in a tuple, so that its weights are not taken for ours
        self.embedding = None if shared else nn.Embedding(spec.inputs, spec.embedding_size)
        self.rnn = BothWays(spec, precision)

    def forward(self, ids: TensorBS, sizes: TensorB, rng: Rng | None) -> Places:
        """Return what is remembered of ids, of which the first ``sizes`` are real."""
        sizes = sizes.clamp(min=1)  # an empty source is read as a boundary
        embedding = self.embedding or self.elsewhere[0]
        assert embedding, "one of them is there"
        x = dropout(embedding(ids.t()), self.dropout, rng)
        if rng is not None and self.unit_dropout:  # so that no word alone decides (Iyyer et al. 2015, section 3)
            kept = rng.random(x.shape[:2], np.float32) >= self.unit_dropout
            x = x * torch.from_numpy(kept).to(x.device)[:, :, None]
        y, whole = self.rnn(x, sizes, rng)
        real = torch.arange(len(y), device=ids.device) < sizes[:, None]
        return Places(y.transpose(0, 1), real, whole)


class FeaturesEncoder(nn.Module):
    """Ready features of an image's positions → what is remembered of each; their mean is the whole."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.dropout = spec.dropout
        self.project = nn.Linear(spec.inputs, spec.hidden_size)

    def forward(self, features: TensorBSF, sizes: TensorB | None, rng: Rng | None) -> Places:
        """Return what is remembered of features."""
        positions = torch.tanh(self.project(dropout(features, self.dropout, rng)))
        return Places(positions, None, positions.mean(1))


class PixelsEncoder(nn.Module):
    """Pictures of bytes → what is remembered of each position of a grid; what is where makes the whole.

    The network that sees is learnt together with what reads it. While it learns, pictures are shifted a little. A mean
    of the places would tell what is seen, but not where: little of an icon. The whole is standardised over a batch
    (Ioffe and Szegedy 2015, without gains): else what all pictures have in common is learnt first, which every word
    needs, and what sets them apart is gone before it is of use.
    """

    mean: TensorE
    variance: TensorE

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.dropout = spec.dropout
        self.pixels = Cnn(spec.inputs, spec.hidden_size)
        self.whole = nn.Linear(grid_side(spec.inputs) ** 2 * spec.hidden_size, spec.hidden_size)
        self.register_buffer("mean", torch.zeros(spec.hidden_size))
        self.register_buffer("variance", torch.ones(spec.hidden_size))

    def forward(self, images: TensorBPQC, sizes: TensorB | None, rng: Rng | None) -> Places:
        """Return what is remembered of pictures."""
        positions = dropout(standardised(self.pixels(images, rng)), self.dropout, rng)
        whole, learns = self.whole(positions.flatten(1)), rng is not None and len(positions) > 1
        whole = nn.functional.batch_norm(whole, self.mean, self.variance, training=learns, momentum=MOMENTUM)
        return Places(positions, None, whole)


def standardised(x: TensorXE) -> TensorXE:
    """Return vectors with a mean of 0 and a variance of 1 (Ba et al. 2016, without gains)."""
    return nn.functional.layer_norm(x, x.shape[-1:])
