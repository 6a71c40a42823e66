"""Encoders without torch: what a source leaves behind, in NumPy or in the kernels' scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import (
    FloatsBE,
    FloatsBSE,
    FloatsBTW,
    FloatsNK,
    FloatsSBE,
    FloatsSBGH,
    FloatsSBH,
    FloatsX,
    FloatsXE,
    FloatsXK,
    FloatsXN,
    NumbersB,
    NumbersSB,
)
from ..datasets.encoder_input import EncoderInput
from ..networks.cells import CELLS
from ..networks.cells.base import Recurrence, scan_by_steps
from ..networks.spec import EncoderSpec
from .cnn import EPSILON, grid_of

Tensors = Mapping[str, FloatsX]
LayerScan = Callable[[FloatsSBGH], FloatsSBH]
"""The outputs of a layer over its inputs' shares of the gates, from a state of zeros."""
MakeScan = Callable[[str, Recurrence], LayerScan]
PREFIX = "encoder."


@dataclass(frozen=True)
class Places:
    """What is remembered of every position, how many of these are real, and the source as a whole."""

    places: FloatsBSE
    sizes: NumbersB
    whole: FloatsBE


class Encoder:
    """An ``EncoderSpec`` run without torch; ``make_scan`` makes a layer's scan of its cell and weights."""

    def __init__(self, spec: EncoderSpec, tensors: Tensors, make_scan: MakeScan) -> None:
        self.spec, self.tensors = spec, tensors
        ways = ("", "_reverse")[: spec.directions] if spec.kind == "units" else ()
        names = [f"l{layer}{way}" for layer in range(spec.layers) for way in ways]
        self.scans = {name: make_scan(spec.cell, self.recurrence(name)) for name in names}
        self.ways = ways

    def recurrence(self, name: str) -> Recurrence:
        """Return the weights that act on a layer's state."""
        weights = (self.tensors[f"{PREFIX}rnn.{each}_{name}"] for each in ("weight_hh", "bias_hh"))
        return Recurrence(*weights)

    def read(self, given: EncoderInput) -> Places:
        """Return what is remembered of sources."""
        if self.spec.kind == "units":
            return self.units(given)
        positions = self.pixels(given) if self.spec.kind == "pixels" else self.features(given)
        return Places(positions, np.full(len(positions), positions.shape[1]), self.whole(positions))

    def features(self, given: EncoderInput) -> FloatsBSE:
        """Return what is remembered of the positions of ready features."""
        weight, bias = (self.tensors[f"{PREFIX}project.{each}"] for each in ("weight", "bias"))
        projected = self.times(given.values, weight) + bias
        features: FloatsBSE = np.tanh(projected, dtype=np.float32)
        return features

    def pixels(self, given: EncoderInput) -> FloatsBSE:
        """Return what is remembered of the positions of pictures."""
        return standardised(grid_of(given.values, self.tensors, f"{PREFIX}pixels."))

    def whole(self, positions: FloatsBSE) -> FloatsBE:
        """Return an image as a whole: of pixels what is where, of ready features their mean."""
        if self.spec.kind == "features":
            of_all: FloatsBE = positions.mean(1)
            return of_all
        weight, bias, mean, variance = (
            self.tensors[f"{PREFIX}{name}"] for name in ("whole.weight", "whole.bias", "mean", "variance")
        )
        whole: FloatsBE = (positions.reshape(len(positions), -1) @ weight.T + bias - mean) / np.sqrt(variance + EPSILON)
        return whole

    def units(self, given: EncoderInput) -> Places:
        """Return what is remembered of ids."""
        assert given.sizes is not None, "ids are padded"
        sizes = np.maximum(given.sizes, 1)
        x = self.tensors[f"{PREFIX}embedding.weight"][given.values.T]
        turned, last = turn(sizes, len(x)), x[0]
        rows = np.arange(len(sizes))
        for layer in range(self.spec.layers):
            read = {way: x[turned, rows] if way else x for way in self.ways}
            ways = {way: self.scans[f"l{layer}{way}"](self.project(read[way], f"l{layer}{way}")) for way in self.ways}
            last = np.concatenate([y[sizes - 1, rows] for y in ways.values()], 1)
            x = np.concatenate([y[turned, rows] if way else y for way, y in ways.items()], 2)
        return Places(x.swapaxes(0, 1), sizes, last)

    def project(self, x: FloatsSBE, name: str) -> FloatsSBGH:
        """Return ``W_ih x + b_ih`` of a layer."""
        weight, bias = (self.tensors[f"{PREFIX}rnn.{each}_{name}"] for each in ("weight_ih", "bias_ih"))
        return self.times(x, weight) + bias

    def times(self, x: FloatsXK, weight: FloatsNK) -> FloatsXN:
        """Return what a weight makes of the positions in x.

        Of texts in one product, where NumPy would make many; of each picture by itself, so that what one shows does not
        depend on how many are read with it.
        """
        whole = x.reshape(-1, x.shape[-1]) if self.spec.kind == "units" else x
        found: FloatsXN = whole @ weight.T
        return found.reshape(*x.shape[:-1], len(weight))


def turn(sizes: NumbersB, steps: int) -> NumbersSB:
    """Return where every position goes when each row is read from its own end; padding stays where it is."""
    positions = np.arange(steps)[:, None]
    return np.where(positions < sizes, sizes - 1 - positions, positions)


def standardised(x: FloatsXE) -> FloatsXE:
    """Return vectors with a mean of 0 and a variance of 1 (as ``networks.modules.encoder`` has it)."""
    apart = x - x.mean(-1, keepdims=True)
    found: FloatsXE = apart / np.sqrt(np.square(apart).mean(-1, keepdims=True) + EPSILON)
    return found


def slow_scan(cell: str, recurrence: Recurrence) -> LayerScan:
    """Return a layer's scan in the cell's own lines."""

    def scan(a: FloatsSBGH) -> FloatsSBH:
        size = recurrence.w_hh.shape[1]
        zeros = tuple(np.zeros((a.shape[1], size), np.float32) for _ in CELLS[cell].parts)
        return np.stack(scan_by_steps(CELLS[cell], a, zeros, recurrence)[0])

    return scan


def pool(found: Places, way: str) -> FloatsBTW:
    """Return what a head reads: every position, or all pooled, as ``networks.modules.encoder_only`` has it."""
    if way == "each":
        return found.places
    ways = ("last", "max", "mean") if way == "all" else (way,)
    return np.concatenate([pooled(found, each) for each in ways], 1)[:, None]


def pooled(found: Places, way: str) -> FloatsBE:
    """Return all positions of every row in one vector."""
    if way == "last":
        return found.whole
    real = np.arange(found.places.shape[1]) < found.sizes[:, None]
    if way == "max":
        greatest: FloatsBE = np.where(real[:, :, None], found.places, -np.inf).max(1)
        return greatest
    share = (real / found.sizes[:, None]).astype(np.float32)
    return (share[:, None] @ found.places)[:, 0]
